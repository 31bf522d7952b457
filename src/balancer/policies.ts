import type { Policy } from "./policy.ts";
import { roundRobin } from "./round-robin.ts";

/** Every policy by the name that `balance` in gateway.yaml gives it. */
export const policies = {
  round_robin: roundRobin,
} as const satisfies Record<string, Policy>;

/** A name that `balance` takes. */
export type PolicyName = keyof typeof policies;
