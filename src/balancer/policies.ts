import { leastRequest } from "./least-request.ts";
import { maglev } from "./maglev.ts";
import { pickFirst } from "./pick-first.ts";
import type { Policy } from "./policy.ts";
import { random } from "./random.ts";
import { ringHash } from "./ring-hash.ts";
import { roundRobin } from "./round-robin.ts";
import { weightedRoundRobin } from "./weighted-round-robin.ts";

/** Every policy by the name that `balance` in gateway.yaml gives it. */
export const policies = {
  pick_first: pickFirst,
  round_robin: roundRobin,
  weighted_round_robin: weightedRoundRobin,
  least_request: leastRequest,
  random,
  ring_hash: ringHash,
  maglev,
} as const satisfies Record<string, Policy>;

/** A name that `balance` takes. */
export type PolicyName = keyof typeof policies;
