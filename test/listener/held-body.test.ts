import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { suite, test } from "node:test";
import { connectBothSides } from "../faults/server-side.ts";
import { deferred } from "../support/deferred.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startTestListener } from "./test-listener.ts";

const patience = { timeout: 20_000 };

const kibibyte = 1024;

/** Goes round the loop until nothing more is read of a connection. */
async function settle(server: Socket): Promise<void> {
  for (let before = -1, turns = 0; turns < 50; turns++) {
    if (server.bytesRead !== before) turns = 0;
    before = server.bytesRead;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const head = "POST / HTTP/1.1\r\nHost: a\r\n";

/** A body of which one piece is read and the rest held back. */
async function holdBody(bytes: string) {
  const clock = new FakeClock();
  const cancelled = deferred();
  const isRead = deferred();
  let isCancelled = false;
  const { listener, port } = await startTestListener(
    async (exchange) => {
      exchange.cancellation.onCancel(() => {
        isCancelled = true;
        cancelled.resolve();
      });
      await exchange.body.open(60_000).next();
      isRead.resolve();
      await cancelled.promise;
      return { status: 499, headers: ["content-length", "0"], body: new Uint8Array(0) };
    },
    {},
    clock,
  );
  const { client, server } = await connectBothSides(port);
  client.write(bytes);
  await isRead.promise;
  await settle(server);
  return {
    clock,
    client,
    server,
    isCancelled: () => isCancelled,
    async stop() {
      client.destroy();
      server.destroy();
      const drained = listener.drain(0);
      clock.advance(1000);
      await drained;
    },
  };
}

const chunk = `${(10 * kibibyte).toString(16)}\r\n${"a".repeat(10 * kibibyte)}\r\n`;

const bodies = [
  {
    name: "of a declared length",
    bytes: `${head}Content-Length: 10000000\r\n\r\n${"a".repeat(200 * kibibyte)}`,
  },
  { name: "in chunks", bytes: `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}` },
];

suite("U-22: a client that leaves while its body is held back", () => {
  for (const { name, bytes } of bodies) {
    test(`U-22: with a reset is noticed at the next look: ${name}`, patience, async () => {
      const { clock, client, server, isCancelled, stop } = await holdBody(bytes);
      try {
        assert.ok(server.isPaused(), "the socket is held back");
        client.resetAndDestroy();
        await settle(server);
        assert.equal(isCancelled(), false);
        clock.advance(1000);
        await settle(server);
        assert.equal(isCancelled(), true);
        assert.ok(server.destroyed);
      } finally {
        await stop();
      }
    });

    test(`U-22: with an end is noticed behind what it sent before: ${name}`, patience, async () => {
      const { clock, client, server, isCancelled, stop } = await holdBody(bytes);
      try {
        client.destroy();
        for (let look = 0; look < 5; look++) {
          clock.advance(1000);
          await settle(server);
        }
        assert.equal(isCancelled(), true);
      } finally {
        await stop();
      }
    });

    test(`U-22: of one that stays no more than 512 KiB are read: ${name}`, patience, async () => {
      const { clock, client, server, isCancelled, stop } = await holdBody(bytes);
      try {
        client.write(chunk.repeat(300));
        for (let look = 0; look < 60; look++) {
          clock.advance(1000);
          await settle(server);
        }
        assert.ok(server.bytesRead <= 512 * kibibyte, `${server.bytesRead} bytes were read`);
        assert.equal(isCancelled(), false);
      } finally {
        await stop();
      }
    });
  }
});
