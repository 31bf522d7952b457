import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { FakeClock } from "../support/fake-clock.ts";
import { balancerOf, chiSquare, contextOf, countPicks, testEndpoints } from "./setup.ts";

suite("round robin", () => {
  test("each endpoint is picked once in every round", () => {
    const endpoints = testEndpoints(4);
    const balancer = balancerOf("round_robin", endpoints);
    for (let round = 0; round < 5; round++) {
      assert.deepEqual(countPicks(balancer, endpoints, 4), [1, 1, 1, 1]);
    }
  });

  test("weights are not heeded", () => {
    const endpoints = testEndpoints(4).map((endpoint, index) => ({
      ...endpoint,
      weight: 1 + index,
    }));
    assert.deepEqual(countPicks(balancerOf("round_robin", endpoints), endpoints, 8), [2, 2, 2, 2]);
  });

  test("endpoints that are not ready give up their turn without favouring a neighbour", () => {
    const endpoints = testEndpoints(6);
    for (const index of [1, 2, 3]) Object.assign(endpoints[index] ?? {}, { isReady: false });
    const balancer = balancerOf("round_robin", endpoints);
    assert.deepEqual(countPicks(balancer, endpoints, 300), [100, 0, 0, 0, 100, 100]);
  });
});

suite("weighted round robin", () => {
  test("turns are in the relation of the weights, in every round exactly", () => {
    const weights = [5, 3, 1, 1];
    const endpoints = testEndpoints(4);
    for (const [index, endpoint] of endpoints.entries()) endpoint.weight = weights[index] ?? 1;
    const balancer = balancerOf("weighted_round_robin", endpoints);
    for (let round = 1; round <= 20; round++) {
      const counts = countPicks(balancer, endpoints, 10);
      for (const [index, count] of counts.entries()) {
        assert.ok(Math.abs(count - (weights[index] ?? 0)) <= 1, `round ${round}: ${counts.join()}`);
      }
    }
  });

  test("a heavy endpoint's turns lie evenly between the others'", () => {
    const endpoints = testEndpoints(3);
    Object.assign(endpoints[0] ?? {}, { weight: 2 });
    const balancer = balancerOf("weighted_round_robin", endpoints);
    let [inRow, longest] = [0, 0];
    for (let i = 0; i < 1000; i++) {
      inRow = balancer.pick(contextOf(i)) === endpoints[0] ? inRow + 1 : 0;
      longest = Math.max(longest, inRow);
    }
    assert.ok(longest <= 2, `${longest} turns in a row`);
  });

  test("first turns of many gateways are in the relation of the weights too", () => {
    const weights = [6, 3, 1];
    const counts = [0, 0, 0];
    for (let seed = 0; seed < 3000; seed++) {
      const endpoints = testEndpoints(3);
      for (const [index, endpoint] of endpoints.entries()) endpoint.weight = weights[index] ?? 1;
      const balancer = balancerOf("weighted_round_robin", endpoints, {}, seed);
      const picked = balancer.pick(contextOf(0));
      for (const [index, endpoint] of endpoints.entries()) {
        if (endpoint === picked) counts[index] = (counts[index] ?? 0) + 1;
      }
    }
    // 13.8 is passed by one of a thousand runs with two degrees of freedom.
    assert.ok(chiSquare(counts, weights) < 13.8, `first turns ${counts.join()}`);
  });

  test("those that stay keep their shares while another one comes and goes", () => {
    const endpoints = testEndpoints(3);
    for (const [index, endpoint] of endpoints.entries()) endpoint.weight = [4, 2, 2][index] ?? 1;
    const [, , flapping] = endpoints;
    const balancer = balancerOf("weighted_round_robin", endpoints);
    const counts = [0, 0];
    for (let i = 0; i < 12_000; i++) {
      if (flapping !== undefined && i % 2 === 0) {
        flapping.isReady = !flapping.isReady;
        balancer.update(endpoints);
      }
      const picked = balancer.pick(contextOf(i));
      if (picked === endpoints[0]) counts[0] = (counts[0] ?? 0) + 1;
      if (picked === endpoints[1]) counts[1] = (counts[1] ?? 0) + 1;
    }
    const relation = (counts[0] ?? 0) / (counts[1] ?? 1);
    assert.ok(Math.abs(relation - 2) < 0.05, `relation ${relation}`);
  });
});

suite("slow start", () => {
  for (const name of ["round_robin", "weighted_round_robin", "least_request"] as const) {
    test(`${name}: an endpoint that has become ready gets a tenth of its share at first, then ever more`, () => {
      const clock = new FakeClock();
      clock.advance(100_000);
      const endpoints = testEndpoints(4);
      const [late] = endpoints;
      Object.assign(late ?? {}, { readySince: clock.now() });
      const balancer = balancerOf(name, endpoints, { slowStartMs: 30_000 }, 7, clock);
      const shareNow = (): number => {
        const [own = 0, ...others] = countPicks(balancer, endpoints, 8000);
        return own / (others.reduce((total, count) => total + count, 0) / 3);
      };
      for (const [elapsed, want] of [
        [0, 0.1],
        [6000, 0.2],
        [9000, 0.5],
        [13_500, 0.95],
        [1500, 1],
      ] as const) {
        clock.advance(elapsed);
        const share = shareNow();
        assert.ok(Math.abs(share - want) < 0.06, `${share} instead of ${want}`);
      }
    });
  }

  test("a cluster that starts as a whole is not slowed", () => {
    const clock = new FakeClock();
    const endpoints = testEndpoints(4, { readySince: clock.now() });
    const balancer = balancerOf("round_robin", endpoints, { slowStartMs: 30_000 }, 7, clock);
    assert.deepEqual(countPicks(balancer, endpoints, 400), [100, 100, 100, 100]);
  });

  test("the clock is asked no more once every weight is full", () => {
    let asked = 0;
    class CountingClock extends FakeClock {
      override now(): number {
        asked++;
        return super.now();
      }
    }
    const clock = new CountingClock();
    const endpoints = testEndpoints(4, { readySince: clock.now() });
    const balancer = balancerOf("round_robin", endpoints, { slowStartMs: 5000 }, 7, clock);
    clock.advance(5000);
    balancer.pick(contextOf(0));
    asked = 0;
    countPicks(balancer, endpoints, 100);
    assert.equal(asked, 0);
  });
});
