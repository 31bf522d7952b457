import assert from "node:assert/strict";
import { env } from "node:process";
import { suite, test } from "node:test";
import fc from "fast-check";
import {
  buildRouteTable,
  parseTemplate,
  type Route,
  templateShape,
} from "../../src/route/index.ts";
import { referenceMatch } from "./reference.ts";
import { defaults, routeOf } from "./tables.ts";

// Few names and few methods, so that routes overlap and paths hit them.
const name = fc.constantFrom("a", "b", "c", "%61", "a%2Fb", "%3A", "a:b");
const plainName = fc.constantFrom("a", "b", "c", "%61", "a%2Fb", "%3A");
const verb = fc.constantFrom("", "", "", ":v", ":w", ":%76");
const method = fc.constantFrom("GET", "POST", "HEAD", "*", "OPTIONS");

/** Segments of a template: literals and `*`, perhaps a `**` with a literal tail; cut into variables by `braces`. */
const template = fc
  .record({
    head: fc.array(fc.oneof(plainName, fc.constant("*")), { maxLength: 4 }),
    rest: fc.constantFrom(undefined, undefined, 0, 1, 2),
    tail: fc.array(plainName, { minLength: 2, maxLength: 2 }),
    braces: fc.array(fc.nat({ max: 2 }), { maxLength: 3 }),
    verb,
  })
  .map(({ head, rest, tail, braces, verb: suffix }) => {
    const segments = rest === undefined ? head : [...head, "**", ...tail.slice(0, rest)];
    if (segments.length === 0) return "/";
    const parts: string[] = [];
    for (const [index, length] of braces.entries()) {
      if (length > 0 && segments.length > 0) {
        parts.push(`{x${index}=${segments.splice(0, length).join("/")}}`);
      } else {
        parts.push(...segments.splice(0, 1));
      }
    }
    return `/${[...parts, ...segments].join("/")}${suffix}`;
  });

const path = fc
  .record({
    segments: fc.array(fc.oneof({ arbitrary: name, weight: 9 }, fc.constant("")), { maxLength: 6 }),
    suffix: verb,
  })
  .map(({ segments, suffix }) => `/${segments.join("/")}${suffix}`);

const routes = fc.array(fc.tuple(method, template), { maxLength: 12 }).map((lines) => {
  const seen = new Map<string, Route<string>>();
  for (const [wanted, text] of lines) {
    const route = routeOf(`${wanted} ${text}`);
    seen.set(`${wanted} ${templateShape(route.template)}`, route);
  }
  return [...seen.values()];
});

const trailingSlash = fc.constantFrom("strict" as const, "ignore" as const);
const asked = fc.constantFrom("GET", "POST", "HEAD", "PUT");
const { DIGLOT_FUZZ_RUNS } = env;
const runs = { numRuns: Number(DIGLOT_FUZZ_RUNS ?? 3000) };

suite("route table: properties", () => {
  test("it finds what a brute-force matcher over all routes finds", () => {
    let found = 0;
    fc.assert(
      fc.property(
        routes,
        trailingSlash,
        asked,
        fc.array(path, { minLength: 1, maxLength: 8 }),
        (set, slash, wanted, paths) => {
          const table = buildRouteTable(set, { ...defaults, trailingSlash: slash });
          assert.ok(table.ok);
          for (const text of paths) {
            const match = table.value.match(wanted, text);
            const want = referenceMatch(set, slash, wanted, text);
            assert.equal(match.kind, want.kind, `${wanted} ${text}`);
            if (match.kind !== "found" || want.kind !== "found") continue;
            found++;
            assert.equal(match.value, want.value, `${wanted} ${text}`);
            assert.deepEqual(match.captures, want.captures, `${wanted} ${text}`);
          }
        },
      ),
      runs,
    );
    assert.ok(found > runs.numRuns / 4, `only ${found} of the paths were found`);
  });

  test("the order in which routes are loaded never matters", () => {
    const shuffled = routes.chain((set) =>
      fc.tuple(
        fc.constant(set),
        fc.shuffledSubarray(set, { minLength: set.length, maxLength: set.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, asked, path, ([set, other], wanted, text) => {
        const one = buildRouteTable(set, defaults);
        const two = buildRouteTable(other, defaults);
        assert.ok(one.ok && two.ok);
        assert.deepEqual(one.value.match(wanted, text), two.value.match(wanted, text));
        assert.deepEqual(one.value.allowed(text), two.value.allowed(text));
        assert.deepEqual(
          one.value.explain(wanted, text).nearest,
          two.value.explain(wanted, text).nearest,
        );
      }),
      runs,
    );
  });

  test("a method of Allow is served, and one that is served is of Allow", () => {
    fc.assert(
      fc.property(routes, path, (set, text) => {
        const table = buildRouteTable(set, defaults);
        assert.ok(table.ok);
        const allow = table.value.allowed(text);
        for (const wanted of ["GET", "HEAD", "POST", "PUT"]) {
          const { kind } = table.value.match(wanted, text);
          assert.equal(kind === "found", allow.includes(wanted), `${wanted} ${text}`);
        }
      }),
      runs,
    );
  });

  test("explain gives the match, never the winner among those that lost, and a reason for each", () => {
    fc.assert(
      fc.property(routes, trailingSlash, asked, path, (set, slash, wanted, text) => {
        const table = buildRouteTable(set, { ...defaults, trailingSlash: slash });
        assert.ok(table.ok);
        const { match, winner, nearest } = table.value.explain(wanted, text);
        assert.deepEqual(match, table.value.match(wanted, text));
        assert.equal(winner?.value, match.kind === "found" ? match.value : undefined);
        assert.equal(nearest.length, Math.min(3, set.length - (winner === undefined ? 0 : 1)));
        for (const { route, reasons } of nearest) {
          assert.notEqual(route, winner);
          assert.ok(reasons.length > 0, `no reason for ${route.name} on ${wanted} ${text}`);
        }
      }),
      runs,
    );
  });

  test("any text is a template or a problem within it", () => {
    const text = fc
      .array(fc.constantFrom("/", "{", "}", "=", "*", "**", ":", ".", "a", "%", "%41", "é", " "), {
        maxLength: 16,
      })
      .map((parts) => `/${parts.join("")}`);
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (input) => {
        const parsed = parseTemplate(input);
        if (!parsed.ok) {
          const { offset } = parsed.error;
          assert.ok(offset >= 0 && offset <= input.length, `offset ${offset}`);
          return;
        }
        assert.equal(parseTemplate(templateShape(parsed.value)).ok, true);
      }),
      runs,
    );
  });

  test("any path is matched or refused, and a found one was not changed by another before it", () => {
    const text = fc
      .array(
        fc.constantFrom("/", "/", "a", "b", ".", "%", "%2e", "%2F", ":", "v", "\\", "%00", "é"),
        {
          maxLength: 24,
        },
      )
      .map((parts) => `/${parts.join("")}`);
    fc.assert(
      fc.property(routes, text, text, (set, first, second) => {
        const used = buildRouteTable(set, defaults);
        const fresh = buildRouteTable(set, defaults);
        assert.ok(used.ok && fresh.ok);
        used.value.match("GET", first);
        assert.deepEqual(used.value.match("GET", second), fresh.value.match("GET", second));
      }),
      runs,
    );
  });
});
