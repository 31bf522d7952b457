import type { AdminServer, AdminViews, Readiness } from "../admin/index.ts";
import { ok, type Result } from "../base/index.ts";
import type { LoadedConfig } from "../config/index.ts";
import {
  type LevelControl,
  type Logger,
  loadExposition,
  logLevels,
  type Meters,
} from "../telemetry/index.ts";
import type { Cluster } from "../upstream/index.ts";
import type { CompiledConfig } from "./snapshot.ts";

/** What the admin listener shows. */
export interface AdminParts {
  readonly loaded: LoadedConfig;
  readonly compiled: CompiledConfig;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly meters: Meters;
  readonly readiness: () => Readiness;
  readonly logger: Logger;
  /** Undefined where the log is not the gateway's own. */
  readonly logLevel: LevelControl | undefined;
}

/** Opens the admin listener where the configuration has one; its libraries are loaded only then. */
export async function openAdmin(
  parts: AdminParts,
): Promise<Result<AdminServer | undefined, string>> {
  const { loaded, logger } = parts;
  const { admin } = loaded.config;
  if (admin === undefined) return ok(undefined);
  const { startAdmin } = await import("../admin/index.ts");
  const server = await startAdmin({
    ...admin,
    views: await viewsOf(parts),
    crashed: (error) => {
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      logger.error("admin.crashed", { cause });
    },
  });
  if (server.ok) logger.info("admin.started", { address: server.value.address });
  return server;
}

async function viewsOf(parts: AdminParts): Promise<AdminViews> {
  const { loaded, clusters, meters, readiness, logger, logLevel } = parts;
  const exposition = await loadExposition(meters);
  const routes = routesOf(parts.compiled);
  return {
    readiness,
    clusters: () => [...clusters.values()].map((cluster) => cluster.status()),
    routes: () => routes,
    config: () => ({ file: loaded.file, document: loaded.written }),
    metrics: async () => ({
      contentType: exposition.contentType,
      text: await exposition.text(),
    }),
    logLevel: logLevel && {
      levels: logLevels,
      get: () => logLevel.level,
      set: (level) => {
        const from = logLevel.level;
        logLevel.level = logLevels.find((known) => known === level) ?? from;
        logger.info("log.level_changed", { from, to: logLevel.level });
      },
    },
  };
}

function routesOf({ plans }: CompiledConfig): ReturnType<AdminViews["routes"]> {
  return [...plans].flatMap(([listener, bindings]) =>
    bindings.map(({ rule, method, cluster }) => ({
      listener,
      method: rule.kind,
      path: rule.template,
      rpc: `${method.parent.typeName}/${method.name}`,
      streaming: method.methodKind,
      cluster,
    })),
  );
}
