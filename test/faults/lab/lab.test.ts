import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, suite, test } from "node:test";
import { createCluster } from "../../../src/upstream/index.ts";
import { frame } from "../../h2/frames.ts";
import { deferred } from "../../support/deferred.ts";
import { gatewayFailureOf, testCall, testOptions, textOf } from "../../upstream/setup.ts";
import { startBackEnd } from "./back-end.ts";
import { CallCounter } from "./call-counter.ts";
import { type Sample, startLoad } from "./load.ts";
import { failedGets, formatTable } from "./report.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import type { Trouble } from "./trouble.ts";

const ends: (() => Promise<unknown>)[] = [];

after(async () => {
  for (const end of ends.toReversed()) await end();
});

/** A server of sockets and a proxy in front of it. */
async function proxied(
  onSocket: (socket: Socket) => void,
  onBytes: (connection: number, bytes: Buffer) => void = () => undefined,
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const targetPort = (server.address() as AddressInfo).port;
  const proxy = await startTcpProxy({ targetPort, onBytes });
  ends.push(async () => {
    await proxy.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return proxy;
}

async function connected(proxy: TcpProxy): Promise<Socket> {
  const socket = connect(proxy.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Waits until a connection has ended, in order or not. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
  });
}

/** Sends bytes, ends, and gives all that comes back. */
async function echoed(socket: Socket, bytes: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.end(bytes);
  await closed(socket);
  return Buffer.concat(chunks);
}

const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

suite("the proxy", () => {
  const rows: readonly { readonly name: string; readonly fault: TcpProxy["fault"] }[] = [
    { name: "nothing wrong", fault: { kind: "none" } },
    { name: "a delay", fault: { kind: "delay", delayMs: 5 } },
    { name: "a throttle", fault: { kind: "throttle", bytesPerSecond: 4_000_000 } },
  ];
  for (const { name, fault } of rows) {
    test(`every byte passes both ways, in order: ${name}`, async () => {
      const proxy = await proxied(echo);
      proxy.fault = fault;
      const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
      assert.deepEqual(await echoed(await connected(proxy), sent), sent);
    });
  }

  test("corrupt: as many bytes come, and not the same", async () => {
    const proxy = await proxied(echo);
    proxy.fault = { kind: "corrupt" };
    const sent = Buffer.from("what was sent");
    const came = await echoed(await connected(proxy), sent);
    assert.equal(came.length, sent.length);
    assert.notDeepEqual(came, sent);
  });

  test("drop: what is sent arrives nowhere, and the connection stands", async () => {
    const got: string[] = [];
    const [swallowed, arrived] = [deferred(), deferred()];
    const proxy = await proxied(
      (backEnd) =>
        backEnd.on("data", (bytes) => {
          got.push(String(bytes));
          arrived.resolve();
        }),
      () => swallowed.resolve(),
    );
    const socket = await connected(proxy);
    proxy.fault = { kind: "drop" };
    socket.write("lost");
    await swallowed.promise;
    proxy.fault = { kind: "none" };
    socket.write("hello");
    await arrived.promise;
    assert.deepEqual(got, ["hello"]);
  });

  test("half-open: the back end has lost the connection, the client keeps it, new ones are good", async () => {
    const lost = deferred();
    const proxy = await proxied((socket) => {
      socket.on("close", () => lost.resolve());
      echo(socket);
    });
    const old = await connected(proxy);
    old.write("x");
    await once(old, "data");
    proxy.fault = { kind: "half-open" };
    await lost.promise;
    old.write("into the void");
    const next = await connected(proxy);
    assert.equal(String(await echoed(next, Buffer.from("new"))), "new");
    assert.equal(old.destroyed, false);
  });

  test("reset: connections that stand and that come are reset", async () => {
    const proxy = await proxied(echo);
    const old = await connected(proxy);
    old.write("x");
    await once(old, "data");
    const errors: unknown[] = [];
    old.on("error", (error: NodeJS.ErrnoException) => errors.push(error.code));
    proxy.fault = { kind: "reset" };
    await closed(old);
    const next = connect(proxy.port, "127.0.0.1");
    next.on("error", (error: NodeJS.ErrnoException) => errors.push(error.code));
    await closed(next);
    assert.deepEqual(errors, ["ECONNRESET", "ECONNRESET"]);
  });

  test("a back end that refuses resets the client", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const targetPort = (server.address() as AddressInfo).port;
    server.close();
    await once(server, "close");
    const proxy = await startTcpProxy({ targetPort });
    ends.push(() => proxy.stop());
    const socket = connect(proxy.port, "127.0.0.1");
    const errors: unknown[] = [];
    socket.on("error", (error: NodeJS.ErrnoException) => errors.push(error.code));
    await closed(socket);
    assert.deepEqual(errors, ["ECONNRESET"]);
  });
});

test("calls are counted however their frames are cut", () => {
  const bytes = Buffer.concat([
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    frame(4, 0, 0, [0, 3, 0, 0, 0, 9]),
    frame(1, 4, 1, [0x82, 0x86]),
    frame(0, 1, 1, Buffer.alloc(300, 1)),
    frame(1, 4, 3, []),
    frame(6, 0, 0, Buffer.alloc(8, 1)),
  ]);
  for (const size of [1, 7, 9, 10, bytes.length]) {
    const counter = new CallCounter();
    for (let at = 0; at < bytes.length; at += size) counter.take(bytes.subarray(at, at + size));
    assert.equal(counter.calls, 2, `in pieces of ${size}`);
  }
});

test("the load tells answers, wrong ones and connections that end apart", async () => {
  let count = 0;
  const server = createHttp((request, response) => {
    request.on("data", () => undefined);
    request.on("end", () => {
      count++;
      if (count === 1) response.end("another one's answer");
      else if (count === 2) request.socket.destroy();
      else response.writeHead(503).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const load = startLoad({ port: (server.address() as AddressInfo).port, rate: 100, seconds: 0.1 });
  await load.finished;
  server.close();
  const outcomes = load.samples.map(({ outcome }) => outcome).toSorted();
  assert.deepEqual(outcomes, [...Array<string>(8).fill("503"), "closed", "wrong"]);
  assert.deepEqual(new Set(load.samples.map(({ method }) => method)), new Set(["GET", "POST"]));
});

test("the table tells failures by kind, and latencies of what was due since it went wrong", () => {
  const at = 1000;
  const sample = (
    dueAt: number,
    ms: number,
    outcome: string,
    method: Sample["method"],
  ): Sample => ({
    method,
    dueAt,
    endedAt: dueAt + ms,
    outcome,
  });
  const samples = [
    sample(0, 900, "200", "GET"),
    sample(1000, 5, "200", "GET"),
    sample(1001, 7, "503", "POST"),
    sample(1002, 6, "503", "POST"),
    sample(1003, 80, "closed", "POST"),
  ];
  const [, , row] = formatTable([
    { scenario: "killed", gateway: "Diglot", samples, at, figure: "well" },
  ]).split("\n");
  assert.deepEqual(
    row?.split("|").map((cell) => cell.trim()),
    ["", "killed", "Diglot", "5", "0", "2 × 503, 1 × closed", "6.0", "80.0", "80.0", "well", ""],
  );
  assert.equal(failedGets(samples), 0);
  assert.equal(failedGets([...samples, sample(0, 1, "504", "GET")]), 1);
});

suite("the back end", () => {
  const rows: readonly { readonly trouble: Trouble; readonly reason: string }[] = [
    { trouble: { kind: "reset", code: 2 }, reason: "UPSTREAM_RESET" },
    { trouble: { kind: "garbage" }, reason: "UPSTREAM_PROTOCOL_ERROR" },
    { trouble: { kind: "half-way" }, reason: "UPSTREAM_RESET" },
    { trouble: { kind: "crash" }, reason: "UPSTREAM_RESET" },
  ];

  test("answers until it is told otherwise, and does what it is told", async () => {
    const backEnd = await startBackEnd();
    ends.push(() => backEnd.kill());
    const port = await backEnd.listen(0);
    const endpoints = [{ kind: "tcp", host: "127.0.0.1", port } as const];
    for (const { trouble, reason } of rows) {
      const cluster = createCluster(testOptions({ endpoints, connectTimeoutMs: 5000 }));
      ends.push(() => Promise.resolve(cluster.destroy()));
      await backEnd.trouble({ kind: "goaway", afterCalls: 2 });
      for (let i = 0; i < 5; i++) assert.equal(textOf(await cluster.call(testCall())), "request");
      await backEnd.trouble({ kind: "delay", delayMs: 1 });
      assert.equal(textOf(await cluster.call(testCall())), "request");
      await backEnd.trouble(trouble);
      assert.equal(gatewayFailureOf(await cluster.call(testCall())).reason, reason);
    }
  });
});
