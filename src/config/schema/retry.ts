import { z } from "zod";
import type { RetryConfig } from "../gateway-config.ts";
import { choice, described, duration, matching, someOf, switchValue, wholeNumber } from "./text.ts";

const codeNames = [
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

const hundredth = 0.01;

/** How calls to a cluster are sent again. */
export const retry: z.ZodType<RetryConfig> = z
  .strictObject({
    on: described(
      "Status codes that another try may mend. Default [UNAVAILABLE].",
      someOf(choice("a gRPC status code", codeNames), "code").prefault(["UNAVAILABLE"]),
    ),
    attempts: described(
      "Most tries of one call, the first included; 1 for no retry. Default 3.",
      wholeNumber(1, 10).prefault(3),
    ),
    backoff: described(
      "Wait before the first retry; longer before each further one, with jitter. Default 25ms.",
      duration({ least: "1ms", most: "1m" }).prefault("25ms"),
    ),
    max_backoff: described(
      "Longest wait before a retry. Default 1s.",
      duration({ least: "1ms", most: "10m" }).prefault("1s"),
    ),
    per_try: described(
      "How long one try may take. Default: as long as the call.",
      duration({ least: "1ms", most: "1h" }).optional(),
    ),
    budget: described(
      "Retries as a share of the calls: over it a failure stays one. Default 20%.",
      matching(/^(100|[1-9]?\d)%$/, "a share such as 20%").prefault("20%"),
    ),
    unsafe: described(
      "Whether calls that may do harm when sent twice are sent again too. Default false: only GET and methods whose idempotency_level says so.",
      switchValue().prefault(false),
    ),
    hedge_after: described(
      "Send another try beside the first when it has no reply after this long; unary calls that are safe only. Default: never.",
      duration({ least: "1ms", most: "1h" }).optional(),
    ),
  })
  .transform((keys) => ({
    codes: keys.on,
    attempts: keys.attempts,
    backoff: { baseMs: keys.backoff, maxMs: Math.max(keys.backoff, keys.max_backoff) },
    perTryMs: keys.per_try,
    budget: Number(keys.budget.slice(0, -1)) * hundredth,
    unsafe: keys.unsafe,
    hedgeAfterMs: keys.hedge_after,
  }));
