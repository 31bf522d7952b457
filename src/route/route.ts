import type { Template } from "./template.ts";
import type { UrlUnescape } from "./unescape.ts";

/** One line of the table. */
export interface Route<T> {
  /** The HTTP method, in the case it is sent in, or `*` for any. */
  readonly method: string;
  readonly template: Template;
  readonly value: T;
  /** For messages: `library.v1.Library.GetBook (binding 0)`. */
  readonly name: string;
  /** Overrides the table's setting for this route. */
  readonly unescape?: UrlUnescape;
}

/** Settings of a whole table. */
export interface RouteTableOptions {
  /** Whether `/v1/books/` is the same as `/v1/books`. Default: strict, it is not. */
  readonly trailingSlash: "strict" | "ignore";
  /** How variables of several segments are decoded. Default: all_except_slash. */
  readonly unescape: UrlUnescape;
}

/** Two routes that serve the same requests. */
export interface RouteConflict {
  readonly method: string;
  /** The shape with the verb: `/v1/books/*:archive`. */
  readonly shape: string;
  /** Names of the two routes, in the order in which they were given. */
  readonly first: string;
  readonly second: string;
  readonly message: string;
}

/** The route that serves a request. */
export interface FoundRoute<T> {
  readonly kind: "found";
  readonly value: T;
  /** Decoded values, in the order of the template's variables. */
  readonly captures: readonly string[];
  /** A HEAD request that a GET route serves: answer as to GET, without the body. */
  readonly headOfGet: boolean;
}

/** What the table says of one request. */
export type Match<T> =
  | FoundRoute<T>
  /** The path is served, with other methods: 405, or 204 to OPTIONS. */
  | { readonly kind: "methodNotAllowed"; readonly allow: readonly string[] }
  | { readonly kind: "notFound" }
  /** The path must not be routed at all: 400. The message reads after `path: ` and echoes nothing. */
  | { readonly kind: "refused"; readonly message: string };
