import { nearestName } from "../../base/index.ts";
import type { PlainValue } from "../document/plain-value.ts";
import { type DocumentPath, type Finding, formatPath } from "../problem.ts";
import { balanceKeys } from "../schema/balance.ts";
import { patternKeys } from "../schema/http-rule.ts";
import { namePattern } from "../schema/text.ts";
import { checkEndpoints } from "./endpoints.ts";
import { isLaterKey } from "./later.ts";
import type { ValueShower } from "./show-value.ts";
import { didYouMean, nearestOf } from "./suggestion.ts";
import { checkUpstreamTls } from "./upstream-tls.ts";

type PlainMap = Readonly<Record<string, PlainValue>>;
interface Entry {
  readonly path: DocumentPath;
  readonly value: PlainMap;
}

const bindingKeys: readonly string[] = [...patternKeys, "custom"];

/**
 * What the parts of a document say about each other: names that must exist, keys that exclude each other,
 * things given twice. It reads plain values, so that it is told together with what the schema refuses.
 */
export function checkRelations(root: PlainValue, shower: ValueShower): readonly Finding[] {
  const document: Entry = { path: [], value: asMap(root) };
  const [listeners, descriptors, clusters, routes] = [
    entriesIn(document, "listeners"),
    entriesIn(document, "descriptors"),
    entriesIn(document, "clusters"),
    entriesIn(document, "routes"),
  ];
  const rules = childrenOf([document], "http").flatMap((http) => entriesIn(http, "rules"));
  return [
    ...checkNames(document.value),
    ...checkClusterNames(document.value, routes, shower),
    ...checkFilterNames(document.value, routes, shower),
    ...routes.flatMap(checkRoute),
    ...[...routes, ...routes.flatMap((route) => entriesIn(route, "methods"))].flatMap(checkLevel),
    ...descriptors.flatMap(checkDescriptorSource),
    ...[...childrenOf(routes, "http"), ...rules].flatMap(checkHttpRule),
    ...rules.flatMap((rule) => checkSelectorIsUsed(rule, routes)),
    ...findDoubles(routes, "service", "is served by"),
    ...findDoubles(routes, "rpc", "is served by"),
    ...findDoubles(rules, "selector", "has a rule in"),
    ...findDoubles(
      [...listeners, ...childrenOf([document], "admin")],
      "listen",
      "is listened on by",
      isFixed,
    ),
    ...clusters.flatMap(({ path, value }) =>
      checkEndpoints(value["endpoints"], [...path, "endpoints"]),
    ),
    ...clusters.flatMap(({ path, value }) => checkUpstreamTls(value, path)),
    ...childrenOf(clusters, "balance").flatMap((balance) =>
      exactlyOne(balance, balanceKeys, "a balance"),
    ),
  ];
}

function checkNames(document: PlainMap): readonly Finding[] {
  return ["listeners", "clusters", "filters"].flatMap((section) =>
    Object.keys(asMap(document[section]))
      .filter((name) => !namePattern.test(name))
      .map((name) => ({
        ...error([section, name], `${section}: ${JSON.stringify(name)} cannot be a name`),
        part: "key" as const,
        help: "a name is letters, digits, - and _, up to 63, and begins with a letter",
      })),
  );
}

function checkClusterNames(
  document: PlainMap,
  routes: readonly Entry[],
  shower: ValueShower,
): readonly Finding[] {
  const { clusters } = document;
  if (!isMap(clusters)) return [];
  const names = Object.keys(clusters);
  const used = new Set(routes.map(({ value: { cluster } }) => cluster));
  const unknown = routes.flatMap(({ path, value: { cluster } }) => {
    if (typeof cluster !== "string" || names.includes(cluster)) return [];
    const at = [...path, "cluster"];
    const help = shower.isSecret(at) ? undefined : nearestOf(cluster, names, "clusters");
    return [{ ...error(at, `${formatPath(at)}: no cluster is named ${shower.show(at)}`), help }];
  });
  if (unknown.length > 0 || routes.length === 0) return unknown;
  return unusedNames("clusters", names, used);
}

function checkFilterNames(
  document: PlainMap,
  routes: readonly Entry[],
  shower: ValueShower,
): readonly Finding[] {
  const names = Object.keys(asMap(document["filters"]));
  const methods = routes.flatMap((route) => entriesIn(route, "methods"));
  const used = new Set<PlainValue>();
  const unknown = [...routes, ...methods].flatMap(({ path, value: { filters } }) => {
    if (!Array.isArray(filters)) return [];
    return filters.flatMap((name, index) => {
      used.add(name);
      if (typeof name !== "string" || names.includes(name)) return [];
      const at = [...path, "filters", index];
      const help = shower.isSecret(at) ? undefined : nearestOf(name, names, "filters");
      return [{ ...error(at, `${formatPath(at)}: no filter is named ${shower.show(at)}`), help }];
    });
  });
  if (unknown.length > 0 || routes.length === 0) return unknown;
  return unusedNames("filters", names, used);
}

/** Warnings of the parts of a section that no route names. */
function unusedNames(
  section: "clusters" | "filters",
  names: readonly string[],
  used: ReadonlySet<PlainValue | undefined>,
): readonly Finding[] {
  const noun = section === "clusters" ? "cluster" : "filter";
  return names
    .filter((name) => !used.has(name))
    .map((name) => ({
      ...error([section, name], `${section}.${name}: no route uses this ${noun}`),
      severity: "warning",
      rule: "unused",
      part: "key",
      help: "remove it, or name it in a route",
    }));
}

function checkRoute({ path, value }: Entry): readonly Finding[] {
  const findings = exactlyOne({ path, value }, ["service", "rpc"], "a route");
  if ("http" in value && !("rpc" in value)) {
    const help = "name one method with rpc, or put the rule in http.rules with a selector";
    findings.push(onlyWith(path, "http", "rpc", help));
  }
  if ("methods" in value && !("service" in value)) {
    findings.push(onlyWith(path, "methods", "service", "put these keys on the route itself"));
  }
  if ("status" in value && !("rpc" in value)) {
    findings.push(onlyWith(path, "status", "rpc", "say it of one method, under methods"));
  }
  const { methods } = value;
  for (const name of Object.keys(asMap(methods))) {
    if (/^[A-Za-z_]\w*$/.test(name)) continue;
    const at = [...path, "methods", name];
    const help = didYouMean(name.replace(/^.*[./]/, ""));
    findings.push({
      ...error(at, `${formatPath(at)}: expected a method's own name`),
      part: "key",
      help,
    });
  }
  return findings;
}

/** Asked before a route is known, so no route has a say in them. */
const listenerSwitches = ["trailing_slash", "wrong_method"];

function checkLevel({ path, value }: Entry): readonly Finding[] {
  return listenerSwitches
    .filter((key) => key in asMap(value["rest"]))
    .map((key) => {
      const at = [...path, "rest", key];
      const message = `${formatPath(at)}: this is decided before a route is found`;
      const help = "say it of the listener, or of the whole document";
      return { ...error(at, message), part: "key", help };
    });
}

function checkDescriptorSource({ path, value }: Entry): readonly Finding[] {
  const findings = exactlyOne({ path, value }, ["protos", "set"], "a source of descriptors");
  if ("imports" in value && "set" in value && !("protos" in value)) {
    findings.push(onlyWith(path, "imports", "protos", "a set holds its imports"));
  }
  return findings;
}

function checkHttpRule({ path, value }: Entry): readonly Finding[] {
  const rule = { path, value };
  return [rule, ...entriesIn(rule, "additional_bindings")].flatMap((binding) =>
    exactlyOne(binding, bindingKeys, "an HTTP rule"),
  );
}

/** A rule by selector that changes nothing: a route has its own in its place, or none serves the method. */
function checkSelectorIsUsed({ path, value }: Entry, routes: readonly Entry[]): readonly Finding[] {
  const { selector } = value;
  if (typeof selector !== "string" || routes.length === 0) return [];
  const service = selector.slice(0, selector.lastIndexOf("."));
  const serving = routes.filter(({ value: route }) => {
    if (typeof route["rpc"] === "string") return route["rpc"].replace("/", ".") === selector;
    if (typeof route["service"] !== "string") return true;
    const pattern = route["service"];
    return pattern.endsWith("*") ? service.startsWith(pattern.slice(0, -1)) : service === pattern;
  });
  const at = [...path, "selector"];
  const unused = (why: string, help: string): Finding => ({
    ...error(at, `${formatPath(at)}: ${why}`),
    severity: "warning",
    rule: "unused",
    help,
  });
  if (serving.length === 0) {
    return [unused("no route serves this method", "remove the rule, or add a route")];
  }
  const own = serving.find(({ value: route }) => "rpc" in route && "http" in route);
  if (own === undefined) return [];
  return [unused(`${formatPath([...own.path, "http"])} stands in its place`, "remove one of them")];
}

function exactlyOne({ path, value }: Entry, keys: readonly string[], noun: string): Finding[] {
  const given = keys.filter((key) => key in value);
  if (given.length === 1) return [];
  const listed = `${keys.slice(0, -1).join(", ")} or ${keys.at(-1)}`;
  const [first, second] = given;
  if (second === undefined) {
    // An unknown key in its place is told as such, and that is all there is to mend.
    const isMeant = (key: string) => isLaterKey(path, key) || nearestName(key, keys) !== undefined;
    if (Object.keys(value).some(isMeant)) return [];
    return [{ ...error(path, `${formatPath(path)}: ${noun} needs one of ${listed}`), part: "key" }];
  }
  const message = `${formatPath(path)}: ${noun} takes one of ${listed}, and has ${first} already`;
  return [{ ...error([...path, second], message), part: "key", help: "remove one of them" }];
}

function onlyWith(path: DocumentPath, key: string, owner: string, help: string): Finding {
  const message = `${formatPath(path)}: "${key}" goes with "${owner}" only`;
  return { ...error([...path, key], message), part: "key", help };
}

function findDoubles(
  entries: readonly Entry[],
  key: string,
  verb: string,
  counts: (value: string) => boolean = () => true,
): readonly Finding[] {
  const firsts = new Map<string, DocumentPath>();
  return entries.flatMap(({ path, value }) => {
    const name = value[key];
    if (typeof name !== "string" || !counts(name)) return [];
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, path);
      return [];
    }
    const at = [...path, key];
    const message = `${formatPath(at)}: this ${verb} ${formatPath(first)} already`;
    return [{ ...error(at, message), rule: "duplicate", help: "remove one of them" }];
  });
}

/** Port 0 is another port each time. */
function isFixed(address: string): boolean {
  return !address.endsWith(":0");
}

function error(path: DocumentPath, message: string): Finding {
  return { path, part: "value", severity: "error", rule: "relation", message, help: undefined };
}

/** The maps in the list or map that `key` of `entry` holds. */
function entriesIn(entry: Entry, key: string): readonly Entry[] {
  const value = entry.value[key];
  const path = [...entry.path, key];
  const pairs: readonly (readonly [string | number, PlainValue])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(asMap(value));
  return pairs.flatMap(([step, item]) =>
    isMap(item) ? [{ path: [...path, step], value: item }] : [],
  );
}

/** The map that `key` holds in each of `entries` where it does. */
function childrenOf(entries: readonly Entry[], key: string): readonly Entry[] {
  return entries.flatMap(({ path, value }) => {
    const child = value[key];
    return isMap(child) ? [{ path: [...path, key], value: child }] : [];
  });
}

function isMap(value: PlainValue | undefined): value is { [key: string]: PlainValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asMap(value: PlainValue | undefined): PlainMap {
  return isMap(value) ? value : {};
}
