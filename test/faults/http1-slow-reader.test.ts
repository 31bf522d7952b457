import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { suite, test } from "node:test";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import type { Response } from "../../src/exchange/index.ts";
import { writeResponse } from "../../src/listener/http1-response.ts";
import { startTestGateway } from "../support/gateway.ts";
import { startScriptedUpstream } from "../support/scripted-upstream.ts";
import { startEndlessUpstream } from "./endless-upstream.ts";
import { type BothSides, connectBothSides } from "./server-side.ts";

const mebibyte = 1024 * 1024;

/** More than the kernel holds for a loopback connection. */
const manyBytes = 32 * mebibyte;

const limits = "limits: { write_stall: 200ms, reply: 64MiB }";

/** A hanging connection is what these tests are about: none may hang them. */
const patience = { timeout: 20_000 };

/** Reads what is left to the end; gives how many bytes that were and the last of them. */
async function drain({ client }: BothSides): Promise<{ bytes: number; tail: string }> {
  let bytes = 0;
  let tail = "";
  client.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    tail = (tail + chunk.toString("latin1", Math.max(0, chunk.length - 16))).slice(-16);
  });
  client.resume();
  if (!client.closed) await once(client, "close");
  return { bytes, tail };
}

/** A google.protobuf message of one field of bytes. */
function bytesField(number: number, value: Uint8Array): Uint8Array {
  const head = [number * 8 + 2];
  let left = value.length;
  for (; left >= 128; left = Math.floor(left / 128)) head.push((left % 128) + 128);
  return Buffer.concat([Buffer.from([...head, left]), value]);
}

suite("H1-49: a reader that takes nothing", () => {
  const formats = ["application/json", "application/x-ndjson", "text/event-stream"];
  for (const accept of formats) {
    test(
      `H1-49: of an endless ${accept} loses its connection, and its call is cancelled`,
      patience,
      async () => {
        const title = bytesField(2, Buffer.alloc(8000, 0x61));
        const upstream = await startEndlessUpstream(title);
        const gateway = await startTestGateway({ listener: limits, upstreamPort: upstream.port });
        try {
          const ended = upstream.nextEnd();
          const sides = await connectBothSides(gateway.port);
          sides.client.write(
            `GET /v1/shelves/novels/books:export HTTP/1.1\r\nHost: a\r\nAccept: ${accept}\r\n\r\n`,
          );
          const closed = once(sides.server, "close");
          assert.equal(await ended, 8, "RST_STREAM with CANCEL");
          await closed;
          assert.ok(sides.server.destroyed);
          const { tail } = await drain(sides);
          assert.doesNotMatch(tail, /\r\n0\r\n\r\n$/, "nobody takes it for whole");
          const record = gateway.records.at(-1);
          assert.deepEqual([record?.reason, gateway.records.length], ["CLIENT_CLOSED", 1]);
        } finally {
          await gateway.stop();
          await upstream.stop();
        }
      },
    );
  }

  const replies = [
    { name: "of one large message in JSON", path: "/v1/kitchen-sink", field: 14 },
    {
      name: "of one google.api.HttpBody",
      path: "/v1/shelves/novels/books/beloved/cover",
      field: 2,
    },
  ];
  for (const { name, path, field } of replies) {
    test(`H1-49: ${name} loses its connection`, patience, async () => {
      const upstream = await startScriptedUpstream();
      upstream.answer = {
        message: bytesField(field, Buffer.alloc(manyBytes, 0x61)),
        trailers: { "grpc-status": "0" },
      };
      const gateway = await startTestGateway({ listener: limits, upstreamPort: upstream.port });
      try {
        const sides = await connectBothSides(gateway.port);
        sides.client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
        await once(sides.server, "close");
        const { bytes } = await drain(sides);
        assert.ok(bytes > 0 && bytes < manyBytes, `${bytes} bytes were taken`);
      } finally {
        await gateway.stop();
        await upstream.stop();
      }
    });
  }

  test(
    "H1-49: of a compressed stream loses its connection, and its call is cancelled",
    patience,
    async () => {
      // Text that repeats itself only beyond the window of gzip: what shrinks to nothing never fills the kernel.
      const random = seededRandom(1);
      const text = Array.from({ length: 100_000 }, () => 0x61 + Math.floor(random() * 26));
      const upstream = await startEndlessUpstream(bytesField(2, Uint8Array.from(text)));
      const gateway = await startTestGateway({
        listener: `compression: true\n${limits}`,
        upstreamPort: upstream.port,
      });
      try {
        const ended = upstream.nextEnd();
        const sides = await connectBothSides(gateway.port);
        sides.client.write(
          "GET /v1/shelves/novels/books:export HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n",
        );
        const closed = once(sides.server, "close");
        assert.equal(await ended, 8);
        await closed;
      } finally {
        await gateway.stop();
        await upstream.stop();
      }
    },
  );
});

/** Serves a body on a bare server to a client that reads nothing. */
async function serveUnread(
  body: (sides: () => BothSides | undefined) => Response["body"],
  crashed: (error: unknown) => void = (error) => assert.ifError(error),
) {
  let sides: BothSides | undefined;
  const server = createServer((request, response) => {
    const answer = { status: 200, headers: [], body: body(() => sides) };
    // The gateway never answers before the parser has come to the end of the request.
    setImmediate(() => {
      const context = { close: false, clock: systemClock, stallMs: 200, crashed };
      writeResponse(request, response, answer, context);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  sides = await connectBothSides(port);
  const { client } = sides;
  const stop = (): void => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  };
  return { ...sides, stop };
}

/** Whether the kernel takes no more bytes of a socket, and not just none at this moment. */
async function isStuck(socket: Socket | undefined): Promise<boolean> {
  for (let turn = 0; turn < 100; turn++) {
    if (socket === undefined || socket.writableLength === 0) return false;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return true;
}

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

suite("H1-49: where the end of an answer stands still", () => {
  const piece = Buffer.alloc(8000, 0x61);
  for (const last of ["end", "cut"] as const) {
    test(
      `H1-49: a stream whose last bytes nobody takes, and then ${last}, loses its connection`,
      patience,
      async () => {
        const { client, server, stop } = await serveUnread((sides) => ({
          code: 0,
          // What is left in the socket then is less than what a writer waits for.
          next: async () => ((await isStuck(sides()?.server)) ? last : piece),
          cancel: () => assert.fail("it had ended by itself"),
        }));
        try {
          client.write(get);
          await once(server, "close");
        } finally {
          stop();
        }
      },
    );
  }

  test("H1-49: whole bodies that are written at once lose their connection", patience, async () => {
    const { client, server, stop } = await serveUnread(() => Buffer.alloc(200 * 1024));
    try {
      const closed = once(server, "close");
      // Until the kernel has no more room.
      while (!server.destroyed && !(await isStuck(server))) {
        client.write(get);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await closed;
    } finally {
      stop();
    }
  });
});

suite("J-02: a throw inside a stream", () => {
  test("J-02: ends its connection and is told, and the process lives", patience, async () => {
    const bug = new RangeError("too deep");
    const told: unknown[] = [];
    let cancelled = 0;
    const { client, server, stop } = await serveUnread(
      () => ({ code: 0, next: () => Promise.reject(bug), cancel: () => cancelled++ }),
      (error) => told.push(error),
    );
    try {
      client.write(get);
      await once(server, "close");
      assert.deepEqual([told, cancelled], [[bug], 1]);
    } finally {
      stop();
    }
  });
});
