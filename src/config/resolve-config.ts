import { dirname, isAbsolute, join } from "node:path";
import { type CompatName, presets } from "./compat/presets.ts";
import type {
  CallSettings,
  DescriptorSource,
  GatewayConfig,
  HttpRule,
  HttpRuleBinding,
  ListenAddress,
  ListenerConfig,
  MethodConfig,
  RouteConfig,
  Switches,
  UpstreamTlsConfig,
} from "./gateway-config.ts";
import type { DocumentPath } from "./problem.ts";
import type { DescriptorDocument, GatewayDocument } from "./schema/gateway.ts";
import { type BindingDocument, type HttpRuleDocument, patternKeys } from "./schema/http-rule.ts";
import type { ListenerDocument } from "./schema/listener.ts";
import type { MethodDocument, RouteDocument } from "./schema/route.ts";
import { defaultSwitches, type SwitchLevel } from "./schema/switches.ts";

/** Merges the levels of a checked document, and makes its paths relative to the working folder. */
export function resolveConfig(document: GatewayDocument, file: string): GatewayConfig {
  const overall = levelOf(defaultSwitches, document);
  const { admin } = document;
  return {
    version: 1,
    listeners: Object.entries(document.listeners).map(([name, listener]) =>
      resolveListener(name, listener, overall, document, file),
    ),
    descriptors: document.descriptors.map((source, index) =>
      resolveSource(source, file, ["descriptors", index]),
    ),
    clusters: Object.entries(document.clusters).map(([name, cluster]) => ({
      name,
      ...cluster,
      endpoints: cluster.endpoints.map((endpoint) => ({
        ...endpoint,
        address: resolveAddress(endpoint.address, file),
      })),
      discovery: cluster.discovery.map((source) =>
        source.kind === "file" ? { ...source, path: within(file, source.path) } : source,
      ),
      tls: cluster.tls && resolveTls(cluster.tls, file),
    })),
    routes: resolveRoutes(document, overall),
    filters: Object.entries(document.filters ?? {}).map(([name, { type }]) => ({
      name,
      type,
      at: ["filters", name],
    })),
    httpRules: (document.http?.rules ?? []).map((rule, index) => ({
      selector: rule.selector,
      ...resolveRule(rule, ["http", "rules", index]),
    })),
    admin: admin && {
      address: resolveAddress(admin.address, file),
      hosts: admin.hosts,
      token: admin.token,
    },
  };
}

function resolveListener(
  name: string,
  document: ListenerDocument,
  above: Switches,
  whole: GatewayDocument,
  file: string,
): ListenerConfig {
  const switches = levelOf(above, document);
  const { protocols, limits, trustedHops, shadowHeaders, accessLog, compression } = document;
  return {
    name,
    address: resolveAddress(document.address, file),
    protocols,
    limits,
    trustedHops,
    shadowHeaders,
    accessLog,
    compression,
    ...switches,
    routes: resolveRoutes(whole, switches),
  };
}

/** The switches of a level: those above, then its preset, then its own. */
function levelOf(
  above: Switches,
  level: SwitchLevel & { readonly compat?: CompatName | undefined },
): Switches {
  const preset = level.compat === undefined ? above : below(above, presets[level.compat]);
  return below(preset, level);
}

function below(above: Switches, level: SwitchLevel): Switches {
  return {
    json: { ...above.json, ...level.json },
    rest: { ...above.rest, ...level.rest },
    metadata: { ...above.metadata, ...level.metadata },
    streams: { ...above.streams, ...level.streams },
    errors: level.errors ?? above.errors,
  };
}

function resolveRoutes(document: GatewayDocument, above: Switches): readonly RouteConfig[] {
  return document.routes.map((route, index) => {
    const cluster = document.clusters[route.cluster];
    const inherited: CallSettings = {
      hashKey: cluster?.balance.hashKey,
      subsetBy: cluster?.subsetBy ?? [],
      subset: route.subset,
      deadlineMs: cluster?.deadlineMs ?? 0,
      streamDeadlineMs: Number.POSITIVE_INFINITY,
      successStatus: 200,
      filters: [],
      ...above,
    };
    return resolveRoute(route, inherited, ["routes", index]);
  });
}

interface CallLevel extends SwitchLevel {
  readonly deadline?: number | undefined;
  readonly status?: CallSettings["successStatus"] | undefined;
  readonly filters?: readonly string[] | undefined;
}

function settings(above: CallSettings, level: CallLevel): CallSettings {
  return {
    hashKey: above.hashKey,
    subsetBy: above.subsetBy,
    subset: above.subset,
    deadlineMs: level.deadline ?? above.deadlineMs,
    streamDeadlineMs: level.deadline ?? above.streamDeadlineMs,
    successStatus: level.status ?? above.successStatus,
    filters: level.filters ?? above.filters,
    ...below(above, level),
  };
}

function resolveRoute(route: RouteDocument, above: CallSettings, at: DocumentPath): RouteConfig {
  const own = settings(above, route);
  const { cluster } = route;
  if (route.service !== undefined) {
    const exceptions = Object.entries(route.methods ?? {}).map(([name, exception]) =>
      resolveMethod(name, exception, own, [...at, "methods", name]),
    );
    return { kind: "service", service: route.service, cluster, ...own, methods: exceptions, at };
  }
  const [service = "", method = ""] = (route.rpc ?? "").split("/");
  const http = route.http && resolveRule(route.http, [...at, "http"]);
  return { kind: "rpc", service, method, cluster, http, ...own, at };
}

function resolveMethod(
  name: string,
  method: MethodDocument,
  above: CallSettings,
  at: DocumentPath,
): MethodConfig {
  return { name, expose: method.expose, ...settings(above, method), at };
}

function resolveRule(rule: HttpRuleDocument, at: DocumentPath): HttpRule {
  const more = (rule.additional_bindings ?? []).map((binding, index) =>
    resolveBinding(binding, [...at, "additional_bindings", index]),
  );
  return { bindings: [resolveBinding(rule, at), ...more], at };
}

function resolveBinding(binding: BindingDocument, at: DocumentPath): HttpRuleBinding {
  const { body, response_body: responseBody, custom } = binding;
  const key = patternKeys.find((name) => binding[name] !== undefined);
  const template = key === undefined ? custom?.path : binding[key];
  return {
    method: key?.toUpperCase() ?? custom?.kind ?? "*",
    template: template ?? "/",
    body,
    responseBody,
    at: key === undefined ? [...at, "custom", "path"] : [...at, key],
  };
}

function resolveSource(
  source: DescriptorDocument,
  file: string,
  at: DocumentPath,
): DescriptorSource {
  const { protos, imports = [], set } = source;
  if (protos === undefined)
    return { kind: "set", path: within(file, set ?? ""), at: [...at, "set"] };
  return {
    kind: "protos",
    path: within(file, protos),
    imports: imports.map((path) => within(file, path)),
    at: [...at, "protos"],
  };
}

function resolveTls(tls: UpstreamTlsConfig, file: string): UpstreamTlsConfig {
  const path = (written: string | undefined) => written && within(file, written);
  return { ...tls, ca: path(tls.ca), cert: path(tls.cert), key: path(tls.key) };
}

/** `address` as written in `file`, seen from the working folder. */
export function resolveAddress(address: ListenAddress, file: string): ListenAddress {
  return address.kind === "unix" ? { kind: "unix", path: within(file, address.path) } : address;
}

/** `path` as written in `file`, seen from the working folder. */
export function within(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}
