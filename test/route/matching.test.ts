import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { buildRouteTable } from "../../src/route/index.ts";
import { defaults, routeOf, summary, tableOf } from "./tables.ts";

interface Row {
  readonly name: string;
  readonly routes: readonly string[];
  /** `GET /path`; a row may ask several times. */
  readonly asked: Readonly<Record<string, unknown>>;
}

function run(rows: readonly Row[], trailingSlash: "strict" | "ignore" = "strict") {
  for (const { name, routes, asked } of rows) {
    test(name, () => {
      const table = tableOf(routes, { trailingSlash });
      for (const [request, want] of Object.entries(asked)) {
        const [method = "", path = ""] = request.split(" ");
        assert.deepEqual(summary(table.match(method, path)), want, request);
      }
    });
  }
}

suite("transcoding.md §1: matching", () => {
  run([
    {
      name: "the template / matches the root alone",
      routes: ["GET /"],
      asked: { "GET /": { route: "GET /" }, "GET /a": "notFound", "GET //": "notFound" },
    },
    {
      name: "literals match themselves, in their case",
      routes: ["GET /v1/books"],
      asked: {
        "GET /v1/books": { route: "GET /v1/books" },
        "GET /v1/Books": "notFound",
        "GET /v1": "notFound",
        "GET /v1/books/7": "notFound",
        "GET /v1/book": "notFound",
      },
    },
    {
      name: "{x} captures one segment, no more",
      routes: ["GET /v1/{id}"],
      asked: {
        "GET /v1/7": { route: "GET /v1/{id}", id: "7" },
        "GET /v1/7/8": "notFound",
        "GET /v1": "notFound",
      },
    },
    {
      name: "a variable of several segments captures them with their slashes",
      routes: ["GET /v1/{name=shelves/*/books/*}"],
      asked: {
        "GET /v1/shelves/1/books/2": {
          route: "GET /v1/{name=shelves/*/books/*}",
          name: "shelves/1/books/2",
        },
        "GET /v1/shelves/1/book/2": "notFound",
      },
    },
    {
      name: "** as the last node matches zero or more segments",
      routes: ["GET /a/{x=**}"],
      asked: {
        "GET /a": { route: "GET /a/{x=**}", x: "" },
        "GET /a/b": { route: "GET /a/{x=**}", x: "b" },
        "GET /a/b/c": { route: "GET /a/{x=**}", x: "b/c" },
        "GET /b": "notFound",
      },
    },
    {
      name: "** alone matches the root",
      routes: ["GET /{x=**}"],
      asked: { "GET /": { route: "GET /{x=**}", x: "" } },
    },
    {
      name: "** before a literal tail needs one or more segments",
      routes: ["GET /a/{x=**}/c/d"],
      asked: {
        "GET /a/c/d": "notFound",
        "GET /a/b/c/d": { route: "GET /a/{x=**}/c/d", x: "b" },
        "GET /a/c/d/c/d": { route: "GET /a/{x=**}/c/d", x: "c/d" },
        "GET /a/b/c": "notFound",
      },
    },
    {
      name: "variables before, over and after ** hold their own segments",
      routes: ["GET /{a}/{b=c/**/d}/{e=f/g}:v"],
      asked: {
        "GET /1/c/2/3/d/f/g:v": {
          route: "GET /{a}/{b=c/**/d}/{e=f/g}:v",
          a: "1",
          b: "c/2/3/d",
          e: "f/g",
        },
      },
    },
    {
      name: "at each segment the literal is tried before *, and * before **",
      routes: ["GET /a/b/c", "GET /a/{x}/c", "GET /a/{x=**}", "GET /{x}/b/c", "GET /{x=**}"],
      asked: {
        "GET /a/b/c": { route: "GET /a/b/c" },
        "GET /a/x/c": { route: "GET /a/{x}/c", x: "x" },
        "GET /a/x/d": { route: "GET /a/{x=**}", x: "x/d" },
        "GET /x/b/c": { route: "GET /{x}/b/c", x: "x" },
        "GET /x/b/d": { route: "GET /{x=**}", x: "x/b/d" },
      },
    },
    {
      name: "a way that ends goes back to the last choice",
      routes: ["GET /a/b/{x}/d", "GET /a/{x}/c/e", "GET /{x}/b/c/f"],
      asked: {
        "GET /a/b/c/d": { route: "GET /a/b/{x}/d", x: "c" },
        "GET /a/b/c/e": { route: "GET /a/{x}/c/e", x: "b" },
        "GET /a/b/c/f": { route: "GET /{x}/b/c/f", x: "a" },
      },
    },
    {
      name: "the longer tail after ** is the more specific",
      routes: ["GET /{x=**}", "GET /{x=**}/c", "GET /{x=**}/b/c"],
      asked: {
        "GET /a/b/c": { route: "GET /{x=**}/b/c", x: "a" },
        "GET /b/c": { route: "GET /{x=**}/c", x: "b" },
        "GET /c": { route: "GET /{x=**}", x: "c" },
      },
    },
    {
      name: "a shorter tail serves the method that the longer one does not",
      routes: ["GET /{x=**}/c", "POST /{x=**}/b/c"],
      asked: { "GET /a/b/c": { route: "GET /{x=**}/c", x: "a/b" } },
    },
    {
      name: "a variable that ends before ** does not grow with the path",
      routes: ["GET /{x=a/*}/**"],
      asked: { "GET /a/b/c/d": { route: "GET /{x=a/*}/**", x: "a/b" } },
    },
    {
      name: "an exact end is more specific than ** of no segments",
      routes: ["GET /a", "GET /a/{x=**}"],
      asked: { "GET /a": { route: "GET /a" } },
    },
    {
      name: "a path begins at the first slash; a query is not part of it",
      routes: ["GET /a"],
      asked: {
        "GET a": 'refused: does not start with "/"',
        "GET http://host/a": 'refused: does not start with "/"',
        "GET /a?b": "refused: character 3 is a character that a path cannot have",
      },
    },
    {
      name: "the asterisk of OPTIONS has no route and is not refused",
      routes: ["GET /{x=**}"],
      asked: { "OPTIONS *": "notFound" },
    },
  ]);
});

suite("transcoding.md §1: verbs", () => {
  run([
    {
      name: "a verb is what follows the last colon of the last segment",
      routes: ["POST /v1/{name=shelves/*}:archive"],
      asked: {
        "POST /v1/shelves/1:archive": {
          route: "POST /v1/{name=shelves/*}:archive",
          name: "shelves/1",
        },
        "POST /v1/shelves/a:b:archive": {
          route: "POST /v1/{name=shelves/*}:archive",
          name: "shelves/a:b",
        },
        "POST /v1/shelves/1": "notFound",
        "POST /v1/shelves:archive/1": "notFound",
        "POST /v1/shelves/1:archived": "notFound",
      },
    },
    {
      name: "templates with the verb are tried first",
      routes: ["GET /v1/{name}:archive", "GET /v1/{name}", "GET /v1/{name=**}"],
      asked: {
        "GET /v1/a:archive": { route: "GET /v1/{name}:archive", name: "a" },
        "GET /v1/a": { route: "GET /v1/{name}", name: "a" },
      },
    },
    {
      name: "a template with the verb wins over a literal without",
      routes: ["GET /{name}:archive", "GET /{name=a%3Aarchive}"],
      asked: { "GET /a:archive": { route: "GET /{name}:archive", name: "a" } },
    },
    {
      name: "if none matches, the colon is an ordinary character of the segment",
      routes: ["GET /v1/{name}", "GET /v1/shelves/{x}:archive"],
      asked: {
        "GET /v1/a:archive": { route: "GET /v1/{name}", name: "a:archive" },
        "GET /v1/a:b": { route: "GET /v1/{name}", name: "a:b" },
        "GET /v1/shelves/1:archive": { route: "GET /v1/shelves/{x}:archive", x: "1" },
      },
    },
    {
      name: "one method's verb does not break another's {name}",
      routes: ["POST /v1/{name}:archive", "GET /v1/{name}"],
      asked: {
        "GET /v1/a:archive": { route: "GET /v1/{name}", name: "a:archive" },
        "POST /v1/a:archive": { route: "POST /v1/{name}:archive", name: "a" },
      },
    },
    {
      name: "** takes a verb",
      routes: ["GET /{x=**}:scan", "GET /disks/{disk}", "GET /disks"],
      asked: {
        "GET /disks:scan": { route: "GET /{x=**}:scan", x: "disks" },
        "GET /disks/a:scan": { route: "GET /{x=**}:scan", x: "disks/a" },
        "GET /tapes/a/b:scan": { route: "GET /{x=**}:scan", x: "tapes/a/b" },
        "GET /disks": { route: "GET /disks" },
        "GET /disks/a": { route: "GET /disks/{disk}", disk: "a" },
        "GET /disks/a:wipe": { route: "GET /disks/{disk}", disk: "a:wipe" },
        "GET /tapes/a": "notFound",
        "GET /tapes:wipe": "notFound",
      },
    },
    {
      name: "an empty verb is none, and so is one without a segment",
      routes: ["GET /v1/{x}:a", "GET /v1/{x}", "GET /v1/{x=**}:a"],
      asked: {
        "GET /v1/b:": { route: "GET /v1/{x}", x: "b:" },
        "GET /v1/:a": { route: "GET /v1/{x}", x: ":a" },
        "GET /v1:a": { route: "GET /v1/{x=**}:a", x: "" },
      },
    },
    {
      name: "an encoded colon begins no verb; the verb itself is compared decoded",
      routes: ["GET /v1/{x}:a", "GET /v1/{x}"],
      asked: {
        "GET /v1/b%3Aa": { route: "GET /v1/{x}", x: "b:a" },
        "GET /v1/b:%61": { route: "GET /v1/{x}:a", x: "b" },
      },
    },
    {
      name: "a segment that was read whole is read again without its verb, and the other way round",
      routes: ["GET /a:v", "POST /a%3Av", "PUT /{x}/b:v", "GET /{x}/b%3Av"],
      asked: {
        "GET /a:v": { route: "GET /a:v" },
        "POST /a:v": { route: "POST /a%3Av" },
        "GET /1/b:v": { route: "GET /{x}/b%3Av", x: "1" },
      },
    },
    {
      name: "a search for the verb leaves nothing behind for the one without",
      routes: ["GET /a/b/{x}:v", "GET /a/{x}/c%3Av"],
      asked: { "GET /a/d/c:v": { route: "GET /a/{x}/c%3Av", x: "d" } },
    },
  ]);
});

suite("transcoding.md §1: literals and values are percent-decoded", () => {
  run([
    {
      name: "literals are compared after decoding both sides",
      routes: ["GET /a%20b/{x}", "GET /é", "GET /a%2Fb"],
      asked: {
        "GET /%61%20b/1": { route: "GET /a%20b/{x}", x: "1" },
        "GET /%C3%A9": { route: "GET /é" },
        "GET /%c3%a9": { route: "GET /é" },
        "GET /a%2fb": { route: "GET /a%2Fb" },
        "GET /a/b": "notFound",
      },
    },
    {
      name: "an encoded wildcard in a path is only a character",
      routes: ["GET /a/%2A", "GET /a/{x}"],
      asked: {
        "GET /a/%2a": { route: "GET /a/%2A" },
        "GET /a/*": { route: "GET /a/%2A" },
        "GET /a/**": { route: "GET /a/{x}", x: "**" },
      },
    },
    {
      name: "a one-segment variable is fully decoded, P-02 %2F in it is data",
      routes: ["GET /a/{x}/c"],
      asked: {
        "GET /a/p%20q%2Fr/c": { route: "GET /a/{x}/c", x: "p q/r" },
        "GET /a/%F0%9F%93%9A/c": { route: "GET /a/{x}/c", x: "📚" },
      },
    },
    {
      name: "a multi-segment variable keeps %2F as it was sent and decodes the rest",
      routes: ["GET /a/{x=p/*/q/*}/c", "GET /b/{x=**}"],
      asked: {
        "GET /a/p/foo%20foo/q/bar%2Fbar/c": {
          route: "GET /a/{x=p/*/q/*}/c",
          x: "p/foo foo/q/bar%2Fbar",
        },
        "GET /b/%2f%2B%2Fx%2F": { route: "GET /b/{x=**}", x: "%2f+%2Fx%2F" },
      },
    },
    {
      name: "+ is a plus sign in a path",
      routes: ["GET /{x}"],
      asked: { "GET /a+b": { route: "GET /{x}", x: "a+b" } },
    },
  ]);

  const escaped = "%21%23%24%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D";
  const modes = [
    { mode: "all_except_slash", want: "!#$&'()*+,%2F:;=?@[]" },
    { mode: "all_except_reserved", want: escaped },
    { mode: "all", want: "!#$&'()*+,/:;=?@[]" },
  ] as const;
  for (const { mode, want } of modes) {
    const route = "GET /a/{x}/{y=**}/c";
    const path = `/a/${escaped}/${escaped}%20%C3%A9%25/c`;
    const found = { route, x: "!#$&'()*+,/:;=?@[]", y: `${want} é%` };

    test(`switch url_unescape: ${mode} decides for multi-segment variables alone`, () => {
      assert.deepEqual(summary(tableOf([route], { unescape: mode }).match("GET", path)), found);
    });

    test(`switch url_unescape: ${mode} on a route wins over the table's`, () => {
      const other = mode === "all" ? "all_except_slash" : "all";
      const table = buildRouteTable([{ ...routeOf(route), unescape: mode }], {
        ...defaults,
        unescape: other,
      });
      assert.ok(table.ok);
      assert.deepEqual(summary(table.value.match("GET", path)), found);
    });
  }
});

suite("transcoding.md §1: empty segments and the trailing slash", () => {
  run([
    {
      name: "P-03 inner empty segments never match *",
      routes: ["GET /a/{x}/b", "GET /{x}/c"],
      asked: { "GET /a//b": "notFound", "GET //c": "notFound" },
    },
    {
      name: "** takes inner empty segments as they are",
      routes: ["GET /a/{x=**}", "GET /b/{x=**}/c"],
      asked: {
        "GET /a/b//c": { route: "GET /a/{x=**}", x: "b//c" },
        "GET /a//b": { route: "GET /a/{x=**}", x: "/b" },
        "GET /b//c": { route: "GET /b/{x=**}/c", x: "" },
      },
    },
    {
      name: "P-03 a path that begins with // has no route, not even with **",
      routes: ["GET /{x=**}", "GET /admin"],
      asked: { "GET //admin": "notFound", "GET //": "notFound", "GET ///admin": "notFound" },
    },
    {
      name: "P-03 a trailing slash is not matched, not even by **",
      routes: ["GET /v1/books", "GET /v1/{x}", "GET /v2/{x=**}", "GET /v3/{x}:verb"],
      asked: {
        "GET /v1/books/": "notFound",
        "GET /v1/7/": "notFound",
        "GET /v2/": "notFound",
        "GET /v2/a/": "notFound",
        "GET /v3/a:verb/": "notFound",
      },
    },
  ]);

  suite("switch trailing_slash: ignore", () => {
    run(
      [
        {
          name: "one trailing slash is dropped",
          routes: ["GET /v1/books", "GET /v1/{x}", "GET /v2/{x=**}", "GET /v3/{x}:verb", "GET /"],
          asked: {
            "GET /v1/books/": { route: "GET /v1/books" },
            "GET /v1/books": { route: "GET /v1/books" },
            "GET /v1/7/": { route: "GET /v1/{x}", x: "7" },
            "GET /v2/": { route: "GET /v2/{x=**}", x: "" },
            "GET /v2/a/": { route: "GET /v2/{x=**}", x: "a" },
            "GET /v3/a:verb/": { route: "GET /v3/{x}:verb", x: "a" },
            "GET /": { route: "GET /" },
          },
        },
        {
          name: "two are not",
          routes: ["GET /v1/books", "GET /v2/{x=**}", "GET /"],
          asked: { "GET /v1/books//": "notFound", "GET /v2/a//": "notFound", "GET //": "notFound" },
        },
      ],
      "ignore",
    );
  });
});

suite("transcoding.md §1: methods", () => {
  run([
    {
      name: "a known path with another method: 405 with Allow",
      routes: ["POST /v1/books", "GET /v1/books", "DELETE /v1/books/{id}"],
      asked: {
        "PUT /v1/books": "allow: GET, HEAD, POST, OPTIONS",
        "GET /v1/books/7": "allow: DELETE, OPTIONS",
        "get /v1/books": "allow: GET, HEAD, POST, OPTIONS",
      },
    },
    {
      name: "an unknown path is not found, whatever the method",
      routes: ["POST /v1/books"],
      asked: { "GET /v1/book": "notFound", "OPTIONS /v1/book": "notFound" },
    },
    {
      name: "Allow lists all routes of the path, the less specific and the verbless included",
      routes: ["PATCH /v1/{x}:do", "GET /v1/{x}", "PURGE /{x=**}", "COPY /v1/a%3Ado"],
      asked: { "PUT /v1/a:do": "allow: GET, HEAD, PATCH, OPTIONS, COPY, PURGE" },
    },
    {
      name: "a less specific route with the method serves what a more specific one does not",
      routes: ["POST /v1/books", "GET /v1/{x}", "PUT /{x=**}"],
      asked: {
        "GET /v1/books": { route: "GET /v1/{x}", x: "books" },
        "PUT /v1/books": { route: "PUT /{x=**}", x: "v1/books" },
        "POST /v1/books": { route: "POST /v1/books" },
      },
    },
    {
      name: "custom kind * takes any method; an exact method wins over it",
      routes: ["* /v1/books", "GET /v1/books"],
      asked: {
        "GET /v1/books": { route: "GET /v1/books" },
        "POST /v1/books": { route: "* /v1/books" },
        "REPORT /v1/books": { route: "* /v1/books" },
      },
    },
    {
      name: "OPTIONS is taken by a route that names it alone",
      routes: ["* /v1/books", "* /v1/{x}", "OPTIONS /v1/{x}", "* /v2/books"],
      asked: {
        "OPTIONS /v1/books": { route: "OPTIONS /v1/{x}", x: "books" },
        "OPTIONS /v2/books": "allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
      },
    },
    {
      name: "the path decides before the method: * on a literal wins over GET on a wildcard",
      routes: ["* /v1/books", "GET /v1/{x}"],
      asked: { "GET /v1/books": { route: "* /v1/books" } },
    },
    {
      name: "custom kind names a method of its own",
      routes: ["REPORT /v1/books"],
      asked: {
        "REPORT /v1/books": { route: "REPORT /v1/books" },
        "GET /v1/books": "allow: OPTIONS, REPORT",
      },
    },
  ]);

  const heads = [
    { name: "falls back to GET", routes: ["GET /a"], want: "GET /a", headOfGet: true },
    {
      name: "has its own route first",
      routes: ["GET /a", "HEAD /a"],
      want: "HEAD /a",
      headOfGet: false,
    },
    {
      name: "prefers GET to a route for any method",
      routes: ["* /a", "GET /a"],
      want: "GET /a",
      headOfGet: true,
    },
    { name: "is one of any method", routes: ["* /a"], want: "* /a", headOfGet: false },
    {
      name: "takes the GET of the more specific path",
      routes: ["GET /a", "HEAD /{x}"],
      want: "GET /a",
      headOfGet: true,
    },
  ];
  for (const { name, routes, want, headOfGet } of heads) {
    test(`HEAD ${name}`, () => {
      const match = tableOf(routes).match("HEAD", "/a");
      assert.deepEqual(match, { kind: "found", value: want, captures: [], headOfGet });
    });
  }

  test("a GET is no HEAD", () => {
    const match = tableOf(["GET /{x}"]).match("GET", "/a");
    assert.deepEqual(match, {
      kind: "found",
      value: "GET /{x}",
      captures: ["a"],
      headOfGet: false,
    });
  });

  const allowed = [
    { name: "HEAD is listed where GET is", path: "/a", want: ["GET", "HEAD", "POST", "OPTIONS"] },
    { name: "HEAD is not listed without GET", path: "/b", want: ["PUT", "OPTIONS"] },
    {
      name: "a route for any method lists the usual ones",
      path: "/c",
      want: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    },
    { name: "an unknown path allows nothing", path: "/d", want: [] },
    { name: "a refused path allows nothing", path: "/a/../a", want: [] },
    { name: "a trailing slash allows nothing", path: "/a/", want: [] },
  ];
  for (const { name, path, want } of allowed) {
    test(`OPTIONS: ${name}`, () => {
      const table = tableOf(["POST /a", "GET /a", "PUT /b", "* /c"]);
      assert.deepEqual(table.allowed(path), want);
    });
  }
});

suite("transcoding.md §1: conflicts refused when loading", () => {
  const conflictsOf = (routes: readonly string[]) => {
    const table = buildRouteTable(routes.map(routeOf), defaults);
    return table.ok ? [] : table.error;
  };

  test("two routes of one method, shape and verb are refused and both named", () => {
    assert.deepEqual(conflictsOf(["GET /v1/{a}:do", "GET /v1/{b}:do"]), [
      {
        method: "GET",
        shape: "/v1/*:do",
        first: "GET /v1/{a}:do",
        second: "GET /v1/{b}:do",
        message:
          "GET /v1/{a}:do and GET /v1/{b}:do both serve GET /v1/*:do: change the path or the method of one",
      },
    ]);
  });

  test("all conflicts come at once", () => {
    const found = conflictsOf(["GET /{a}", "POST /x", "GET /{b}", "POST /%78", "GET /{c}"]);
    assert.deepEqual(
      found.map(({ first, second }) => [first, second]),
      [
        ["GET /{a}", "GET /{b}"],
        ["POST /x", "POST /%78"],
        ["GET /{a}", "GET /{c}"],
      ],
    );
  });

  const peaceful = [
    { name: "another method", routes: ["GET /{a}", "POST /{a}"] },
    { name: "any method beside one", routes: ["GET /{a}", "* /{a}"] },
    { name: "another verb", routes: ["GET /{a}:b", "GET /{a}:c", "GET /{a}"] },
    { name: "* beside **", routes: ["GET /{a}", "GET /{a=**}"] },
  ];
  for (const { name, routes } of peaceful) {
    test(`no conflict: ${name}`, () => assert.deepEqual(conflictsOf(routes), []));
  }
});

suite("the examples in the comments of google/api/http.proto", () => {
  run([
    {
      name: "a resource name of two segments",
      routes: ["GET /v1/{name=messages/*}"],
      asked: {
        "GET /v1/messages/123456": { route: "GET /v1/{name=messages/*}", name: "messages/123456" },
      },
    },
    {
      name: "a nested field",
      routes: ["GET /v1/messages/{message_id}", "PATCH /v1/messages/{message.id}"],
      asked: {
        "GET /v1/messages/123456": { route: "GET /v1/messages/{message_id}", message_id: "123456" },
        "PATCH /v1/messages/123456": {
          route: "PATCH /v1/messages/{message.id}",
          "message.id": "123456",
        },
      },
    },
    {
      name: "an additional binding",
      routes: ["GET /v1/messages/{message_id}", "GET /v1/users/{user_id}/messages/{message_id}"],
      asked: {
        "GET /v1/users/me/messages/123456": {
          route: "GET /v1/users/{user_id}/messages/{message_id}",
          user_id: "me",
          message_id: "123456",
        },
      },
    },
    {
      name: "{var=*} and {var} are one segment, {var=foo/*} and {var=**} several",
      routes: ["GET /1/{var=*}", "GET /2/{var=foo/*}", "GET /3/{var=**}"],
      asked: {
        "GET /1/a%2Fb": { route: "GET /1/{var=*}", var: "a/b" },
        "GET /2/foo/a%2Fb": { route: "GET /2/{var=foo/*}", var: "foo/a%2Fb" },
        "GET /3/foo/a%2fb": { route: "GET /3/{var=**}", var: "foo/a%2fb" },
      },
    },
  ]);
});

suite("a route table", () => {
  test("lists its routes in the order in which they were given", () => {
    const routes = ["POST /b", "GET /a", "* /{c=**}"].map(routeOf);
    const table = buildRouteTable(routes, defaults);
    assert.ok(table.ok);
    assert.deepEqual(table.value.list(), routes);
    assert.equal(table.value.size, 3);
  });

  test("without routes finds nothing", () => {
    assert.deepEqual(tableOf([]).match("GET", "/"), { kind: "notFound" });
    assert.equal(tableOf([]).size, 0);
  });

  test("does not change when the list it was built from does", () => {
    const routes = [routeOf("GET /a")];
    const table = buildRouteTable(routes, defaults);
    routes.pop();
    assert.ok(table.ok && table.value.size === 1);
  });

  test("keeps apart names that JavaScript gives a meaning to", () => {
    const table = tableOf(["GET /__proto__/{x}", "GET /constructor"]);
    assert.deepEqual(summary(table.match("GET", "/__proto__/toString")), {
      route: "GET /__proto__/{x}",
      x: "toString",
    });
    assert.deepEqual(summary(table.match("GET", "/toString")), "notFound");
    assert.deepEqual(
      summary(table.match("__proto__", "/constructor")),
      "allow: GET, HEAD, OPTIONS",
    );
  });
});
