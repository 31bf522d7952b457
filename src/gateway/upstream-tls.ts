import type { Clock } from "../base/index.ts";
import type { ClusterConfig, LoadedConfig, Problem, UpstreamTlsConfig } from "../config/index.ts";
import type { Logger } from "../telemetry/index.ts";
import {
  type CertificateFiles,
  Credentials,
  readCertificates,
  type UpstreamTls,
} from "../upstream/index.ts";
import { readAtMost } from "./read-at-most.ts";

/** The authorities of a whole system are some 200 KiB. */
const mostBytes = 1024 * 1024;

/** How the connections of a cluster are secured; undefined where they are not. */
export function createUpstreamTls(
  { name, tls }: Pick<ClusterConfig, "name" | "tls">,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): UpstreamTls | undefined {
  if (tls === undefined) return undefined;
  const credentials = new Credentials({
    files: filesOf(tls),
    readText,
    clock,
    events: {
      renewed: () => logger.info("certificates.renewed", { cluster: name }),
      refused: (error) => logger.warn("certificates.refused", { cluster: name, error }),
    },
  });
  return { credentials, serverName: tls.serverName, sans: tls.sans };
}

/** What is wrong with the certificates that the clusters of a configuration name. */
export async function checkCertificates(
  { config, document }: LoadedConfig,
  clock: Clock,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { name, tls } of config.clusters) {
    if (tls === undefined) continue;
    const read = await readCertificates(filesOf(tls), readText, clock.wallNow());
    if (read.ok) continue;
    const path = ["clusters", name, "tls", read.error.file];
    const message = `${path.join(".")}: ${read.error.message}`;
    problems.push(
      document.problem({
        path,
        part: "value",
        severity: "error",
        rule: "certificate",
        message,
        help: undefined,
      }),
    );
  }
  return problems;
}

function filesOf({ ca, cert, key }: UpstreamTlsConfig): CertificateFiles {
  return { ca, own: cert === undefined || key === undefined ? undefined : { cert, key } };
}

async function readText(path: string): Promise<string> {
  return (await readAtMost(path, mostBytes)).toString("latin1");
}
