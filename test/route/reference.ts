import type { Route, RouteTableOptions, TemplateSegment } from "../../src/route/index.ts";

// A second matcher, slow and plain: it tries every route and keeps the best. It shares nothing with src/route but
// the parsed templates, and takes only paths that are well-formed.

/** What the reference says of a request. */
export type ReferenceMatch =
  | { readonly kind: "found"; readonly value: string; readonly captures: readonly string[] }
  | { readonly kind: "methodNotAllowed" | "notFound" };

interface Candidate {
  readonly route: Route<string>;
  readonly captures: readonly string[];
  /** Compared from the left; the smaller is the more specific. */
  readonly rank: readonly number[];
}

/** The route for the request, found by brute force. */
export function referenceMatch(
  routes: readonly Route<string>[],
  trailingSlash: RouteTableOptions["trailingSlash"],
  method: string,
  path: string,
): ReferenceMatch {
  let trimmed = path;
  if (trailingSlash === "ignore" && path.length > 2 && path.endsWith("/")) {
    trimmed = path.slice(0, -1);
  }
  const isRoot = trimmed === "/";
  if (!isRoot && (trimmed.startsWith("//") || trimmed.endsWith("/"))) return { kind: "notFound" };
  const segments = isRoot ? [] : trimmed.slice(1).split("/");
  const candidates = routes.flatMap((route) => candidateOf(route, segments) ?? []);
  if (candidates.length === 0) return { kind: "notFound" };
  const [best] = candidates
    .filter(({ route }) => methodRank(route.method, method) !== undefined)
    .map((candidate) => ({
      ...candidate,
      rank: [...candidate.rank, methodRank(candidate.route.method, method) ?? 0],
    }))
    .sort((a, b) => compareRanks(a.rank, b.rank));
  if (best === undefined) return { kind: "methodNotAllowed" };
  return { kind: "found", value: best.route.value, captures: best.captures };
}

function methodRank(wanted: string, asked: string): number | undefined {
  if (wanted === asked) return 0;
  if (wanted === "GET" && asked === "HEAD") return 1;
  return wanted === "*" && asked !== "OPTIONS" ? 2 : undefined;
}

function candidateOf(route: Route<string>, given: readonly string[]): Candidate | undefined {
  const { segments, verb, variables } = route.template;
  const path = verb === undefined ? given : withoutVerb(given, verb);
  const spans = path && spansOf(segments, path);
  if (path === undefined || spans === undefined) return undefined;
  const captures = variables.map(({ start, end, multiSegment }) => {
    const from = spans[start] ?? Number.NaN;
    const to = spans[end] ?? Number.NaN;
    return decodeValue(path.slice(from, to).join("/"), multiSegment);
  });
  return { route, captures, rank: [verb === undefined ? 1 : 0, ...rankOf(segments)] };
}

function withoutVerb(given: readonly string[], verb: string): readonly string[] | undefined {
  const parts = /^(.+):([^:]+)$/s.exec(given.at(-1) ?? "");
  if (parts?.[1] === undefined || parts[2] === undefined) return undefined;
  return decodeURIComponent(parts[2]) === verb ? [...given.slice(0, -1), parts[1]] : undefined;
}

/** Where each template segment begins in the path, and the end; undefined when the template does not fit. */
function spansOf(
  segments: readonly TemplateSegment[],
  path: readonly string[],
): readonly number[] | undefined {
  const spans = [0];
  let at = 0;
  for (const [index, segment] of segments.entries()) {
    const after = segments.length - index - 1;
    if (segment.kind === "rest") {
      const next = path.length - after;
      if (next < at || (after > 0 && next === at)) return undefined;
      at = next;
    } else {
      const text = path[at];
      if (text === undefined) return undefined;
      const fits =
        segment.kind === "one" ? text !== "" : decodeURIComponent(text) === segment.value;
      if (!fits) return undefined;
      at++;
    }
    spans.push(at);
  }
  return at === path.length ? spans : undefined;
}

/** Literal before `*` before `**`; the end before `**`; of two that share a `**`, the longer first. */
function rankOf(segments: readonly TemplateSegment[]): readonly number[] {
  const rest = segments.findIndex(({ kind }) => kind === "rest");
  const head = (rest < 0 ? segments : segments.slice(0, rest)).map(({ kind }) =>
    kind === "literal" ? 0 : 1,
  );
  return rest < 0 ? [...head, 1.5] : [...head, 2, -segments.length];
}

function decodeValue(text: string, multiSegment: boolean): string {
  const kept = multiSegment ? text.replaceAll(/%2f/gi, (slash) => slash.replace("%", "%25")) : text;
  return decodeURIComponent(kept);
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
