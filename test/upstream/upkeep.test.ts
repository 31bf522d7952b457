import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ErrorCode } from "../../src/h2/index.ts";
import type { UpkeepOptions } from "../../src/upstream/upkeep.ts";
import { gatewayFailureOf, sentCall, testCall, textOf } from "./setup.ts";

const never = Number.POSITIVE_INFINITY;

const upkeep: UpkeepOptions = {
  keepaliveMs: 10_000,
  keepaliveTimeoutMs: 5000,
  idleMs: never,
  maxAgeMs: never,
};

suite("keepalive", () => {
  test("U-03, U-27: a silent peer with calls in flight is given up within 15 s of its last byte", async () => {
    for (const lastByteAt of [0, 1, 2500, 4999]) {
      const { outcome, clock, network } = sentCall({}, { upkeep });
      clock.advance(lastByteAt);
      network.last.receivedChunks++;
      clock.advance(14_000 - 4000);
      assert.equal(network.last.isClosed, false, "it has had no chance to answer");
      clock.advance(5000);
      assert.equal(network.last.isClosed, true, `last byte at ${lastByteAt}`);
      const failure = gatewayFailureOf(await outcome);
      assert.equal(failure.reason, "UPSTREAM_RESET");
      assert.equal(failure.code, 14);
    }
  });

  test("a peer that answers keeps its calls", async () => {
    const { outcome, clock, network, stream } = sentCall({}, { upkeep });
    for (let i = 0; i < 600; i++) {
      clock.advance(1000);
      for (const acknowledge of network.last.pings.splice(0)) acknowledge();
    }
    assert.equal(network.last.isClosed, false);
    stream.answer();
    assert.equal(textOf(await outcome), "");
  });

  test("a long silence gets no more PINGs than gRPC servers allow: three, then one in five minutes", () => {
    const { clock, network } = sentCall({}, { upkeep });
    const pingedAt: number[] = [];
    for (let second = 1; second <= 1000; second++) {
      clock.advance(1000);
      for (const acknowledge of network.last.pings.splice(0)) {
        pingedAt.push(second);
        acknowledge();
      }
    }
    assert.ok((pingedAt[2] ?? 0) <= 40, `${pingedAt}`);
    const pauses = pingedAt.slice(3).map((at, index) => at - (pingedAt[index + 2] ?? 0));
    assert.ok(pauses.length >= 2 && pauses.every((pause) => pause >= 300), `${pingedAt}`);
  });

  test("a peer that sends is not asked", () => {
    const { clock, network } = sentCall({}, { upkeep });
    for (let i = 0; i < 100; i++) {
      clock.advance(1000);
      network.last.receivedChunks++;
    }
    assert.equal(network.last.pings.length, 0);
  });

  test("a connection without calls is not asked", () => {
    const { clock, network, stream } = sentCall({}, { upkeep });
    stream.answer();
    clock.advance(600_000);
    assert.equal(network.last.pings.length, 0);
    assert.equal(network.last.isClosed, false);
  });

  test("U-12: after GOAWAY with ENHANCE_YOUR_CALM the next connection is asked half as often", () => {
    const { cluster, clock, network } = sentCall({}, { upkeep });
    network.last.goAway(0, ErrorCode.ENHANCE_YOUR_CALM);
    void cluster.call(testCall());
    assert.equal(network.connections.length, 2);
    network.last.becomeReady();
    void cluster.call(testCall());
    clock.advance(9999);
    assert.equal(network.last.pings.length, 0, "half of the first interval was 5 s");
    clock.advance(1);
    assert.equal(network.last.pings.length, 1);
  });

  test("a closed connection leaves no timer", () => {
    const { cluster, clock } = sentCall({}, { upkeep });
    clock.advance(10_000);
    cluster.destroy();
    assert.equal(clock.timerCount, 0);
  });
});

suite("the age of a connection", () => {
  test("one without calls is closed after idle_timeout, and the next call opens another", () => {
    const { cluster, clock, network, stream } = sentCall(
      {},
      { upkeep: { ...upkeep, keepaliveMs: never, idleMs: 60_000 } },
    );
    clock.advance(120_000);
    assert.equal(network.last.isClosed, false, "it has a call");
    stream.answer();
    clock.advance(70_000);
    assert.equal(network.last.isClosed, true);
    assert.equal(cluster.status().endpoints[0]?.state, "idle");
    void cluster.call(testCall());
    assert.equal(network.connections.length, 2);
  });

  test("one that is too old is replaced before it is closed, and finishes its calls", async () => {
    const { cluster, clock, network, outcome, stream } = sentCall(
      {},
      { upkeep: { ...upkeep, keepaliveMs: never, maxAgeMs: 60_000 } },
    );
    const [old] = network.connections;
    while (network.connections.length === 1) clock.advance(1000);
    void cluster.call(testCall());
    assert.equal(old?.streams.length, 2, "the old one takes calls until the new one is ready");
    network.last.becomeReady();
    assert.equal(old.closeCalls, 1);
    assert.equal(old.isClosed, false);
    void cluster.call(testCall());
    assert.equal(old.streams.length, 2);
    assert.equal(network.last.streams.length, 1);
    stream.answer();
    assert.equal(textOf(await outcome), "");
  });

  test("one that cannot be replaced stays, and connecting is not tried without pause", () => {
    const { clock, network } = sentCall(
      {},
      { upkeep: { ...upkeep, keepaliveMs: never, maxAgeMs: 10_000 } },
    );
    const [old] = network.connections;
    for (let i = 0; i < 100; i++) {
      clock.advance(1000);
      if (network.last !== old) network.last.lose("ECONNREFUSED");
    }
    assert.equal(old?.isClosed, false);
    assert.ok(network.connections.length < 15, `${network.connections.length}`);
  });
});
