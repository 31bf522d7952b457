import type { BalancerOptions, PolicyName } from "../balancer/index.ts";
import type { Clock, Random } from "../base/index.ts";
import type { OutlierOptions } from "../health/index.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { RequestEncoding } from "./compress.ts";
import type { EndpointSource, EndpointSpec } from "./discovery/source.ts";
import type { ClusterObserver } from "./observer.ts";
import type { ConnectionOpener } from "./open-connection.ts";
import type { RetryOptions } from "./retry.ts";
import type { UpstreamTls } from "./tls/open-over-tls.ts";
import type { UpkeepOptions } from "./upkeep.ts";
import type { CallBreakerOptions, HealthCheckOptions } from "./vitals.ts";

/** How much may be in flight before the cluster refuses. */
export interface OverflowOptions {
  /** Connections to one endpoint. Default 4. A connection more is opened when the peer's limit on concurrent
   * streams is reached on all others. */
  readonly connections: number;
  /** Calls in flight, those that wait included. Default 1024. Too low refuses bursts, too high hides a stall. */
  readonly requests: number;
  /** Calls that wait for a connection. Default 1024. */
  readonly pending: number;
  /** Calls that are being sent again. Default 100. Too low fails calls that a retry would have saved. */
  readonly retries: number;
}

/** What a cluster is made of. The configuration fills every default. */
export interface ClusterOptions {
  readonly name: string;
  /** Endpoints that are always there. */
  readonly endpoints: readonly EndpointSpec[];
  /** Where more come from. The cluster starts and stops them. */
  readonly sources: readonly EndpointSource[];
  readonly policy: PolicyName;
  /** What the policy is told, and what stands around it. */
  readonly balancing: BalancerOptions;
  /** `:authority` of every call; undefined for the endpoint's own address. */
  readonly authority: string | undefined;
  /** How request messages from 1 KiB on are compressed; undefined for not at all, the default. */
  readonly compression: RequestEncoding | undefined;
  readonly overflow: OverflowOptions;
  /** Longest time until a connection is ready, in ms: TCP, TLS and the peer's SETTINGS. Default 1000. */
  readonly connectTimeoutMs: number;
  readonly backoff: BackoffOptions;
  readonly upkeep: UpkeepOptions;
  /** How calls are sent again; undefined where they are only when no service has seen them. */
  readonly retry: RetryOptions | undefined;
  /** How endpoints are asked how they are; undefined for not at all. */
  readonly health: HealthCheckOptions | undefined;
  /** When endpoints are ejected for what their calls come to; undefined for never. */
  readonly outlier: OutlierOptions | undefined;
  /** When calls are refused because too many fail; undefined for never. */
  readonly breaker: CallBreakerOptions | undefined;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: ClusterObserver;
  /** How connections are secured; absent where they are not. */
  readonly tls?: UpstreamTls | undefined;
  /** How connections are opened; sockets unless a test says otherwise. */
  readonly open?: ConnectionOpener;
}
