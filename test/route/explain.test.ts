import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { summary, tableOf } from "./tables.ts";

const library = [
  "GET /v1/shelves",
  "POST /v1/shelves",
  "GET /v1/{name=shelves/*}",
  "DELETE /v1/{name=shelves/*}",
  "GET /v1/{name=shelves/*/books/*}",
  "POST /v1/{name=shelves/*/books/*}:archive",
  "GET /files/{path=**}/raw",
];

function explain(
  routes: readonly string[],
  request: string,
  trailingSlash: "strict" | "ignore" = "strict",
) {
  const [method = "", path = ""] = request.split(" ");
  const { match, winner, nearest } = tableOf(routes, { trailingSlash }).explain(method, path);
  return {
    match: summary(match),
    winner: winner?.name,
    lost: nearest.map(({ route, reasons }) => `${route.name}: ${reasons.join("; ")}`),
  };
}

suite("explain: why the nearest routes lost", () => {
  test("a path that does not match gets the three nearest routes, the nearest first", () => {
    assert.deepEqual(explain(library, "GET /v1/shelf"), {
      match: "notFound",
      winner: undefined,
      lost: [
        'GET /v1/shelves: segment 2 is "shelf", the template wants "shelves"',
        'POST /v1/shelves: the method is POST, asked is GET; segment 2 is "shelf", the template wants "shelves"',
        'GET /v1/{name=shelves/*}: segment 2 is "shelf", the template wants "shelves"; the template needs 1 more segment',
      ],
    });
  });

  test("a method that is not allowed is told with the routes that the path has", () => {
    assert.deepEqual(explain(library, "PUT /v1/shelves/1"), {
      match: "allow: GET, HEAD, DELETE, OPTIONS",
      winner: undefined,
      lost: [
        "DELETE /v1/{name=shelves/*}: the method is DELETE, asked is PUT",
        "GET /v1/{name=shelves/*}: the method is GET, asked is PUT",
        "GET /v1/shelves: the method is GET, asked is PUT; the path has 1 segment too many",
      ],
    });
  });

  test("a match names its winner and leaves it out of those that lost", () => {
    const { match, winner, lost } = explain(["GET /v1/{x}", "GET /v1/a", "* /{y=**}"], "GET /v1/a");
    assert.deepEqual(match, { route: "GET /v1/a" });
    assert.equal(winner, "GET /v1/a");
    assert.deepEqual(lost, [
      "GET /v1/{x}: GET /v1/a is more specific",
      "* /{y=**}: GET /v1/a is more specific",
    ]);
  });

  test("a winner with a verb is named too", () => {
    const { winner, lost } = explain(["GET /v1/{x}:do", "GET /v1/{x}"], "GET /v1/a:do");
    assert.equal(winner, "GET /v1/{x}:do");
    assert.deepEqual(lost, ["GET /v1/{x}: GET /v1/{x}:do is more specific"]);
  });

  const reasons = [
    {
      name: "a verb is missing",
      route: "POST /v1/{x}:archive",
      asked: "POST /v1/a",
      want: 'the verb ":archive" is missing',
    },
    {
      name: "another verb",
      route: "POST /v1/{x}:archive",
      asked: "POST /v1/a:restore",
      want: 'the verb ":archive" is missing',
    },
    {
      name: "the verb fits and a segment does not",
      route: "POST /v1/books/{x}:archive",
      asked: "POST /v1/bookz/a:archive",
      want: 'segment 2 is "bookz", the template wants "books"',
    },
    {
      name: "several segments are missing",
      route: "GET /v1/{name=shelves/*/books/*}",
      asked: "GET /v1/shelves",
      want: "the template needs 3 more segments",
    },
    {
      name: "several segments too many",
      route: "GET /v1",
      asked: "GET /v1/a/b",
      want: "the path has 2 segments too many",
    },
    {
      name: "** before literals needs a segment",
      route: "GET /files/{x=**}/raw",
      asked: "GET /files/raw",
      want: "the template needs 1 more segment",
    },
    {
      name: "a literal after ** is counted from the end",
      route: "GET /files/{x=**}/raw",
      asked: "GET /files/a/b/row",
      want: 'segment 4 is "row", the template wants "raw"',
    },
    {
      name: "an empty segment",
      route: "GET /a/{x}/b",
      asked: "GET /a//b",
      want: "segment 2 is empty",
    },
    {
      name: "an empty first segment",
      route: "GET /{x=**}",
      asked: "GET //a",
      want: "segment 1 is empty",
    },
    {
      name: "a trailing slash",
      route: "GET /v1/books",
      asked: "GET /v1/books/",
      want: "the path ends with a slash",
    },
    {
      name: "the root lacks everything",
      route: "GET /v1/books",
      asked: "GET /",
      want: "the template needs 2 more segments",
    },
    {
      name: "segments are shown decoded",
      route: "GET /caf%C3%A9",
      asked: "GET /caf%C3%A8",
      want: 'segment 1 is "cafè", the template wants "café"',
    },
  ];
  for (const { name, route, asked, want } of reasons) {
    test(name, () => assert.deepEqual(explain([route], asked).lost, [`${route}: ${want}`]));
  }

  test("trailing_slash: ignore drops the slash from the reasons as well", () => {
    const { lost } = explain(["GET /v1/books"], "GET /v1/bookz/", "ignore");
    assert.deepEqual(lost, ['GET /v1/books: segment 2 is "bookz", the template wants "books"']);
  });

  test("a HEAD request is near to GET routes", () => {
    const { lost } = explain(["GET /a/b"], "HEAD /a");
    assert.deepEqual(lost, ["GET /a/b: the template needs 1 more segment"]);
  });

  test("a refused path is near to nothing", () => {
    assert.deepEqual(explain(library, "GET /v1/../shelves"), {
      match: "refused: segment 2 is a dot segment",
      winner: undefined,
      lost: [],
    });
  });

  test("an empty table has no near routes", () => {
    assert.deepEqual(explain([], "GET /a"), { match: "notFound", winner: undefined, lost: [] });
  });
});
