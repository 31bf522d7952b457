import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { fakeCluster, gatewayFailureOf, testCall, textOf } from "./setup.ts";

suite("U-13: the peer limits concurrent streams", () => {
  test("another connection is opened once all are full, and calls wait for it", () => {
    const { cluster, network } = fakeCluster();
    network.maxStreams = 2;
    for (let i = 0; i < 5; i++) void cluster.call(testCall());
    network.last.becomeReady();
    assert.equal(network.connections.length, 2);
    assert.equal(cluster.status().pending, 3);
    network.last.becomeReady();
    assert.equal(network.connections.length, 3);
    assert.equal(cluster.status().pending, 1);
    network.last.becomeReady();
    assert.equal(cluster.status().pending, 0);
    assert.deepEqual(
      network.connections.map((connection) => connection.streams.length),
      [2, 2, 1],
    );
  });

  test("no more connections are opened than the overflow allows; calls wait for a stream to end", async () => {
    const { cluster, network } = fakeCluster({
      overflow: { connections: 1, requests: 10, pending: 10, retries: 100 },
    });
    network.maxStreams = 1;
    const outcomes = [1, 2, 3].map(() => cluster.call(testCall()));
    network.last.becomeReady();
    assert.equal(network.connections.length, 1);
    for (let i = 0; i < 3; i++) {
      assert.equal(network.streams.length, i + 1);
      network.streams[i]?.answer();
      assert.equal(textOf((await outcomes[i]) ?? assert.fail()), "");
    }
  });

  test("the queue is bounded", async () => {
    const { cluster, network } = fakeCluster({
      overflow: { connections: 1, requests: 10, pending: 2, retries: 100 },
    });
    network.maxStreams = 0;
    void cluster.call(testCall());
    network.last.becomeReady();
    void cluster.call(testCall());
    const failure = gatewayFailureOf(await cluster.call(testCall()));
    assert.equal(failure.reason, "UPSTREAM_QUEUE_FULL");
    assert.equal(failure.message, "too many requests wait for the upstream");
    assert.equal(cluster.status().pending, 2);
  });

  test("a failed attempt to grow does not disturb the connection that is there, and waits its backoff", () => {
    const { cluster, network, clock } = fakeCluster();
    network.maxStreams = 1;
    void cluster.call(testCall());
    network.last.becomeReady();
    void cluster.call(testCall());
    assert.equal(network.connections.length, 2);
    network.last.lose("refused");
    assert.equal(cluster.status().endpoints[0]?.state, "ready");
    void cluster.call(testCall());
    assert.equal(network.connections.length, 2);
    clock.advance(1300);
    void cluster.call(testCall());
    assert.equal(network.connections.length, 3);
  });
});

suite("O-04: calls in flight are bounded", () => {
  test("one call too many is refused at once and the others are not disturbed", async () => {
    const { cluster, network } = fakeCluster({
      overflow: { connections: 1, requests: 2, pending: 10, retries: 100 },
    });
    const outcomes = [1, 2].map(() => cluster.call(testCall()));
    const failure = gatewayFailureOf(await cluster.call(testCall()));
    assert.equal(failure.reason, "UPSTREAM_QUEUE_FULL");
    assert.equal(failure.message, "too many requests are in flight to the upstream");
    network.last.becomeReady();
    for (const stream of network.streams) stream.answer();
    for (const outcome of await Promise.all(outcomes)) assert.equal(textOf(outcome), "");
    const next = cluster.call(testCall());
    network.streams[2]?.answer();
    assert.equal(textOf(await next), "");
  });
});
