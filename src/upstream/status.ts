import type { Endpoint } from "./endpoint.ts";
import type { ClusterOptions } from "./options.ts";

/** One endpoint at one moment. */
export interface EndpointStatus {
  readonly address: string;
  readonly state: "idle" | "connecting" | "ready" | "backoff" | "stopped";
  readonly connections: number;
  readonly inFlight: number;
  /** Attempts to connect that failed in a row. */
  readonly failures: number;
  readonly lastError: string | undefined;
}

/** A cluster at one moment: for `diglot status` and the admin API. */
export interface ClusterStatus {
  readonly name: string;
  readonly policy: string;
  readonly inFlight: number;
  /** Those of the calls in flight that wait for a connection. */
  readonly pending: number;
  readonly endpoints: readonly EndpointStatus[];
}

/** Reads the status off the parts of a cluster. */
export function clusterStatus(
  options: ClusterOptions,
  endpoints: readonly Endpoint[],
  inFlight: number,
  pending: number,
): ClusterStatus {
  return {
    name: options.name,
    policy: options.policy,
    inFlight,
    pending,
    endpoints: endpoints.map((endpoint) => ({
      address: endpoint.key,
      state: endpoint.state.kind,
      connections: endpoint.connectionCount,
      inFlight: endpoint.inFlight,
      failures: endpoint.failures,
      lastError: endpoint.lastError,
    })),
  };
}
