import assert from "node:assert/strict";
import type { ServerHttp2Stream } from "node:http2";
import { suite, test } from "node:test";
import { createCluster } from "../../src/upstream/index.ts";
import { type RunningServer, startHttp2 } from "../upstream/servers.ts";
import {
  envelope,
  fakeCluster,
  gatewayFailureOf,
  type TestOptions,
  testCall,
  testOptions,
  textOf,
} from "../upstream/setup.ts";
import { mayRepeat, retry } from "./upstream-rules.ts";

const order = testCall();
const question = testCall({ method: mayRepeat });

/** A cluster that has had an answer over its one connection, which is idle now. */
async function idleCluster(overrides: TestOptions = {}) {
  const fake = fakeCluster({ retry, ...overrides });
  const first = fake.cluster.call(order);
  fake.network.last.becomeReady();
  fake.network.last.streams[0]?.answer();
  await first;
  fake.clock.advance(60_000);
  return { ...fake, old: fake.network.last };
}

suite("U-14: an upstream that closes an idle connection at the moment of a call", () => {
  test("GOAWAY that has crossed the call on the way: it was not processed, so any call is sent again", async () => {
    const { cluster, network, old } = await idleCluster({ retry: undefined });
    const outcome = cluster.call(order);
    assert.equal(old.streams.length, 2);
    old.goAway(1);
    assert.notEqual(network.last, old);
    network.last.becomeReady();
    network.last.streams[0]?.answer(envelope("well"));
    assert.equal(textOf(await outcome), "well");
  });

  test("the end of the connection alone does not tell: what may be sent twice is sent again", async () => {
    const { cluster, network, clock, old } = await idleCluster();
    const outcome = cluster.call(question);
    old.lose(undefined);
    clock.advance(200);
    assert.notEqual(network.last, old);
    network.last.becomeReady();
    network.last.streams[0]?.answer(envelope("well"));
    assert.equal(textOf(await outcome), "well");
  });

  test("and what may do harm when sent twice is 503, and went up once", async () => {
    const { cluster, network, clock, old } = await idleCluster();
    const outcome = cluster.call(order);
    old.lose("ECONNRESET");
    clock.advance(60_000);
    const failure = gatewayFailureOf(await outcome);
    assert.equal(failure.reason, "UPSTREAM_RESET");
    assert.equal(failure.code, 14);
    assert.equal(network.streams.length, 2);
  });

  test("a call that comes behind the close opens a connection and fails nothing", async () => {
    const { cluster, network, old } = await idleCluster({ retry: undefined });
    old.lose(undefined);
    const outcome = cluster.call(order);
    network.last.becomeReady();
    network.last.streams[0]?.answer(envelope("well"));
    assert.equal(textOf(await outcome), "well");
  });

  const rows: readonly {
    readonly name: string;
    readonly close: (stream: ServerHttp2Stream) => void;
    readonly call: typeof order;
  }[] = [
    {
      name: "with GOAWAY, before the call was read",
      close: ({ session }) => {
        session?.goaway(0, 1);
        session?.destroy();
      },
      call: order,
    },
    { name: "without a word", close: ({ session }) => session?.destroy(), call: question },
  ];
  for (const { name, close, call } of rows) {
    test(`of a real server, ${name}: the client sees nothing of it`, async () => {
      let streams = 0;
      const server = await startHttp2((stream) => {
        if (++streams === 2) close(stream);
        else answer(stream);
      });
      const cluster = createCluster(testOptions({ retry, endpoints: [server.address] }));
      try {
        for (let i = 0; i < 3; i++) assert.equal(textOf(await cluster.call(call)), "well");
        assert.equal(streams, 4);
        assert.equal(server.connections(), 2);
      } finally {
        await end(cluster, server);
      }
    });
  }
});

function answer(stream: ServerHttp2Stream): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(envelope("well"));
}

async function end(cluster: { destroy(): void }, server: RunningServer): Promise<void> {
  cluster.destroy();
  await server.close();
}
