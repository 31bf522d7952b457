import { decodePercent, nearestName } from "../base/index.ts";
import type { Match, Route, RouteTableOptions } from "./route.ts";
import type { Template, TemplateSegment } from "./template.ts";

/** A route that came near a request, and why it does not serve it. */
export interface NearMiss<T> {
  readonly route: Route<T>;
  /** At least one, in the order of the path. */
  readonly reasons: readonly string[];
}

/** What a person needs to see why a request goes where it goes. */
export interface Explanation<T> {
  readonly match: Match<T>;
  readonly winner: Route<T> | undefined;
  /** At most three, the nearest first; none when the path is refused. */
  readonly nearest: readonly NearMiss<T>[];
}

const nearestCount = 3;

// Prices of a difference. A wrong method and a misspelt name are the cheapest mistakes. Another name is the
// dearer the further left it stands, because paths are named from the general to the particular.
const price = { method: 1, slash: 1, misspelt: 1, verb: 2, segment: 5 };
const priceOfOtherName = (position: number) => Math.max(2, 7 - position);

/** A request as `match` takes it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
}

/** The three routes nearest to the request besides the one that serves it, each with why it lost. */
export function nearestRoutes<T>(
  routes: readonly Route<T>[],
  trailingSlash: RouteTableOptions["trailingSlash"],
  asked: Asked,
  winner: Route<T> | undefined,
): readonly NearMiss<T>[] {
  const path = readPath(asked.path, trailingSlash);
  return routes
    .filter((route) => route !== winner)
    .map((route) => judge(route, winner, asked.method, path))
    .sort((a, b) => a.cost - b.cost || compareNames(a.route, b.route))
    .slice(0, nearestCount)
    .map(({ route, reasons }) => ({ route, reasons }));
}

interface AskedPath {
  /** Decoded, without verb and trailing slash. */
  readonly segments: readonly string[];
  /** The same with the verb's text cut off the last segment. */
  readonly beforeVerb: readonly string[];
  readonly verb: string | undefined;
  /** What keeps the path from any template. */
  readonly differences: readonly Difference[];
}

function readPath(path: string, trailingSlash: RouteTableOptions["trailingSlash"]): AskedPath {
  const differences: Difference[] = [];
  let rest = path;
  if (trailingSlash === "ignore" && rest.length > 2 && rest.endsWith("/")) rest = rest.slice(0, -1);
  if (rest.startsWith("//")) differences.push({ cost: price.slash, reason: "segment 1 is empty" });
  if (rest.length > 1 && rest.endsWith("/")) {
    rest = rest.slice(0, -1);
    differences.push({ cost: price.slash, reason: "the path ends with a slash" });
  }
  const colon = rest.lastIndexOf(":");
  const hasVerb = colon > rest.lastIndexOf("/") + 1;
  return {
    segments: segmentsOf(rest),
    beforeVerb: hasVerb ? segmentsOf(rest.slice(0, colon)) : [],
    verb: hasVerb ? decode(rest.slice(colon + 1)) : undefined,
    differences,
  };
}

function segmentsOf(path: string): readonly string[] {
  return path === "/" ? [] : path.split("/").slice(1).map(decode);
}

interface Judgement<T> extends NearMiss<T> {
  readonly cost: number;
}

interface Difference {
  readonly cost: number;
  readonly reason: string;
}

function judge<T>(
  route: Route<T>,
  winner: Route<T> | undefined,
  method: string,
  path: AskedPath,
): Judgement<T> {
  const differences = [
    ...compareMethod(route.method, method),
    ...path.differences,
    ...comparePath(route.template, path),
  ];
  if (differences.length === 0 && winner !== undefined) {
    differences.push({
      cost: 0,
      reason: `${winner.method} ${winner.template.text} is more specific`,
    });
  }
  const reasons = differences.map(({ reason }) => reason);
  return { route, reasons, cost: differences.reduce((sum, { cost }) => sum + cost, 0) };
}

function compareMethod(wanted: string, asked: string): Difference[] {
  if (
    (wanted === "*" && asked !== "OPTIONS") ||
    wanted === asked ||
    (wanted === "GET" && asked === "HEAD")
  )
    return [];
  return [{ cost: price.method, reason: `the method is ${wanted}, asked is ${asked}` }];
}

function comparePath(template: Template, path: AskedPath): Difference[] {
  const { segments, verb } = template;
  if (verb === undefined) return compareSegments(segments, path.segments);
  if (verb === path.verb) return compareSegments(segments, path.beforeVerb);
  const missing = { cost: price.verb, reason: `the verb ":${verb}" is missing` };
  return [missing, ...compareSegments(segments, path.segments)];
}

function compareSegments(
  wanted: readonly TemplateSegment[],
  given: readonly string[],
): Difference[] {
  const restAt = wanted.findIndex(({ kind }) => kind === "rest");
  // A `**` at the end takes nothing, one before literals takes at least one segment.
  const least = restAt >= 0 && restAt === wanted.length - 1 ? wanted.length - 1 : wanted.length;
  const differences: Difference[] = [];
  for (const [index, segment] of wanted.entries()) {
    const moved = restAt >= 0 && index > restAt ? Math.max(given.length - wanted.length, 0) : 0;
    const text = given[index + moved];
    if (text !== undefined) differences.push(...compareSegment(segment, text, index + moved + 1));
  }
  const missing = least - given.length;
  if (missing > 0) {
    const reason = `the template needs ${countOf(missing, "more segment")}`;
    differences.push({ cost: missing * price.segment, reason });
  }
  if (restAt < 0 && missing < 0) {
    const reason = `the path has ${countOf(-missing, "segment")} too many`;
    differences.push({ cost: -missing * price.segment, reason });
  }
  return differences;
}

function compareSegment(segment: TemplateSegment, text: string, position: number): Difference[] {
  if (segment.kind === "one" && text === "") {
    return [{ cost: price.misspelt, reason: `segment ${position} is empty` }];
  }
  if (segment.kind !== "literal" || segment.value === text) return [];
  const reason = `segment ${position} is "${text}", the template wants "${segment.value}"`;
  const near = nearestName(text, [segment.value]) !== undefined;
  return [{ cost: near ? price.misspelt : priceOfOtherName(position), reason }];
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function decode(text: string): string {
  return decodePercent(text) ?? text;
}

/** A fixed order among equals, so that an explanation does not depend on the order of loading. */
function compareNames<T>(a: Route<T>, b: Route<T>): number {
  const left = `${a.template.text} ${a.method} ${a.name}`;
  const right = `${b.template.text} ${b.method} ${b.name}`;
  return left < right ? -1 : Number(left > right);
}
