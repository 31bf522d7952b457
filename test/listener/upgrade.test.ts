import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openClient, type StreamClient } from "../protocol/rest-streams-client.ts";
import {
  patience,
  type StreamGateway,
  text,
  withStreamGateway,
} from "../protocol/rest-streams-gateway.ts";

const webSockets = { top: "streams: { websocket: true }" };

const behind = "GET /watch/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

function handshake(path: string, ...more: readonly string[]): string {
  return [
    `GET ${path} HTTP/1.1`,
    "Host: a",
    "Connection: upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ...more,
    "",
    "",
  ].join("\r\n");
}

/** A text frame as a client sends it, with a mask of zeros (RFC 6455 §5.2). */
function frame(payload: string): string {
  return `\x81${String.fromCharCode(0x80 + payload.length)}\0\0\0\0${payload}`;
}

function send(gateway: StreamGateway, bytes: string): StreamClient {
  return openClient(gateway.port, Buffer.from(bytes, "latin1"));
}

/** Fails when another call than its own is the next one to go up. */
async function expectNoOther(gateway: StreamGateway): Promise<void> {
  const { client, call } = await gateway.call("GET /watch/sentinel HTTP/1.1");
  assert.match(String(await call.next()), /sentinel/);
  call.end();
  await client.whole();
}

suite("H1-42: what comes behind an upgrade where WebSockets are served", () => {
  const offer = "GET /watch/a HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n";
  const offers = [
    { name: "in one packet", first: offer + behind, second: "" },
    { name: "in a second packet", first: offer, second: behind },
    { name: "as 100 requests", first: offer + behind.repeat(100), second: behind.repeat(100) },
    { name: "as nonsense", first: `${offer}\0\0\0`, second: "\r\n\r\n" },
  ];
  for (const { name, first, second } of offers) {
    test(`H1-42: is no request where the offer is ignored: ${name}`, patience, async () => {
      await withStreamGateway(webSockets, async (gateway) => {
        const client = send(gateway, first);
        const call = await gateway.upstream.nextCall();
        client.write(second);
        call.send(text("one"));
        await client.until("one");
        await expectNoOther(gateway);
        call.end();
        const answer = await client.ended();
        assert.deepEqual([answer.status, answer.headers["connection"]], [200, "close"]);
        assert.deepEqual([answer.isWhole, answer.rest], [true, ""]);
        await expectNoOther(gateway);
      });
    });
  }

  const refused = [
    {
      name: "an offer with a body",
      head: "POST /search HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}",
    },
    {
      name: "an offer with a body in chunks",
      head: "POST /search HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    },
    { name: "a handshake of a path without", head: handshake("/nowhere"), status: 404 },
    { name: "a handshake with a body", head: `${handshake("/watch/a", "Content-Length: 2")}{}` },
    {
      name: "a handshake without a key",
      head: "GET /watch/a HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
    },
  ];
  for (const { name, head, status = 400 } of refused) {
    test(`H1-42: is no request where ${name} is refused`, patience, async () => {
      await withStreamGateway(webSockets, async (gateway) => {
        const answer = await send(gateway, head + behind).ended();
        assert.deepEqual([answer.status, answer.headers["connection"]], [status, "close"]);
        assert.equal(answer.rest, "");
        await expectNoOther(gateway);
      });
    });
  }

  test("H1-42: is read by the WebSocket where there is one", patience, async () => {
    await withStreamGateway(webSockets, async (gateway) => {
      const client = send(gateway, handshake("/chat") + frame('{"text":"one"}'));
      const call = await gateway.upstream.nextCall();
      assert.match(String(await call.next()), /one/);
      await client.until(" 101 ");
      client.destroy();
    });
  });

  test(
    "H1-42: a WebSocket behind other requests has its turn, and its first frames",
    patience,
    async () => {
      await withStreamGateway(webSockets, async (gateway) => {
        const ordinary = ["a", "b", "c"].map(
          (id) => `GET /watch/${id} HTTP/1.1\r\nHost: a\r\n\r\n`,
        );
        const client = send(
          gateway,
          ordinary.join("") +
            handshake("/chat") +
            frame('{"text":"first"}') +
            frame('{"text":"second"}'),
        );
        for (const id of ["a", "b", "c"]) {
          const call = await gateway.upstream.nextCall();
          assert.match(String(await call.next()), new RegExp(id));
          assert.doesNotMatch(JSON.stringify(client.answer()), / 101 /);
          call.end();
        }
        const chat = await gateway.upstream.nextCall();
        assert.match(String(await chat.next()), /first/);
        assert.match(String(await chat.next()), /second/);
        await client.until(" 101 ");
        client.destroy();
      });
    },
  );

  test(
    "U-22: a client that leaves while an offer is ignored cancels its call",
    patience,
    async () => {
      await withStreamGateway(webSockets, async (gateway) => {
        const client = send(gateway, offer + behind);
        const call = await gateway.upstream.nextCall();
        client.destroy();
        assert.equal(await call.closed, 8);
      });
    },
  );
});
