import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { type Answer, reasonOf, type SendOptions, send } from "../support/http-client.ts";

interface Side {
  /** Configuration; none is the default. */
  readonly gateway?: TestGatewayOptions;
  readonly check: (answer: Answer) => void;
}

interface Row {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly request?: SendOptions;
  /** What happens with the switch where it is by default, and where it was moved. */
  readonly off: Side;
  readonly on: Side;
}

async function withGateway(
  options: TestGatewayOptions | undefined,
  use: (gateway: TestGateway) => Promise<void>,
): Promise<void> {
  const gateway = await startTestGateway(options);
  try {
    await use(gateway);
  } finally {
    await gateway.stop();
  }
}

function refused(status: number, reason: string): (answer: Answer) => void {
  return (answer) => {
    assert.equal(answer.status, status);
    assert.equal(reasonOf(answer), reason);
  };
}

function answers(want: unknown, status = 200): (answer: Answer) => void {
  return (answer) => {
    assert.equal(answer.status, status, answer.text);
    assert.deepEqual(answer.json, want);
  };
}

const inspect = (header: string) => (answer: Answer) =>
  (answer.json as { metadata: Record<string, string> }).metadata[header];

const book = "/v1/shelves/novels/books/beloved";
const ndjson = { "content-type": "application/x-ndjson" };

const rows: readonly Row[] = [
  {
    name: "§1 wrong-method: rest.wrong_method: 404",
    method: "DELETE",
    target: "/v1/books",
    off: { check: refused(405, "METHOD_NOT_ALLOWED") },
    on: { gateway: { top: "rest: { wrong_method: 404 }" }, check: refused(404, "NO_ROUTE") },
  },
  {
    name: "§1 wrong-method: rest.wrong_method: 501",
    method: "DELETE",
    target: "/v1/books",
    off: { check: (answer) => assert.equal(answer.headers.allow, "GET, HEAD, OPTIONS") },
    on: {
      gateway: { top: "rest: { wrong_method: 501 }" },
      check: refused(501, "METHOD_NOT_IMPLEMENTED"),
    },
  },
  {
    name: "§2 body-path-differs: rest.conflicts: path_wins",
    method: "PUT",
    target: "/v1/kitchen-sink/path",
    request: { json: { nested: { text: "body", number: 1 } } },
    off: { check: refused(400, "CONFLICTING_FIELD") },
    on: {
      gateway: { top: "rest: { conflicts: path_wins }" },
      check: answers({ nested: { text: "path", number: "1" } }),
    },
  },
  {
    name: "§2 query-path-bound: rest.conflicts: path_wins, over the query",
    method: "GET",
    target: "/v1/shelves/novels?name=shelves/poetry",
    off: { check: refused(400, "INVALID_QUERY") },
    on: {
      gateway: { top: "rest: { conflicts: path_wins }" },
      check: answers({ name: "shelves/novels", theme: "Novels", bookCount: 3 }),
    },
  },
  {
    name: "§2 type-form: rest.conflicts: path_wins, over a form",
    method: "PUT",
    target: "/v1/kitchen-sink/path",
    request: {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "nested.text=body&nested.number=1",
    },
    off: { check: refused(400, "INVALID_QUERY") },
    on: {
      gateway: { top: "rest: { conflicts: path_wins }" },
      check: answers({ nested: { text: "path", number: "1" } }),
    },
  },
  {
    name: "§2 no-body: rest.unexpected_body: ignore",
    method: "GET",
    target: "/v1/shelves/novels",
    request: { json: { theme: "x" } },
    off: { check: refused(400, "UNEXPECTED_BODY") },
    on: {
      gateway: { top: "rest: { unexpected_body: ignore }" },
      check: answers({ name: "shelves/novels", theme: "Novels", bookCount: 3 }),
    },
  },
  ...["application/x-www-form-urlencoded", "text/plain", "application/json; charset=latin1"].map(
    (type): Row => ({
      name: `§2 type-other: rest.content_types: any, with ${type}`,
      method: "POST",
      target: "/v1/kitchen-sink:echo",
      request: { headers: { "content-type": type }, body: '{"fString":"x"}' },
      off: { check: (answer) => assert.ok(answer.status === 400 || answer.status === 415) },
      on: {
        gateway: { top: "rest: { content_types: any }" },
        check: answers({ fString: "x" }),
      },
    }),
  ),
  {
    name: "§2 type-other: rest.content_types: any, in a client stream",
    method: "POST",
    target: "/v1/books:discuss",
    request: { headers: { "content-type": "text/plain" }, body: '[{"reader":"a","text":"b"}]' },
    off: { check: refused(415, "UNSUPPORTED_MEDIA_TYPE") },
    on: {
      gateway: { top: "rest: { content_types: any }" },
      check: answers([{ reader: "librarian", text: "a said: b" }]),
    },
  },
  {
    name: "rest.content_types: any, where lines stay lines",
    method: "POST",
    target: "/v1/books:discuss",
    request: { headers: ndjson, body: '{"reader":"a","text":"b"}\n' },
    off: { check: answers([{ reader: "librarian", text: "a said: b" }]) },
    on: {
      gateway: { top: "rest: { content_types: any }" },
      check: answers([{ reader: "librarian", text: "a said: b" }]),
    },
  },
  {
    name: '§2 query-unknown-ignored: rest.ignore_unknown_query, where body is "*"',
    method: "POST",
    target: "/v1/kitchen-sink:echo?f_string=x",
    request: { json: {} },
    off: { check: refused(400, "INVALID_QUERY") },
    on: { gateway: { top: "rest: { ignore_unknown_query: true }" }, check: answers({}) },
  },
  {
    name: "rest.fill_update_mask",
    method: "PATCH",
    target: book,
    request: { json: { title: "Sula", labels: { language: "fr" } } },
    // Without a mask the service takes every field from the body.
    off: { check: (answer) => assert.equal((answer.json as { year?: number }).year, undefined) },
    on: {
      gateway: { top: "rest: { fill_update_mask: true }" },
      check: (answer) => {
        const { title, year, labels } = answer.json as Record<string, unknown>;
        assert.deepEqual(
          { title, year, labels },
          { title: "Sula", year: 1987, labels: { language: "fr" } },
        );
      },
    },
  },
  {
    name: "§5 problem-json: errors: problem+json",
    method: "GET",
    target: "/v1/kitchen-sink?f_int32=x",
    off: { check: refused(400, "INVALID_QUERY") },
    on: {
      gateway: { top: "errors: problem+json" },
      check: (answer) => {
        assert.equal(answer.headers["content-type"], "application/problem+json");
        const { type, title, status, detail, code } = answer.json as Record<string, unknown>;
        assert.deepEqual(
          { type, title, status, detail, code },
          {
            type: "urn:diglot:reason:INVALID_QUERY",
            title: "INVALID_QUERY",
            status: 400,
            detail: 'query parameter f_int32: expected a 32-bit integer, got "x"',
            code: 3,
          },
        );
      },
    },
  },
  {
    name: "§5 problem-json: errors: problem+json, where no route matches",
    method: "GET",
    target: "/v9",
    off: { check: (answer) => assert.equal(answer.headers["content-type"], "application/json") },
    on: {
      gateway: { top: "errors: problem+json" },
      check: (answer) => assert.equal((answer.json as { title: string }).title, "NO_ROUTE"),
    },
  },
  {
    name: "§4 success-status: status: 201 of a method",
    method: "POST",
    target: "/v1/shelves",
    request: { json: { theme: "Plays" } },
    off: { check: (answer) => assert.equal(answer.status, 200) },
    on: {
      gateway: {
        routes:
          "- { service: library.v1.*, cluster: library, methods: { CreateShelf: { status: 201 } } }",
      },
      check: (answer) => {
        assert.equal(answer.status, 201);
        assert.equal((answer.json as { theme: string }).theme, "Plays");
      },
    },
  },
  {
    name: "§4 success-status: status: 204 of a method",
    method: "DELETE",
    target: book,
    off: { check: answers({}) },
    on: {
      gateway: {
        routes:
          "- { service: library.v1.*, cluster: library, methods: { DeleteBook: { status: 204 } } }",
      },
      check: (answer) => {
        assert.equal(answer.status, 204);
        assert.equal(answer.text, "");
        assert.equal(answer.headers["content-type"], undefined);
      },
    },
  },
  {
    name: "§3 request-prefix: metadata.request_prefix",
    method: "GET",
    target: "/v1/inspect",
    request: { headers: { "grpc-metadata-tenant": "a", "grpc-metadata-grpc-timeout": "1n" } },
    off: { check: (answer) => assert.equal(inspect("tenant")(answer), undefined) },
    on: {
      gateway: { top: "metadata: { request_prefix: grpc-metadata- }" },
      check: (answer) => {
        assert.equal(answer.status, 200, answer.text);
        assert.equal(inspect("tenant")(answer), "a");
      },
    },
  },
  {
    name: "§6 out-formats: streams.formats",
    method: "GET",
    target: "/v1/shelves/poetry/books:export",
    off: { check: (answer) => assert.ok(Array.isArray(answer.json)) },
    on: {
      gateway: { top: "streams: [ndjson]" },
      check: (answer) => assert.equal(answer.text.split("\n").length, 3),
    },
  },
  {
    name: "§6 framing: streams.framing: result",
    method: "POST",
    target: "/v1/books:discuss",
    request: {
      headers: { ...ndjson, accept: "application/x-ndjson" },
      body: '{"reader":"a","text":"b"}',
    },
    off: { check: answers({ reader: "librarian", text: "a said: b" }) },
    on: {
      gateway: { top: "streams: { framing: result }" },
      check: answers({ result: { reader: "librarian", text: "a said: b" } }),
    },
  },
  {
    name: "§6 concatenated: streams.concatenated",
    method: "POST",
    target: "/v1/books:discuss",
    request: {
      headers: { "content-type": "application/json" },
      body: '{"reader":"a","text":"b"}{"reader":"c","text":"d"}',
    },
    off: { check: refused(400, "INVALID_JSON") },
    on: {
      gateway: { top: "streams: { concatenated: true }" },
      check: answers([
        { reader: "librarian", text: "a said: b" },
        { reader: "librarian", text: "c said: d" },
      ]),
    },
  },
  {
    name: "§6 concatenated: streams.concatenated, which still takes an array",
    method: "POST",
    target: "/v1/books:discuss",
    request: { json: [{ reader: "a", text: "b" }] },
    off: { check: answers([{ reader: "librarian", text: "a said: b" }]) },
    on: {
      gateway: { top: "streams: { concatenated: true }" },
      check: answers([{ reader: "librarian", text: "a said: b" }]),
    },
  },
  {
    name: "§7 keys: limits.json_keys",
    method: "POST",
    target: "/v1/kitchen-sink:echo",
    request: { json: { mString: { a: "1", b: "2", c: "3" } } },
    off: { check: answers({ mString: { a: "1", b: "2", c: "3" } }) },
    on: {
      gateway: { listener: "limits: { json_keys: 2 }" },
      check: (answer) => assert.equal(answer.status, 400),
    },
  },
];

suite("switches, each on both sides", () => {
  for (const { name, method, target, request, off, on } of rows) {
    test(`${name}: as it is by default, and as it was set`, async () => {
      for (const { gateway: options, check } of [off, on]) {
        await withGateway(options, async (gateway) => {
          check(await send(gateway.port, method, target, request));
        });
      }
    });
  }

  test("a listener's switches are its own, a route's stand above them, a method's above those", async () => {
    const options: TestGatewayOptions = {
      top: "json: { enums_as_integers: true }",
      listener: "json: { preserve_proto_names: true }",
      routes: [
        "- service: library.v1.*",
        "  cluster: library",
        "  json: { emit_defaults: true }",
        "  methods: { GetBook: { json: { preserve_proto_names: false } } }",
      ].join("\n"),
    };
    await withGateway(options, async (gateway) => {
      const shelf = await send(gateway.port, "GET", "/v1/shelves/novels");
      assert.deepEqual(shelf.json, { name: "shelves/novels", theme: "Novels", book_count: 3 });
      const beloved = await send(gateway.port, "GET", book);
      const { genre, copiesPrinted } = beloved.json as Record<string, unknown>;
      assert.equal(genre, 1);
      assert.ok(copiesPrinted !== undefined);
    });
  });
});

suite("compat: grpc-gateway", () => {
  test("decodes a slash in a variable of several segments", async () => {
    const nameOf = async (port: number): Promise<string> =>
      (await send(port, "GET", "/v1/shelves/a%2Fb")).text;
    await withGateway({ top: "compat: grpc-gateway" }, async ({ port }) => {
      assert.match(await nameOf(port), /shelves\/a\/b/);
    });
    await withGateway(undefined, async ({ port }) => {
      assert.match(await nameOf(port), /shelves\/a%2Fb/);
    });
  });

  test("answers as its clients are used to", () =>
    withGateway({ top: "compat: grpc-gateway" }, async (gateway) => {
      const lenient = await send(gateway.port, "POST", "/v1/kitchen-sink/nested?nope=1", {
        json: { unknown: 1, text: "x" },
        headers: { "grpc-metadata-tenant": "a" },
      });
      assert.equal(lenient.status, 200, lenient.text);
      assert.equal((lenient.json as { fInt32: number }).fInt32, 0);
      const wrong = await send(gateway.port, "DELETE", "/v1/books");
      assert.equal(wrong.status, 501);
      const byName = await send(gateway.port, "POST", "/library.v1.LibraryService/CountBooks", {
        json: {},
      });
      assert.equal(byName.status, 404);
      const stream = await send(gateway.port, "POST", "/v1/books:discuss", {
        headers: { "content-type": "application/json" },
        body: '{"reader":"a","text":"b"} {"reader":"c","text":"d"}',
      });
      assert.equal(
        stream.text.split("\n")[0],
        '{"result":{"reader":"librarian","text":"a said: b"}}',
      );
    }));
});

for (const compat of ["envoy", "grpc-gateway"]) {
  suite(`compat: ${compat}, asked by curl -d`, () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    test("reads the JSON that is sent as a form, and keeps an HttpBody as it is", () =>
      withGateway({ top: `compat: ${compat}` }, async (gateway) => {
        const shelf = await send(gateway.port, "POST", "/v1/shelves", {
          headers: form,
          body: '{"theme":"Plays"}',
        });
        assert.equal((shelf.json as { theme: string }).theme, "Plays", shelf.text);
        const cover = await send(gateway.port, "PUT", `${book}/cover`, {
          headers: { "content-type": "text/plain" },
          body: "a=b",
        });
        assert.equal(cover.status, 200, cover.text);
        const printed = await send(gateway.port, "GET", `${book}/cover`);
        assert.equal(printed.headers["content-type"], "text/plain");
      }));
  });
}

suite("compat: envoy", () => {
  test("answers as its clients are used to", () =>
    withGateway({ top: "compat: envoy" }, async (gateway) => {
      const body = await send(gateway.port, "PUT", "/v1/kitchen-sink/a", {
        json: { nested: { text: "b" }, unknown: 1 },
      });
      assert.deepEqual(body.json, { nested: { text: "a" } });
      const wrong = await send(gateway.port, "DELETE", "/v1/books");
      assert.equal(wrong.status, 404);
      const unknown = await send(gateway.port, "GET", "/v1/shelves/novels?nope=1");
      assert.equal(unknown.status, 400);
    }));
});
