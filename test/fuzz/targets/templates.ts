import {
  buildRouteTable,
  type Match,
  parseTemplate,
  type Route,
  type RouteTable,
  type RouteTableOptions,
} from "../../../src/route/index.ts";
import { type ReferenceMatch, referenceMatch } from "../../route/reference.ts";
import type { Dice } from "../dice.ts";
import { mutate } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

interface TemplatesInput {
  readonly templates: readonly string[];
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly ignoresTrailingSlash: boolean;
}

const literals = [
  "a",
  "b",
  "v1",
  "shelves",
  "%61",
  "a%2Fb",
  "é",
  "a:b",
  "*a",
  "%2A",
  "-._~!$&'()+,;=@",
];
const paths = [
  "a",
  "b",
  "v1",
  "shelves",
  "%61",
  "%2f",
  "a%2Fb",
  "%C3%A9",
  "a:b",
  ":",
  "",
  ".",
  "..",
  "%2e",
];
const templateTokens = [
  "/",
  "*",
  "**",
  "{",
  "}",
  "=",
  ":",
  ".",
  "{x}",
  "{x=**}",
  "%",
  "%zz",
  "\0",
  "é",
  "?",
];
const pathTokens = [
  "/",
  "//",
  ":",
  "%",
  "%00",
  "%2F",
  "%ff",
  "%2e%2E",
  "\\",
  "..",
  "?",
  "#",
  "\0",
  "é",
  "*",
];
const methods = ["GET", "POST", "HEAD", "REPORT", "*", "get", ""];
/** Far beyond any search that does not blow up, for a path of 64,000 segments. */
const boundMs = 2000;

/** Templates and tables of them, and paths matched against them; the slow reference must agree. */
export const templates: FuzzTarget<TemplatesInput> = {
  name: "templates",
  generate: (dice) => ({
    templates: dice.list(1, 12, () => template(dice)),
    methods: dice.list(1, 4, () => dice.pick(methods)),
    paths: dice.list(1, 8, () => randomPath(dice)),
    ignoresTrailingSlash: dice.chance(0.3),
  }),
  open: () => Promise.resolve({ run: async (input) => run(input), close: async () => undefined }),
};

function template(dice: Dice): string {
  const segment = (): string => {
    if (dice.chance(0.5)) return dice.pick(literals);
    const name = `${dice.pick(["x", "y", "z", "a.b", "name"])}`;
    return dice.pick(["*", "**", `{${name}}`, `{${name}=**}`, `{${name}=a/*}`, `{${name}=*/b/**}`]);
  };
  const verb = dice.chance(0.25) ? `:${dice.pick(["read", "a", "é", "%61"])}` : "";
  const text = `/${dice.list(0, dice.chance(0.97) ? 6 : 140, segment).join("/")}${verb}`;
  return dice.chance(0.25) ? mutate(dice, text, templateTokens) : text;
}

function randomPath(dice: Dice): string {
  const count = dice.chance(0.99) ? 8 : 64_000;
  const segments = dice.list(count === 8 ? 0 : count, count, () => dice.pick(paths));
  const verb = dice.chance(0.25) ? `:${dice.pick(["read", "a", "%C3%A9", ""])}` : "";
  const text = `/${segments.join("/")}${verb}`;
  return dice.chance(0.25) ? mutate(dice, text, pathTokens) : text;
}

function run(input: TemplatesInput): string | undefined {
  const options: RouteTableOptions = {
    trailingSlash: input.ignoresTrailingSlash ? "ignore" : "strict",
    unescape: "all_except_slash",
  };
  const routes = new Map<string, Route<string>>();
  for (const [index, text] of input.templates.entries()) {
    const parsed = parseTemplate(text);
    if (!parsed.ok) {
      const { offset, message, remedy } = parsed.error;
      if (offset < 0 || offset > text.length || message === "" || remedy === "")
        return `${text}: a problem without place, message or remedy`;
      continue;
    }
    const method = input.methods[index % input.methods.length] ?? "GET";
    const name = `${method} ${text}`;
    routes.set(name, { method, template: parsed.value, value: name, name });
  }
  return matchAll(distinct([...routes.values()], options), options, input);
}

/** The routes without those that conflict with one before. */
function distinct(routes: readonly Route<string>[], options: RouteTableOptions): Route<string>[] {
  const table = buildRouteTable(routes, options);
  if (table.ok) return [...routes];
  const second = new Set(table.error.map((conflict) => conflict.second));
  return routes.filter((route) => !second.has(route.name));
}

function matchAll(
  routes: readonly Route<string>[],
  options: RouteTableOptions,
  input: TemplatesInput,
): string | undefined {
  const table = buildRouteTable(routes, options);
  if (!table.ok) return "a conflict among routes without conflicts";
  for (const path of input.paths) {
    for (const method of input.methods) {
      const problem = matchOne(table.value, routes, options, { method, path });
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function matchOne(
  table: RouteTable<string>,
  routes: readonly Route<string>[],
  { trailingSlash }: RouteTableOptions,
  { method, path }: { readonly method: string; readonly path: string },
): string | undefined {
  const before = performance.now();
  const match = table.match(method, path);
  const explained = table.explain(method, path);
  if (performance.now() - before > boundMs) return "a search that blows up";
  if (JSON.stringify(explained.match) !== JSON.stringify(match)) return "explain disagrees";
  // The target `*` is no path, and the reference is too slow for long ones.
  if (match.kind === "refused" || path === "*" || path.length > 1000) return undefined;
  if (match.kind === "methodNotAllowed" && table.allowed(path).length === 0)
    return "405 without a method";
  const want = summary(referenceMatch(routes, trailingSlash, method, path));
  const got = summary(match);
  return got === want ? undefined : `${method} ${path}: ${got} and not ${want}`;
}

function summary(match: Match<string> | ReferenceMatch): string {
  return match.kind === "found" ? JSON.stringify([match.value, match.captures]) : match.kind;
}
