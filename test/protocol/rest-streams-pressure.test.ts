import assert from "node:assert/strict";
import { once } from "node:events";
import process from "node:process";
import { suite, test } from "node:test";
import type { StreamClient } from "./rest-streams-client.ts";
import { httpBody, patience, text, withStreamGateway } from "./rest-streams-gateway.ts";
import type { UpstreamCall } from "./rest-streams-upstream.ts";

const mebibyte = 1024 * 1024;

/** What sockets of the kernel, windows and buffers of one stream may hold together. */
const mostHeld = 32 * mebibyte;

/** Sends until the window has been full for many turns of the loop, or until `most` bytes; gives the bytes sent. */
async function sendUntilStopped(call: UpstreamCall, message: Uint8Array, most: number) {
  let sent = 0;
  while (sent < most) {
    sent += message.length;
    if (!call.send(message) && !(await drains(call))) break;
  }
  return sent;
}

/** Whether the stream takes more within many turns of both ends' loop. */
async function drains({ stream }: UpstreamCall): Promise<boolean> {
  let isDrained = false;
  const onDrain = (): void => {
    isDrained = true;
  };
  stream.once("drain", onDrain);
  await turns(() => isDrained);
  stream.off("drain", onDrain);
  return isDrained;
}

/** Goes round the loop of events, which the kernel and the gateway share with the test, until `done`. */
async function turns(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 3000 && !done(); turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Sends chunks until none has been taken for many turns, or until `most` bytes; gives the bytes taken. */
async function uploadUntilStopped(client: StreamClient, bytes: Uint8Array, most: number) {
  let sent = 0;
  while (sent < most) {
    client.chunk(bytes);
    sent += bytes.length;
    await turns(() => client.waiting() === 0);
    if (client.waiting() > 0) break;
  }
  return sent - client.waiting();
}

suite("§6: a reader that stops", { timeout: 30_000 }, () => {
  for (const accept of ["application/json", "application/x-ndjson", "text/event-stream"]) {
    test(`§6 pressure-down: stops an endless ${accept}, and gets all of it when it goes on`, async () => {
      await withStreamGateway({}, async (gateway) => {
        const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
        call.send(text("first"));
        await client.until("first");
        client.pause();
        const heapBefore = process.memoryUsage().arrayBuffers;
        const message = text("m".repeat(64 * 1024));
        const sent = await sendUntilStopped(call, message, 4 * mostHeld);
        assert.ok(sent < mostHeld, `${sent} bytes were pulled`);
        const held = process.memoryUsage().arrayBuffers - heapBefore;
        assert.ok(held < mostHeld, `${held} bytes are held`);
        client.resume();
        await once(call.stream, "drain");
        call.end();
        const { body, isWhole } = await client.whole();
        client.destroy();
        assert.ok(isWhole);
        assert.equal(
          body.match(/m+/g)?.filter((run) => run.length === 65_536).length,
          sent / message.length,
        );
      });
    });
  }

  test("§6 pressure-down: stops an endless download of google.api.HttpBody", async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, call } = await gateway.call("GET /download HTTP/1.1");
      call.send(httpBody("a/b", "first"));
      await client.until("first");
      client.pause();
      const sent = await sendUntilStopped(call, httpBody("", Buffer.alloc(65_536)), 4 * mostHeld);
      assert.ok(sent < mostHeld, `${sent} bytes were pulled`);
      client.destroy();
      assert.equal(await call.closed, 8);
    });
  });

  test("§6: does not stop another stream of the same upstream connection", async () => {
    await withStreamGateway({}, async (gateway) => {
      const slow = await gateway.call("GET /watch/x HTTP/1.1");
      slow.call.send(text("first"));
      await slow.client.until("first");
      slow.client.pause();
      await sendUntilStopped(slow.call, text("m".repeat(65_536)), mostHeld);
      const quick = await gateway.call("GET /watch/y HTTP/1.1");
      assert.equal(quick.call.stream.session, slow.call.stream.session);
      for (const word of ["a", "b", "c"]) {
        quick.call.send(text(word.repeat(100_000)));
        await quick.client.until(`${word.repeat(100_000)}"`);
      }
      quick.call.end();
      assert.ok((await quick.client.whole()).isWhole);
      slow.client.destroy();
      quick.client.destroy();
    });
  });
});

suite("§6: an upstream that stops", { timeout: 30_000 }, () => {
  const uploads = [
    {
      name: "an endless array",
      head: ["POST /collect HTTP/1.1", "Content-Type: application/json"],
      first: '[{"text":"first"}',
      more: `,{"text":"${"m".repeat(65_536)}"}`,
      message: text("first"),
    },
    {
      name: "endless lines",
      head: ["POST /chat HTTP/1.1", "Content-Type: application/x-ndjson"],
      first: '{"text":"first"}\n',
      more: `{"text":"${"m".repeat(65_536)}"}\n`,
      message: text("first"),
    },
    {
      name: "an endless upload",
      head: ["POST /upload HTTP/1.1", "Content-Type: a/b"],
      first: "first",
      more: "m".repeat(65_536),
      message: httpBody("a/b", "first"),
    },
  ] as const;
  for (const { name, head, first, more, message } of uploads) {
    test(`§6 pressure-up: stops a client that sends ${name}, which goes on with it`, async () => {
      await withStreamGateway({}, async (gateway) => {
        const [line, type] = head;
        const { client, call } = await gateway.call(line, type, "Transfer-Encoding: chunked");
        client.chunk(first);
        assert.deepEqual(await call.next(), message);
        call.stream.pause();
        const heapBefore = process.memoryUsage().arrayBuffers;
        const taken = await uploadUntilStopped(client, Buffer.from(more), 4 * mostHeld);
        assert.ok(taken < mostHeld, `${taken} bytes were taken`);
        const held = process.memoryUsage().arrayBuffers - heapBefore;
        assert.ok(held < mostHeld, `${held} bytes are held`);
        call.stream.resume();
        assert.notEqual(await call.next(), undefined);
        await turns(() => client.waiting() === 0);
        assert.equal(client.waiting(), 0, "the client goes on");
        client.destroy();
        assert.equal(await call.closed, 8);
      });
    });
  }
});

suite("§6: both sides of a bidirectional stream", patience, () => {
  test("§6 pressure-both: a reader that stops does not keep its own messages from going up", async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, call } = await gateway.call(
        "POST /chat HTTP/1.1",
        "Content-Type: application/x-ndjson",
        "Transfer-Encoding: chunked",
      );
      call.send(text("first"));
      await client.until("first");
      client.pause();
      await sendUntilStopped(call, text("m".repeat(65_536)), mostHeld);
      for (const word of ["a", "b", "c"]) {
        client.chunk(`{"text":"${word}"}\n`);
        assert.deepEqual(await call.next(), text(word));
      }
      client.destroy();
      assert.equal(await call.closed, 8);
    });
  });
});
