import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http2";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite, test } from "node:test";
import { startExampleServer } from "../../example/server.ts";
import { systemClock } from "../../src/base/index.ts";
import { type Connection, createClientConnection, type LocalSettings } from "../../src/h2/index.ts";

/** Runs `use` on a connection to a port of loopback, and ends it. */
async function withConnection(
  port: number,
  settings: Partial<LocalSettings>,
  use: (connection: Connection) => Promise<void>,
): Promise<void> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const connection = createClientConnection({
    clock: systemClock,
    settings,
    transport: {
      write: (bytes) => socket.write(bytes),
      end: () => socket.end(),
      destroy: () => socket.destroy(),
    },
    events: { onReady() {}, onGoAway() {}, onCapacity() {}, onClose() {} },
  });
  socket.on("data", (chunk) => connection.receive(chunk));
  socket.on("drain", () => connection.drained());
  socket.on("error", () => undefined);
  socket.on("close", () => connection.transportClosed());
  try {
    await use(connection);
  } finally {
    connection.close();
    await closed;
  }
}

interface Exchanged {
  readonly head: readonly string[];
  readonly body: Buffer;
  readonly trailers: readonly string[];
}

/** One request and its whole response; rejects when the stream is reset. */
function exchange(
  connection: Connection,
  head: readonly string[],
  body: Uint8Array,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let headers: readonly string[] = [];
    let trailers: readonly string[] = [];
    const chunks: Uint8Array[] = [];
    const stream = connection.openStream(
      head,
      {
        onHeaders: (list) => {
          headers = list;
        },
        onData: (chunk) => {
          chunks.push(chunk);
          stream?.consumed(chunk.length);
        },
        onTrailers: (list) => {
          trailers = list;
        },
        onWritable: () => undefined,
        onEnd: (end) =>
          end.kind === "complete"
            ? resolve({ head: headers, body: Buffer.concat(chunks), trailers })
            : reject(new Error(`${end.message} ${end.code}`)),
      },
      false,
    );
    if (stream === undefined) reject(new Error("no stream"));
    else stream.write(body, true);
  });
}

function grpcHead(path: string): string[] {
  return [
    ":method",
    "POST",
    ":scheme",
    "http",
    ":path",
    path,
    ":authority",
    "localhost",
    "te",
    "trailers",
    "content-type",
    "application/grpc",
  ];
}

/** An envelope with one string or bytes field of `size` characters. */
function envelope(field: number, size: number): Buffer {
  const length: number[] = [];
  for (let rest = size; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  const message = Buffer.concat([
    Buffer.from([(field << 3) | 2, ...length]),
    Buffer.alloc(size, 0x61),
  ]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

const sizes = [1, 100, 16_384, 65_536, 1 << 20, 4 * 1024 * 1024 - 64];
const windows: readonly Partial<LocalSettings>[] = [
  {},
  { initialWindowSize: 0x7fff_ffff, connectionWindowSize: 0x7fff_ffff },
];

/** gRPC echo calls of every size, one after the other and at once. */
async function echoAll(port: number, path: string, field: number): Promise<void> {
  for (const settings of windows) {
    await withConnection(port, settings, async (connection) => {
      for (const size of sizes) {
        const sent = envelope(field, size);
        const got = await exchange(connection, grpcHead(path), sent);
        assert.ok(got.trailers.includes("grpc-status") && got.trailers.includes("0"));
        assert.ok(got.body.equals(sent), `${size} bytes`);
      }
      const many = Array.from({ length: 50 }, () =>
        exchange(connection, grpcHead(path), envelope(field, 600)),
      );
      assert.equal((await Promise.all(many)).length, 50);
    });
  }
  await withConnection(port, { initialWindowSize: 1 }, async (connection) => {
    const sent = envelope(field, 300);
    assert.ok(
      (await exchange(connection, grpcHead(path), sent)).body.equals(sent),
      "a window of 1 byte",
    );
  });
}

/** Waits until something listens on a port. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const probe = net.connect(port, "127.0.0.1", () => resolve(true));
      probe.once("error", () => resolve(false));
      probe.once("connect", () => probe.destroy());
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on ${port}`);
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function withProcess(
  file: string,
  words: (port: number) => readonly string[],
  use: (port: number) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const child: ChildProcess = spawn(file, words(port), { stdio: "ignore" });
  try {
    await listening(port);
    await use(port);
  } finally {
    child.kill();
    await new Promise((resolve) => child.once("exit", resolve));
  }
}

suite("h2: live servers", () => {
  test("node:http2: bodies of 0 bytes to 4 MiB, both ways, and 1,000 requests", async () => {
    const server = createServer();
    server.on("stream", (stream) => {
      stream.respond({ ":status": 200 });
      stream.pipe(stream);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const head = [":method", "POST", ":scheme", "http", ":path", "/", ":authority", "localhost"];
    for (const settings of windows) {
      await withConnection(port, settings, async (connection) => {
        for (const size of [0, ...sizes]) {
          const sent = Buffer.alloc(size, 7);
          assert.ok((await exchange(connection, head, sent)).body.equals(sent), `${size} bytes`);
        }
        for (let round = 0; round < 20; round++) {
          await Promise.all(
            Array.from({ length: 50 }, () => exchange(connection, head, Buffer.alloc(600))),
          );
        }
      });
    }
    await new Promise((resolve) => server.close(resolve));
  });

  test("@grpc/grpc-js: messages to 4 MiB, windows of 1 byte and of 2^31-1", async () => {
    const server = await startExampleServer({ port: 0 });
    try {
      await echoAll(server.port, "/library.v1.KitchenSinkService/Echo", 14);
    } finally {
      await server.stop();
    }
  });

  const grpcGo = process.env["DIGLOT_GRPC_GO"] ?? ".cache/peers/bin/echo-upstream";
  test("grpc-go: messages to 4 MiB, windows of 1 byte and of 2^31-1", {
    skip: existsSync(grpcGo) ? false : "no grpc-go server: `npm run bench:peers` obtains one",
  }, async () => {
    await withProcess(
      grpcGo,
      (port) => ["-listen", `127.0.0.1:${port}`],
      (port) => echoAll(port, "/bench.v1.BenchService/Echo", 1),
    );
  });

  const nghttpd = process.env["DIGLOT_NGHTTPD"] ?? "/usr/sbin/nghttpd";
  test("nghttpd: files of 0 bytes to 4 MiB", {
    skip: existsSync(nghttpd) ? false : "no nghttpd on this machine",
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "diglot-nghttpd-"));
    try {
      for (const size of [0, ...sizes])
        writeFileSync(join(folder, String(size)), Buffer.alloc(size, 5));
      await withProcess(
        nghttpd,
        (port) => ["--no-tls", "-a", "127.0.0.1", "-d", folder, String(port)],
        async (port) => {
          for (const settings of windows) {
            await withConnection(port, settings, async (connection) => {
              for (const size of [0, ...sizes]) {
                const head = [
                  ":method",
                  "GET",
                  ":scheme",
                  "http",
                  ":path",
                  `/${size}`,
                  ":authority",
                  "localhost",
                ];
                assert.equal(
                  (await exchange(connection, head, new Uint8Array(0))).body.length,
                  size,
                );
              }
            });
          }
        },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
