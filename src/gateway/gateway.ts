import type { Readiness } from "../admin/index.ts";
import { type Clock, err, ok, type Random, type Result } from "../base/index.ts";
import type { ListenerConfig, LoadedConfig, Problem } from "../config/index.ts";
import { createHandler, createWebSocketAdmitter, servesWebSockets } from "../http/index.ts";
import { type Listener, type ListenerOptions, startListener } from "../listener/index.ts";
import { failureResponse } from "../protocol/index.ts";
import { codeName, type GatewayFailure } from "../rpc/index.ts";
import {
  type AccessLog,
  createMeters,
  type LevelControl,
  type Logger,
  type Meters,
} from "../telemetry/index.ts";
import type { Cluster } from "../upstream/index.ts";
import { openAdmin } from "./admin.ts";
import { createClusters } from "./clusters.ts";
import { createRecorder, createRefuser } from "./record.ts";
import { type CompiledConfig, compileConfig } from "./snapshot.ts";

/** What a gateway runs with. Tests pass their own. */
export interface GatewayDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly accessLog: AccessLog;
  /** Where the level of the log is changed; absent where it is not the gateway's to change. */
  readonly logLevel?: LevelControl;
}

/** A gateway that serves. */
export interface Gateway {
  readonly compiled: CompiledConfig;
  readonly meters: Meters;
  /** Where each listener is bound, by its name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Where the admin listener is bound; undefined without one. */
  readonly adminAddress: string | undefined;
  /**
   * Stops: accepts nothing new, lets requests in flight finish within each listener's `drain` limit, then
   * closes the upstream connections. A second call waits for the first.
   */
  stop(): Promise<void>;
}

/** Why a gateway did not start: what is wrong with the configuration, or with the machine. */
export type StartFailure =
  | { readonly kind: "config"; readonly problems: readonly Problem[] }
  | { readonly kind: "bind"; readonly message: string };

/** Compiles a configuration and starts it whole: all listeners are bound, or none. */
export async function startGateway(
  loaded: LoadedConfig,
  dependencies: GatewayDependencies,
): Promise<Result<Gateway, StartFailure>> {
  const { clock, logger } = dependencies;
  const meters = createMeters(codeName, clock);
  const clusters = createClusters(loaded.config.clusters, { ...dependencies, meters });
  const compiled = await compileConfig(loaded, { clock, clusters, meters });
  if (!compiled.ok) {
    destroyAll(clusters);
    return err({ kind: "config", problems: compiled.error });
  }
  let readiness: Readiness = "starting";
  const admin = await openAdmin({
    loaded,
    compiled: compiled.value,
    clusters,
    meters,
    readiness: () => readiness,
    logger,
    logLevel: dependencies.logLevel,
  });
  if (!admin.ok) {
    destroyAll(clusters);
    return err({ kind: "bind", message: `admin: ${admin.error}` });
  }
  const listeners = await startListeners(compiled.value, { ...dependencies, meters });
  if (!listeners.ok) {
    destroyAll(clusters);
    await admin.value?.stop();
    return err({ kind: "bind", message: listeners.error });
  }
  readiness = "serving";
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    readiness = "draining";
    logger.info("gateway.draining", {});
    await drain(listeners.value, clusters, loaded.config.listeners, clock);
    // It goes last, so that what still drains can be seen.
    await admin.value?.stop();
    logger.info("gateway.stopped", {});
  };
  return ok({
    compiled: compiled.value,
    meters,
    addresses: new Map(listeners.value.map(({ name, address }) => [name, address])),
    adminAddress: admin.value?.address,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  });
}

async function drain(
  listeners: readonly Listener[],
  clusters: ReadonlyMap<string, Cluster>,
  configs: readonly ListenerConfig[],
  clock: Clock,
): Promise<void> {
  const drainMs = new Map(configs.map(({ name, limits }) => [name, limits.drainMs]));
  const stopAt = clock.now() + Math.max(...drainMs.values());
  await Promise.all(listeners.map((listener) => listener.drain(drainMs.get(listener.name) ?? 0)));
  const leftMs = Math.max(stopAt - clock.now(), 0);
  await Promise.all([...clusters.values()].map((cluster) => cluster.stop(leftMs)));
}

function destroyAll(clusters: ReadonlyMap<string, Cluster>): void {
  for (const cluster of clusters.values()) cluster.destroy();
}

async function startListeners(
  compiled: CompiledConfig,
  dependencies: GatewayDependencies & { readonly meters: Meters },
): Promise<Result<readonly Listener[], string>> {
  const started: Listener[] = [];
  for (const config of compiled.config.listeners) {
    const snapshot = compiled.snapshots.get(config.name);
    if (snapshot === undefined) continue;
    const meters = dependencies.meters.listener(config.name);
    const sinks = { ...dependencies, meters };
    const service = {
      handle: createHandler(() => snapshot, createRecorder(config, sinks)),
      answerTo: (failure: GatewayFailure) => failureResponse(failure, snapshot.refusals.failures),
      refuse: createRefuser(config, snapshot.refusals.failures, sinks),
      admitWebSocket: createWebSocketAdmitter(() => snapshot),
      crashed: (error: unknown) => {
        const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
        dependencies.logger.error("response.crashed", { listener: config.name, cause });
      },
    };
    const webSockets = servesWebSockets(snapshot.routes.list().map(({ value }) => value));
    const listener = await startListener(
      listenerOptions(config, webSockets),
      service,
      dependencies.clock,
    );
    if (!listener.ok) {
      await Promise.all(started.map((other) => other.drain(0)));
      return err(`listener ${config.name}: ${listener.error}`);
    }
    meters.readConnections(() => listener.value.connections());
    dependencies.logger.info("listener.started", {
      listener: config.name,
      address: listener.value.address,
    });
    started.push(listener.value);
  }
  return ok(started);
}

function listenerOptions(config: ListenerConfig, webSockets: boolean): ListenerOptions {
  const { limits } = config;
  return {
    name: config.name,
    bind: config.address,
    trustedHops: config.trustedHops,
    shadowHeaders: config.shadowHeaders,
    webSockets,
    maxFrameBytes: limits.bodyBytes,
    limits: {
      headersBytes: limits.headerBytes,
      headerFields: limits.headerFields,
      pathBytes: limits.pathBytes,
      requestMs: limits.requestMs,
      headersMs: limits.headerTimeoutMs,
      idleMs: limits.idleMs,
      connections: limits.connections,
      minBytesPerSecond: limits.minBytesPerSecond,
      writeStallMs: limits.writeStallMs,
    },
  };
}
