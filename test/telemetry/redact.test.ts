import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isSecretName, redactFields, redactQuery, redactText } from "../../src/telemetry/redact.ts";

suite("faults.md A-27: secrets are redacted", () => {
  const names = [
    { name: "Authorization", want: true },
    { name: "proxy-authorization", want: true },
    { name: "COOKIE", want: true },
    { name: "set-cookie", want: true },
    { name: "x-api-key", want: true },
    { name: "api_key", want: true },
    { name: "apiKey", want: true },
    { name: "client_secret", want: true },
    { name: "private_key", want: true },
    { name: "key_file", want: true },
    { name: "page_token", want: false },
    { name: "key", want: false },
    { name: "accept", want: false },
  ];
  for (const { name, want } of names) {
    test(`the name ${name} ${want ? "holds a secret" : "holds none"}`, () => {
      assert.equal(isSecretName(name), want);
    });
  }

  const texts = [
    { name: "a bearer token", text: "got Bearer abc.def-ghi=", want: "got Bearer [redacted]" },
    { name: "basic credentials", text: "basic dXNlcjpwYXNz", want: "basic [redacted]" },
    {
      name: "a private key",
      text: "x -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- y",
      want: "x [redacted] y",
    },
    {
      name: "a private key that is cut off",
      text: "-----BEGIN PRIVATE KEY-----\nMIIE",
      want: "[redacted]",
    },
    {
      name: "a password in a URL",
      text: "dns://user:pass@host:1/a",
      want: "dns://[redacted]@host:1/a",
    },
    {
      name: "a secret parameter in a URL",
      text: "GET /a?api_key=1&b=2",
      want: "GET /a?api_key=[redacted]&b=2",
    },
    {
      name: "plain text stays",
      text: "a = b, c=d @ //host/path",
      want: "a = b, c=d @ //host/path",
    },
    { name: "long text is cut", text: "a".repeat(9000), want: `${"a".repeat(8192)}...` },
  ];
  for (const { name, text, want } of texts) test(name, () => assert.equal(redactText(text), want));

  const queries = [
    { query: "a=1&token=x&b=2", want: "a=1&token=[redacted]&b=2" },
    { query: "access_token=x", want: "access_token=[redacted]" },
    { query: "API%5fKEY=x", want: "API%5fKEY=[redacted]" },
    { query: "page_token=x", want: "page_token=x" },
    { query: "token=", want: "token=[redacted]" },
    { query: "a", want: "a" },
    { query: "%zz=1", want: "%zz=1" },
  ];
  for (const { query, want } of queries) {
    test(`the query ${query}`, () => assert.equal(redactQuery(query), want));
  }

  test("fields are redacted at any depth, by name and by content", () => {
    const fields = {
      cluster: "library",
      password: "p",
      nested: { list: [{ Token: 1 }, "Bearer abcdef"], undefinedSecret: undefined },
    };
    assert.deepEqual(redactFields(fields), {
      cluster: "library",
      password: "[redacted]",
      nested: { list: [{ Token: "[redacted]" }, "Bearer [redacted]"], undefinedSecret: undefined },
    });
  });

  test("headers in a flat list of names and values are redacted", () => {
    const headers = [
      "accept",
      "authorization",
      "authorization",
      "x",
      "cookie",
      "a=b",
      "te",
      "cookie",
    ];
    assert.deepEqual(Object.values(redactFields({ headers })), [
      [
        "accept",
        "authorization",
        "authorization",
        "[redacted]",
        "cookie",
        "[redacted]",
        "te",
        "cookie",
      ],
    ]);
  });

  test("an error becomes its name, message, stack and cause, without secrets", () => {
    const error = new TypeError("bad Bearer abcdef", { cause: new Error("//u:p@host") });
    error.stack = "TypeError: at a Bearer abcdef";
    const cause = error.cause as Error;
    cause.stack = "Error: at b";
    assert.deepEqual(redactFields({ error }), {
      error: {
        name: "TypeError",
        message: "bad Bearer [redacted]",
        stack: "TypeError: at a Bearer [redacted]",
        cause: { name: "Error", message: "//[redacted]@host", stack: "Error: at b" },
      },
    });
  });

  test("values that JSON does not have are made into such, and depth and length are bounded", () => {
    const list: unknown[] = [2n ** 64n, new Uint8Array(3)];
    list.push(list);
    const text = JSON.stringify(redactFields({ list }));
    assert.match(text, /^\{"list":\["18446744073709551616","\[3 bytes\]",\[/);
    assert.match(text, /\[deeper\]/);
    const long = Array.from({ length: 1000 }, () => 0);
    assert.deepEqual(redactFields({ long }), { long: long.slice(0, 100) });
    assert.deepEqual(redactFields({ map: new Map([["token", "x"]]) }), {
      map: { token: "[redacted]" },
    });
  });

  test("a field named __proto__ is a field", () => {
    const fields = JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>;
    assert.equal(JSON.stringify(redactFields(fields)), '{"__proto__":{"polluted":true}}');
    assert.equal("polluted" in redactFields(fields), false);
  });
});
