import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { policies } from "../../src/balancer/index.ts";
import { seededRandom } from "../../src/base/index.ts";
import { contextOf, type TestEndpoint, testEndpoints } from "./policy-contract.ts";

suite("round robin", () => {
  test("each endpoint is picked once in every round", () => {
    const endpoints = testEndpoints(4);
    const picker = policies.round_robin.create<TestEndpoint>(seededRandom(3));
    picker.update(endpoints);
    for (let round = 0; round < 5; round++) {
      const keys = endpoints.map((_, index) => picker.pick(contextOf(index))?.key);
      assert.deepEqual(keys.toSorted(), endpoints.map((endpoint) => endpoint.key).toSorted());
    }
  });

  test("endpoints that are not ready give up their turn without favouring a neighbour", () => {
    const endpoints = testEndpoints(6);
    for (const index of [1, 2, 3]) Object.assign(endpoints[index] ?? {}, { isReady: false });
    const picker = policies.round_robin.create<TestEndpoint>(seededRandom(3));
    picker.update(endpoints);
    const counts = new Map<string | undefined, number>();
    for (let i = 0; i < 300; i++) {
      const key = picker.pick(contextOf(i))?.key;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    assert.deepEqual([...counts.values()], [100, 100, 100]);
  });
});
