import { nearestName } from "../base/index.ts";
import type {
  CallSettings,
  DocumentPath,
  GatewayConfig,
  HttpRuleBinding,
  RouteConfig,
  RpcRoute,
  ServiceRoute,
} from "../config/index.ts";
import {
  type DescMethod,
  type DescService,
  type HttpRule,
  httpRulesOf,
  type Schema,
} from "../descriptor/index.ts";

/** One HTTP rule of one method, and how its calls are to be made. */
export interface PlannedBinding {
  readonly method: DescMethod;
  readonly rule: HttpRule;
  readonly cluster: string;
  readonly settings: CallSettings;
  /** `library.v1.Library.GetBook (binding 0)`: for messages. */
  readonly name: string;
  /** Where the configuration asks for it. */
  readonly at: DocumentPath;
}

/** Something in the configuration that the descriptors do not bear out. */
export interface PlanProblem {
  readonly at: DocumentPath;
  readonly message: string;
  readonly help: string | undefined;
}

/** All bindings that the routes ask for, and what is wrong with the routes. */
export interface Plan {
  readonly bindings: readonly PlannedBinding[];
  readonly problems: readonly PlanProblem[];
}

/** The part of a configuration that says what is served. */
export type PlanInput = Pick<GatewayConfig, "routes" | "httpRules">;

/** A method that some route serves. */
interface PlannedMethod {
  readonly method: DescMethod;
  readonly route: RouteConfig;
  readonly settings: CallSettings;
  readonly specificity: number;
}

/**
 * Resolves the routes against the schema. Where several routes name one method, the most specific ones win:
 * `rpc`, then the service by name, then the longest wildcard.
 */
export function planBindings(config: PlanInput, schema: Schema): Plan {
  const problems: PlanProblem[] = [];
  const claims = new Map<DescMethod, PlannedMethod[]>();
  for (const route of config.routes) {
    for (const planned of methodsOf(route, schema, problems)) {
      const claimed = claims.get(planned.method) ?? [];
      const best = claimed[0]?.specificity ?? 0;
      if (planned.specificity > best) claims.set(planned.method, [planned]);
      else if (planned.specificity === best) claims.set(planned.method, [...claimed, planned]);
    }
  }
  checkSelectors(config, schema, problems);
  const rules = new Map(config.httpRules.map((rule) => [rule.selector, rule.bindings]));
  const bindings = [...claims.values()].flatMap((claimed) =>
    claimed.flatMap((planned, index) => bindingsOf(planned, index === 0, rules)),
  );
  return { bindings, problems };
}

function methodsOf(route: RouteConfig, schema: Schema, problems: PlanProblem[]): PlannedMethod[] {
  return route.kind === "rpc"
    ? methodOfRpcRoute(route, schema, problems)
    : methodsOfServiceRoute(route, schema, problems);
}

function methodOfRpcRoute(
  route: RpcRoute,
  schema: Schema,
  problems: PlanProblem[],
): PlannedMethod[] {
  const service = schema.services.get(route.service);
  if (service === undefined) {
    problems.push(unknownService(route.service, schema, [...route.at, "rpc"]));
    return [];
  }
  const method = service.methods.find((candidate) => candidate.name === route.method);
  if (method === undefined) {
    problems.push(unknownMethod(route.method, service, [...route.at, "rpc"]));
    return [];
  }
  return [{ method, route, settings: route, specificity: Number.POSITIVE_INFINITY }];
}

function methodsOfServiceRoute(
  route: ServiceRoute,
  schema: Schema,
  problems: PlanProblem[],
): PlannedMethod[] {
  const services = servicesOf(route.service, schema);
  if (services.length === 0)
    problems.push(unknownService(route.service, schema, [...route.at, "service"]));
  const overrides = new Map(route.methods.map((method) => [method.name, method]));
  const names = new Set(
    services.flatMap((service) => service.methods.map((method) => method.name)),
  );
  const [first] = services;
  for (const override of route.methods) {
    if (first !== undefined && !names.has(override.name)) {
      problems.push(unknownMethod(override.name, first, override.at));
    }
  }
  const isExact = !route.service.endsWith("*");
  const specificity = isExact ? Number.MAX_SAFE_INTEGER : route.service.length;
  return services.flatMap((service) =>
    service.methods.flatMap((method) => {
      const override = overrides.get(method.name);
      if (override?.expose === false) return [];
      return [{ method, route, settings: override ?? route, specificity }];
    }),
  );
}

function servicesOf(pattern: string, schema: Schema): DescService[] {
  if (!pattern.endsWith("*")) {
    const service = schema.services.get(pattern);
    return service === undefined ? [] : [service];
  }
  const prefix = pattern.slice(0, -1);
  return [...schema.services.values()].filter((service) => service.typeName.startsWith(prefix));
}

function checkSelectors(config: PlanInput, schema: Schema, problems: PlanProblem[]): void {
  for (const { selector, at } of config.httpRules) {
    const dot = selector.lastIndexOf(".");
    const service = schema.services.get(selector.slice(0, dot));
    const name = selector.slice(dot + 1);
    if (service === undefined) {
      problems.push(unknownService(selector.slice(0, dot), schema, [...at, "selector"]));
    } else if (!service.methods.some((method) => method.name === name)) {
      problems.push(unknownMethod(name, service, [...at, "selector"]));
    }
  }
}

function bindingsOf(
  planned: PlannedMethod,
  isFirst: boolean,
  rules: ReadonlyMap<string, readonly HttpRuleBinding[]>,
): PlannedBinding[] {
  const { method, route, settings } = planned;
  const fullName = `${method.parent.typeName}.${method.name}`;
  const configured =
    (route.kind === "rpc" ? route.http?.bindings : undefined) ?? rules.get(fullName);
  const explicit: readonly { rule: HttpRule; at: DocumentPath }[] =
    configured === undefined
      ? httpRulesOf(method).map((rule) => ({ rule: withMethod(rule), at: route.at }))
      : configured.map((binding, index) => ({ rule: ruleOf(binding, index), at: binding.at }));
  const bindings = explicit.map(({ rule, at }) => ({
    method,
    rule,
    cluster: route.cluster,
    settings,
    name: `${fullName} (binding ${rule.index})`,
    at,
  }));
  const automatic = automaticRule(method, explicit.length);
  const isGiven = bindings.some(
    ({ rule }) => rule.kind === automatic.kind && rule.template === automatic.template,
  );
  if (!settings.rest.autoMapping || isGiven || !isFirst) return bindings;
  return [
    ...bindings,
    {
      method,
      rule: automatic,
      cluster: route.cluster,
      settings,
      name: `${fullName} (by its gRPC name)`,
      at: route.at,
    },
  ];
}

const patternMethods = new Set(["get", "put", "post", "delete", "patch"]);

/** The kind of an annotation's pattern as the HTTP method that is sent; custom kinds are one as they are. */
function withMethod(rule: HttpRule): HttpRule {
  return patternMethods.has(rule.kind) ? { ...rule, kind: rule.kind.toUpperCase() } : rule;
}

function ruleOf(binding: HttpRuleBinding, index: number): HttpRule {
  return {
    kind: binding.method,
    template: binding.template,
    body: binding.body ?? "",
    responseBody: binding.responseBody ?? "",
    index,
  };
}

/** `POST /package.Service/Method` with the whole message as body (transcoding.md §1). */
function automaticRule(method: DescMethod, index: number): HttpRule {
  return {
    kind: "POST",
    template: `/${method.parent.typeName}/${method.name}`,
    body: "*",
    responseBody: "",
    index,
  };
}

function unknownService(name: string, schema: Schema, at: DocumentPath): PlanProblem {
  const near = nearestName(name, schema.services.keys());
  const known = [...schema.services.keys()].slice(0, 8).join(", ");
  return {
    at,
    message: `no service "${name}" in the descriptors`,
    help: near === undefined ? `services: ${known || "none"}` : `did you mean "${near}"?`,
  };
}

function unknownMethod(name: string, service: DescService, at: DocumentPath): PlanProblem {
  const names = service.methods.map((method) => method.name);
  const near = nearestName(name, names);
  return {
    at,
    message: `${service.typeName} has no method "${name}"`,
    help: near === undefined ? `methods: ${names.join(", ")}` : `did you mean "${near}"?`,
  };
}
