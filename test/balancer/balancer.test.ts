import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type PickContext, subsetKeyOf } from "../../src/balancer/index.ts";
import {
  balancerOf,
  contextOf,
  countPicks,
  sum,
  type TestEndpoint,
  testEndpoint,
  testEndpoints,
} from "./setup.ts";

/** Endpoints of several priorities: of each how many there are, how many of them healthy. */
function tiers(...sizes: readonly (readonly [count: number, healthy: number])[]): TestEndpoint[] {
  return sizes.flatMap(([count, healthy], priority) =>
    testEndpoints(count, { priority }).map((endpoint, index) => ({
      ...endpoint,
      isHealthy: index < healthy,
    })),
  );
}

/** In percent, of the picks that `counts` is true for. */
function percentOf(
  endpoints: readonly TestEndpoint[],
  counts: readonly number[],
  isCounted: (endpoint: TestEndpoint) => boolean,
): number {
  const counted = counts.filter((_, i) => endpoints[i] !== undefined && isCounted(endpoints[i]));
  return (100 * sum(counted)) / sum(counts);
}

suite("priorities", () => {
  // The tables of Envoy's "Priority levels", 100 endpoints a level.
  const rows = [
    { healthy: [100, 100], want: [100, 0] },
    { healthy: [72, 100], want: [100, 0] },
    { healthy: [71, 100], want: [99.4, 0.6] },
    { healthy: [50, 100], want: [70, 30] },
    { healthy: [25, 100], want: [35, 65] },
    { healthy: [0, 100], want: [0, 100] },
    { healthy: [25, 25], want: [50, 50] },
    { healthy: [25, 72, 100], want: [35, 65, 0] },
    { healthy: [25, 25, 100], want: [35, 35, 30] },
    { healthy: [25, 25, 20], want: [35.7, 35.7, 28.6] },
  ];
  for (const { healthy, want } of rows) {
    test(`${healthy.join(", ")} % healthy take ${want.join(", ")} % of the calls`, () => {
      const endpoints = tiers(...healthy.map((count) => [100, count] as const));
      const balancer = balancerOf("random", endpoints, { panicThreshold: 0 });
      const counts = countPicks(balancer, endpoints, 40_000);
      for (const [priority, due] of want.entries()) {
        const got = percentOf(endpoints, counts, (endpoint) => endpoint.priority === priority);
        assert.ok(due === 0 ? got === 0 : Math.abs(got - due) < 1, `${priority} got ${got} %`);
        const { share = 0 } = balancer.status()[priority] ?? {};
        assert.ok(Math.abs(100 * share - due) < 0.1, `share ${share}`);
      }
      assert.equal(
        percentOf(endpoints, counts, (endpoint) => !endpoint.isHealthy),
        0,
      );
    });
  }

  test("one that cannot be connected to counts as one that is not healthy", () => {
    const endpoints = tiers([10, 10], [10, 10]);
    for (const endpoint of endpoints.slice(0, 5)) endpoint.isReady = false;
    const counts = countPicks(balancerOf("round_robin", endpoints), endpoints, 20_000);
    const second = percentOf(endpoints, counts, (endpoint) => endpoint.priority === 1);
    assert.ok(Math.abs(second - 30) < 1, `${second} %`);
  });

  test("priorities may have gaps, and endpoints come in any order", () => {
    const endpoints = [testEndpoint("b", { priority: 9 }), testEndpoint("a", { priority: 3 })];
    assert.deepEqual(countPicks(balancerOf("round_robin", endpoints), endpoints, 10), [0, 10]);
  });

  test("a retry goes to a spare priority rather than where the call has been", () => {
    const endpoints = tiers([1, 1], [1, 1]);
    const [first, spare] = endpoints;
    const balancer = balancerOf("round_robin", endpoints);
    assert.ok(first !== undefined && balancer.pick(contextOf(0)) === first);
    assert.equal(balancer.pick(contextOf(0, { tried: new Set([first]) })), spare);
    assert.equal(balancer.pick(contextOf(0, { tried: new Set(endpoints) })), first);
  });
});

suite("panic", () => {
  const rows = [
    { name: "half of it healthy is not below a threshold of half", healthy: 5, want: 0 },
    { name: "less of it is: health is ignored", healthy: 4, want: 60 },
    { name: "nothing healthy is shared by all", healthy: 0, want: 100 },
  ];
  for (const { name, healthy, want } of rows) {
    test(`of one level: ${name}`, () => {
      const endpoints = tiers([10, healthy]);
      const balancer = balancerOf("round_robin", endpoints);
      const counts = countPicks(balancer, endpoints, 1000);
      assert.equal(
        percentOf(endpoints, counts, (endpoint) => !endpoint.isHealthy),
        want,
      );
      assert.equal(balancer.status()[0]?.isPanicking, healthy < 5);
    });
  }

  test("never picks one that is not ready", () => {
    const endpoints = tiers([4, 0]);
    Object.assign(endpoints[1] ?? {}, { isReady: false });
    const balancer = balancerOf("round_robin", endpoints);
    assert.deepEqual(countPicks(balancer, endpoints, 300), [100, 0, 100, 100]);
  });

  test("of a threshold of 0 never comes: nothing healthy is nothing to pick", () => {
    const balancer = balancerOf("round_robin", tiers([4, 0]), { panicThreshold: 0 });
    assert.equal(balancer.pick(contextOf(0)), undefined);
  });

  test("of a level does not come while the next one carries its calls", () => {
    const endpoints = tiers([10, 1], [10, 10]);
    const balancer = balancerOf("random", endpoints);
    const counts = countPicks(balancer, endpoints, 20_000);
    assert.equal(
      percentOf(endpoints, counts, (endpoint) => !endpoint.isHealthy),
      0,
    );
    assert.ok(Math.abs(percentOf(endpoints, counts, ({ priority }) => priority === 0) - 14) < 1);
  });

  test("of one level comes when all together cannot carry the calls, and leaves the other one alone", () => {
    // Envoy's row 5 % and 65 %: 7 and 91 of 98.
    const endpoints = tiers([100, 5], [100, 65]);
    const balancer = balancerOf("random", endpoints);
    assert.deepEqual(
      balancer.status().map(({ share, isPanicking }) => [Math.round(100 * share), isPanicking]),
      [
        [7, true],
        [93, false],
      ],
    );
    const counts = countPicks(balancer, endpoints, 40_000);
    const sick = percentOf(endpoints, counts, ({ isHealthy }) => !isHealthy);
    assert.ok(Math.abs(sick - 7.1 * 0.95) < 0.6, `${sick} %`);
  });

  test("of all levels gives each what it has endpoints for", () => {
    const endpoints = tiers([30, 3], [10, 1]);
    const counts = countPicks(balancerOf("random", endpoints), endpoints, 20_000);
    const first = percentOf(endpoints, counts, ({ priority }) => priority === 0);
    assert.ok(Math.abs(first - 75) < 1.2, `${first} %`);
  });

  test("ends when health returns", () => {
    const endpoints = tiers([4, 1]);
    const balancer = balancerOf("round_robin", endpoints);
    assert.equal(balancer.status()[0]?.isPanicking, true);
    Object.assign(endpoints[1] ?? {}, { isHealthy: true });
    balancer.update(endpoints);
    assert.deepEqual(countPicks(balancer, endpoints, 100), [50, 50, 0, 0]);
  });
});

suite("locality", () => {
  const zones = (own: number, others: number): TestEndpoint[] => [
    ...testEndpoints(10, { locality: "a" }).map((each, i) => ({ ...each, isReady: i < own })),
    ...testEndpoints(20).map((each, i) => ({
      ...each,
      key: `b${i}`,
      locality: i % 2 === 0 ? "b" : "",
      isReady: i < others,
    })),
  ];
  const rows = [
    { name: "the preferred one takes all calls", endpoints: zones(10, 20), want: 100 },
    { name: "it still does with enough of it ready", endpoints: zones(8, 20), want: 100 },
    { name: "the others take what it cannot carry", endpoints: zones(5, 20), want: 70 },
    { name: "the others take all when none of it is ready", endpoints: zones(0, 20), want: 0 },
    { name: "it takes all when no other is ready", endpoints: zones(2, 0), want: 100 },
  ];
  for (const { name, endpoints, want } of rows) {
    test(name, () => {
      const balancer = balancerOf("round_robin", endpoints, { preferredLocality: "a" });
      const counts = countPicks(balancer, endpoints, 20_000);
      const got = percentOf(endpoints, counts, ({ locality }) => locality === "a");
      assert.ok(want % 100 === 0 ? got === want : Math.abs(got - want) < 1, `${got} %`);
    });
  }

  test("without a preference each gets what it has endpoints for", () => {
    const endpoints = zones(10, 20);
    const counts = countPicks(balancerOf("round_robin", endpoints), endpoints, 3000);
    assert.ok(counts.every((count) => count === 100));
  });

  test("a priority counts before a locality", () => {
    const endpoints = [
      testEndpoint("near and later", { locality: "a", priority: 1 }),
      testEndpoint("far and first", { locality: "b", priority: 0 }),
    ];
    const balancer = balancerOf("round_robin", endpoints, { preferredLocality: "a" });
    assert.deepEqual(countPicks(balancer, endpoints, 10), [0, 10]);
    assert.deepEqual(balancer.status(), [
      { priority: 0, isPreferred: false, members: 1, available: 1, share: 1, isPanicking: false },
      { priority: 1, isPreferred: true, members: 1, available: 1, share: 0, isPanicking: false },
    ]);
  });
});

suite("subsets", () => {
  const subsetBy = ["version", "stage"];
  const make = (): TestEndpoint[] => [
    testEndpoint("one", { metadata: { version: "1", stage: "prod" } }),
    testEndpoint("two", { metadata: { version: "2", stage: "prod" } }),
    testEndpoint("two again", { metadata: { version: "2", stage: "prod", other: "x" } }),
    testEndpoint("canary", { metadata: { version: "2", stage: "canary" } }),
    testEndpoint("plain", { metadata: { version: "2" } }),
  ];
  const among = (metadata: Readonly<Record<string, string>>): ((index: number) => PickContext) => {
    const subset = subsetKeyOf(subsetBy, metadata);
    return (index) => contextOf(index, { subset });
  };

  test("a call stays among the endpoints with its values", () => {
    const endpoints = make();
    const balancer = balancerOf("round_robin", endpoints, { subsetBy });
    const count = (metadata: Readonly<Record<string, string>>): readonly number[] =>
      countPicks(balancer, endpoints, 100, among(metadata));
    assert.deepEqual(count({ version: "2", stage: "prod" }), [0, 50, 50, 0, 0]);
    assert.deepEqual(count({ version: "1", stage: "prod" }), [100, 0, 0, 0, 0]);
    assert.deepEqual(count({ version: "1", stage: "canary" }), [0, 0, 0, 0, 0]);
  });

  test("a call that names none goes to all", () => {
    const endpoints = make();
    const balancer = balancerOf("round_robin", endpoints, { subsetBy });
    assert.deepEqual(countPicks(balancer, endpoints, 100), [20, 20, 20, 20, 20]);
  });

  test("priorities, health and panic are those of the subset", () => {
    const endpoints = make();
    const [, two] = endpoints;
    const balancer = balancerOf("round_robin", endpoints, { subsetBy, panicThreshold: 0 });
    const context = among({ version: "2", stage: "prod" });
    assert.deepEqual(countPicks(balancer, endpoints, 10, context), [0, 5, 5, 0, 0]);
    Object.assign(two ?? {}, { isHealthy: false });
    balancer.update(endpoints);
    assert.deepEqual(countPicks(balancer, endpoints, 10, context), [0, 0, 10, 0, 0]);
  });

  test("an endpoint that changes its subset takes the calls of the new one only", () => {
    const endpoints = make();
    const [one] = endpoints;
    const balancer = balancerOf("round_robin", endpoints, { subsetBy });
    Object.assign(one ?? {}, { metadata: { version: "1", stage: "canary" } });
    balancer.update(endpoints);
    assert.equal(balancer.pick(among({ version: "1", stage: "prod" })(0)), undefined);
    assert.equal(balancer.pick(among({ version: "1", stage: "canary" })(0)), one);
  });

  test("values are told apart wherever one ends", () => {
    const keys = [
      subsetKeyOf(["a", "b"], { a: "x", b: "y,z" }),
      subsetKeyOf(["a", "b"], { a: "x,y", b: "z" }),
      subsetKeyOf(["a", "b"], { a: 'x","y', b: "z" }),
      subsetKeyOf(["a", "b"], { a: "x", b: "" }),
    ];
    assert.equal(new Set(keys).size, 4);
    assert.equal(subsetKeyOf(["toString"], {}), undefined);
  });
});
