import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { reasonOf, send } from "../support/http-client.ts";

/** What `GET /v1/kitchen-sink/{f_string}/{f_int32}` makes of a path. */
interface Echo {
  readonly fString?: string;
  readonly fInt32?: number;
}

suite("transcoding.md §1: path templates, end to end", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());
  const get = (target: string) => send(gateway.port, "GET", target);

  test("a variable of one segment is fully decoded, %2F included", async () => {
    const answer = await get("/v1/kitchen-sink/a%2Fb%20%C3%A9/7");
    assert.deepEqual(answer.json as Echo, { fString: "a/b é", fInt32: 7 });
  });

  test("a variable of several segments keeps %2F and decodes the rest", async () => {
    const answer = await get("/v1/shelves/a%2Fb/books/%63");
    assert.equal(answer.status, 404);
    assert.match(answer.text, /shelves\/a%2Fb\/books\/c/);
  });

  test("a verb is what follows the last colon; a colon that is no verb is an ordinary character", async () => {
    const verb = await send(gateway.port, "POST", "/v1/shelves/poetry/books/ariel:move", {
      json: { otherShelf: "shelves/novels" },
    });
    assert.equal((verb.json as { name: string }).name, "shelves/novels/books/ariel");
    const ordinary = await get("/v1/shelves/poetry/books/leaves:of:grass");
    assert.match(ordinary.text, /no Book is named \\"shelves\/poetry\/books\/leaves:of:grass\\"/);
  });

  test("literals are compared after decoding, and the query is cut at the first question mark", async () => {
    const answer = await get("/v1/%73helves?page_size=1&page_token=1?");
    assert.equal(answer.status, 400);
    assert.match(answer.text, /page_token/);
    assert.equal((await get("/v1/%73helves?page_size=1")).status, 200);
  });

  test("a trailing slash is another path", async () => {
    assert.equal((await get("/v1/shelves/")).status, 404);
  });

  test("inner empty segments never match a star", async () => {
    assert.equal((await get("/v1/shelves//books")).status, 404);
  });

  const refused = [
    { name: "P-01: a dot segment", target: "/v1/../shelves" },
    { name: "P-01: an encoded dot segment", target: "/v1/%2e%2E/shelves" },
    { name: "P-02: a backslash", target: "/v1\\shelves" },
    { name: "P-02: an encoded backslash", target: "/v1/%5cshelves" },
    { name: "P-04: NUL", target: "/v1/shelves/%00" },
    { name: "P-04: an escape that is not hexadecimal", target: "/v1/shelves/%zz" },
    { name: "P-04: an escape that is cut off", target: "/v1/shelves/%a" },
    { name: "P-04: an overlong form", target: "/v1/shelves/%c0%ae" },
    { name: "P-04: invalid UTF-8", target: "/v1/shelves/%ff" },
  ];
  for (const row of refused) {
    test(`${row.name} is refused and never reaches the upstream`, async () => {
      const before_ = gateway.backend.requestCount();
      const answer = await get(row.target);
      assert.equal(answer.status, 400);
      assert.equal(reasonOf(answer), "INVALID_PATH");
      assert.equal(gateway.backend.requestCount(), before_);
    });
  }

  test("P-05: what was encoded twice is decoded once", async () => {
    const answer = await get("/v1/kitchen-sink/%252e/1");
    assert.equal((answer.json as Echo).fString, "%2e");
  });

  test("P-06: path parameters are literal", async () => {
    const answer = await get("/v1/kitchen-sink/a;x=1/1");
    assert.equal((answer.json as Echo).fString, "a;x=1");
  });

  test("P-03: two slashes in front are no route", async () => {
    assert.equal((await get("//v1/shelves")).status, 404);
  });

  test("additional bindings are served, each by its own pattern and body", async () => {
    assert.equal((await get("/v1/isbn/9780142437247")).status, 200);
    const custom = await send(gateway.port, "REPORT", "/v1/kitchen-sink", { json: { fInt32: 3 } });
    assert.deepEqual(custom.json, { fInt32: 3 });
    const whole = await send(gateway.port, "PUT", "/v1/kitchen-sink/x", { json: { fBool: true } });
    assert.deepEqual(whole.json, { fBool: true, nested: { text: "x" } });
    const field = await send(gateway.port, "POST", "/v1/kitchen-sink/nested?f_bool=true", {
      json: { text: "y" },
    });
    assert.deepEqual(field.json, { fBool: true, nested: { text: "y" } });
  });

  test("HEAD is GET without the body", async () => {
    const answer = await send(gateway.port, "HEAD", "/v1/shelves");
    const got = await get("/v1/shelves");
    assert.equal(answer.status, 200);
    assert.equal(answer.bytes.length, 0);
    assert.equal(answer.headers["content-length"], String(got.bytes.length));
  });

  test("OPTIONS is answered with 204 and Allow", async () => {
    const answer = await send(gateway.port, "OPTIONS", "/v1/shelves");
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.allow, "GET, HEAD, POST, OPTIONS");
  });

  test("a known path with another method is 405 with Allow", async () => {
    const answer = await send(gateway.port, "PUT", "/v1/shelves");
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, "GET, HEAD, POST, OPTIONS");
    assert.equal(reasonOf(answer), "METHOD_NOT_ALLOWED");
  });

  test("an unknown path is 404", async () => {
    const answer = await get("/v2/shelves");
    assert.equal(answer.status, 404);
    assert.equal(reasonOf(answer), "NO_ROUTE");
  });

  test("every method, annotated or not, is served at its gRPC name", async () => {
    const bare = await send(gateway.port, "POST", "/library.v1.LibraryService/CountBooks", {
      json: {},
    });
    assert.equal(bare.status, 200);
    const annotated = await send(gateway.port, "POST", "/library.v1.LibraryService/GetShelf", {
      json: { name: "shelves/novels" },
    });
    assert.equal((annotated.json as { theme: string }).theme, "Novels");
  });
});

suite("transcoding.md §1: switches", () => {
  const withGateway = async (
    options: Parameters<typeof startTestGateway>[0],
    use: (gateway: TestGateway) => Promise<void>,
  ): Promise<void> => {
    const gateway = await startTestGateway(options);
    try {
      await use(gateway);
    } finally {
      await gateway.stop();
    }
  };

  test("trailing_slash: ignore serves a path with and without it", () =>
    withGateway({ top: "rest: { trailing_slash: ignore }" }, async ({ port }) => {
      assert.equal((await send(port, "GET", "/v1/shelves/")).status, 200);
      assert.equal((await send(port, "GET", "/v1/shelves")).status, 200);
    }));

  const unescaping = [
    { mode: "all", want: "shelves/a/b/books/c d!" },
    { mode: "all_except_slash", want: "shelves/a%2Fb/books/c d!" },
    { mode: "all_except_reserved", want: "shelves/a%2Fb/books/c d%21" },
  ];
  for (const row of unescaping) {
    test(`url_unescape: ${row.mode} gives ${row.want}`, () =>
      withGateway({ top: `rest: { url_unescape: ${row.mode} }` }, async ({ port }) => {
        const answer = await send(port, "GET", "/v1/shelves/a%2Fb/books/c%20d%21");
        assert.match(answer.text, new RegExp(`is named \\\\"${row.want}\\\\"`));
      }));
  }

  test("auto_mapping: false serves annotated paths alone", () =>
    withGateway({ top: "rest: { auto_mapping: false }" }, async ({ port }) => {
      const bare = await send(port, "POST", "/library.v1.LibraryService/CountBooks", { json: {} });
      assert.equal(bare.status, 404);
      assert.equal((await send(port, "GET", "/v1/shelves")).status, 200);
    }));

  test("rules of the configuration replace the method's annotation", () =>
    withGateway(
      {
        top: [
          "http:",
          "  rules:",
          "    - selector: library.v1.LibraryService.GetShelf",
          '      get: "/my/{name=shelves/*}"',
          '      additional_bindings: [{ get: "/other/{name=shelves/*}" }]',
        ].join("\n"),
      },
      async ({ port }) => {
        assert.equal((await send(port, "GET", "/my/shelves/novels")).status, 200);
        assert.equal((await send(port, "GET", "/other/shelves/novels")).status, 200);
        assert.notEqual((await send(port, "GET", "/v1/shelves/novels")).status, 200);
      },
    ));

  test("a route of one rpc with its own http rule serves it there and by its gRPC name", () =>
    withGateway(
      {
        routes: [
          "- rpc: library.v1.LibraryService/CountBooks",
          "  http: { get: /count }",
          "  cluster: library",
        ].join("\n"),
      },
      async ({ port }) => {
        assert.deepEqual((await send(port, "GET", "/count")).json, { count: "7" });
        const byName = await send(port, "POST", "/library.v1.LibraryService/CountBooks", {
          json: {},
        });
        assert.equal(byName.status, 200);
        assert.equal((await send(port, "GET", "/v1/shelves")).status, 404);
      },
    ));
});
