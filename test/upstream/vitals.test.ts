import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { subsetKeyOf } from "../../src/balancer/index.ts";
import type { OutlierOptions } from "../../src/health/index.ts";
import { Code } from "../../src/rpc/index.ts";
import type { CallBreakerOptions, HealthCheckOptions } from "../../src/upstream/vitals.ts";
import type { FakeStream } from "./fake-connection.ts";
import {
  addresses,
  envelope,
  type FakeCluster,
  fakeCluster,
  gatewayFailureOf,
  settle,
  specOf,
  type TestOptions,
  testCall,
  testOptions,
} from "./setup.ts";

const outlier: OutlierOptions = {
  consecutiveErrors: 5,
  intervalMs: 10_000,
  ejectForMs: 30_000,
  maxEjectForMs: 300_000,
  maxEjected: 0.1,
  successRate: undefined,
  failurePercentage: undefined,
};

const health: HealthCheckOptions = {
  probe: { kind: "grpc", service: "", watch: false },
  intervalMs: 5000,
  unhealthyIntervalMs: 5000,
  timeoutMs: 1000,
  jitter: 0,
  unhealthyAfter: 3,
  healthyAfter: 2,
  initial: "unhealthy",
};

const breaker: CallBreakerOptions = {
  errors: 0.5,
  windowMs: 10_000,
  minimum: 4,
  openForMs: 5000,
  halfOpenProbes: 1,
  codes: [Code.UNAVAILABLE],
  perEndpoint: false,
};

/** Sends calls; `reply` says what the streams of each connection get. */
async function drive(
  { cluster, network }: FakeCluster,
  calls: number,
  reply: (connection: number, stream: FakeStream) => void,
): Promise<number[]> {
  const taken = network.connections.map(() => 0);
  for (let i = 0; i < calls; i++) {
    const outcome = cluster.call(testCall());
    for (const [index, connection] of network.connections.entries()) {
      for (const stream of connection.streams) {
        if (stream.hasEnded || isCheck(stream)) continue;
        taken[index] = (taken[index] ?? 0) + 1;
        reply(index, stream);
      }
    }
    await outcome;
  }
  return taken;
}

function isCheck(stream: FakeStream): boolean {
  return stream.head.includes("/grpc.health.v1.Health/Check");
}

function ready(overrides: TestOptions, count = 3): FakeCluster {
  const fake = fakeCluster({ endpoints: addresses(count), ...overrides });
  void fake.cluster.call(testCall());
  for (const connection of fake.network.connections) connection.becomeReady();
  for (const stream of fake.network.streams) if (!isCheck(stream)) stream.answer();
  return fake;
}

suite("outliers", () => {
  test("U-17: an endpoint that fails five times in a row gets no calls for 30 s, and then again", async () => {
    const fake = ready({ outlier });
    const sick = (index: number, stream: FakeStream): void =>
      index === 0 ? stream.refuse(Code.UNAVAILABLE) : stream.answer();
    const before = await drive(fake, 30, sick);
    assert.equal(before[0], 5);
    assert.deepEqual(
      fake.log.filter((line) => line.startsWith("ejected")),
      ["ejected 10.0.0.1:50051 consecutiveErrors 30000"],
    );
    assert.equal(fake.cluster.status().endpoints[0]?.ejected, true);
    fake.clock.advance(30_000);
    const after = await drive(fake, 9, (_index, stream) => stream.answer());
    assert.deepEqual(after, [3, 3, 3]);
  });

  test("an answer such as NOT_FOUND is no failure of the endpoint", async () => {
    const fake = ready({ outlier });
    const taken = await drive(fake, 30, (_index, stream) => stream.refuse(Code.NOT_FOUND));
    assert.deepEqual(taken, [10, 10, 10]);
  });

  test("U-18: when half of the endpoints are out, all are used rather than the rest overloaded", async () => {
    const fake = ready({ outlier: { ...outlier, maxEjected: 1 } });
    await drive(fake, 60, (index, stream) =>
      index < 2 ? stream.refuse(Code.UNAVAILABLE) : stream.answer(),
    );
    const { endpoints } = fake.cluster.status();
    assert.deepEqual(
      endpoints.map(({ ejected }) => ejected),
      [true, true, false],
    );
    const taken = await drive(fake, 30, (_index, stream) => stream.answer());
    assert.deepEqual(taken, [10, 10, 10]);
  });
});

suite("health checks", () => {
  /** Answers every check that waits. */
  function check({ network }: FakeCluster, isServing: (index: number) => boolean): void {
    for (const [index, connection] of network.connections.entries()) {
      for (const stream of connection.streams) {
        if (stream.hasEnded || !isCheck(stream)) continue;
        // HealthCheckResponse: status 1 is SERVING, 2 NOT_SERVING.
        stream.answer(envelope(Uint8Array.of(0x08, isServing(index) ? 1 : 2)));
      }
    }
  }

  test("begin before the first call, and leave out who is not serving", async () => {
    const fake = fakeCluster({ endpoints: addresses(3), health });
    assert.equal(fake.network.connections.length, 3);
    for (const connection of fake.network.connections) connection.becomeReady();
    check(fake, (index) => index !== 0);
    await settle();
    const { endpoints } = fake.cluster.status();
    assert.deepEqual(
      endpoints.map(({ healthy }) => healthy),
      [false, true, true],
    );
    const taken = await drive(fake, 10, (_index, stream) => stream.answer());
    assert.deepEqual(taken, [0, 5, 5]);
  });

  test("U-20: one failed check takes nobody out, three do, and two that pass bring it back", async () => {
    const fake = fakeCluster({ endpoints: addresses(3), health });
    for (const connection of fake.network.connections) connection.becomeReady();
    const rounds = [true, false, true, false, false, false, true, true];
    const seen: (boolean | undefined)[] = [];
    for (const serving of rounds) {
      check(fake, (index) => index !== 0 || serving);
      await settle();
      seen.push(fake.cluster.status().endpoints[0]?.healthy);
      fake.clock.advance(5000);
    }
    assert.deepEqual(seen, [true, true, true, true, true, false, false, true]);
  });

  test("U-18: calls go on when nobody is healthy", async () => {
    const fake = fakeCluster({ endpoints: addresses(2), health });
    for (const connection of fake.network.connections) connection.becomeReady();
    check(fake, () => false);
    const taken = await drive(fake, 10, (_index, stream) => stream.answer());
    assert.deepEqual(taken, [5, 5]);
  });

  test("a stopped cluster leaves no timer", async () => {
    const fake = fakeCluster({ endpoints: addresses(2), health, outlier, breaker });
    for (const connection of fake.network.connections) connection.becomeReady();
    check(fake, () => true);
    await settle();
    fake.cluster.destroy();
    assert.equal(fake.clock.timerCount, 0);
  });
});

suite("the breaker", () => {
  test("refuses at once with 503 and retry-after while too many calls fail, and lets one through to probe", async () => {
    const fake = ready({ breaker }, 1);
    await drive(fake, 4, (_index, stream) => stream.refuse(Code.UNAVAILABLE));
    const sent = fake.network.streams.length;
    const failure = gatewayFailureOf(await fake.cluster.call(testCall()));
    assert.equal(failure.reason, "UPSTREAM_BREAKER_OPEN");
    assert.equal(failure.code, Code.UNAVAILABLE);
    assert.deepEqual(failure.headers, ["retry-after", "5"]);
    assert.equal(fake.network.streams.length, sent, "nothing went up");
    fake.clock.advance(5000);
    const probe = fake.cluster.call(testCall());
    assert.equal(fake.network.streams.length, sent + 1);
    assert.equal((await fake.cluster.call(testCall())).ok, false, "one probe at a time");
    fake.network.streams.at(-1)?.answer();
    assert.ok((await probe).ok);
    await drive(fake, 3, (_index, stream) => stream.answer());
    assert.equal(fake.cluster.status().breaker?.kind, "closed");
    fake.cluster.destroy();
  });

  test("NOT_FOUND never opens it", async () => {
    const fake = ready({ breaker }, 1);
    await drive(fake, 50, (_index, stream) => stream.refuse(Code.NOT_FOUND));
    assert.equal(fake.cluster.status().breaker?.kind, "closed");
  });

  test("of an endpoint sends its calls to the others, and fails at once when all are open", async () => {
    const fake = ready({ breaker: { ...breaker, perEndpoint: true } }, 3);
    await drive(fake, 30, (index, stream) =>
      index === 0 ? stream.refuse(Code.UNAVAILABLE) : stream.answer(),
    );
    const after = await drive(fake, 10, (_index, stream) => stream.answer());
    assert.equal(after[0], 0);
    await drive(fake, 100, (_index, stream) => stream.refuse(Code.UNAVAILABLE));
    const failure = gatewayFailureOf(await fake.cluster.call(testCall()));
    assert.equal(failure.reason, "UPSTREAM_BREAKER_OPEN");
    fake.cluster.destroy();
  });
});

suite("policies in a cluster", () => {
  const { balancing } = testOptions();

  test("pick_first connects to one, to the next after 250 ms or a failure, and drops who is not needed", async () => {
    const { cluster, network, clock } = fakeCluster({
      endpoints: addresses(3),
      policy: "pick_first",
    });
    const outcome = cluster.call(testCall());
    assert.equal(network.connections.length, 1);
    clock.advance(250);
    assert.equal(network.connections.length, 2, "the first one is slow");
    network.connections[1]?.becomeReady();
    assert.equal(network.connections[0]?.isClosed, true);
    assert.deepEqual(
      cluster.status().endpoints.map(({ state, failures }) => [state, failures]),
      [
        ["idle", 0],
        ["ready", 0],
        ["idle", 0],
      ],
    );
    network.connections[1]?.streams[0]?.answer();
    assert.ok((await outcome).ok);
    clock.advance(10_000);
    assert.equal(network.connections.length, 2, "and nobody else is connected to");
    network.connections[1]?.lose("reset");
    void cluster.call(testCall());
    assert.equal(network.connections.length, 3);
    network.last.lose("ECONNREFUSED");
    assert.equal(network.connections.length, 4, "the next at once");
  });

  test("a hash key leads to the same endpoint again, whatever the policy's turn", async () => {
    const fake = fakeCluster({ endpoints: addresses(5), policy: "ring_hash" });
    void fake.cluster.call(testCall());
    for (const connection of fake.network.connections) connection.becomeReady();
    for (const key of ["ada", "bob", "eve", "joe", "kim", "lea"]) {
      const counts = (): number[] => fake.network.connections.map(({ streams }) => streams.length);
      const before = counts();
      for (let i = 0; i < 20; i++) void fake.cluster.call(testCall({ hashKey: key }));
      const grown = counts().map((count, index) => count - (before[index] ?? 0));
      assert.deepEqual(
        grown.toSorted((a, b) => b - a),
        [20, 0, 0, 0, 0],
        key,
      );
    }
  });

  test("a subset's calls stay in it, and one that nobody is in fails at once", async () => {
    const endpoints = addresses(4).map((address, index) => ({
      ...specOf(address),
      metadata: { version: index < 2 ? "v1" : "v2" },
    }));
    const fake = ready({ endpoints, balancing: { ...balancing, subsetBy: ["version"] } }, 4);
    const subset = subsetKeyOf(["version"], { version: "v2" });
    const before = fake.network.connections.map(({ streams }) => streams.length);
    for (let i = 0; i < 10; i++) void fake.cluster.call(testCall({ subset }));
    const taken = fake.network.connections.map(
      ({ streams }, index) => streams.length - (before[index] ?? 0),
    );
    assert.deepEqual(taken, [0, 0, 5, 5]);
    const nobody = subsetKeyOf(["version"], { version: "v3" });
    const failure = gatewayFailureOf(await fake.cluster.call(testCall({ subset: nobody })));
    assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
  });

  test("endpoints of a later priority are used when the first are gone", async () => {
    const endpoints = addresses(3).map((address, index) => ({
      ...specOf(address),
      priority: index === 2 ? 1 : 0,
    }));
    const fake = ready({ endpoints });
    assert.deepEqual(await drive(fake, 10, (_index, stream) => stream.answer()), [5, 5, 0]);
    fake.network.connections[0]?.lose("gone");
    fake.network.connections[1]?.lose("gone");
    assert.deepEqual(
      (await drive(fake, 10, (_index, stream) => stream.answer())).slice(0, 3),
      [0, 0, 10],
    );
  });
});
