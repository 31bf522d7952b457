import type { LevelStatus } from "../balancer/index.ts";
import type { Breaker, BreakerStatus } from "../breaker/index.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ClusterOptions } from "./options.ts";
import type { Retries } from "./retries.ts";

/** One endpoint at one moment. */
export interface EndpointStatus {
  readonly address: string;
  readonly state: "idle" | "connecting" | "ready" | "backoff" | "stopped";
  readonly connections: number;
  readonly inFlight: number;
  /** Attempts to connect that failed in a row. */
  readonly failures: number;
  readonly lastError: string | undefined;
  /** Neither failed by health checks, nor ejected, nor refused by its own breaker. */
  readonly healthy: boolean;
  /** Ejected for what its calls came to. */
  readonly ejected: boolean;
  /** What the last health check said against it. */
  readonly lastFailure: string | undefined;
  readonly priority: number;
  readonly weight: number;
}

/** A cluster at one moment: for `diglot status` and the admin API. */
export interface ClusterStatus {
  readonly name: string;
  readonly policy: string;
  readonly inFlight: number;
  /** Those of the calls in flight that wait for a connection. */
  readonly pending: number;
  /** The cluster's breaker; undefined where it has none of its own. */
  readonly breaker: BreakerStatus | undefined;
  /** Calls being sent again, retries made so far, and how many more the budget has; undefined where there are none. */
  readonly retries:
    | { readonly active: number; readonly made: number; readonly budget: number }
    | undefined;
  /** How priorities share the calls. */
  readonly levels: readonly LevelStatus[];
  readonly endpoints: readonly EndpointStatus[];
}

/** What a cluster's status is read off. */
export interface ClusterParts {
  readonly options: ClusterOptions;
  readonly endpoints: readonly Endpoint[];
  readonly inFlight: number;
  readonly pending: number;
  readonly breaker: Breaker | undefined;
  readonly retries: Retries | undefined;
  readonly levels: readonly LevelStatus[];
}

/** Reads the status off the parts of a cluster. */
export function clusterStatus(parts: ClusterParts): ClusterStatus {
  const { options, endpoints, inFlight, pending, breaker, retries, levels } = parts;
  return {
    name: options.name,
    policy: options.policy,
    inFlight,
    pending,
    breaker: breaker?.status(),
    retries:
      retries === undefined
        ? undefined
        : { active: retries.active, made: retries.count, budget: retries.budget.left },
    levels,
    endpoints: endpoints.map((endpoint) => ({
      address: endpoint.key,
      state: endpoint.state.kind,
      connections: endpoint.connectionCount,
      inFlight: endpoint.inFlight,
      failures: endpoint.failures,
      lastError: endpoint.lastError,
      healthy: endpoint.isHealthy,
      ejected: endpoint.isEjected,
      lastFailure: endpoint.lastFailure,
      priority: endpoint.priority,
      weight: endpoint.weight,
    })),
  };
}
