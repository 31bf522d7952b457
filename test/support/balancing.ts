import type { BalancerOptions } from "../../src/balancer/index.ts";

/** What the configuration fills in where a cluster says nothing. */
export const plainBalancing: BalancerOptions = {
  choices: 2,
  activeRequestBias: 1,
  minimumRingSize: 1024,
  maximumRingSize: 65_536,
  tableSize: 65_537,
  slowStartMs: 0,
  panicThreshold: 0.5,
  preferredLocality: undefined,
  subsetBy: [],
};
