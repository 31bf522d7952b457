import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type PolicyName, policies } from "../../src/balancer/index.ts";
import {
  balancerOf,
  chiSquare,
  contextOf,
  countPicks,
  sum,
  type TestEndpoint,
  testEndpoints,
} from "./setup.ts";

/** Calls of `rate` a step that last `steps` of their endpoint; how many of them each endpoint got. */
function simulate(
  name: PolicyName,
  endpoints: readonly TestEndpoint[],
  rate: number,
  steps: readonly number[],
  choices = 2,
): readonly number[] {
  const balancer = balancerOf(name, endpoints, { choices });
  const ends = new Map<number, TestEndpoint[]>();
  const counts = endpoints.map(() => 0);
  for (let now = 0; now < 2000; now++) {
    for (const endpoint of ends.get(now) ?? []) endpoint.inFlight--;
    for (let i = 0; i < rate; i++) {
      const picked = balancer.pick(contextOf(now * rate + i));
      if (picked === undefined) continue;
      const index = endpoints.indexOf(picked);
      picked.inFlight++;
      counts[index] = (counts[index] ?? 0) + 1;
      const end = now + (steps[index] ?? 1);
      ends.set(end, [...(ends.get(end) ?? []), picked]);
    }
  }
  return counts;
}

suite("least request", () => {
  test("moves load from the slow one, where round robin does not", () => {
    const durations = [100, 10, 10, 10];
    const [slow = 0, ...fast] = simulate("least_request", testEndpoints(4), 4, durations);
    const [alike = 0] = simulate("round_robin", testEndpoints(4), 4, durations);
    assert.equal(alike, 2000);
    assert.ok(slow < 0.35 * (sum(fast) / 3), `the slow one got ${slow}, the fast ${fast.join()}`);
  });

  test("more choices move more of it", () => {
    const durations = [100, 10, 10, 10, 10, 10, 10, 10];
    const [two = 0] = simulate("least_request", testEndpoints(8), 8, durations, 2);
    const [eight = 0] = simulate("least_request", testEndpoints(8), 8, durations, 8);
    assert.ok(eight < 0.95 * two, `8 choices gave it ${eight}, 2 choices ${two}`);
  });

  test("one that hangs gets no more than it holds", () => {
    const endpoints = testEndpoints(4);
    Object.assign(endpoints[2] ?? {}, { inFlight: 1000 });
    assert.equal(countPicks(balancerOf("least_request", endpoints), endpoints, 4000)[2], 0);
  });

  test("with as many choices as endpoints it is always the least loaded", () => {
    const endpoints = testEndpoints(3);
    for (const [index, endpoint] of endpoints.entries()) endpoint.inFlight = [2, 1, 3][index] ?? 0;
    const counts = countPicks(
      balancerOf("least_request", endpoints, { choices: 3 }),
      endpoints,
      99,
    );
    assert.deepEqual(counts, [0, 99, 0]);
  });

  test("idle endpoints of different weights get calls in the relation of the weights", () => {
    const endpoints = testEndpoints(3);
    for (const [index, endpoint] of endpoints.entries()) endpoint.weight = [6, 3, 1][index] ?? 1;
    const counts = countPicks(balancerOf("least_request", endpoints), endpoints, 10_000);
    assert.ok(chiSquare(counts, [6, 3, 1]) < 13.8, counts.join());
  });

  const biases = [
    { bias: 0, name: "with bias 0 the load does not count", want: [5000, 5000] },
    { bias: 1, name: "with bias 1 one with a call in flight counts half", want: [3333, 6667] },
    { bias: 2, name: "with bias 2 one with a call in flight counts a quarter", want: [2000, 8000] },
  ];
  for (const { bias, name, want } of biases) {
    test(`where weights differ: ${name}`, () => {
      const endpoints = testEndpoints(3, { weight: 1000 });
      Object.assign(endpoints[0] ?? {}, { inFlight: 1 });
      Object.assign(endpoints[2] ?? {}, { weight: 1 });
      const balancer = balancerOf("least_request", endpoints, { activeRequestBias: bias });
      const [busy = 0, idle = 0] = countPicks(balancer, endpoints, 10_000);
      assert.ok(Math.abs(busy - (want[0] ?? 0)) < 50, `${busy} and ${idle}`);
    });
  }
});

suite("random", () => {
  test("shares are those of independent draws", () => {
    const endpoints = testEndpoints(10);
    const counts = countPicks(balancerOf("random", endpoints), endpoints, 100_000);
    const statistic = chiSquare(
      counts,
      counts.map(() => 1),
    );
    // Between them lie 99.8 % of runs with nine degrees of freedom: too even is not random either.
    assert.ok(statistic > 1.15 && statistic < 27.9, `chi-square ${statistic}`);
  });

  test("one pick says nothing of the next", () => {
    const endpoints = testEndpoints(4);
    const balancer = balancerOf("random", endpoints);
    const pairs = new Map<string, number>();
    let last = balancer.pick(contextOf(0));
    for (let i = 0; i < 32_000; i++) {
      const next = balancer.pick(contextOf(i));
      const pair = `${last?.key} ${next?.key}`;
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      last = next;
    }
    const counts = [...pairs.values()];
    assert.equal(counts.length, 16);
    assert.ok(
      chiSquare(
        counts,
        counts.map(() => 1),
      ) < 37.7,
    );
  });
});

suite("pick first", () => {
  test("connects to one", () => {
    const all = Object.entries(policies).filter(([, policy]) => policy.connects === "one");
    assert.deepEqual(
      all.map(([name]) => name),
      ["pick_first"],
    );
  });

  test("every call goes to the first that is ready, in the order of the cluster", () => {
    const endpoints = testEndpoints(4);
    Object.assign(endpoints[0] ?? {}, { isReady: false });
    const balancer = balancerOf("pick_first", endpoints);
    assert.deepEqual(countPicks(balancer, endpoints, 100), [0, 100, 0, 0]);
  });

  test("one that is back does not take the calls away again", () => {
    const endpoints = testEndpoints(3);
    const [first] = endpoints;
    const balancer = balancerOf("pick_first", endpoints);
    for (const isReady of [false, true]) {
      Object.assign(first ?? {}, { isReady });
      balancer.update(endpoints);
      assert.deepEqual(countPicks(balancer, endpoints, 10), [0, 10, 0]);
    }
    Object.assign(endpoints[1] ?? {}, { isReady: false });
    balancer.update(endpoints);
    assert.deepEqual(countPicks(balancer, endpoints, 10), [10, 0, 0]);
  });

  test("one of a later priority takes calls only when none before it can", () => {
    const endpoints = [...testEndpoints(3), ...testEndpoints(2, { priority: 1 })];
    for (const index of [0, 1]) Object.assign(endpoints[index] ?? {}, { isReady: false });
    const balancer = balancerOf("pick_first", endpoints);
    assert.deepEqual(countPicks(balancer, endpoints, 10), [0, 0, 10, 0, 0]);
    Object.assign(endpoints[2] ?? {}, { isHealthy: false });
    balancer.update(endpoints);
    assert.deepEqual(countPicks(balancer, endpoints, 10), [0, 0, 0, 10, 0]);
  });
});
