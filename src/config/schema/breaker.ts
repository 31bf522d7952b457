import { z } from "zod";
import { Code } from "../../rpc/index.ts";
import type { BreakerConfig } from "../gateway-config.ts";
import { choice, described, duration, percent, someOf, switchValue, wholeNumber } from "./text.ts";

type ErrorName = Exclude<keyof typeof Code, "OK">;

const errorNames = Object.keys(Code).filter((name) => name !== "OK") as [ErrorName, ...ErrorName[]];

/** RESOURCE_EXHAUSTED is not among them: who is told to slow down is not helped by an upstream that is gone. */
const defaultCodes = [
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "INTERNAL",
  "UNKNOWN",
  "DATA_LOSS",
] as const satisfies readonly ErrorName[];

/** `breaker` of a cluster. */
export const breaker: z.ZodType<BreakerConfig> = z
  .strictObject({
    errors: described(
      "Share of failures at which the breaker opens. Default 50%.",
      percent({ least: "1%", most: "100%" }).prefault("50%"),
    ),
    window: described(
      "The calls that ended within this time count. Default 10s.",
      duration({ least: "100ms", most: "1h" }).prefault("10s"),
    ),
    minimum: described(
      "Calls that must have ended within the window before it may open. Default 20.",
      wholeNumber(1, 1_000_000).prefault(20),
    ),
    open_for: described(
      "How long it refuses before it lets calls through to probe. Default 5s.",
      duration({ least: "1ms", most: "1h" }).prefault("5s"),
    ),
    probes: described(
      "Calls let through to probe, all of which must succeed before it closes. Default 1.",
      wholeNumber(1, 1000).prefault(1),
    ),
    codes: described(
      "gRPC codes that count as failures; any other outcome does not.",
      someOf(choice("a gRPC code of a failure", errorNames), "code").prefault([...defaultCodes]),
    ),
    per_endpoint: described(
      "Whether each endpoint has a breaker of its own, rather than the cluster one. Default false.",
      switchValue().prefault(false),
    ),
  })
  .transform((keys) => ({
    errors: keys.errors,
    windowMs: keys.window,
    minimum: keys.minimum,
    openForMs: keys.open_for,
    halfOpenProbes: keys.probes,
    codes: [...new Set(keys.codes)].map((name) => Code[name]),
    perEndpoint: keys.per_endpoint,
  }));
