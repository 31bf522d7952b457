import assert from "node:assert/strict";
import type { ServerHttp2Stream } from "node:http2";
import { after, suite, test } from "node:test";
import type { Reason } from "../../src/rpc/index.ts";
import { type Cluster, createCluster } from "../../src/upstream/index.ts";
import { mayRepeat, retry } from "../faults/upstream-rules.ts";
import { closedPort, type RunningServer, startHttp2, startRaw } from "./servers.ts";
import {
  createLatch,
  envelope,
  gatewayFailureOf,
  replyOf,
  type TestOptions,
  testCall,
  testOptions,
  textOf,
} from "./setup.ts";

const open: { readonly cluster: Cluster; readonly servers: readonly RunningServer[] }[] = [];

after(async () => {
  for (const { cluster, servers } of open) {
    cluster.destroy();
    for (const server of servers) await server.close();
  }
});

/** A cluster of running servers; all end with the file. */
function clusterOf(servers: readonly RunningServer[], overrides: TestOptions = {}): Cluster {
  const endpoints = servers.map((server) => server.address);
  const cluster = createCluster(testOptions({ endpoints, ...overrides }));
  open.push({ cluster, servers });
  return cluster;
}

const grpcHead = { ":status": 200, "content-type": "application/grpc" };

/** Answers as an upstream that is well. */
function answer(stream: ServerHttp2Stream): void {
  stream.respond(grpcHead, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(envelope("well"));
}

suite("HTTP/2 upstreams that are not well", () => {
  const rows: readonly {
    readonly name: string;
    readonly answer: (stream: ServerHttp2Stream) => void;
    readonly reason: Reason;
    readonly code: number;
  }[] = [
    {
      name: "U-06: CANCEL before the head",
      answer: (stream) => stream.close(8),
      reason: "UPSTREAM_RESET",
      code: 14,
    },
    {
      name: "U-06: INTERNAL_ERROR before the head",
      answer: (stream) => stream.close(2),
      reason: "UPSTREAM_RESET",
      code: 14,
    },
    {
      name: "U-07: reset within the message",
      answer: (stream) => {
        stream.respond(grpcHead);
        stream.write(envelope("x".repeat(100)).subarray(0, 50), () =>
          stream.destroy(new Error("broken")),
        );
      },
      reason: "UPSTREAM_RESET",
      code: 14,
    },
    {
      name: "U-07: the connection breaks within the message",
      answer: (stream) => {
        stream.respond(grpcHead);
        stream.write(envelope("x".repeat(100)).subarray(0, 50), () => stream.session?.destroy());
      },
      reason: "UPSTREAM_RESET",
      code: 14,
    },
    {
      name: "U-09: the message and no trailers",
      answer: (stream) => {
        stream.respond(grpcHead);
        stream.end(envelope("x"));
      },
      reason: "UPSTREAM_PROTOCOL_ERROR",
      code: 13,
    },
    {
      name: "U-10: a page of HTML with 503",
      answer: (stream) => {
        stream.respond({ ":status": 503, "content-type": "text/html" });
        stream.end("<h1>No server is available</h1>");
      },
      reason: "UPSTREAM_NOT_GRPC",
      code: 14,
    },
    {
      name: "U-10: HTTP 200 and JSON",
      answer: (stream) => {
        stream.respond({ ":status": 200, "content-type": "application/json" });
        stream.end("{}");
      },
      reason: "UPSTREAM_NOT_GRPC",
      code: 2,
    },
    {
      name: "J-24: a message over the limit, without an end",
      answer: (stream) => {
        stream.respond(grpcHead);
        const prefix = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]);
        stream.write(prefix);
      },
      reason: "UPSTREAM_MESSAGE_TOO_LARGE",
      code: 13,
    },
  ];
  for (const row of rows) {
    test(row.name, async () => {
      const server = await startHttp2((stream, headers) => {
        if (headers["x-well"] === "yes") answer(stream);
        else row.answer(stream);
      });
      const cluster = clusterOf([server]);
      const failure = gatewayFailureOf(await cluster.call(testCall()));
      assert.equal(failure.reason, row.reason);
      assert.equal(failure.code, row.code);
      const next = await cluster.call(testCall({ metadata: ["x-well", "yes"] }));
      assert.equal(textOf(next), "well");
    });
  }

  test("U-05: REFUSED_STREAM is retried once and the client does not notice", async () => {
    let streams = 0;
    const server = await startHttp2((stream) => {
      if (++streams === 1) stream.close(7);
      else answer(stream);
    });
    assert.equal(textOf(await clusterOf([server]).call(testCall())), "well");
    assert.equal(streams, 2);
  });

  test("U-11: calls above the GOAWAY's last stream are replayed on a new connection", async () => {
    let streams = 0;
    const server = await startHttp2((stream) => {
      streams++;
      if (streams === 2) stream.session?.goaway(0, 1);
      if (streams !== 2) answer(stream);
    });
    const cluster = clusterOf([server]);
    const outcomes = await Promise.all([1, 2].map(() => cluster.call(testCall())));
    assert.deepEqual(outcomes.map(textOf), ["well", "well"]);
    assert.equal(server.connections(), 2);
  });

  test("U-15: one that closes after each call is connected to once a call", async () => {
    const server = await startHttp2((stream) => {
      answer(stream);
      stream.on("close", () => stream.session?.close());
    });
    const cluster = clusterOf([server]);
    for (let i = 0; i < 20; i++) assert.equal(textOf(await cluster.call(testCall())), "well");
    assert.ok(server.connections() <= 20, `${server.connections()} connections`);
    assert.ok((cluster.status().endpoints[0]?.connections ?? 0) <= 2);
  });

  test("U-23: a reply that drips ends at the deadline", async () => {
    const server = await startHttp2((stream) => {
      stream.respond(grpcHead);
      stream.write(Buffer.from([0, 0, 1, 0, 0]));
      const drip = setInterval(() => stream.write("\0"), 10);
      stream.on("close", () => clearInterval(drip));
    });
    const deadline = performance.now() + 120;
    const failure = gatewayFailureOf(await clusterOf([server]).call(testCall({ deadline })));
    assert.equal(failure.reason, "DEADLINE_EXCEEDED");
  });
});

test("U-24: a reader that does not read stops the upstream", async () => {
  const message = envelope(Buffer.alloc(64 * 1024));
  const stopped = createLatch();
  let written = 0;
  const server = await startHttp2((stream) => {
    stream.respond(grpcHead);
    const fill = (): void => {
      while (written < 400) {
        written++;
        if (!stream.write(message)) return;
      }
    };
    stream.on("drain", fill);
    stream.on("close", () => stopped.resolve());
    fill();
  });
  const cluster = clusterOf([server]);
  const method = {
    path: "/a.B/C",
    clientStreaming: false,
    serverStreaming: true,
    isIdempotent: false,
  };
  const { messages } = replyOf(await cluster.call(testCall({ method })));
  assert.ok(messages.kind === "stream");
  for (let i = 0; i < 20; i++) await messages.stream.next();
  for (let before = -1; before !== written; ) {
    before = written;
    await turns(500);
  }
  assert.ok(written >= 20 && written < 60, `${written} of 400 messages were written`);
  messages.stream.cancel();
  await stopped.promise;
  assert.equal(cluster.status().inFlight, 0);
});

/** Lets the event loop turn. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

suite("U-26: upstreams that do not speak HTTP/2", () => {
  const rows = [
    { name: "HTTP/1.1", bytes: "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n" },
    { name: "noise", bytes: "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4\xf3" },
    { name: "an SSH banner", bytes: "SSH-2.0-OpenSSH_9.6\r\n" },
    { name: "DATA on stream 0", bytes: "\0\0\0\x04\0\0\0\0\0\0\0\x01\0\0\0\0\0\0x" },
  ];
  for (const row of rows) {
    test(row.name, async () => {
      const ended = createLatch();
      const server = await startRaw((socket) => {
        socket.on("close", () => ended.resolve());
        socket.write(Buffer.from(row.bytes, "latin1"));
      });
      const cluster = clusterOf([server]);
      const failure = gatewayFailureOf(await cluster.call(testCall()));
      assert.equal(failure.code, 14);
      assert.doesNotMatch(failure.message, /127\.0\.0\.1/);
      await ended.promise;
      assert.equal(cluster.status().endpoints[0]?.state, "backoff");
    });

    test(`${row.name} from one of two: it is left alone, and the other has the calls`, async () => {
      const broken = await startRaw((socket) => {
        socket.write(Buffer.from(row.bytes, "latin1"));
      });
      const cluster = clusterOf([broken, await startHttp2(answer)], { retry });
      const call = testCall({ method: mayRepeat });
      for (let i = 0; i < 20; i++) assert.equal(textOf(await cluster.call(call)), "well");
      assert.equal(cluster.status().endpoints[0]?.state, "backoff");
      assert.ok(broken.connections() <= 2, `${broken.connections()} connections`);
    });
  }

  test("one that closes at once is refused", async () => {
    const server = await startRaw((socket) => socket.end());
    const cluster = clusterOf([server]);
    const failure = gatewayFailureOf(await cluster.call(testCall()));
    assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
    assert.equal(cluster.status().endpoints[0]?.state, "backoff");
  });

  test("U-03: one that accepts and never answers is given up after the connect timeout", async () => {
    const server = await startRaw(() => undefined);
    const cluster = clusterOf([server], { connectTimeoutMs: 50 });
    const failure = gatewayFailureOf(await cluster.call(testCall()));
    assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
    assert.match(failure.cause ?? "", /not ready within 50 ms$/);
  });
});

suite("endpoints that refuse", () => {
  test("U-02: a port that nobody listens on", async () => {
    const cluster = createCluster(testOptions({ endpoints: [await closedPort()] }));
    const failure = gatewayFailureOf(await cluster.call(testCall()));
    assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
    assert.match(failure.cause ?? "", /ECONNREFUSED/);
    cluster.destroy();
  });

  test("a unix socket that does not exist", async () => {
    const endpoints = [{ kind: "unix", path: "/nonexistent/diglot.sock" } as const];
    const cluster = createCluster(testOptions({ endpoints }));
    const failure = gatewayFailureOf(await cluster.call(testCall()));
    assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
    assert.match(failure.cause ?? "", /ENOENT/);
    cluster.destroy();
  });

  test("U-01: one of three", async () => {
    const servers = [await startHttp2(answer), await startHttp2(answer)];
    const endpoints = [await closedPort(), ...servers.map((server) => server.address)];
    const cluster = createCluster(testOptions({ endpoints }));
    open.push({ cluster, servers });
    for (let i = 0; i < 30; i++) assert.equal(textOf(await cluster.call(testCall())), "well");
    assert.equal(cluster.status().endpoints[0]?.state, "backoff");
  });
});
