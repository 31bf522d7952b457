import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { suite, test } from "node:test";
import { openClient, type StreamClient } from "../protocol/rest-streams-client.ts";
import {
  patience,
  type StreamGateway,
  text,
  withStreamGateway,
} from "../protocol/rest-streams-gateway.ts";
import type { UpstreamCall } from "../protocol/rest-streams-upstream.ts";
import { startTestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

const cancel = 8;

function watch(id: string, accept: string): string {
  return `GET /watch/${id} HTTP/1.1\r\nHost: a\r\nAccept: ${accept}\r\n\r\n`;
}

interface Pipelined {
  readonly client: StreamClient;
  readonly first: UpstreamCall;
  readonly second: UpstreamCall;
}

/** Two requests at once on one connection, and their calls. */
async function pipelined(gateway: StreamGateway, accept: string): Promise<Pipelined> {
  const client = openClient(gateway.port, watch("a", accept) + watch("b", accept));
  const first = await gateway.upstream.nextCall();
  const second = await gateway.upstream.nextCall();
  return { client, first, second };
}

/** Waits until the gateway has seen what its upstream has sent before: a message of another call comes behind it. */
async function settle(gateway: StreamGateway): Promise<void> {
  const { client, call } = await gateway.call("GET /watch/c HTTP/1.1");
  call.send(text("settled"));
  await client.until("settled");
  client.destroy();
  assert.equal(await call.closed, cancel);
}

suite("an answer whose turn on its connection has not come", () => {
  test("H1-39: a client that leaves cancels the calls of all its requests", patience, async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, first, second } = await pipelined(gateway, "application/json");
      first.send(text("one"));
      await client.until("one");
      client.destroy();
      assert.deepEqual([await first.closed, await second.closed], [cancel, cancel]);
    });
  });

  test("H1-39: it waits with more than a buffer, and is then sent whole", patience, async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, first, second } = await pipelined(gateway, "application/x-ndjson");
      for (let count = 0; count < 4; count++) second.send(text("z".repeat(100_000)));
      second.send(text("the last"));
      second.end();
      await settle(gateway);
      first.send(text("one"));
      first.end();
      await client.until("the last");
      client.forget();
      client.write("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.until("NO_ROUTE");
      client.destroy();
    });
  });

  test("§6: one that is cut leaves the answer before it whole", patience, async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, first, second } = await pipelined(gateway, "application/json");
      first.send(text("one"));
      second.send(text("half"));
      second.end(9, "no more");
      await settle(gateway);
      first.send(text("two"));
      first.end();
      const answer = await client.ended();
      assert.ok(answer.isWhole);
      assert.deepEqual(JSON.parse(answer.body), [{ text: "one" }, { text: "two" }]);
      assert.match(answer.rest, /^HTTP\/1\.1 200 .*half/s);
      assert.doesNotMatch(answer.rest, /\r\n0\r\n\r\n$/);
    });
  });
});

suite("what comes behind the last answer of a connection", () => {
  const rows = [
    { name: "404", line: "POST /nowhere", type: "application/json", status: 404 },
    { name: "405", line: "PUT /v1/kitchen-sink:echo", type: "application/json", status: 405 },
    { name: "415", line: "POST /v1/kitchen-sink:echo", type: "text/plain", status: 415 },
    { name: "413", line: "POST /v1/kitchen-sink:echo", type: "application/json", status: 413 },
  ];
  for (const { name, line, type, status } of rows) {
    test(`H1-46: after an early ${name} is never a request`, patience, async () => {
      const gateway = await startTestGateway({ listener: "limits: { body: 1KiB }" });
      try {
        const head = [`${line} HTTP/1.1`, "Host: a", `Content-Type: ${type}`];
        const client = openClient(
          gateway.port,
          [...head, "Content-Length: 2000", "", ""].join("\r\n"),
        );
        await client.until("details");
        client.write(`${" ".repeat(2000)}GET /v1/kitchen-sink HTTP/1.1\r\nHost: a\r\n\r\n`);
        const answer = await client.ended();
        assert.deepEqual([answer.status, answer.headers["connection"]], [status, "close"]);
        assert.equal(answer.rest, "");
        assert.equal((await send(gateway.port, "GET", "/v1/kitchen-sink")).status, 200);
        assert.equal(gateway.backend.requestCount(), 1, "the request behind it went upstream");
      } finally {
        await gateway.stop();
      }
    });
  }

  test(
    "H1-46: after a stream that ended before its body is never a request",
    patience,
    async () => {
      await withStreamGateway({}, async (gateway) => {
        const { client, call } = await gateway.call(
          "POST /chat HTTP/1.1",
          "Content-Type: application/x-ndjson",
          "Transfer-Encoding: chunked",
        );
        call.send(text("one"));
        call.end();
        assert.ok((await client.whole()).isWhole);
        client.write(`0\r\n\r\n${watch("b", "application/json")}`);
        await client.ended();
        const sentinel = await gateway.call("GET /watch/sentinel HTTP/1.1");
        assert.match(String(await sentinel.call.next()), /sentinel/);
        sentinel.call.end();
        await sentinel.client.whole();
      });
    },
  );
});

suite("a cut answer over HTTP/1.0", () => {
  test("§6: is told from a whole one by a reset", patience, async () => {
    await withStreamGateway({}, async (gateway) => {
      const socket = connect(gateway.port, "127.0.0.1");
      const reset = once(socket, "error");
      let got = "";
      socket.on("data", (chunk: Buffer) => {
        got += chunk.toString("latin1");
      });
      socket.write("GET /watch/a HTTP/1.0\r\n\r\n");
      const call = await gateway.upstream.nextCall();
      call.send(text("one"));
      await once(socket, "data");
      call.end(9, "no more");
      const [error] = (await reset) as [NodeJS.ErrnoException];
      assert.equal(error.code, "ECONNRESET");
      assert.match(got, /one/);
    });
  });
});
