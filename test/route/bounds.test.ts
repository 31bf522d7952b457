import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Route } from "../../src/route/index.ts";
// The steps of a search are no business of the table's users, so they are counted at the files themselves.
import { Search } from "../../src/route/search.ts";
import { compileForest } from "../../src/route/tree.ts";
import { defaults, routeOf, summary, tableOf } from "./tables.ts";

function searchFor(routes: readonly string[]): Search<string> {
  return new Search(compileForest(routes.map(routeOf), defaults));
}

function stepsOf(search: Search<string>, path: string): number {
  const before = search.steps;
  assert.equal(search.segments.split(path), undefined);
  search.find("GET");
  return search.steps - before;
}

/** Every word of `length` letters of `letters`, as a path. */
function words(letters: readonly string[], length: number): string[] {
  if (length === 0) return [""];
  return words(letters, length - 1).flatMap((word) => letters.map((letter) => `${word}/${letter}`));
}

suite("transcoding.md §1, P-22: matching is bounded", () => {
  test("P-22: §1 many-slashes: 64,000 slashes against /a/**/x neither overflow nor stall", () => {
    const search = searchFor(["GET /a/**/x"]);
    assert.ok(stepsOf(search, `/a${"/".repeat(64_000)}x`) <= 4);
    assert.ok(stepsOf(search, `/a${"/b".repeat(64_000)}`) <= 4);
    const table = tableOf(["GET /a/{p=**}/x"]);
    assert.deepEqual(summary(table.match("GET", `/a${"/".repeat(64_000)}x`)), {
      route: "GET /a/{p=**}/x",
      p: "/".repeat(63_998),
    });
    assert.equal(summary(table.match("GET", `/a${"/x".repeat(64_000)}/y`)), "notFound");
  });

  test("the steps of a search do not grow with the path", () => {
    const routes = ["GET /**/a/a/a/b", "GET /a/**/a/a/b", "GET /a/a/**/a/b", "GET /*/*/*/a/**/b"];
    const search = searchFor(routes);
    const short = stepsOf(search, "/a".repeat(16));
    assert.equal(stepsOf(search, "/a".repeat(8000)), short);
  });

  test("templates that differ late, searched in vain, cost at most one visit a node", () => {
    // 8,192 templates of which each prefix fits the path by its literal and by its `*`.
    const routes = words(["a", "*"], 13).map((text) => `GET ${text}/z`);
    const search = searchFor(routes);
    const nodes = 2 ** 14 - 1;
    assert.ok(stepsOf(search, `${"/a".repeat(13)}/y`) <= nodes);
    assert.ok(stepsOf(search, `${"/a".repeat(8000)}/y`) <= nodes);
  });

  test("a match among 10,000 routes takes the steps of one among ten", () => {
    const routes = Array.from(
      { length: 10_000 },
      (_, i) => `GET /v1/things${i}/{id}/parts/{part=**}`,
    );
    const path = "/v1/things7/1/parts/a/b/c";
    const many = stepsOf(searchFor(routes), path);
    assert.equal(stepsOf(searchFor(routes.slice(0, 10)), path), many);
    assert.equal(many, 5);
  });

  test("a path of 16 KiB in one segment is matched and decoded", () => {
    const route = "GET /{a}/{b=**}";
    const long = "%41".repeat(5000);
    assert.deepEqual(summary(tableOf([route]).match("GET", `/${long}/${long}`)), {
      route,
      a: "A".repeat(5000),
      b: "A".repeat(5000),
    });
  });

  test("the deepest template that is allowed is matched", () => {
    const deep: Route<string> = routeOf(`GET ${"/*".repeat(128)}`);
    assert.equal(tableOf([deep.name]).match("GET", "/a".repeat(128)).kind, "found");
    assert.equal(tableOf([deep.name]).match("GET", "/a".repeat(129)).kind, "notFound");
  });
});
