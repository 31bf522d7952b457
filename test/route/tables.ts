import assert from "node:assert/strict";
import {
  buildRouteTable,
  type Match,
  parseTemplate,
  type Route,
  type RouteTable,
  type RouteTableOptions,
  type Template,
} from "../../src/route/index.ts";

export const defaults: RouteTableOptions = {
  trailingSlash: "strict",
  unescape: "all_except_slash",
};

export function templateOf(text: string): Template {
  const template = parseTemplate(text);
  assert.ok(template.ok, `${text}: ${template.ok ? "" : template.error.message}`);
  return template.value;
}

/** A route from `GET /v1/{name}`; its value and its name are that text. */
export function routeOf(text: string): Route<string> {
  const space = text.indexOf(" ");
  const method = text.slice(0, space);
  return { method, template: templateOf(text.slice(space + 1)), value: text, name: text };
}

export function tableOf(
  routes: readonly string[],
  options: Partial<RouteTableOptions> = {},
): RouteTable<string> {
  const table = buildRouteTable(routes.map(routeOf), { ...defaults, ...options });
  assert.ok(table.ok, table.ok ? "" : JSON.stringify(table.error));
  return table.value;
}

/** A match in few words: the route, its captures by name, or what else came out. */
export function summary(match: Match<string>): unknown {
  if (match.kind === "notFound") return "notFound";
  if (match.kind === "refused") return `refused: ${match.message}`;
  if (match.kind === "methodNotAllowed") return `allow: ${match.allow.join(", ")}`;
  const { variables } = routeOf(match.value).template;
  assert.equal(match.captures.length, variables.length);
  const captures = variables.map(({ text }, index) => [text, match.captures[index]]);
  return { route: match.value, ...Object.fromEntries(captures) };
}
