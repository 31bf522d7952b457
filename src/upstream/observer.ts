import type { BreakerKind } from "../breaker/index.ts";
import type { EjectionCause } from "../health/index.ts";

/** Told of what happens to connections: for the log. Addresses and errors stay inside. */
export interface ClusterObserver {
  /** A connection is ready for calls. */
  connected(endpoint: string): void;
  /** A connection that was ready has ended; `error` is undefined after an orderly end. */
  lost(endpoint: string, error: string | undefined): void;
  /** An attempt to connect has failed; the next one is made no sooner than in `retryInMs`. */
  refused(endpoint: string, error: string, retryInMs: number): void;
  /** A source has found endpoints, or others than before. */
  discovered(source: string, endpoints: number): void;
  /** A source could not look; what it found last still holds. */
  undiscovered(source: string, error: string): void;
  /** Health checks have changed their mind of an endpoint; `reason` is what the last one said against it. */
  healthChanged(endpoint: string, isHealthy: boolean, reason: string | undefined): void;
  /** Something of the health checks that a person ought to know and that changes nothing. */
  healthNoted(endpoint: string, note: string): void;
  /** An endpoint gets no calls for a while. */
  ejected(endpoint: string, cause: EjectionCause, forMs: number): void;
  returned(endpoint: string): void;
  /** The breaker of the cluster, or of an endpoint, has changed its state. */
  breakerMoved(endpoint: string | undefined, kind: BreakerKind): void;
  /** A call is sent again. */
  retried(): void;
}
