import type { Clock, Random } from "../base/index.ts";
import type { ClusterConfig, RetryConfig } from "../config/index.ts";
import { codeOfName } from "../rpc/index.ts";
import type { Logger, Meters } from "../telemetry/index.ts";
import { type Cluster, createCluster, type RetryOptions } from "../upstream/index.ts";
import { createSources } from "./sources.ts";
import { createUpstreamTls } from "./upstream-tls.ts";

/** What clusters run with. */
export interface ClusterDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly meters: Meters;
}

/** What upstreams see of this program; an operator finds it in their logs. */
const userAgent = "diglot/0.1";

/** Makes every cluster of the configuration; none connects before it is called. */
export function createClusters(
  configs: readonly ClusterConfig[],
  dependencies: ClusterDependencies,
): ReadonlyMap<string, Cluster> {
  return new Map(configs.map((config) => [config.name, clusterOf(config, dependencies)]));
}

function clusterOf(config: ClusterConfig, dependencies: ClusterDependencies): Cluster {
  const { clock, random, logger } = dependencies;
  const meters = dependencies.meters.cluster(config.name);
  const cluster = createCluster({
    name: config.name,
    endpoints: config.endpoints,
    sources: createSources(config, dependencies),
    policy: config.balance.policy,
    balancing: {
      ...config.balance.options,
      slowStartMs: config.slowStartMs,
      panicThreshold: config.panicThreshold,
      preferredLocality: config.preferredLocality,
      subsetBy: config.subsetBy,
    },
    authority: config.authority,
    tls: createUpstreamTls(config, dependencies),
    compression: config.compression,
    overflow: config.overflow,
    connectTimeoutMs: config.connectTimeoutMs,
    backoff: config.backoff,
    upkeep: {
      keepaliveMs: config.keepalive.intervalMs,
      keepaliveTimeoutMs: config.keepalive.timeoutMs,
      idleMs: config.idleTimeoutMs,
      maxAgeMs: config.maxAgeMs ?? Number.POSITIVE_INFINITY,
    },
    retry: retryOptions(config.retry),
    health: config.health,
    outlier: config.outlier,
    breaker: config.breaker,
    clock,
    random,
    userAgent,
    observer: {
      connected: (endpoint) => {
        meters.connected(endpoint);
        logger.info("endpoint.connected", { cluster: config.name, endpoint });
      },
      lost: (endpoint, error) => {
        const fields = { cluster: config.name, endpoint, error };
        if (error === undefined) logger.info("endpoint.closed", fields);
        else {
          meters.lost(endpoint);
          logger.warn("endpoint.lost", fields);
        }
      },
      refused: (endpoint, error, retryInMs) => {
        meters.refused(endpoint);
        logger.warn("endpoint.refused", { cluster: config.name, endpoint, error, retryInMs });
      },
      discovered: (source, endpoints) =>
        logger.info("endpoints.discovered", { cluster: config.name, source, endpoints }),
      undiscovered: (source, error) =>
        logger.warn("endpoints.undiscovered", { cluster: config.name, source, error }),
      healthChanged: (endpoint, isHealthy, reason) => {
        const fields = { cluster: config.name, endpoint, reason };
        if (isHealthy) logger.info("endpoint.healthy", fields);
        else logger.warn("endpoint.unhealthy", fields);
      },
      healthNoted: (endpoint, note) =>
        logger.info("endpoint.noted", { cluster: config.name, endpoint, note }),
      ejected: (endpoint, cause, forMs) => {
        meters.ejected(endpoint);
        logger.warn("endpoint.ejected", { cluster: config.name, endpoint, cause, forMs });
      },
      returned: (endpoint) => logger.info("endpoint.returned", { cluster: config.name, endpoint }),
      breakerMoved: (endpoint, state) => {
        if (endpoint === undefined) meters.breakerMoved(state);
        const fields = { cluster: config.name, endpoint, state };
        if (state === "open") logger.warn("breaker.open", fields);
        else logger.info("breaker.moved", fields);
      },
      retried: () => meters.retried(),
    },
  });
  if (config.breaker?.perEndpoint === false) meters.breakerMoved("closed");
  meters.readStatus(() => cluster.status());
  return cluster;
}

function retryOptions(config: RetryConfig): RetryOptions | undefined {
  if (config.attempts === 1) return undefined;
  return {
    codes: new Set(config.codes.map(codeOfName)),
    attempts: config.attempts,
    backoff: config.backoff,
    perTryMs: config.perTryMs ?? Number.POSITIVE_INFINITY,
    budget: config.budget,
    unsafe: config.unsafe,
    hedgeAfterMs: config.hedgeAfterMs ?? Number.POSITIVE_INFINITY,
  };
}
