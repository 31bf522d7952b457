import { err, ok, type Result } from "../base/index.ts";
import { allowedMethods } from "./allow.ts";
import { captureValue } from "./capture.ts";
import { type Explanation, nearestRoutes } from "./explain.ts";
import type { Match, Route, RouteConflict, RouteTableOptions } from "./route.ts";
import { Search } from "./search.ts";
import { templateShape } from "./template.ts";
import { compileForest } from "./tree.ts";

/** Routes compiled for matching. Immutable to its users; a change of routes makes a new one. */
export interface RouteTable<T> {
  /**
   * Finds the route for a request. `path` is the request target up to its `?`, as sent. Which route wins depends
   * on the routes alone, never on their order: templates with the path's verb first; then literal before `*`
   * before `**`, segment by segment from the left; then the longer tail after `**`; then the method's own
   * route before one for any method.
   */
  match(method: string, path: string): Match<T>;
  /** The methods that `path` is served with, for `Allow`; empty when it is not served. */
  allowed(path: string): readonly string[];
  /** Why `match` gives what it gives. Slow: for people, not for requests. */
  explain(method: string, path: string): Explanation<T>;
  /** All routes, in the order in which they were given. */
  list(): readonly Route<T>[];
  readonly size: number;
}

/** Compiles the routes; fails with every pair of them that no request could tell apart. */
export function buildRouteTable<T>(
  routes: readonly Route<T>[],
  options: RouteTableOptions,
): Result<RouteTable<T>, readonly RouteConflict[]> {
  const conflicts = findConflicts(routes);
  return conflicts.length > 0 ? err(conflicts) : ok(new CompiledTable([...routes], options));
}

function findConflicts<T>(routes: readonly Route<T>[]): RouteConflict[] {
  const firsts = new Map<string, Route<T>>();
  const conflicts: RouteConflict[] = [];
  for (const route of routes) {
    const { method, name } = route;
    const shape = templateShape(route.template);
    const key = `${method} ${shape}`;
    const other = firsts.get(key);
    if (other === undefined) {
      firsts.set(key, route);
      continue;
    }
    const message = `${other.name} and ${name} both serve ${key}: change the path or the method of one`;
    conflicts.push({ method, shape, first: other.name, second: name, message });
  }
  return conflicts;
}

const notFound = { kind: "notFound" } as const;
const noCaptures: readonly string[] = [];

class CompiledTable<T> implements RouteTable<T> {
  readonly #routes: readonly Route<T>[];
  readonly #options: RouteTableOptions;
  readonly #search: Search<T>;

  constructor(routes: readonly Route<T>[], options: RouteTableOptions) {
    this.#routes = routes;
    this.#options = options;
    this.#search = new Search(compileForest(routes, options));
  }

  match(method: string, path: string): Match<T> {
    const { segments } = this.#search;
    const refusal = segments.split(path);
    if (refusal !== undefined) return refused(path, refusal);
    if (!this.#fitsTemplates()) return notFound;
    const found = this.#search.find(method);
    if (found === undefined) {
      if (!this.#search.hasArrived) return notFound;
      return { kind: "methodNotAllowed", allow: allowedMethods(this.#search.findAll()) };
    }
    const { route, captures } = found;
    const headOfGet = method === "HEAD" && route.method === "GET";
    if (captures.length === 0) {
      return { kind: "found", value: route.value, captures: noCaptures, headOfGet };
    }
    const values: string[] = [];
    for (const capture of captures) values.push(captureValue(capture, segments));
    return { kind: "found", value: route.value, captures: values, headOfGet };
  }

  allowed(path: string): readonly string[] {
    if (this.#search.segments.split(path) !== undefined || !this.#fitsTemplates()) return [];
    return allowedMethods(this.#search.findAll());
  }

  explain(method: string, path: string): Explanation<T> {
    const match = this.match(method, path);
    if (match.kind === "refused") return { match, winner: undefined, nearest: [] };
    const winner = match.kind === "found" ? this.#winner(method, path) : undefined;
    const { trailingSlash } = this.#options;
    return {
      match,
      winner,
      nearest: nearestRoutes(this.#routes, trailingSlash, { method, path }, winner),
    };
  }

  #winner(method: string, path: string): Route<T> | undefined {
    this.#search.segments.split(path);
    return this.#fitsTemplates() ? this.#search.find(method)?.route : undefined;
  }

  list(): readonly Route<T>[] {
    return this.#routes;
  }

  get size(): number {
    return this.#routes.length;
  }

  /**
   * Whether any template could match, as far as empty segments go. A path that begins with `//` is none that can
   * stand without an authority (RFC 3986 §3.3 path-absolute), so no `**` takes it either. An empty last
   * segment is a trailing slash: dropped once where the table ignores it, otherwise it belongs to no route.
   */
  #fitsTemplates(): boolean {
    const { segments } = this.#search;
    if (segments.count === 0) return true;
    if (segments.isEmpty(0)) return false;
    const last = segments.count - 1;
    if (!segments.isEmpty(last)) return true;
    if (this.#options.trailingSlash === "strict" || segments.isEmpty(last - 1)) return false;
    segments.endAt(last, segments.end - 1);
    return true;
  }
}

/** `OPTIONS *` (RFC 9112 §3.2.4) has no path to refuse; it is only not found here. */
function refused<T>(path: string, message: string): Match<T> {
  return path === "*" ? notFound : { kind: "refused", message };
}
