import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type RawHead, readHead } from "../../src/listener/http1-head.ts";
import { testLimits as limits } from "./test-listener.ts";

function head(change: Partial<RawHead> = {}, ...more: string[]): RawHead {
  return {
    method: "POST",
    target: "/v1/shelves?x=1",
    version: "1.1",
    rawHeaders: ["Host", "api.example.com", ...more],
    ...change,
  };
}

suite("HTTP/1.1 head", () => {
  test("is split at the first question mark, with names in lower case and repeats kept", () => {
    const result = readHead(
      head({ target: "/a?b?c" }, "X-One", "1", "x-one", "2", "Content-Length", "7"),
      limits,
      "refuse",
    );
    assert.deepEqual(result, {
      ok: true,
      value: {
        path: "/a",
        query: "b?c",
        authority: "api.example.com",
        headers: ["host", "api.example.com", "x-one", "1", "x-one", "2", "content-length", "7"],
        declaredBytes: 7,
        upgrade: undefined,
      },
    });
  });

  const lengths = [
    { name: "H1-04 leading zeros", value: "0000000000000000000000010", want: 10 },
    { name: "J-04 the largest exact number", value: "9007199254740991", want: 2 ** 53 - 1 },
    { name: "J-04 2^63 - 1, which saturates", value: "9223372036854775807", want: 2 ** 53 - 1 },
    { name: "H1-03 2^63", value: "9223372036854775808", want: "MALFORMED_HTTP" },
    { name: "H1-03 2^63 behind zeros", value: "009223372036854775808", want: "MALFORMED_HTTP" },
    { name: "H1-03 20 digits", value: "10000000000000000000", want: "MALFORMED_HTTP" },
  ];
  for (const { name, value, want } of lengths) {
    test(`counts the bytes of ${name}`, () => {
      const got = readHead(head({}, "Content-Length", value), limits, "refuse");
      assert.equal(got.ok ? got.value.declaredBytes : got.error.failure.reason, want);
    });
  }

  test("without content-length and transfer-encoding has no body; chunked has an unknown one", () => {
    const none = readHead(head(), limits, "refuse");
    const chunked = readHead(head({}, "Transfer-Encoding", "Chunked"), limits, "refuse");
    assert.equal(none.ok && none.value.declaredBytes, 0);
    assert.equal(chunked.ok && chunked.value.declaredBytes, undefined);
  });

  test("in absolute form is served by its path when it names the same host (H1-24)", () => {
    const result = readHead(head({ target: "http://API.example.com/v1/x?y=1" }), limits, "refuse");
    assert.equal(result.ok && result.value.path, "/v1/x");
    assert.equal(result.ok && result.value.query, "y=1");
  });

  const accepted = [
    { name: "an IPv6 host", raw: head({ rawHeaders: ["Host", "[::1]:8080"] }) },
    { name: "an empty port (H1-23)", raw: head({ rawHeaders: ["Host", "a:"] }) },
    { name: "blanks around names of connection", raw: head({}, "Connection", "close \t, TE") },
    { name: "HTTP/1.0 without host", raw: head({ version: "1.0", rawHeaders: [] }) },
    { name: "connection: keep-alive, upgrade", raw: head({}, "Connection", "keep-alive, Upgrade") },
    { name: "OPTIONS * (H1-25)", raw: head({ method: "OPTIONS", target: "*" }) },
  ];
  for (const row of accepted) {
    test(`${row.name} is accepted`, () =>
      assert.equal(readHead(row.raw, limits, "refuse").ok, true));
  }

  const refused = [
    {
      name: "H1-06 transfer-encoding gzip, chunked",
      raw: head({}, "Transfer-Encoding", "gzip, chunked"),
      want: "UNSUPPORTED_TRANSFER_ENCODING",
    },
    {
      name: "H1-06 transfer-encoding ,chunked",
      raw: head({}, "Transfer-Encoding", ",chunked"),
      want: "UNSUPPORTED_TRANSFER_ENCODING",
    },
    {
      name: "H1-05 transfer-encoding chunked twice",
      raw: head({}, "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"),
      want: "UNSUPPORTED_TRANSFER_ENCODING",
    },
    {
      name: "H1-07 transfer-encoding on HTTP/1.0",
      raw: head({ version: "1.0" }, "Transfer-Encoding", "chunked"),
      want: "MALFORMED_HTTP",
    },
    {
      name: "H1-01 content-length and transfer-encoding",
      raw: head({}, "Content-Length", "1", "Transfer-Encoding", "chunked"),
      want: "MALFORMED_HTTP",
    },
    { name: "H1-22 no host", raw: head({ rawHeaders: [] }), want: "MALFORMED_HTTP" },
    { name: "H1-23 two hosts", raw: head({}, "Host", "api.example.com"), want: "MALFORMED_HTTP" },
    {
      name: "H1-23 an empty host",
      raw: head({ rawHeaders: ["Host", ""] }),
      want: "MALFORMED_HTTP",
    },
    {
      name: "H1-23 a host with a slash",
      raw: head({ rawHeaders: ["Host", "a/b"] }),
      want: "MALFORMED_HTTP",
    },
    {
      name: "H1-23 a host with user info",
      raw: head({ rawHeaders: ["Host", "a@b"] }),
      want: "MALFORMED_HTTP",
    },
    {
      name: "H1-23 a host with a space",
      raw: head({ rawHeaders: ["Host", "a b"] }),
      want: "MALFORMED_HTTP",
    },
    {
      name: "H1-23 a port that does not exist",
      raw: head({ rawHeaders: ["Host", "a:99999"] }),
      want: "MALFORMED_HTTP",
    },
    {
      name: "H1-24 an absolute target of another host",
      raw: head({ target: "http://evil.example/" }),
      want: "MALFORMED_HTTP",
    },
    ...["a,b", "%zz", "[:::::.]", "[1.2.3.4]", "[a]", ":80"].map((host) => ({
      name: `H1-23 host ${host}`,
      raw: head({ rawHeaders: ["Host", host] }),
      want: "MALFORMED_HTTP",
    })),
    {
      name: "H1-05 a byte of 0xa0 behind chunked",
      raw: head({}, "Transfer-Encoding", "chunked\xa0"),
      want: "UNSUPPORTED_TRANSFER_ENCODING",
    },
    {
      name: "H1-43 a byte of 0xa0 behind close",
      raw: head({}, "Connection", "close\xa0"),
      want: "MALFORMED_HTTP",
    },
    { name: "H1-26 CONNECT", raw: head({ method: "CONNECT" }), want: "UNSUPPORTED_HTTP_METHOD" },
    { name: "H1-27 TRACE", raw: head({ method: "TRACE" }), want: "UNSUPPORTED_HTTP_METHOD" },
    { name: "H1-29 HTTP/0.9", raw: head({ version: "0.9" }), want: "UNSUPPORTED_HTTP_VERSION" },
    {
      name: "H1-29 HTTP/2.0 as text",
      raw: head({ version: "2.0" }),
      want: "UNSUPPORTED_HTTP_VERSION",
    },
    {
      name: "H1-31 a target with a raw high byte",
      raw: head({ target: "/\u0080" }),
      want: "MALFORMED_HTTP",
    },
    { name: "H1-31 a target without slash", raw: head({ target: "v1" }), want: "MALFORMED_HTTP" },
    { name: "H1-32 a fragment", raw: head({ target: "/a#b" }), want: "MALFORMED_HTTP" },
    {
      name: "H1-33 a long target",
      raw: head({ target: `/${"a".repeat(8192)}` }),
      want: "URI_TOO_LONG",
    },
    {
      name: "H1-33 a large header block",
      raw: head({}, "X", "a".repeat(16 * 1024)),
      want: "HEADERS_TOO_LARGE",
    },
    {
      name: "H1-34 101 headers",
      raw: head({}, ...Array.from({ length: 100 }, () => ["X", "1"]).flat()),
      want: "HEADERS_TOO_LARGE",
    },
    {
      name: "H1-43 connection names an end-to-end header",
      raw: head({}, "Connection", "close, authorization"),
      want: "MALFORMED_HTTP",
    },
  ];
  for (const row of refused) {
    test(`${row.name} is refused and closes the connection`, () => {
      const result = readHead(row.raw, limits, "refuse");
      assert.ok(!result.ok);
      assert.equal(result.error.failure.reason, row.want);
      assert.equal(result.error.close, true);
    });
  }

  test("H1-21: a name with _ that shadows one with - is dropped where the listener says so, others stay", () => {
    const raw = head(
      {},
      ...["X-Tenant", "a", "X_Tenant", "b", "x_forwarded_for", "1.2.3.4", "my_own", "c"],
    );
    const dropped = readHead(raw, limits, "drop");
    assert.ok(dropped.ok);
    assert.deepEqual(dropped.value.headers, [
      ...["host", "api.example.com", "x-tenant", "a", "my_own", "c"],
    ]);
    const answer = readHead(raw, limits, "refuse");
    assert.ok(!answer.ok);
    assert.equal(answer.error.failure.reason, "MALFORMED_HTTP");
  });
});
