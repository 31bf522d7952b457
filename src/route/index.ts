// Path templates and the table that finds what serves a method and a path.
// It knows nothing of gRPC, descriptors or protocols: what a route leads to is an opaque value.
export type { Explanation, NearMiss } from "./explain.ts";
export { parseTemplate, type TemplateProblem } from "./parse-template.ts";
export type { FoundRoute, Match, Route, RouteConflict, RouteTableOptions } from "./route.ts";
export { buildRouteTable, type RouteTable } from "./route-table.ts";
export {
  type Template,
  type TemplateSegment,
  type TemplateVariable,
  templateShape,
} from "./template.ts";
export type { UrlUnescape } from "./unescape.ts";
