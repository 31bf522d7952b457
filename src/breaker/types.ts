import type { Clock } from "../base/index.ts";

/** When a breaker trips, and how it comes back. */
export interface BreakerOptions {
  /** Share of failures at which it opens, above 0 to 1. Default 0.5. Too low: one bad minute of one method
   * shuts the cluster. */
  readonly errors: number;
  /** The calls that finished within this time count, in ms. Default 10 000. It moves on in tenths. */
  readonly windowMs: number;
  /** Calls that must have finished within the window before it may open. Default 20. 1: the first failure opens it. */
  readonly minimum: number;
  /** How long it refuses before it probes, in ms. Default 5000. Too long: an upstream that is back stays unused. */
  readonly openForMs: number;
  /** Calls let through to probe; all of them must succeed before it closes. Default 1. */
  readonly halfOpenProbes: number;
}

/** How a call that had a permit ended. `ignored` says nothing of the upstream: the client left, NOT_FOUND. */
export type Outcome = "success" | "failure" | "ignored";

/** The leave to make one call. */
export interface Permit {
  /** Says how the call ended; the first time counts. A permit that is never done is lost to the statistics,
   * and holds the place of a probe for `openForMs`. */
  done(outcome: Outcome): void;
}

/** Closed admits, open refuses, half-open admits a few to probe. */
export type BreakerKind = "closed" | "open" | "halfOpen";

/** A breaker as it is now. */
export interface BreakerStatus {
  readonly kind: BreakerKind;
  /** Calls that ended in the window, ignored ones left out. */
  readonly calls: number;
  readonly failures: number;
  /** Calls refused since the breaker was made. */
  readonly refused: number;
  /** How often it has opened since it was made. */
  readonly openings: number;
  /** Milliseconds until it admits a call again; 0 when it does. */
  readonly retryAfterMs: number;
}

/** What a breaker lives on. */
export interface BreakerEnvironment {
  readonly clock: Clock;
  /** Called after each change of state. It must not throw. */
  onChange(kind: BreakerKind): void;
}

/** One breaker. It holds a timer of opossum while it is open: `destroy` lets go of it. */
export interface Breaker {
  /** Leave for one call; undefined when it is refused. */
  permit(): Permit | undefined;
  /** When a call that was refused may be made again, in ms from now; 0 when that is now. */
  retryAfterMs(): number;
  status(): BreakerStatus;
  /** Stops counting: from now on every call is admitted. Safe to call twice. */
  destroy(): void;
}
