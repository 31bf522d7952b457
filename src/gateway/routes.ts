import { subsetKeyOf } from "../balancer/index.ts";
import { type Clock, err, ok, type Result } from "../base/index.ts";
import type { CallSettings, DocumentPath, ListenerLimits, RestSwitches } from "../config/index.ts";
import { afterFirstMessage, type Target, type TargetCluster } from "../http/index.ts";
import { compileRestBinding, type RestOptions } from "../protocol/index.ts";
import { buildRouteTable, parseTemplate, type Route, type RouteTable } from "../route/index.ts";
import type { ListenerMeters } from "../telemetry/index.ts";
import type { CodecCache } from "./codecs.ts";
import type { FilterCache } from "./filters.ts";
import type { PlannedBinding } from "./plan.ts";

/** Why a binding cannot be served. */
export interface BindingProblem {
  readonly at: DocumentPath;
  readonly message: string;
}

/** What a route table is compiled from. */
export interface RoutesInput {
  readonly bindings: readonly PlannedBinding[];
  readonly clusters: ReadonlyMap<string, TargetCluster>;
  readonly limits: ListenerLimits;
  readonly rest: RestSwitches;
  readonly codecs: CodecCache;
  /** Gives the filters that routes name, made for the messages of a method. */
  readonly filters: FilterCache;
  /** Where the requests of the listener are counted. */
  readonly meters: ListenerMeters;
  readonly clock: Clock;
}

/** Compiles the route table of one listener, or says everything that is wrong with its bindings. */
export function compileRoutes(
  input: RoutesInput,
): Result<RouteTable<Target>, readonly BindingProblem[]> {
  const problems: BindingProblem[] = [];
  const told = new Set<string>();
  const routes: Route<Target>[] = [];
  for (const binding of input.bindings) {
    const route = compileRoute(binding, input);
    if (route.ok) routes.push(route.value);
    else {
      for (const problem of route.error) if (!told.has(problem.message)) problems.push(problem);
      for (const { message } of route.error) told.add(message);
    }
  }
  const places = new Map(input.bindings.map((binding) => [binding.name, binding.at]));
  const table = buildRouteTable(routes, {
    trailingSlash: input.rest.trailingSlash,
    unescape: input.rest.urlUnescape,
  });
  if (!table.ok) {
    for (const conflict of table.error) {
      problems.push({ at: places.get(conflict.second) ?? [], message: conflict.message });
    }
  }
  return table.ok && problems.length === 0 ? table : err(problems);
}

function compileRoute(
  binding: PlannedBinding,
  input: RoutesInput,
): Result<Route<Target>, readonly BindingProblem[]> {
  const { method, rule, settings, name, at } = binding;
  const refuse = (messages: readonly string[]): Result<never, readonly BindingProblem[]> =>
    err(messages.map((message) => ({ at, message: `${name}: ${message}` })));
  const template = parseTemplate(rule.template);
  if (!template.ok) {
    const { message, remedy } = template.error;
    return refuse([`template "${rule.template}": ${message}; ${remedy}`]);
  }
  const cluster = input.clusters.get(binding.cluster);
  if (cluster === undefined) return refuse([`no cluster is named "${binding.cluster}"`]);
  const serverStreaming =
    method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
  // A message of a stream stands on one line, whatever unary replies look like.
  const json = serverStreaming ? { ...settings.json, pretty: false } : settings.json;
  const options = restOptions(settings, input.limits);
  const rpc = `${method.parent.typeName}/${method.name}`;
  const meter = input.meters.route(rule.template, rpc);
  const protocol = compileRestBinding({
    method,
    rule,
    variables: template.value.variables.map((variable) => variable.fieldPath),
    options,
    codecs: input.codecs(json, input.limits.jsonDepth, input.limits.jsonKeys),
    clock: input.clock,
    transcoding: meter.transcoding,
  });
  if (!protocol.ok) return refuse(protocol.error);
  const filters = input.filters(settings.filters, method.input);
  // What is wrong with a message's rules is so for each binding that takes it, and is told once.
  if (!filters.ok) return err(filters.error.map((message) => ({ at, message })));
  return ok({
    method: rule.kind,
    template: template.value,
    value: {
      route: rule.template,
      rpc,
      protocol: protocol.value,
      filters: filters.value,
      webSocketOrigins:
        method.methodKind !== "unary" && options.streams.websocket
          ? options.streams.websocketOrigins
          : undefined,
      call: serverStreaming
        ? afterFirstMessage(cluster.call, settings.streams.firstMessageTimeoutMs, input.clock)
        : cluster.call,
      meter,
    },
    name,
    unescape: settings.rest.urlUnescape,
  });
}

function restOptions(settings: CallSettings, limits: ListenerLimits): RestOptions {
  return {
    json: settings.json,
    ignoreUnknownQuery: settings.rest.ignoreUnknownQuery,
    ignoredQueryParameters: settings.rest.ignoredQueryParameters,
    plusAsSpace: settings.rest.plusAsSpace,
    limits: {
      bodyBytes: limits.bodyBytes,
      replyBytes: limits.replyBytes,
      jsonDepth: limits.jsonDepth,
      queryParameters: limits.queryParameters,
      streamIdleMs: limits.streamIdleMs,
    },
    metadata: settings.metadata,
    deadlineMs: settings.deadlineMs,
    streamDeadlineMs: settings.streamDeadlineMs,
    conflicts: settings.rest.conflicts,
    unexpectedBody: settings.rest.unexpectedBody,
    contentTypes: settings.rest.contentTypes,
    fillUpdateMask: settings.rest.fillUpdateMask,
    debugInfo: settings.rest.debugInfo,
    successStatus: settings.successStatus,
    errors: settings.errors,
    placement: {
      hashKey: settings.hashKey,
      subset: settings.subset && subsetKeyOf(settings.subsetBy, settings.subset),
    },
    streams: settings.streams,
  };
}
