import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import * as grpc from "@grpc/grpc-js";
import { CancellationSource, ok, type Result, systemClock } from "../../src/base/index.ts";
import type { Failure, MessageStream, Reply } from "../../src/rpc/index.ts";
import { type Cluster, createCluster } from "../../src/upstream/index.ts";
import { type RunningServer, startGrpc, streamPath } from "./servers.ts";
import {
  createLatch,
  envelope,
  failureOf,
  gatewayFailureOf,
  replyOf,
  type TestOptions,
  testCall,
  testOptions,
  textOf,
} from "./setup.ts";

const open: { readonly cluster: Cluster; readonly server: RunningServer }[] = [];

after(async () => {
  for (const { cluster, server } of open) {
    cluster.destroy();
    await server.close();
  }
});

/** A cluster of one running server; both end with the file. */
function clusterOf(server: RunningServer, overrides: TestOptions = {}): Cluster {
  const cluster = createCluster(testOptions({ endpoints: [server.address], ...overrides }));
  open.push({ cluster, server });
  return cluster;
}

const echo: grpc.handleUnaryCall<Buffer, Buffer> = (call, callback) => callback(null, call.request);

suite("against @grpc/grpc-js", () => {
  for (const size of [0, 1, 16_379, 16_384, 65_536, 1_000_000, 4 * 1024 * 1024]) {
    test(`a message of ${size} bytes goes there and back`, async () => {
      const server = await startGrpc({ unary: echo }, { "grpc.max_receive_message_length": -1 });
      const cluster = clusterOf(server);
      const message = "x".repeat(size);
      const outcome = await cluster.call(
        testCall({ messages: { kind: "single", envelope: envelope(message) } }),
      );
      assert.ok(textOf(outcome) === message);
    });
  }

  test("metadata goes both ways, -bin as base64", async () => {
    const server = await startGrpc({
      unary: (call, callback) => {
        const initial = new grpc.Metadata();
        initial.set("x-seen", call.metadata.get("x-tenant").join());
        initial.set("seen-bin", call.metadata.get("trace-bin")[0] ?? Buffer.alloc(0));
        call.sendMetadata(initial);
        const trailing = new grpc.Metadata();
        trailing.set("x-cost", "3");
        callback(null, Buffer.from("ok"), trailing);
      },
    });
    const outcome = await clusterOf(server).call(
      testCall({ metadata: ["x-tenant", "a", "x-tenant", "b", "trace-bin", "AAEC/w=="] }),
    );
    const reply = replyOf(outcome);
    const names = reply.headers.filter((_, index) => index % 2 === 0 && _ !== "date");
    assert.deepEqual(names, ["x-seen", "seen-bin"]);
    assert.equal(reply.headers[reply.headers.indexOf("x-seen") + 1], "a, b");
    assert.equal(
      reply.headers[reply.headers.indexOf("seen-bin") + 1]?.replace(/=+$/, ""),
      "AAEC/w",
    );
    assert.deepEqual(reply.trailers(), ["x-cost", "3"]);
  });

  test("a status with message, details and metadata comes whole", async () => {
    const server = await startGrpc({
      unary: (_call, callback) => {
        const metadata = new grpc.Metadata();
        metadata.set("grpc-status-details-bin", Buffer.from([8, 5]));
        metadata.set("x-hint", "look elsewhere");
        callback({ code: grpc.status.NOT_FOUND, details: "kein Bücherregal", metadata });
      },
    });
    const failure = failureOf(await clusterOf(server).call(testCall()));
    assert.ok(failure.kind === "upstream");
    assert.equal(failure.code, 5);
    assert.equal(failure.message, "kein Bücherregal");
    assert.deepEqual(failure.details, Buffer.from([8, 5]));
    assert.ok(failure.trailers.includes("x-hint"));
  });

  test("a method that is not served is UNIMPLEMENTED", async () => {
    const server = await startGrpc({ unary: echo });
    const method = {
      path: "/library.v1.Library/Nope",
      clientStreaming: false,
      serverStreaming: false,
      isIdempotent: false,
    };
    const failure = failureOf(await clusterOf(server).call(testCall({ method })));
    assert.ok(failure.kind === "upstream");
    assert.equal(failure.code, 12);
  });

  test("compressed replies are understood", async () => {
    const server = await startGrpc({ unary: echo }, { "grpc.default_compression_algorithm": 2 });
    const message = "a shelf of books ".repeat(5000);
    const outcome = await clusterOf(server).call(
      testCall({ messages: { kind: "single", envelope: envelope(message) } }),
    );
    assert.ok(textOf(outcome) === message);
  });

  for (const size of [0, 1023, 1024, 100_000, 3_000_000]) {
    test(`§3: a request of ${size} bytes is read where the cluster compresses`, async () => {
      const server = await startGrpc({ unary: echo });
      const message = "x".repeat(size);
      const outcome = await clusterOf(server, { compression: "gzip" }).call(
        testCall({ messages: { kind: "single", envelope: envelope(message) } }),
      );
      assert.ok(textOf(outcome) === message);
    });
  }

  test("U-04: the server sees the deadline, and is told when it has passed", async () => {
    const cancelled = createLatch<number>();
    const server = await startGrpc({
      unary: (call) => {
        const seen = call.getDeadline();
        call.on("cancelled", () => cancelled.resolve(Number(seen) - Date.now()));
      },
    });
    const deadline = systemClock.now() + 150;
    const failure = failureOf(await clusterOf(server).call(testCall({ deadline })));
    // The server watches the deadline too, and its own status may come first.
    assert.equal(failure.code, 4);
    assert.ok((await cancelled.promise) < 10_000, "the server did not see the deadline");
  });

  test("U-22: the server is told when the client goes away", async () => {
    const source = new CancellationSource();
    const cancelled = createLatch();
    const server = await startGrpc({
      unary: (call) => {
        call.on("cancelled", () => cancelled.resolve());
        source.cancel();
      },
    });
    const outcome = await clusterOf(server).call(testCall({ cancellation: source }));
    assert.equal(gatewayFailureOf(outcome).reason, "CLIENT_CLOSED");
    await cancelled.promise;
  });

  test("U-13: many calls share the few streams that the server allows", async () => {
    let now = 0;
    let most = 0;
    const server = await startGrpc(
      {
        unary: (call, callback) => {
          most = Math.max(most, ++now);
          setImmediate(() => {
            now--;
            callback(null, call.request);
          });
        },
      },
      { "grpc.max_concurrent_streams": 5 },
    );
    const cluster = clusterOf(server, {
      overflow: { connections: 2, requests: 1000, pending: 1000, retries: 100 },
    });
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        cluster.call(testCall({ messages: { kind: "single", envelope: envelope(String(index)) } })),
      ),
    );
    assert.deepEqual(
      outcomes.map(textOf),
      outcomes.map((_, index) => String(index)),
    );
    assert.ok(most <= 10, `${most} at once`);
    assert.equal(cluster.status().endpoints[0]?.connections, 2);
  });

  test("a unix socket is an endpoint like any other", async () => {
    const folder = mkdtempSync(join(tmpdir(), "diglot-"));
    after(() => rmSync(folder, { recursive: true }));
    const server = await startGrpc({ unary: echo }, {}, join(folder, "library.sock"));
    assert.equal(textOf(await clusterOf(server).call(testCall())), "request");
  });

  test("U-11: a server that shuts down in order loses no call", async () => {
    const going = createLatch();
    let seen = 0;
    const server = await startGrpc({
      unary: (call, callback) => {
        seen++;
        void going.promise.then(() => callback(null, call.request));
      },
    });
    const cluster = clusterOf(server);
    const outcomes = Array.from({ length: 10 }, () => cluster.call(testCall()));
    await until(() => seen === 10);
    server.server.tryShutdown(() => undefined);
    going.resolve();
    for (const outcome of await Promise.all(outcomes)) assert.equal(textOf(outcome), "request");
    await cluster.stop(1000);
    assert.equal(cluster.status().endpoints[0]?.connections, 0);
  });

  test("stop ends the connection once the calls are over", async () => {
    const server = await startGrpc({ unary: echo });
    const cluster = clusterOf(server);
    const outcome = cluster.call(testCall());
    const stopped = cluster.stop(1000);
    assert.equal(textOf(await outcome), "request");
    await stopped;
    assert.equal(cluster.status().endpoints[0]?.connections, 0);
  });
});

suite("streams against @grpc/grpc-js", () => {
  const method = {
    path: streamPath,
    clientStreaming: true,
    serverStreaming: true,
    isIdempotent: false,
  };

  for (const compression of [undefined, "gzip"] as const) {
    test(`each message of the client is answered while the stream goes on, compression: ${compression ?? "none"}`, async () => {
      const server = await startGrpc({
        stream: (call) => {
          call.on("data", (message: Buffer) => call.write(message));
          call.on("end", () => call.end());
        },
      });
      const asked = ["one", "two", "x".repeat(3_000_000), ""];
      let next = 0;
      const messages: MessageStream = {
        next: () => {
          const text = asked[next++];
          return Promise.resolve(ok(text === undefined ? undefined : envelope(text)));
        },
        poll: () => undefined,
        cancel: () => undefined,
      };
      const cluster = clusterOf(server, { compression });
      const outcome = await cluster.call(
        testCall({ method, messages: { kind: "stream", stream: messages } }),
      );
      assert.ok((await readAll(outcome)).join() === asked.join());
      assert.equal(cluster.status().inFlight, 0);
    });
  }

  test("all of a long stream comes, in its order", async () => {
    const server = await startGrpc({
      stream: (call) => {
        for (let i = 0; i < 2000; i++) call.write(Buffer.from(String(i)));
        call.end();
      },
    });
    const texts = await readAll(await clusterOf(server).call(testCall({ method })));
    assert.deepEqual(
      texts,
      texts.map((_, index) => String(index)),
    );
    assert.equal(texts.length, 2000);
  });
});

/** The texts of all messages of a reply that streams. */
async function readAll(outcome: Result<Reply, Failure>): Promise<string[]> {
  const { messages } = replyOf(outcome);
  assert.ok(messages.kind === "stream");
  const texts: string[] = [];
  for (;;) {
    const next = await messages.stream.next();
    assert.ok(next.ok, `the stream has failed: ${next.ok ? "" : JSON.stringify(next.error)}`);
    if (next.value === undefined) return texts;
    texts.push(Buffer.from(next.value.subarray(5)).toString());
  }
}

/** Turns the event loop until `isSo`. */
async function until(isSo: () => boolean): Promise<void> {
  do {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  } while (!isSo());
}
