import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { WebSocket } from "ws";
import type { BodyStream } from "../../src/exchange/index.ts";
import {
  patience,
  recordsOf,
  type StreamGateway,
  text,
  withStreamGateway,
} from "../protocol/rest-streams-gateway.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { serviceOf, startTestListener, testLimits } from "./test-listener.ts";

/** What a socket has brought so far, and how it closes. */
interface Peer {
  readonly socket: WebSocket;
  readonly frames: string[];
  readonly opened: Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

function openSocket(gateway: StreamGateway, path: string): Peer {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`);
  const frames: string[] = [];
  socket.on("message", (data: Buffer) => frames.push(data.toString()));
  socket.on("error", () => undefined);
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  const opened = new Promise<void>((resolve) => socket.once("open", () => resolve()));
  return { socket, frames, opened, closed };
}

const webSockets = { top: "streams: { websocket: true }" };

suite("§6: how a WebSocket closes", () => {
  test(
    "§6: with 1000 where the service chose a status over 399 for what is well",
    patience,
    async () => {
      const options = {
        ...webSockets,
        routes: "- { service: t.S, cluster: library, metadata: { status_header: x-http-code } }",
      };
      await withStreamGateway(options, async (gateway) => {
        const peer = openSocket(gateway, "/collect");
        await peer.opened;
        peer.socket.send("");
        const call = await gateway.upstream.nextCall();
        call.stream.respond(
          { ":status": 200, "content-type": "application/grpc", "x-http-code": "404" },
          { waitForTrailers: true },
        );
        call.send(text("done"));
        call.end();
        assert.deepEqual(await peer.closed, { code: 1000, reason: "" });
        assert.deepEqual(peer.frames, ['{"text":"done"}']);
      });
    },
  );
});

const cancel = 8;

suite("§6: a WebSocket whose rule takes no body", () => {
  const leavings = [
    { name: "closes", leave: ({ socket }: Peer) => socket.close() },
    { name: "vanishes", leave: ({ socket }: Peer) => socket.terminate() },
  ];
  for (const { name, leave } of leavings) {
    test(`§6: cancels its call when the client ${name}`, patience, async () => {
      await withStreamGateway(webSockets, async (gateway) => {
        const peer = openSocket(gateway, "/watch/a");
        const call = await gateway.upstream.nextCall();
        await peer.opened;
        leave(peer);
        assert.equal(await call.closed, cancel);
      });
    });
  }

  test("§6: answers a ping", patience, async () => {
    await withStreamGateway(webSockets, async (gateway) => {
      const peer = openSocket(gateway, "/watch/a");
      await peer.opened;
      const pong = new Promise((resolve) => peer.socket.once("pong", resolve));
      peer.socket.ping();
      await pong;
      peer.socket.terminate();
    });
  });

  test(
    "§6: is refused its first message, its call cancelled, and that is one record",
    patience,
    async () => {
      await withStreamGateway(webSockets, async (gateway) => {
        const peer = openSocket(gateway, "/watch/a");
        const call = await gateway.upstream.nextCall();
        await peer.opened;
        peer.socket.send("{}");
        assert.deepEqual(await peer.closed, { code: 4003, reason: "INVALID_ARGUMENT" });
        assert.match(peer.frames.at(-1) ?? "", /^\{"error":\{"code":3,.*"UNEXPECTED_BODY"/);
        assert.equal(await call.closed, cancel);
        // Another exchange's record comes behind all of this one's.
        (await gateway.call("GET /watch/b HTTP/1.1")).client.destroy();
        const [record, next, ...more] = await recordsOf(gateway, 2);
        assert.deepEqual([next?.path, more], ["/watch/b", []]);
        assert.deepEqual(
          [record?.path, record?.rpc, record?.status, record?.reason, record?.grpcCode],
          ["/watch/a", "t.S/Watch", 400, "UNEXPECTED_BODY", "INVALID_ARGUMENT"],
        );
      });
    },
  );

  test("§6: loses its messages where unexpected_body is ignore", patience, async () => {
    const routes = "- { service: t.S, cluster: library, rest: { unexpected_body: ignore } }";
    await withStreamGateway({ ...webSockets, routes }, async (gateway) => {
      const peer = openSocket(gateway, "/watch/a");
      const call = await gateway.upstream.nextCall();
      await peer.opened;
      const pong = new Promise((resolve) => peer.socket.once("pong", resolve));
      peer.socket.send("{}");
      peer.socket.ping();
      await pong;
      call.send(text("one"));
      call.end();
      assert.deepEqual(await peer.closed, { code: 1000, reason: "" });
      assert.deepEqual(peer.frames, ['{"text":"one"}']);
    });
  });
});

const frameBytes = 8 * 1024 * 1024;

/** Frames that no kernel holds, and an end. */
function bodyOf(count: number, asked: (left: number) => void): BodyStream {
  let left = count;
  return {
    code: 0,
    next: () => {
      asked(left);
      left--;
      return Promise.resolve(left < 0 ? "end" : Buffer.alloc(frameBytes, 0x61));
    },
    cancel: () => undefined,
  };
}

/** Serves `body` to one WebSocket that reads nothing yet. */
async function serveSlowReader(body: BodyStream, writeStallMs: number) {
  const clock = new FakeClock();
  const { listener } = await startTestListener(
    serviceOf(
      () => Promise.resolve({ status: 200, headers: [], body }),
      () => "GET",
    ),
    { webSockets: true, limits: { ...testLimits, writeStallMs } },
    clock,
  );
  const socket = new WebSocket(`ws://${listener.address}`);
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.once("open", resolve));
  socket.pause();
  let bytes = 0;
  socket.on("message", (data: Buffer) => {
    bytes += data.length;
  });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  const stop = async (): Promise<void> => {
    socket.terminate();
    const drained = listener.drain(0);
    clock.advance(2000);
    await drained;
  };
  return { clock, socket, closed, bytes: () => bytes, stop };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

suite("H1-49: a WebSocket whose reader is slow", () => {
  const rows = [
    { name: "the last frame", count: 1 },
    { name: "one frame of several", count: 3 },
  ];
  for (const { name, count } of rows) {
    test(`H1-49: has its time for ${name}, and then closes with 1000`, patience, async () => {
      let asked = 0;
      const body = bodyOf(count, () => {
        asked++;
      });
      const reader = await serveSlowReader(body, 10_000);
      try {
        while (asked < 2) await turn();
        await turn();
        // Longer than a close or a standstill may take, while the kernel waits for the reader.
        reader.clock.advance(20_000);
        await turn();
        reader.socket.resume();
        assert.equal(await reader.closed, 1000);
        assert.equal(reader.bytes(), count * frameBytes);
      } finally {
        await reader.stop();
      }
    });
  }

  test("H1-49: that takes nothing loses its connection", patience, async () => {
    const cancelled = new Promise<void>((resolve) => {
      const body = { ...bodyOf(1000, () => undefined), cancel: resolve };
      void serveSlowReader(body, 200).then(async (reader) => {
        await cancelled;
        await reader.stop();
      });
    });
    await cancelled;
  });
});
