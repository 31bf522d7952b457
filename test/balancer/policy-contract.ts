import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type Balancer, type PolicyName, policies } from "../../src/balancer/index.ts";
import { seededRandom } from "../../src/base/index.ts";
import { balancerOf, contextOf, countPicks, type TestEndpoint, testEndpoints } from "./setup.ts";

/** What every policy must do inside a balancer, whatever it balances by. */
export function policyContract(name: PolicyName): void {
  const isSpreading = policies[name].connects === "all";

  suite(`${name} keeps the contract of a balancing policy`, () => {
    test("nothing is picked from an empty set or when none is ready", () => {
      const balancer = balancerOf(name, []);
      assert.equal(balancer.pick(contextOf(0)), undefined);
      balancer.update(testEndpoints(3, { isReady: false }));
      assert.equal(balancer.pick(contextOf(0)), undefined);
    });

    test("only ready and healthy endpoints of the last update are picked, through any sequence of changes", () => {
      const change = fc.record({
        members: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 10 }),
        ready: fc.integer({ min: 0, max: 0x3ff }),
        healthy: fc.integer({ min: 0, max: 0x3ff }),
        weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 10, maxLength: 10 }),
        tried: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
        picks: fc.integer({ min: 1, max: 12 }),
      });
      fc.assert(
        fc.property(fc.integer(), fc.array(change, { maxLength: 20 }), (seed, changes) => {
          const all = testEndpoints(10);
          const options = { panicThreshold: 0, minimumRingSize: 8, tableSize: 101 };
          const balancer = balancerOf(name, [], options, seed);
          for (const { members, ready, healthy, weights, tried, picks } of changes) {
            for (const [index, endpoint] of all.entries()) {
              endpoint.isReady = (ready & (1 << index)) !== 0;
              endpoint.isHealthy = (healthy & (1 << index)) !== 0;
              endpoint.weight = weights[index] ?? 1;
            }
            const set = all.filter((_, index) => members.includes(index));
            balancer.update(set);
            const avoided = new Set(all.filter((_, index) => tried.includes(index)));
            assertPicks(balancer, set, avoided, picks);
          }
        }),
      );
    });

    test("a retry goes where the call has not been, until it has been everywhere", () => {
      const endpoints = testEndpoints(5);
      const balancer = balancerOf(name, endpoints);
      for (let call = 0; call < 200; call++) {
        const tried = new Set<TestEndpoint>();
        for (let attempt = 0; attempt < 5; attempt++) {
          const picked = balancer.pick(contextOf(call, { tried }));
          assert.ok(picked !== undefined && !tried.has(picked));
          tried.add(picked);
        }
        assert.ok(balancer.pick(contextOf(call, { tried })) !== undefined);
      }
    });

    test("a pick looks at few endpoints, however many there are and however few are ready", () => {
      let looks = 0;
      const watched = testEndpoints(5000).map(
        (endpoint, index) =>
          new Proxy(endpoint, {
            get(target, property, receiver) {
              looks++;
              if (property === "isReady") return index % 2500 === 2499;
              return Reflect.get(target, property, receiver) as unknown;
            },
          }),
      );
      const balancer = balancerOf(name, watched, { panicThreshold: 0 });
      const tried = new Set([watched[4999] as TestEndpoint]);
      looks = 0;
      for (let i = 0; i < 100; i++) {
        assert.equal(balancer.pick(contextOf(i, { tried })), watched[2499]);
        assert.ok(balancer.pick(contextOf(i)) !== undefined);
      }
      assert.ok(looks <= 200 * 32, `${looks} looks at endpoints in 200 picks`);
    });

    test("the same seed picks the same endpoints", () => {
      const endpoints = testEndpoints(6);
      const run = (): readonly (string | undefined)[] => {
        const balancer = balancerOf(name, endpoints, {}, 42);
        return Array.from({ length: 50 }, (_, index) => balancer.pick(contextOf(index))?.key);
      };
      assert.deepEqual(run(), run());
    });

    // What follows is for policies that use all endpoints.
    if (!isSpreading) return;

    test("equal endpoints get equal shares", () => {
      const endpoints = testEndpoints(5);
      const balancer = balancerOf(name, endpoints);
      for (const [index, count] of countPicks(balancer, endpoints, 20_000).entries()) {
        const share = count / 20_000;
        assert.ok(Math.abs(share - 0.2) < 0.02, `the ${index}th got ${share} instead of 0.2`);
      }
    });

    test("shares stay equal while another endpoint comes and goes", () => {
      const endpoints = testEndpoints(4);
      const flapping = endpoints[3];
      const balancer = balancerOf(name, endpoints, { tableSize: 251 });
      const picks = new Map<TestEndpoint, number>();
      for (let i = 0; i < 20_000; i++) {
        if (flapping !== undefined && i % 3 === 0) {
          flapping.isReady = !flapping.isReady;
          balancer.update(endpoints);
        }
        const picked = balancer.pick(contextOf(i));
        if (picked !== undefined) picks.set(picked, (picks.get(picked) ?? 0) + 1);
      }
      const steady = endpoints.slice(0, 3).map((endpoint) => picks.get(endpoint) ?? 0);
      const spread = Math.max(...steady) / Math.min(...steady);
      assert.ok(spread < 1.15, `steady endpoints got ${steady.join(", ")}`);
    });

    test("gateways that start together begin with different endpoints", () => {
      const endpoints = testEndpoints(8);
      const first = new Set<TestEndpoint | undefined>();
      for (let seed = 0; seed < 200; seed++) {
        first.add(balancerOf(name, endpoints, { tableSize: 251 }, seed).pick(contextOf(seed)));
      }
      assert.equal(first.size, 8);
    });

    test("one that fails all of its calls sends their retries to all others", () => {
      const endpoints = testEndpoints(8);
      const balancer = balancerOf(name, endpoints);
      const [failing] = endpoints;
      const random = seededRandom(3);
      const retries = new Map<TestEndpoint | undefined, number>();
      for (let call = 0; call < 16_000; call++) {
        const picked = balancer.pick(contextOf(call));
        if (picked === undefined || picked !== failing) continue;
        // Some time passes until a call has failed, and other calls come in between.
        for (let others = random() * 16; others > 1; others--) {
          balancer.pick(contextOf(20_000 + others));
        }
        const other = balancer.pick(contextOf(call, { tried: new Set([picked]) }));
        retries.set(other, (retries.get(other) ?? 0) + 1);
      }
      assert.equal(retries.size, 7);
      const [most, least] = [Math.max(...retries.values()), Math.min(...retries.values())];
      assert.ok(most < 3 * least, `the others got ${[...retries.values()].join(", ")} retries`);
    });
  });
}

/** Picks some times with and some times without `tried`, from a balancer of `set` that never panics. */
function assertPicks(
  balancer: Balancer<TestEndpoint>,
  set: readonly TestEndpoint[],
  tried: ReadonlySet<TestEndpoint>,
  times: number,
): void {
  const allowed = set.filter((endpoint) => endpoint.isReady && endpoint.isHealthy);
  const untried = allowed.filter((endpoint) => !tried.has(endpoint));
  for (let i = 0; i < times; i++) {
    assertPickedFrom(allowed, balancer.pick(contextOf(i)));
    const picked = balancer.pick(contextOf(i, { tried, hashKey: undefined }));
    assertPickedFrom(untried.length > 0 ? untried : allowed, picked);
  }
}

function assertPickedFrom(
  allowed: readonly TestEndpoint[],
  picked: TestEndpoint | undefined,
): void {
  if (allowed.length === 0) assert.equal(picked, undefined);
  else assert.ok(picked !== undefined && allowed.includes(picked));
}
