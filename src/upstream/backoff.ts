import type { Random } from "../base/index.ts";

/** How long to wait after a failed attempt to connect. */
export interface BackoffOptions {
  /** Wait after the first failure, in ms. Default 1000. Too low and a restart meets a storm of attempts. */
  readonly baseMs: number;
  /** Longest wait, in ms. Default 120 000. Too high and a recovered endpoint stays unused. */
  readonly maxMs: number;
}

// gRPC "Connection Backoff Protocol": MULTIPLIER and JITTER.
const multiplier = 1.6;
const jitter = 0.2;

/** The wait after `failures` attempts failed in a row, in ms (gRPC "Connection Backoff Protocol"). */
export function backoffDelayMs(failures: number, options: BackoffOptions, random: Random): number {
  const delay = Math.min(options.baseMs * multiplier ** (failures - 1), options.maxMs);
  return delay * (1 + jitter * (2 * random() - 1));
}
