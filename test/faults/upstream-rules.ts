import type { OutlierOptions } from "../../src/health/index.ts";
import { Code } from "../../src/rpc/index.ts";
import type { RetryOptions } from "../../src/upstream/index.ts";

/** The configuration's own defaults. */
export const retry: RetryOptions = {
  codes: new Set([Code.UNAVAILABLE]),
  attempts: 3,
  backoff: { baseMs: 25, maxMs: 1000 },
  perTryMs: Number.POSITIVE_INFINITY,
  budget: 0.2,
  unsafe: false,
  hedgeAfterMs: Number.POSITIVE_INFINITY,
};

/** The configuration's own defaults, where only failures in a row count. */
export const outlier: OutlierOptions = {
  consecutiveErrors: 5,
  intervalMs: 10_000,
  ejectForMs: 30_000,
  maxEjectForMs: 300_000,
  maxEjected: 0.1,
  successRate: undefined,
  failurePercentage: undefined,
};

/** A unary method that may be called twice. */
export const mayRepeat = {
  path: "/library.v1.Library/GetBook",
  clientStreaming: false,
  serverStreaming: false,
  isIdempotent: true,
};
