// Balancing: which of a cluster's endpoints takes a call. One file a policy, and what stands around every policy:
// subsets, priorities, panic, locality. It knows no connections, no calls and no configuration.
export { type Balancer, type BalancerOptions, createBalancer, subsetKeyOf } from "./balancer.ts";
export type { LevelStatus } from "./levels.ts";
export { type PolicyName, policies } from "./policies.ts";
export type {
  BalancedEndpoint,
  PickContext,
  Picker,
  Policy,
  PolicyOptions,
  PolicySetup,
  SubsetKey,
} from "./policy.ts";
