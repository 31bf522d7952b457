import type { Clock, Random } from "../base/index.ts";
import { type ClusterConfig, type DiscoveryConfig, parseEndpoints } from "../config/index.ts";
import {
  DnsSource,
  type DnsSourceOptions,
  type EndpointSource,
  FileSource,
  systemResolver,
} from "../upstream/index.ts";
import { readAtMost } from "./read-at-most.ts";

/** A list of endpoints is as large as a configuration at most. */
const mostBytes = 1024 * 1024;

/** Where the endpoints of a cluster come from, beside those that are always there. None is asked before it starts. */
export function createSources(
  { discovery, dnsRefreshMs }: Pick<ClusterConfig, "discovery" | "dnsRefreshMs">,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): readonly EndpointSource[] {
  return discovery.map((config) => {
    if (config.kind === "file") {
      const { path } = config;
      const parse = (text: string) => parseEndpoints(text, path);
      return new FileSource({ path, readText, parse, clock });
    }
    return new DnsSource({
      ...questionOf(config),
      refreshMs: dnsRefreshMs,
      resolver: systemResolver(),
      clock,
      random,
    });
  });
}

function questionOf(
  config: Exclude<DiscoveryConfig, { readonly kind: "file" }>,
): Pick<DnsSourceOptions, "name" | "target"> {
  const spec = config.traits;
  if (config.kind === "srv") {
    const { service } = config;
    return { name: `srv:///${service}`, target: { kind: "service", service, spec } };
  }
  const { host, port } = config;
  const shown = host.includes(":") ? `[${host}]` : host;
  return { name: `dns:///${shown}:${port}`, target: { kind: "host", host, port, spec } };
}

async function readText(path: string): Promise<string> {
  const bytes = await readAtMost(path, mostBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Error(`${path} is not UTF-8 text`, { cause: error });
  }
}
