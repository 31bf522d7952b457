// Balancing policies: which of a cluster's ready endpoints takes a call. One file a policy.
// It knows no connections, no calls and no configuration.
export { type PolicyName, policies } from "./policies.ts";
export type { BalancedEndpoint, PickContext, Picker, Policy } from "./policy.ts";
