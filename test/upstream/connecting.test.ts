import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  addresses,
  fakeCluster,
  gatewayFailureOf,
  silentObserver,
  testCall,
  textOf,
} from "./setup.ts";

suite("a cluster connects when it is needed", () => {
  test("nothing is opened before the first call", () => {
    const { network, clock } = fakeCluster();
    assert.equal(network.connections.length, 0);
    assert.equal(clock.timerCount, 0);
  });

  test("the first call opens one connection to every endpoint and goes to the first that is ready", async () => {
    const { cluster, network } = fakeCluster({ endpoints: addresses(3) });
    const outcome = cluster.call(testCall());
    assert.equal(network.connections.length, 3);
    network.connections[1]?.becomeReady();
    network.connections[1]?.streams[0]?.answer();
    assert.equal(textOf(await outcome), "");
    assert.equal(cluster.status().endpoints[1]?.state, "ready");
    assert.equal(cluster.status().endpoints[0]?.state, "connecting");
  });

  test("calls that came while connecting are sent in their order", () => {
    const { cluster, network } = fakeCluster();
    for (const id of ["1", "2", "3"]) void cluster.call(testCall({ metadata: ["id", id] }));
    assert.equal(cluster.status().pending, 3);
    network.last.becomeReady();
    assert.deepEqual(
      network.streams.map((stream) => stream.head.at(-1)),
      ["1", "2", "3"],
    );
    assert.equal(cluster.status().pending, 0);
  });

  test("calls take turns over the ready endpoints", () => {
    const { cluster, network } = fakeCluster({ endpoints: addresses(3) });
    void cluster.call(testCall());
    for (const connection of network.connections) connection.becomeReady();
    for (let i = 0; i < 9; i++) void cluster.call(testCall());
    const counts = network.connections.map((connection) => connection.streams.length);
    assert.deepEqual(counts.toSorted(), [3, 3, 4]);
  });

  test("U-03: an upstream that is not ready in time is given up", async () => {
    const { cluster, network, clock, log } = fakeCluster();
    const outcome = cluster.call(testCall());
    clock.advance(999);
    assert.equal(cluster.status().endpoints[0]?.state, "connecting");
    clock.advance(1);
    const failure = gatewayFailureOf(await outcome);
    assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
    assert.equal(network.last.destroyedWith, "not ready within 1000 ms");
    assert.deepEqual(log, ["refused 10.0.0.1:50051 not ready within 1000 ms"]);
  });
});

suite("U-02: all endpoints refuse", () => {
  test("waiting calls fail at once, with retry-after and without an address", async () => {
    const { cluster, network } = fakeCluster({ endpoints: addresses(2) });
    const outcome = cluster.call(testCall());
    network.connections[0]?.lose("connect ECONNREFUSED 10.0.0.1:50051");
    assert.equal(cluster.status().pending, 1);
    network.connections[1]?.lose("connect ECONNREFUSED 10.0.0.2:50051");
    const failure = gatewayFailureOf(await outcome);
    assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
    assert.equal(failure.code, 14);
    assert.equal(failure.message, "no endpoint of the upstream can be reached");
    assert.equal(
      failure.cause,
      "10.0.0.1:50051: connect ECONNREFUSED 10.0.0.1:50051; 10.0.0.2:50051: connect ECONNREFUSED 10.0.0.2:50051",
    );
    assert.deepEqual(failure.headers, ["retry-after", "1"]);
  });

  test("calls fail fast during the backoff and none connects", async () => {
    const { cluster, network, clock } = fakeCluster();
    const first = cluster.call(testCall());
    network.last.lose("refused");
    await first;
    clock.advance(700);
    assert.equal(gatewayFailureOf(await cluster.call(testCall())).reason, "UPSTREAM_UNAVAILABLE");
    assert.equal(network.connections.length, 1);
  });

  test("after the backoff the next call connects again, and only then", async () => {
    const { cluster, network, clock } = fakeCluster();
    const first = cluster.call(testCall());
    network.last.lose("refused");
    await first;
    clock.advance(1300);
    assert.equal(network.connections.length, 1);
    assert.equal(cluster.status().endpoints[0]?.state, "idle");
    const second = cluster.call(testCall());
    network.last.becomeReady();
    network.last.streams[0]?.answer();
    assert.equal(textOf(await second), "");
    assert.equal(network.connections.length, 2);
  });

  test("the backoff grows by 1.6 with jitter of a fifth, up to its maximum", async () => {
    const delays: number[] = [];
    const observer = {
      ...silentObserver,
      refused: (_endpoint: string, _error: string, retryInMs: number) => delays.push(retryInMs),
    };
    const { cluster, network, clock } = fakeCluster({
      observer,
      backoff: { baseMs: 1000, maxMs: 5000 },
    });
    for (let i = 0; i < 8; i++) {
      const outcome = cluster.call(testCall());
      network.last.lose("refused");
      await outcome;
      clock.advance(7000);
    }
    const wanted = [1000, 1600, 2560, 4096, 5000, 5000, 5000, 5000];
    for (const [index, want] of wanted.entries()) {
      const delay = delays[index] ?? 0;
      assert.ok(delay >= want * 0.8 && delay <= want * 1.2, `wait ${index} was ${delay}`);
    }
    assert.equal(new Set(delays.slice(4)).size, 4, "no jitter");
  });
});

test("a connection that was of use ends the count of failures", async () => {
  const { cluster, network, clock } = fakeCluster();
  for (let i = 0; i < 3; i++) {
    const outcome = cluster.call(testCall());
    network.last.lose("refused");
    await outcome;
    clock.advance(10_000);
  }
  assert.equal(cluster.status().endpoints[0]?.failures, 3);
  const outcome = cluster.call(testCall());
  network.last.becomeReady();
  network.last.streams[0]?.answer();
  await outcome;
  network.last.lose(undefined);
  assert.equal(cluster.status().endpoints[0]?.failures, 0);
});

suite("U-01: one endpoint of three refuses", () => {
  test("calls go to the others and it is left alone until its backoff is over", async () => {
    const { cluster, network, clock } = fakeCluster({ endpoints: addresses(3) });
    const first = cluster.call(testCall());
    network.connections[0]?.lose("refused");
    network.connections[1]?.becomeReady();
    network.connections[2]?.becomeReady();
    network.streams[0]?.answer();
    assert.equal(textOf(await first), "");
    for (let i = 0; i < 10; i++) void cluster.call(testCall());
    assert.equal(network.connections.length, 3);
    assert.equal(network.streams.length, 11);
    clock.advance(1300);
    void cluster.call(testCall());
    assert.equal(network.connections.length, 4);
    assert.deepEqual(network.last.address, { kind: "tcp", host: "10.0.0.1", port: 50051 });
  });
});

suite("a connection ends", () => {
  test("when it was idle, the next call opens another", async () => {
    const { cluster, network, clock, log } = fakeCluster();
    const first = cluster.call(testCall());
    network.last.becomeReady();
    network.last.streams[0]?.answer();
    await first;
    clock.advance(60_000);
    network.last.lose(undefined);
    assert.equal(network.connections.length, 1);
    assert.equal(cluster.status().endpoints[0]?.state, "idle");
    void cluster.call(testCall());
    assert.equal(network.connections.length, 2);
    assert.deepEqual(log, ["connected 10.0.0.1:50051", "lost 10.0.0.1:50051 undefined"]);
  });

  test("one endpoint of two that has lost its connection is connected to by the next call", () => {
    const { cluster, network } = fakeCluster({ endpoints: addresses(2) });
    void cluster.call(testCall());
    for (const connection of network.connections) connection.becomeReady();
    for (const stream of network.streams) stream.answer();
    for (let i = 0; i < 4; i++) {
      void cluster.call(testCall());
      for (const stream of network.streams) if (!stream.hasEnded) stream.answer();
    }
    network.connections[0]?.lose("ECONNRESET");
    assert.equal(network.connections.length, 2);
    void cluster.call(testCall());
    assert.equal(network.connections.length, 3);
  });

  test("U-15: an upstream that closes after each call costs one connection a call and leaks none", async () => {
    const { cluster, network } = fakeCluster();
    for (let i = 0; i < 20; i++) {
      const outcome = cluster.call(testCall());
      network.last.becomeReady();
      network.last.streams[0]?.answer();
      await outcome;
      network.last.lose(undefined);
    }
    assert.equal(network.connections.length, 20);
    assert.equal(cluster.status().endpoints[0]?.connections, 0);
    assert.equal(cluster.status().endpoints[0]?.failures, 0);
  });

  test("U-26: one that breaks at its first call, unanswered, counts as a failed attempt", async () => {
    const { cluster, network, clock } = fakeCluster();
    const calls = [1, 2, 3].map(() => cluster.call(testCall()));
    network.last.becomeReady();
    clock.advance(5);
    network.last.lose("DATA on stream 0");
    for (const outcome of await Promise.all(calls)) {
      assert.equal(gatewayFailureOf(outcome).reason, "UPSTREAM_RESET");
    }
    assert.equal(cluster.status().endpoints[0]?.state, "backoff");
    await cluster.call(testCall());
    assert.equal(network.connections.length, 1);
  });

  test("one that has answered a call does not, however young it is", async () => {
    const { cluster, network, clock } = fakeCluster();
    const outcome = cluster.call(testCall());
    network.last.becomeReady();
    network.last.streams[0]?.answer();
    await outcome;
    clock.advance(5);
    network.last.lose("ECONNRESET");
    assert.equal(cluster.status().endpoints[0]?.state, "idle");
  });

  test("one that ends before it was of any use counts as a failed attempt", async () => {
    const { cluster, network, clock, log } = fakeCluster({
      overflow: { connections: 1, requests: 10, pending: 10, retries: 100 },
    });
    network.maxStreams = 0;
    const outcome = cluster.call(testCall());
    network.last.becomeReady();
    clock.advance(5);
    network.last.lose("closed by peer");
    assert.equal(gatewayFailureOf(await outcome).reason, "UPSTREAM_UNAVAILABLE");
    assert.equal(cluster.status().endpoints[0]?.state, "backoff");
    assert.equal(network.connections.length, 1);
    assert.equal(log.at(-1), "refused 10.0.0.1:50051 closed by peer");
  });
});

suite("U-11: GOAWAY", () => {
  test("calls in flight end on their connection and new ones go to a new one", async () => {
    const { cluster, network } = fakeCluster();
    const first = cluster.call(testCall());
    const old = network.last;
    old.becomeReady();
    old.goAway(2 ** 31 - 1);
    assert.equal(old.closeCalls, 1);
    const second = cluster.call(testCall());
    assert.equal(network.connections.length, 2);
    network.last.becomeReady();
    network.last.streams[0]?.answer();
    old.streams[0]?.answer();
    assert.equal(textOf(await first), "");
    assert.equal(textOf(await second), "");
    assert.equal(old.isClosed, true);
    assert.equal(cluster.status().endpoints[0]?.connections, 1);
  });

  test("calls above its last stream are sent again on a new connection", async () => {
    const { cluster, network } = fakeCluster();
    const outcomes = [1, 2, 3].map(() => cluster.call(testCall()));
    network.last.becomeReady();
    const old = network.last;
    old.goAway(1);
    assert.notEqual(network.last, old);
    network.last.becomeReady();
    assert.equal(network.last.streams.length, 2);
    for (const stream of network.streams) stream.answer();
    for (const outcome of await Promise.all(outcomes)) assert.equal(textOf(outcome), "");
  });

  test("an upstream that sends it on every new connection is not connected to without pause", async () => {
    const { cluster, network } = fakeCluster({
      overflow: { connections: 1, requests: 10, pending: 10, retries: 100 },
    });
    network.maxStreams = 0;
    const outcome = cluster.call(testCall());
    network.last.becomeReady();
    network.last.goAway(0);
    assert.equal(gatewayFailureOf(await outcome).reason, "UPSTREAM_UNAVAILABLE");
    assert.equal(network.connections.length, 1);
  });
});
