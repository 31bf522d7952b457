import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Address, EndpointSource } from "../../src/upstream/index.ts";
import {
  addresses,
  fakeCluster,
  gatewayFailureOf,
  specOf,
  type TestOptions,
  testCall,
  textOf,
} from "./setup.ts";

type SourceEvents = Parameters<EndpointSource["start"]>[0];

/** A source that a test speaks for. */
class FakeSource implements EndpointSource {
  readonly name = "dns:///library.internal:50051";
  events: SourceEvents | undefined = undefined;
  refreshes = 0;
  isStopped = false;

  start(events: SourceEvents): void {
    this.events = events;
  }

  refresh(): void {
    this.refreshes++;
  }

  stop(): void {
    this.isStopped = true;
  }

  find(found: readonly Address[]): void {
    this.events?.found(found.map(specOf));
  }
}

function discovering(overrides: TestOptions = {}) {
  const source = new FakeSource();
  const fake = fakeCluster({ endpoints: [], sources: [source], ...overrides });
  const states = (): string[] =>
    fake.cluster.status().endpoints.map(({ address, state }) => `${address} ${state}`);
  return { ...fake, source, states };
}

suite("endpoints that are discovered", () => {
  test("calls wait for the first answer", async () => {
    const { cluster, source, network } = discovering();
    const outcome = cluster.call(testCall());
    assert.equal(cluster.status().pending, 1);
    source.find(addresses(1));
    network.last.becomeReady();
    network.last.streams[0]?.answer();
    assert.equal(textOf(await outcome), "");
  });

  test("calls fail when there is no first answer, saying nothing of the name to the client", async () => {
    const { cluster, source, log } = discovering();
    const outcome = cluster.call(testCall());
    source.events?.failed("ENOTFOUND library.internal");
    const failure = gatewayFailureOf(await outcome);
    assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
    assert.ok(!failure.message.includes("internal"));
    assert.equal(failure.cause, "ENOTFOUND library.internal");
    assert.equal((await cluster.call(testCall())).ok, false, "and at once from then on");
    source.find(addresses(1));
    void cluster.call(testCall());
    assert.equal(cluster.status().pending, 1, "until there is an answer");
    assert.deepEqual(log, [
      "undiscovered dns:///library.internal:50051 ENOTFOUND library.internal",
      "discovered 1 of dns:///library.internal:50051",
    ]);
  });

  test("new ones are connected to as they come once calls have come", () => {
    const { cluster, source, network } = discovering();
    source.find(addresses(1));
    assert.equal(network.connections.length, 0);
    void cluster.call(testCall());
    assert.equal(network.connections.length, 1);
    source.find(addresses(3));
    assert.equal(network.connections.length, 3);
  });

  test("one that stays keeps its connection, and one that leaves finishes its calls first", async () => {
    const { cluster, source, network, states } = discovering();
    const [first, second, third] = addresses(3);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    source.find([first, second]);
    const outcomes = [cluster.call(testCall()), cluster.call(testCall())];
    for (const connection of network.connections) connection.becomeReady();
    void cluster.call(testCall());
    const leaving = network.connections.find(({ address }) => address === first);
    const busy = leaving?.streams.length ?? 0;
    assert.ok(busy > 0, "it has calls");
    source.find([second, third]);
    assert.deepEqual(states(), ["10.0.0.2:50051 ready", "10.0.0.3:50051 connecting"]);
    assert.equal(network.connections.length, 3, "the second one is not connected to again");
    for (let i = 0; i < 6; i++) void cluster.call(testCall());
    assert.equal(leaving?.streams.length, busy, "no new call goes to it");
    assert.equal(leaving.isClosed, false);
    for (const stream of network.streams) stream.answer();
    assert.ok((await Promise.all(outcomes)).every(({ ok }) => ok));
    assert.equal(leaving.isClosed, true);
  });

  test("those that leave before they were connected to are not waited for any more", async () => {
    const { cluster, source, network } = discovering();
    const [first, second, third] = addresses(3);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    source.find([first, second]);
    source.find([third]);
    const outcome = cluster.call(testCall());
    network.last.lose("ECONNREFUSED");
    assert.equal(cluster.status().pending, 0);
    assert.equal(gatewayFailureOf(await outcome).reason, "UPSTREAM_UNAVAILABLE");
  });

  test("of one that is told of twice, and is static too, there is one", () => {
    const source = new FakeSource();
    const { cluster } = fakeCluster({ endpoints: addresses(1), sources: [source] });
    source.find([...addresses(2), ...addresses(2)]);
    assert.equal(cluster.status().endpoints.length, 2);
  });

  test("an endpoint that cannot be connected to has the name asked for again", () => {
    const { cluster, source, network } = discovering();
    source.find(addresses(1));
    void cluster.call(testCall());
    network.last.lose("ECONNREFUSED");
    assert.equal(source.refreshes, 1);
  });

  test("the stop ends the source, and waits for those that have left the set", async () => {
    const { cluster, source, network, clock } = discovering();
    source.find(addresses(1));
    const outcome = cluster.call(testCall());
    network.last.becomeReady();
    const [stream] = network.streams;
    source.find([{ kind: "unix", path: "/run/other.sock" }]);
    let isStopped = false;
    const stopped = cluster.stop(5000).then(() => {
      isStopped = true;
    });
    await Promise.resolve();
    assert.equal(isStopped, false);
    stream?.answer();
    await outcome;
    for (const connection of network.connections) connection.lose(undefined);
    await stopped;
    assert.ok(source.isStopped);
    assert.equal(clock.timerCount, 0);
  });
});
