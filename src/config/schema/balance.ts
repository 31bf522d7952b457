import { z } from "zod";
import { type PolicyName, policies } from "../../balancer/index.ts";
import type { BalanceConfig, HashKeySource, PolicyOptionsConfig } from "../gateway-config.ts";
import { choice, described, type Meaning, wholeNumber } from "./text.ts";

const defaults: PolicyOptionsConfig = {
  choices: 2,
  activeRequestBias: 1,
  minimumRingSize: 1024,
  maximumRingSize: 65_536,
  tableSize: 65_537,
};

const policyNames = Object.keys(policies) as [PolicyName, ...PolicyName[]];

/** Policies that have options, and are given as a map then. */
export const balanceKeys = ["least_request", "ring_hash", "maglev"] as const;

const keySource =
  /^(?:(header):([!#$%&'*+.^_`|~0-9A-Za-z-]{1,256})|(cookie):([!#$%&'*+.^_`|~0-9A-Za-z-]{1,256})|(path):([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*))$/;
const keyNoun = "what a call is placed by: header:NAME, cookie:NAME or path:VARIABLE";

const hashKey: z.ZodType<HashKeySource, string> = z
  .string({ error: `expected ${keyNoun}` })
  .regex(keySource, { error: `expected ${keyNoun}` })
  .transform((text): HashKeySource => {
    const colon = text.indexOf(":");
    const name = text.slice(colon + 1);
    if (text.startsWith("header:")) return { kind: "header", name: name.toLowerCase() };
    return text.startsWith("cookie:") ? { kind: "cookie", name } : { kind: "path", name };
  })
  .meta({ "x-diglot": "hash-key" satisfies Meaning });

const key = described(
  "What leads to the same endpoint again: header:NAME, cookie:NAME or path:VARIABLE.",
  hashKey,
);

const leastRequest = z
  .strictObject({
    choices: described(
      "Of how many endpoints, drawn at random, the least loaded is taken. Default 2.",
      wholeNumber(2, 100).prefault(2),
    ),
    active_request_bias: described(
      "Where weights differ: the power of the calls in flight that a weight is divided by. Default 1.",
      wholeNumber(0, 10).prefault(1),
    ),
  })
  .transform((keys) => ({
    choices: keys.choices,
    activeRequestBias: keys.active_request_bias,
  }));

const ringHash = z
  .strictObject({
    key,
    minimum_ring_size: described(
      "Points on the ring of an endpoint of weight 1. Default 1024.",
      wholeNumber(1, 65_536).prefault(1024),
    ),
    maximum_ring_size: described(
      "Points on the ring of all endpoints together. Default 65536.",
      wholeNumber(1, 1_048_576).prefault(65_536),
    ),
  })
  .transform((keys) => ({
    hashKey: keys.key,
    minimumRingSize: keys.minimum_ring_size,
    maximumRingSize: keys.maximum_ring_size,
  }));

const maglev = z
  .strictObject({
    key,
    table_size: described(
      "Entries of the table, a prime. Default 65537.",
      wholeNumber(3, 1_000_003)
        .refine(isPrime, { error: "expected a prime" })
        .prefault(65_537) as z.ZodType<number, number | undefined>,
    ),
  })
  .transform((keys) => ({ hashKey: keys.key, tableSize: keys.table_size }));

const word = choice("a policy", policyNames)
  .refine((name) => !policies[name].usesHashKey, {
    error: 'expected a map with its key, such as { ring_hash: { key: "header:x-user" } }',
  })
  .transform((policy): BalanceConfig => ({ policy, options: defaults, hashKey: undefined }));

const map = z
  .strictObject({
    least_request: described("least_request with options.", leastRequest.optional()),
    ring_hash: described("The same endpoint for the same key, by a ring.", ringHash.optional()),
    maglev: described("The same endpoint for the same key, by a table.", maglev.optional()),
  })
  .transform((keys): BalanceConfig => {
    const policy = balanceKeys.find((name) => keys[name] !== undefined) ?? "least_request";
    const { hashKey: source, ...options } = { hashKey: undefined, ...keys[policy] };
    return { policy, options: { ...defaults, ...options }, hashKey: source };
  });

/** How an endpoint is chosen: the name of a policy, or a map of that name and its options. */
export const balance: z.ZodType<BalanceConfig, PolicyName | object> = z.union([word, map], {
  error: "is not a policy",
}) as z.ZodType<BalanceConfig, PolicyName | object>;

function isPrime(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false;
  return number > 1;
}
