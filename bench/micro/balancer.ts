// Nanoseconds for one pick, by policy and number of endpoints, and what an update costs: node --import tsx bench/micro/balancer.ts

import process from "node:process";
import {
  type BalancedEndpoint,
  type Balancer,
  createBalancer,
  type PickContext,
  type PolicyName,
  policies,
} from "../../src/balancer/index.ts";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import { plainBalancing } from "../../test/support/balancing.ts";

function endpointsOf(count: number, priorities: number): BalancedEndpoint[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `10.0.${index >> 8}.${index & 255}:50051`,
    isReady: true,
    // Half of each priority, so that calls go to several.
    isHealthy: priorities === 1 || (index >> 1) % 2 === 0,
    weight: 1 + (index % 3),
    locality: "",
    priority: index % priorities,
    metadata: {},
    readySince: 0,
    inFlight: index % 5,
  }));
}

const contexts: readonly PickContext[] = Array.from({ length: 1024 }, (_, index) => ({
  hashKey: `user-${index * 7919}@example.com`,
  subset: undefined,
  tried: undefined,
}));

/** Best of several rounds; the others hold what the machine did besides. */
function nanosecondsOf(balancer: Balancer<BalancedEndpoint>): number {
  const count = 1_000_000;
  let best = Number.POSITIVE_INFINITY;
  let found = 0;
  for (let round = 0; round < 7; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) {
      if (balancer.pick(contexts[i & 1023] as PickContext) !== undefined) found++;
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count);
  }
  return found < 0 ? 0 : best;
}

/** Of a cluster in which one endpoint is lost and comes back, in ms. */
function updateMs(balancer: Balancer<BalancedEndpoint>, endpoints: BalancedEndpoint[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    endpoints[0] = { ...(endpoints[0] as BalancedEndpoint), isReady: round % 2 === 1 };
    const start = process.hrtime.bigint();
    balancer.update(endpoints);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  return best;
}

const columns = [
  { name: "4 endpoints", count: 4, priorities: 1 },
  { name: "1,000 endpoints", count: 1000, priorities: 1 },
  { name: "8 in two priorities", count: 8, priorities: 2 },
];
console.log(
  `| ns per pick | ${columns.map(({ name }) => name).join(" | ")} | update of 4, ms | of 1,000, ms |`,
);
console.log("|---|--:|--:|--:|--:|--:|");
for (const name of Object.keys(policies) as PolicyName[]) {
  const updates: string[] = [];
  const cells = columns.map(({ count, priorities }) => {
    const balancer = createBalancer<BalancedEndpoint>(
      policies[name],
      plainBalancing,
      seededRandom(1),
      systemClock,
    );
    const endpoints = endpointsOf(count, priorities);
    balancer.update(endpoints);
    const nanoseconds = nanosecondsOf(balancer);
    if (priorities === 1) updates.push(updateMs(balancer, endpoints).toFixed(3));
    return nanoseconds.toFixed(1);
  });
  console.log(`| ${name} | ${cells.join(" | ")} | ${updates.join(" | ")} |`);
}
