import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Balancer, BalancerOptions, PickContext } from "../../src/balancer/index.ts";
import {
  balancerOf,
  contextOf,
  countPicks,
  sum,
  type TestEndpoint,
  testEndpoints,
} from "./setup.ts";

const keyCount = 20_000;

/** Where each of many keys goes. */
function placesOf(balancer: Balancer<TestEndpoint>): readonly (TestEndpoint | undefined)[] {
  return Array.from({ length: keyCount }, (_, index) => balancer.pick(contextOf(index)));
}

/** Part of the keys whose place differs, of those that `counts` is true for. */
function movedOf(
  before: readonly (TestEndpoint | undefined)[],
  after: readonly (TestEndpoint | undefined)[],
  counts: (place: TestEndpoint | undefined) => boolean = () => true,
): number {
  const moved = before.filter((place, index) => counts(place) && place !== after[index]);
  return moved.length / keyCount;
}

interface Row {
  readonly name: "ring_hash" | "maglev";
  readonly options: Partial<BalancerOptions>;
  /** How far a share may be from its due, as a part of that. */
  readonly evenness: number;
  /** Part of the keys that may move beside those of the endpoint that goes or comes. */
  readonly besides: number;
}

const rows: readonly Row[] = [
  { name: "ring_hash", options: {}, evenness: 0.12, besides: 0 },
  { name: "maglev", options: {}, evenness: 0.05, besides: 0.02 },
];

for (const { name, options, evenness, besides } of rows) {
  suite(name, () => {
    test("the same key goes to the same endpoint, in every gateway and in any order of the endpoints", () => {
      const endpoints = testEndpoints(7);
      const places = placesOf(balancerOf(name, endpoints, options, 1));
      assert.deepEqual(placesOf(balancerOf(name, endpoints.toReversed(), options, 2)), places);
    });

    test("keys are spread evenly", () => {
      const endpoints = testEndpoints(10);
      const counts = countPicks(balancerOf(name, endpoints, options), endpoints, keyCount);
      for (const count of counts) {
        assert.ok(Math.abs(count / 2000 - 1) < evenness, `keys: ${counts.join()}`);
      }
    });

    test("keys are spread by weight", () => {
      const weights = [1, 2, 3, 4];
      const endpoints = testEndpoints(4);
      for (const [index, endpoint] of endpoints.entries()) endpoint.weight = weights[index] ?? 1;
      const counts = countPicks(balancerOf(name, endpoints, options), endpoints, keyCount);
      for (const [index, count] of counts.entries()) {
        const due = (keyCount * (weights[index] ?? 1)) / 10;
        assert.ok(Math.abs(count / due - 1) < 1.5 * evenness, `keys: ${counts.join()}`);
      }
    });

    for (const how of ["is lost", "leaves"] as const) {
      test(`when one of ten ${how}, its own keys move and ${besides * 100} % of the others at most`, () => {
        const endpoints = testEndpoints(10);
        const lost = endpoints[4];
        assert.ok(lost !== undefined);
        const balancer = balancerOf(name, endpoints, options);
        const before = placesOf(balancer);
        if (how === "is lost") lost.isReady = false;
        balancer.update(how === "is lost" ? endpoints : endpoints.filter((each) => each !== lost));
        const after = placesOf(balancer);
        assert.ok(!after.includes(lost));
        const own = movedOf(before, after, (place) => place === lost);
        assert.ok(Math.abs(own - 0.1) < 0.1 * evenness, `${own} of the keys were its own`);
        const others = movedOf(before, after, (place) => place !== lost);
        assert.ok(others <= besides, `${others} of the keys moved besides`);
        // What it had is shared by all, not taken over by a neighbour.
        const heirs = endpoints.map(
          (each) => after.filter((place, i) => place === each && before[i] === lost).length,
        );
        assert.ok(Math.max(...heirs) < 0.25 * sum(heirs), `heirs got ${heirs.join()}`);
        // And when it is back, all is as before.
        lost.isReady = true;
        balancer.update(endpoints);
        assert.deepEqual(placesOf(balancer), before);
      });
    }

    test(`when an eleventh joins, a part of 1/11 moves to it and ${besides * 100} % elsewhere at most`, () => {
      const endpoints = testEndpoints(11);
      const joining = endpoints[3];
      const balancer = balancerOf(
        name,
        endpoints.filter((each) => each !== joining),
        options,
      );
      const before = placesOf(balancer);
      balancer.update(endpoints);
      const after = placesOf(balancer);
      const taken = after.filter((place) => place === joining).length / keyCount;
      assert.ok(Math.abs(taken * 11 - 1) < evenness, `${taken} of the keys moved to it`);
      assert.ok(movedOf(before, after) - taken <= besides);
    });

    test("a key whose endpoint was tried goes to the same second one in every gateway", () => {
      const endpoints = testEndpoints(6);
      const second = (seed: number): readonly (string | undefined)[] => {
        const balancer = balancerOf(name, endpoints, options, seed);
        return Array.from({ length: 300 }, (_, index) => {
          const first = balancer.pick(contextOf(index));
          const tried = new Set(first === undefined ? [] : [first]);
          return balancer.pick(contextOf(index, { tried }))?.key;
        });
      };
      assert.deepEqual(second(1), second(2));
    });

    test("calls without a key go anywhere", () => {
      const endpoints = testEndpoints(4);
      const balancer = balancerOf(name, endpoints, options);
      const keyless = (): PickContext => contextOf(0, { hashKey: undefined });
      for (const count of countPicks(balancer, endpoints, 8000, keyless)) {
        assert.ok(Math.abs(count / 2000 - 1) < evenness, `${count} instead of 2000`);
      }
    });

    test("a key stays at its level while a second one takes part of the calls", () => {
      const endpoints = [...testEndpoints(10), ...testEndpoints(10, { priority: 1 })];
      for (const endpoint of endpoints.slice(0, 5)) endpoint.isHealthy = false;
      const places = placesOf(balancerOf(name, endpoints, options, 1));
      assert.deepEqual(placesOf(balancerOf(name, endpoints, options, 2)), places);
      const shareOfFirst = places.filter((place) => place?.priority === 0).length / keyCount;
      assert.ok(Math.abs(shareOfFirst - 0.7) < 0.02, `${shareOfFirst} instead of 0.7`);
    });
  });
}

suite("ring_hash with many endpoints", () => {
  test("has no more points than the maximum, and at least one of each endpoint", () => {
    const endpoints = testEndpoints(300);
    for (const endpoint of endpoints.slice(0, 3)) endpoint.weight = 10_000;
    const balancer = balancerOf("ring_hash", endpoints, { maximumRingSize: 4096 });
    const counts = countPicks(balancer, endpoints, 200_000);
    // The arc before a single point can be too short for any of these keys.
    assert.ok(counts.filter((count) => count > 0).length > 285);
  });

  test("moves at most twice the keys of one that leaves, when the maximum is reached", () => {
    const endpoints = testEndpoints(20);
    const balancer = balancerOf("ring_hash", endpoints, { maximumRingSize: 4096 });
    const before = placesOf(balancer);
    balancer.update(endpoints.slice(1));
    const moved = movedOf(before, placesOf(balancer));
    assert.ok(moved < 2.2 / 20, `${moved} of the keys moved`);
  });
});
