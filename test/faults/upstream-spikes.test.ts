import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { FakeStream } from "../upstream/fake-connection.ts";
import { addresses, fakeCluster, type TestOptions, testCall } from "../upstream/setup.ts";
import { mayRepeat, outlier, retry } from "./upstream-rules.ts";

const endpoints = 3;
const usualMs = 10;
const spikeMs = 1000;
const callEveryMs = 5;
const intervalMs = 10_000;

/** Calls in the share that each endpoint gets in one interval, by the time an endpoint takes. */
type Simulation = (latencyMs: readonly number[]) => readonly number[];

/** A cluster whose endpoints take their time, under a steady load, while its clock goes on. */
function simulate(overrides: TestOptions): Simulation {
  const { cluster, network, clock } = fakeCluster({
    endpoints: addresses(endpoints),
    ...overrides,
  });
  const call = testCall({ method: mayRepeat });
  void cluster.call(call);
  for (const connection of network.connections) {
    connection.maxStreams = 10_000;
    connection.becomeReady();
  }
  for (const stream of network.streams) stream.answer();
  const seen: number[] = network.connections.map(({ streams }) => streams.length);
  return (latencyMs) => {
    const taken = seen.map(() => 0);
    for (let now = 0; now < intervalMs; now += callEveryMs) {
      void cluster.call(call);
      for (const [index, { streams }] of network.connections.entries()) {
        for (const stream of streams.slice(seen[index])) {
          taken[index] = (taken[index] ?? 0) + 1;
          clock.setTimer(latencyMs[index] ?? 0, () => answer(stream));
        }
        seen[index] = streams.length;
      }
      clock.advance(callEveryMs);
    }
    const all = taken.reduce((sum, count) => sum + count, 0);
    return taken.map((count) => count / all);
  };
}

function answer(stream: FakeStream): void {
  if (!stream.hasEnded) stream.answer();
}

suite("U-16: one of three takes a hundred times as long as before", () => {
  const rows: readonly { readonly name: string; readonly options: TestOptions }[] = [
    { name: "least_request", options: { policy: "least_request" } },
    {
      name: "round_robin with a time for each try, and ejection",
      options: { outlier, retry: { ...retry, perTryMs: 250 } },
    },
  ];
  for (const { name, options } of rows) {
    test(`at least 80 % of its share have moved within two intervals: ${name}`, () => {
      const interval = simulate(options);
      const [before = 0] = interval([usualMs, usualMs, usualMs]);
      assert.ok(Math.abs(before - 1 / endpoints) < 0.05, `${before} of the calls before`);
      interval([spikeMs, usualMs, usualMs]);
      const [after = 1] = interval([spikeMs, usualMs, usualMs]);
      assert.ok(after <= before * 0.2, `${after} of the calls after, ${before} before`);
    });
  }

  test("round_robin alone leaves it all, so that the above proves something", () => {
    const interval = simulate({});
    const [after = 0] = interval([spikeMs, usualMs, usualMs]);
    assert.ok(Math.abs(after - 1 / endpoints) < 0.05, `${after}`);
  });
});
