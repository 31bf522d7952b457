import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { buildRouteTable, parseTemplate, type Route } from "../../src/route/index.ts";
// The steps of a search are no business of the table's users, so they are counted at the files themselves.
import { Search } from "../../src/route/search.ts";
import { compileForest } from "../../src/route/tree.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { expectFailure, expectRefusal, rawHead, sendRaw } from "./refusal.ts";

const sink = "/v1/kitchen-sink";

suite("faults.md group 3: paths", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());
  const get = (target: string) => send(gateway.port, "GET", target);

  const dotSegment = (index: number) => `path: segment ${index} is a dot segment`;
  const refused = [
    { name: "P-01: a parent segment", path: "/v1/../admin", message: dotSegment(2) },
    {
      name: "P-01: an encoded parent segment",
      path: "/v1/%2e%2e/admin",
      message: dotSegment(2),
    },
    { name: "P-01: one half encoded", path: "/v1/.%2E/admin", message: dotSegment(2) },
    { name: "P-01: a parent at the end", path: "/v1/shelves/..", message: dotSegment(3) },
    { name: "P-01: a parent with a verb", path: "/v1/shelves/..:move", message: dotSegment(3) },
    {
      name: "P-01: a parent inside what ** would take",
      path: "/v1/shelves/a/%2e%2e/books",
      message: dotSegment(4),
    },
    ...["..", "%2e%2e", "%2E%2E", "%2E%2e", "%2e%2E", ".%2e", ".%2E", "%2e.", "%2E."].flatMap(
      (parent) => [
        { name: `P-01: ${parent} inside`, path: `/v1/${parent}/admin`, message: dotSegment(2) },
        {
          name: `P-01: ${parent} at the end`,
          path: `/v1/shelves/${parent}`,
          message: dotSegment(3),
        },
        {
          name: `P-01: ${parent} in a variable of **`,
          path: `/v1/files/a/${parent}/b`,
          message: dotSegment(4),
        },
        {
          name: `P-01: ${parent} at the end of a variable of **`,
          path: `/v1/files/a/${parent}`,
          message: dotSegment(4),
        },
        {
          name: `P-01: ${parent} before a query`,
          path: `/v1/shelves/${parent}?a=b`,
          message: dotSegment(3),
        },
      ],
    ),
    ...["%2e", "%2E"].map((dot) => ({
      name: `P-03: ${dot} in a variable of **`,
      path: `/v1/files/a/${dot}/b`,
      message: dotSegment(4),
    })),
    ...["%5c", "%5C"].flatMap((backslash) => [
      {
        name: `P-02: ${backslash} in a variable of **`,
        path: `/v1/files/a${backslash}b`,
        message: "path: character 12 is a backslash",
      },
      {
        name: `P-02: ${backslash} at the end`,
        path: `/v1/shelves/a${backslash}`,
        message: "path: character 14 is a backslash",
      },
      {
        name: `P-02: ${backslash} between dots`,
        path: `/v1/files/..${backslash}..${backslash}admin`,
        message: "path: character 13 is a backslash",
      },
    ]),
    {
      name: "P-04: an encoded NUL in a variable of **",
      path: "/v1/files/a/b%00",
      message: "path: character 14 is NUL",
    },
    {
      name: "P-04: an escape of one digit in a variable of **",
      path: "/v1/files/a/%4",
      message: "path: the escape at character 13 is broken",
    },
    {
      name: "P-04: an escape of no digits at the end",
      path: "/v1/files/a/%",
      message: "path: the escape at character 13 is broken",
    },
    ...["%c0%ae%c0%ae", "%C0%AE%C0%AE", "%c0%af", "%C1%9C", "%e0%80%ae", "%fF", "%Ed%A0%80"].map(
      (bytes) => ({
        name: `P-04: ${bytes} in a variable of **`,
        path: `/v1/files/a/${bytes}`,
        message: "path: not valid UTF-8 once decoded",
      }),
    ),
    {
      name: "P-02: an encoded backslash",
      path: `${sink}/a%5cb/7`,
      message: "path: character 19 is a backslash",
    },
    {
      name: "P-02: an encoded backslash with a capital",
      path: `${sink}/a%5Cb/7`,
      message: "path: character 19 is a backslash",
    },
    { name: "P-03: a segment of one dot", path: "/v1/./shelves", message: dotSegment(2) },
    { name: "P-03: one dot at the end", path: "/v1/shelves/.", message: dotSegment(3) },
    {
      name: "P-04: an encoded NUL",
      path: `${sink}/a%00b/7`,
      message: "path: character 19 is NUL",
    },
    {
      name: "P-04: an escape that is not hexadecimal",
      path: `${sink}/%zz/7`,
      message: "path: the escape at character 18 is broken",
    },
    {
      name: "P-04: an escape cut short",
      path: `${sink}/%a/7`,
      message: "path: the escape at character 18 is broken",
    },
    {
      name: "P-04: an escape cut short by the end",
      path: `${sink}/7/%a`,
      message: "path: the escape at character 20 is broken",
    },
    {
      name: "P-04: an overlong dot",
      path: `${sink}/%c0%ae%c0%ae/7`,
      message: "path: not valid UTF-8 once decoded",
    },
    {
      name: "P-04: a lone byte over 127",
      path: `${sink}/%ff/7`,
      message: "path: not valid UTF-8 once decoded",
    },
    {
      name: "P-04: half a surrogate pair",
      path: `${sink}/%ed%a0%80/7`,
      message: "path: not valid UTF-8 once decoded",
    },
  ];
  for (const { name, path, message } of refused) {
    test(`${name} is 400`, async () => {
      const want = { status: 400, code: 3, reason: "INVALID_PATH", message };
      await expectRefusal(gateway, () => get(path), want);
    });
  }

  test("P-01: a path that is refused is no route's, and the record says so", async () => {
    await get("/v1/%2e%2e/kitchen-sink");
    const { route, rpc, reason } = gateway.records.at(-1) ?? {};
    assert.deepEqual([route, rpc, reason], [undefined, undefined, "INVALID_PATH"]);
  });

  const raw = [
    { name: "P-02: a backslash for a slash", line: "GET /v1\\shelves HTTP/1.1", at: 4 },
    { name: "P-02: a backslash in a variable", line: `GET ${sink}/a\\b/7 HTTP/1.1`, at: 19 },
  ];
  for (const { name, line, at } of raw) {
    test(`${name} is 400`, async () => {
      const message = `path: character ${at} is a backslash`;
      const want = { status: 400, code: 3, reason: "INVALID_PATH", message };
      await expectRefusal(gateway, () => sendRaw(gateway.port, rawHead(line)), want);
    });
  }

  const data = [
    { name: "P-02: %2F in a variable is data", path: `${sink}/a%2Fb/7`, want: "a/b" },
    { name: "P-02: %2f in small letters is the same", path: `${sink}/a%2fb/7`, want: "a/b" },
    { name: "P-02: encoded dots beside %2F are data", path: `${sink}/..%2Fa/7`, want: "../a" },
    { name: "P-05: %252e is decoded once", path: `${sink}/%252e/7`, want: "%2e" },
    { name: "P-05: %252e%252e makes no parent", path: `${sink}/%252e%252e/7`, want: "%2e%2e" },
    { name: "P-05: %252F makes no slash", path: `${sink}/a%252Fb/7`, want: "a%2Fb" },
    { name: "P-06: a path parameter is literal", path: `${sink}/a;x=1/7`, want: "a;x=1" },
    { name: "P-06: an encoded one as well", path: `${sink}/a%3Bx=1/7`, want: "a;x=1" },
  ];
  for (const { name, path, want } of data) {
    test(name, async () => {
      const answer = await get(path);
      assert.deepEqual([answer.status, answer.json], [200, { fString: want, fInt32: 7 }]);
    });
  }

  const queries = [
    { name: "P-01: a parent segment", query: "../%2e%2e/%2E%2e", want: "../../.." },
    { name: "P-01: a parent with a backslash", query: "..\\..", want: "..\\.." },
    { name: "P-02: an encoded backslash", query: "a%5cb%5Cc", want: "a\\b\\c" },
    { name: "P-02: an encoded slash", query: "a%2fb%2Fc/d", want: "a/b/c/d" },
    { name: "P-03: two slashes", query: "//a", want: "//a" },
    { name: "P-04: an encoded NUL", query: "a%00b", want: "a\0b" },
    { name: "P-05: %252e", query: "%252e%252E", want: "%2e%2E" },
  ];
  for (const { name, query, want } of queries) {
    test(`${name} in the query is data`, async () => {
      const line = `GET ${sink}?f_string=${query} HTTP/1.1`;
      const answer = await sendRaw(gateway.port, rawHead(line));
      assert.deepEqual([answer.status, answer.json], [200, { fString: want }]);
    });
  }

  const badQueries = [
    { name: "P-04: an escape that is not hexadecimal", query: "%zz" },
    { name: "P-04: an escape cut short", query: "%a" },
    { name: "P-04: an overlong dot", query: "%c0%ae" },
    { name: "P-04: a lone byte over 127", query: "%ff" },
    { name: "P-04: half a surrogate pair", query: "%ed%a0%80" },
  ];
  for (const { name, query } of badQueries) {
    test(`${name} in the query is 400`, async () => {
      await expectRefusal(gateway, () => get(`${sink}?f_string=${query}`), {
        status: 400,
        code: 3,
        reason: "INVALID_QUERY",
        message:
          "query parameter: an escape is not two hexadecimal digits, or the bytes are not UTF-8",
      });
    });
  }

  const unserved = [
    { name: "P-02: %2F for a slash of structure", path: "/v1%2Fkitchen-sink" },
    { name: "P-03: two slashes at the start", path: "//v1/kitchen-sink" },
    { name: "P-03: two slashes that could be an authority", path: "//admin" },
    { name: "P-03: two slashes inside", path: "/v1//kitchen-sink" },
    { name: "P-03: two slashes in front of a **", path: "//v1/files/a" },
    { name: "P-03: two slashes inside, in front of a **", path: "/v1//files/a" },
    { name: "P-03: an empty variable", path: `${sink}//7` },
    { name: "P-03: a trailing slash", path: `${sink}/` },
    { name: "P-06: a path parameter behind a literal", path: `${sink};x=1` },
  ];
  for (const { name, path } of unserved) {
    test(`${name} is 404`, async () => {
      const message = "no route matches this path";
      await expectRefusal(gateway, () => get(path), {
        status: 404,
        code: 5,
        reason: "NO_ROUTE",
        message,
      });
    });
  }

  const grpcHeaders = ["Content-Type: application/grpc", "Content-Length: 5"];
  const grpcBody = "\0\0\0\0\0";
  const targets = [
    {
      name: "P-08: a target without a slash",
      line: "POST library.v1.LibraryService/CountBooks HTTP/1.1",
      want: { status: 400, reason: "MALFORMED_HTTP", message: /./ },
    },
    {
      name: "P-08: an absolute target of another host",
      line: "POST http://other/library.v1.LibraryService/CountBooks HTTP/1.1",
      want: {
        status: 400,
        reason: "MALFORMED_HTTP",
        message: "the request target names another host than the host header",
      },
    },
    {
      name: "P-08: an absolute target of this host goes where its path would",
      line: "POST http://gateway/library.v1.LibraryService/CountBooks HTTP/1.1",
      want: { status: 415, reason: "UNSUPPORTED_MEDIA_TYPE", message: /^content-type: expected/ },
    },
    {
      name: "P-08: an absolute target hides no dot segment",
      line: "POST http://gateway/v1/%2e%2e/x HTTP/1.1",
      want: { status: 400, reason: "INVALID_PATH", message: dotSegment(2) },
    },
  ];
  for (const { name, line, want } of targets) {
    test(`${name}, with gRPC's content type: ${want.status}`, async () => {
      const bytes = rawHead(line, ...grpcHeaders) + grpcBody;
      await expectRefusal(gateway, () => sendRaw(gateway.port, bytes), { code: 3, ...want });
    });
  }

  test("P-08: a :path header is 400", async () => {
    const bytes = rawHead(`GET ${sink} HTTP/1.1`, ":path: /v1/inspect");
    const message = "the request is not well-formed HTTP/1.1";
    const want = { status: 400, code: 3, reason: "MALFORMED_HTTP", message };
    await expectRefusal(gateway, () => sendRaw(gateway.port, bytes), want);
  });
});

suite("faults.md group 3: gRPC's own paths", () => {
  const path = "/library.v1.LibraryService/CountBooks";
  const grpc = { headers: { "content-type": "application/grpc" }, body: "\0\0\0\0\0" };

  test("P-07: a gRPC path takes JSON where auto_mapping is on, and gRPC is 415", async () => {
    const gateway = await startTestGateway();
    try {
      assert.equal((await send(gateway.port, "POST", path, { json: {} })).status, 200);
      await expectRefusal(gateway, () => send(gateway.port, "POST", path, grpc), {
        status: 415,
        code: 3,
        reason: "UNSUPPORTED_MEDIA_TYPE",
        message: /^content-type: expected/,
      });
    } finally {
      await gateway.stop();
    }
  });

  test("P-07: a gRPC path is 404 where auto_mapping is off", async () => {
    const gateway = await startTestGateway({ top: "rest: { auto_mapping: false }" });
    try {
      for (const options of [{ json: {} }, grpc]) {
        await expectRefusal(gateway, () => send(gateway.port, "POST", path, options), {
          status: 404,
          code: 5,
          reason: "NO_ROUTE",
          message: "no route matches this path",
        });
      }
    } finally {
      await gateway.stop();
    }
  });
});

suite("faults.md group 3: the cost of a match", () => {
  const options = { trailingSlash: "strict", unescape: "all_except_slash" } as const;

  function routeOf(path: string): Route<string> {
    const template = parseTemplate(path);
    assert.ok(template.ok);
    return { method: "GET", template: template.value, value: path, name: path };
  }

  /** 10,000 templates that share their segments with `/a/a/a…` and differ at the end or behind a `**`. */
  const routes = Array.from({ length: 10_000 }, (_, i) => {
    const bits = i.toString(2).padStart(14, "0");
    const segments = [...bits].map((bit) => (bit === "0" ? "a" : "*")).join("/");
    return routeOf(i % 2 === 0 ? `/${segments}/z${i}` : `/${segments}/**/z${i}`);
  });
  const adversarial = ["/a".repeat(8192), `${"/a".repeat(14)}/y`, `/${"a".repeat(16_383)}`];

  test("P-22: 10,000 templates send no path of 16 KiB further than their own nodes", () => {
    const search = new Search(compileForest(routes, options));
    for (const path of adversarial) {
      const start = search.steps;
      assert.equal(search.segments.split(path), undefined);
      assert.equal(search.find("GET"), undefined);
      // A binary tree of 14 levels is the whole forest; each node is visited once at most.
      assert.ok(search.steps - start <= 2 ** 15, `${search.steps - start} steps`);
    }
  });

  test("P-22: the table of them answers the paths that are theirs", () => {
    const table = buildRouteTable(routes, options);
    assert.ok(table.ok);
    const found = table.value.match("GET", `${"/a".repeat(14)}/z0`);
    assert.equal(found.kind === "found" && found.value, routes[0]?.value);
    for (const path of adversarial) assert.equal(table.value.match("GET", path).kind, "notFound");
  });

  test("P-22: a path over the listener's limit is never matched: 414", async () => {
    const gateway = await startTestGateway();
    try {
      const answer = await send(gateway.port, "GET", `/v1${"/a".repeat(4096)}`);
      const message = "the request target is over the limit";
      expectFailure(answer, { status: 414, code: 3, reason: "URI_TOO_LONG", message });
    } finally {
      await gateway.stop();
    }
  });
});
