import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { BalancedEndpoint, PickContext, Policy } from "../../src/balancer/index.ts";
import { seededRandom } from "../../src/base/index.ts";

/** An endpoint that a test can switch. */
export interface TestEndpoint extends BalancedEndpoint {
  isReady: boolean;
  inFlight: number;
}

/** `count` ready endpoints of weight 1. */
export function testEndpoints(count: number): TestEndpoint[] {
  return Array.from({ length: count }, (_, index) => testEndpoint(`10.0.0.${index}:50051`));
}

/** A ready endpoint of weight 1. */
function testEndpoint(key: string): TestEndpoint {
  return { key, isReady: true, weight: 1, locality: "", inFlight: 0 };
}

/** A context as the `index`th call has it; every call another hash key. */
export function contextOf(index: number): PickContext {
  return { hashKey: `key-${index}` };
}

/** What every policy must do, whatever it balances by. */
export function policyContract(name: string, policy: Policy): void {
  suite(`${name} keeps the contract of a balancing policy`, () => {
    test("nothing is picked before the first update", () => {
      assert.equal(policy.create(seededRandom(1)).pick(contextOf(0)), undefined);
    });

    test("nothing is picked from an empty set or when none is ready", () => {
      const picker = policy.create<TestEndpoint>(seededRandom(1));
      picker.update([]);
      assert.equal(picker.pick(contextOf(0)), undefined);
      picker.update(testEndpoints(3).map((endpoint) => ({ ...endpoint, isReady: false })));
      assert.equal(picker.pick(contextOf(0)), undefined);
    });

    test("only ready endpoints of the last update are picked, through any sequence of changes", () => {
      const change = fc.record({
        members: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 10 }),
        ready: fc.integer({ min: 0, max: 0x3ff }),
        picks: fc.integer({ min: 1, max: 12 }),
      });
      fc.assert(
        fc.property(fc.integer(), fc.array(change, { maxLength: 20 }), (seed, changes) => {
          const all = testEndpoints(10);
          const picker = policy.create<TestEndpoint>(seededRandom(seed));
          for (const { members, ready, picks } of changes) {
            for (const [index, endpoint] of all.entries()) {
              endpoint.isReady = (ready & (1 << index)) !== 0;
            }
            const set = all.filter((_, index) => members.includes(index));
            picker.update(set);
            const allowed = set.filter((endpoint) => endpoint.isReady);
            for (let i = 0; i < picks; i++) {
              assertPickedFrom(allowed, picker.pick(contextOf(i)));
            }
          }
        }),
      );
    });

    test("a pick looks at few endpoints, however many there are and however few are ready", () => {
      let looks = 0;
      const watched = testEndpoints(5000).map(
        (endpoint, index) =>
          new Proxy(endpoint, {
            get(target, property, receiver) {
              looks++;
              if (property === "isReady") return index === 4999;
              return Reflect.get(target, property, receiver) as unknown;
            },
          }),
      );
      const picker = policy.create<TestEndpoint>(seededRandom(1));
      picker.update(watched);
      looks = 0;
      for (let i = 0; i < 100; i++) assert.equal(picker.pick(contextOf(i)), watched[4999]);
      assert.ok(looks <= 100 * 32, `${looks} looks at endpoints in 100 picks`);
    });

    test("equal endpoints get equal shares", () => {
      const endpoints = testEndpoints(5);
      const picks = shares(policy, seededRandom(7), endpoints, 20_000);
      for (const endpoint of endpoints) {
        const share = (picks.get(endpoint) ?? 0) / 20_000;
        assert.ok(Math.abs(share - 0.2) < 0.03, `${endpoint.key} got ${share} instead of 0.2`);
      }
    });

    test("shares stay equal while another endpoint comes and goes", () => {
      const endpoints = testEndpoints(4);
      const flapping = endpoints[3];
      const picker = policy.create<TestEndpoint>(seededRandom(7));
      const picks = new Map<TestEndpoint, number>();
      for (let i = 0; i < 20_000; i++) {
        if (flapping !== undefined && i % 3 === 0) {
          flapping.isReady = !flapping.isReady;
          picker.update(endpoints);
        }
        const picked = picker.pick(contextOf(i));
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
        const picker = policy.create<TestEndpoint>(seededRandom(seed));
        picker.update(endpoints);
        first.add(picker.pick(contextOf(seed)));
      }
      assert.equal(first.size, 8);
    });

    test("the same seed picks the same endpoints", () => {
      const endpoints = testEndpoints(6);
      const run = (): readonly (string | undefined)[] => {
        const picker = policy.create<TestEndpoint>(seededRandom(42));
        picker.update(endpoints);
        return Array.from({ length: 50 }, (_, index) => picker.pick(contextOf(index))?.key);
      };
      assert.deepEqual(run(), run());
    });
  });
}

function assertPickedFrom(
  allowed: readonly TestEndpoint[],
  picked: TestEndpoint | undefined,
): void {
  if (allowed.length === 0) assert.equal(picked, undefined);
  else assert.ok(picked !== undefined && allowed.includes(picked));
}

/** How often each endpoint is picked in `count` picks. */
function shares(
  policy: Policy,
  random: () => number,
  endpoints: readonly TestEndpoint[],
  count: number,
): Map<TestEndpoint, number> {
  const picker = policy.create<TestEndpoint>(random);
  picker.update(endpoints);
  const picks = new Map<TestEndpoint, number>();
  for (let i = 0; i < count; i++) {
    const picked = picker.pick(contextOf(i));
    if (picked !== undefined) picks.set(picked, (picks.get(picked) ?? 0) + 1);
  }
  return picks;
}
