import {
  type BalancedEndpoint,
  type Balancer,
  type BalancerOptions,
  createBalancer,
  type PickContext,
  type PolicyName,
  policies,
} from "../../src/balancer/index.ts";
import { type Clock, seededRandom } from "../../src/base/index.ts";
import { plainBalancing } from "../support/balancing.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** An endpoint that a test can change. */
export interface TestEndpoint extends BalancedEndpoint {
  isReady: boolean;
  isHealthy: boolean;
  weight: number;
  locality: string;
  priority: number;
  metadata: Readonly<Record<string, string>>;
  readySince: number;
  inFlight: number;
}

/** An endpoint that is ready and healthy, unless `traits` say otherwise. */
export function testEndpoint(key: string, traits: Partial<TestEndpoint> = {}): TestEndpoint {
  return {
    key,
    isReady: true,
    isHealthy: true,
    weight: 1,
    locality: "",
    priority: 0,
    metadata: {},
    readySince: 0,
    inFlight: 0,
    ...traits,
  };
}

/** `count` endpoints that are ready and healthy, each with `traits`. */
export function testEndpoints(count: number, traits: Partial<TestEndpoint> = {}): TestEndpoint[] {
  const network = traits.priority ?? 0;
  return Array.from({ length: count }, (_, index) =>
    testEndpoint(`10.0.${network}.${index}:50051`, traits),
  );
}

/** A context as the `index`th call has it; every call another hash key. */
export function contextOf(index: number, more: Partial<PickContext> = {}): PickContext {
  return { hashKey: `key-${index}`, subset: undefined, tried: undefined, ...more };
}

/** A balancer of `endpoints`, as a cluster starts it. */
export function balancerOf(
  name: PolicyName,
  endpoints: readonly TestEndpoint[],
  options: Partial<BalancerOptions> = {},
  seed = 7,
  clock: Clock = new FakeClock(),
): Balancer<TestEndpoint> {
  const balancer = createBalancer<TestEndpoint>(
    policies[name],
    { ...plainBalancing, ...options },
    seededRandom(seed),
    clock,
  );
  balancer.update(endpoints);
  return balancer;
}

/** How often each endpoint is picked in `count` picks; 0 for those that are not. */
export function countPicks(
  balancer: Balancer<TestEndpoint>,
  endpoints: readonly TestEndpoint[],
  count: number,
  context: (index: number) => PickContext = contextOf,
): readonly number[] {
  const picks = new Map<TestEndpoint | undefined, number>();
  for (let i = 0; i < count; i++) {
    const picked = balancer.pick(context(i));
    picks.set(picked, (picks.get(picked) ?? 0) + 1);
  }
  return endpoints.map((endpoint) => picks.get(endpoint) ?? 0);
}

/** Pearson's statistic of `counts` against shares in the relation of `weights`. */
export function chiSquare(counts: readonly number[], weights: readonly number[]): number {
  const total = sum(counts);
  return sum(
    counts.map((count, index) => {
      const expected = (total * (weights[index] ?? 0)) / sum(weights);
      return (count - expected) ** 2 / expected;
    }),
  );
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
