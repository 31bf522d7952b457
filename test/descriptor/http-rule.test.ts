import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type HttpRule, httpRulesOf, parseHttpRule } from "../../src/descriptor/index.ts";
import { schemaOf } from "./proto-folder.ts";

const none = { body: "", responseBody: "" };

suite("google.api.http", async () => {
  const rows: readonly { name: string; option: string; want: readonly HttpRule[] }[] = [
    { name: "no annotation is no rule", option: "", want: [] },
    {
      name: "each method has its own kind",
      option: `option (google.api.http) = { get: "/a" additional_bindings { put: "/b" }
        additional_bindings { post: "/c" } additional_bindings { delete: "/d" } additional_bindings { patch: "/e" } };`,
      want: [
        { kind: "get", template: "/a", ...none, index: 0 },
        { kind: "put", template: "/b", ...none, index: 1 },
        { kind: "post", template: "/c", ...none, index: 2 },
        { kind: "delete", template: "/d", ...none, index: 3 },
        { kind: "patch", template: "/e", ...none, index: 4 },
      ],
    },
    {
      name: "one additional binding is one",
      option: `option (google.api.http) = { post: "/a" body: "*" additional_bindings { get: "/b" } };`,
      want: [
        { kind: "post", template: "/a", body: "*", responseBody: "", index: 0 },
        { kind: "get", template: "/b", ...none, index: 1 },
      ],
    },
    {
      name: "additional bindings may be a list",
      option: `option (google.api.http) = { get: "/a" additional_bindings: [{ get: "/b" }, { get: "/c" }] };`,
      want: [
        { kind: "get", template: "/a", ...none, index: 0 },
        { kind: "get", template: "/b", ...none, index: 1 },
        { kind: "get", template: "/c", ...none, index: 2 },
      ],
    },
    {
      name: "body and response_body are each binding's own",
      option: `option (google.api.http) = { put: "/a" body: "x" additional_bindings { get: "/b" response_body: "y" } };`,
      want: [
        { kind: "put", template: "/a", body: "x", responseBody: "", index: 0 },
        { kind: "get", template: "/b", body: "", responseBody: "y", index: 1 },
      ],
    },
    {
      name: "a custom pattern has the kind it names",
      option: `option (google.api.http) = { custom { kind: "*" path: "/a" } additional_bindings { custom { kind: "LOCK" path: "/b" } } };`,
      want: [
        { kind: "*", template: "/a", ...none, index: 0 },
        { kind: "LOCK", template: "/b", ...none, index: 1 },
      ],
    },
    {
      name: "a binding without a pattern is left out, and the others keep their index",
      option: `option (google.api.http) = { body: "*" additional_bindings { get: "/b" } };`,
      want: [{ kind: "get", template: "/b", ...none, index: 1 }],
    },
    {
      name: "bindings inside additional bindings are left out",
      option: `option (google.api.http) = { get: "/a" additional_bindings { get: "/b" additional_bindings { get: "/c" } } };`,
      want: [
        { kind: "get", template: "/a", ...none, index: 0 },
        { kind: "get", template: "/b", ...none, index: 1 },
      ],
    },
    {
      name: "what http.proto does not foresee is read as it is",
      option: `option (google.api.http) = { get: "/a" body: "x" response_body: "*" additional_bindings { delete: "/b" body: "x" } additional_bindings { custom { kind: "HEAD" path: "/c" } body: "*" } };`,
      want: [
        { kind: "get", template: "/a", body: "x", responseBody: "*", index: 0 },
        { kind: "delete", template: "/b", body: "x", responseBody: "", index: 1 },
        { kind: "HEAD", template: "/c", body: "*", responseBody: "", index: 2 },
      ],
    },
    {
      name: "a rule may be written field by field",
      option: `option (google.api.http).get = "/a"; option (google.api.http).additional_bindings = { get: "/b" };`,
      want: [
        { kind: "get", template: "/a", ...none, index: 0 },
        { kind: "get", template: "/b", ...none, index: 1 },
      ],
    },
  ];
  const methods = rows.map((row, index) => `rpc M${index}(E) returns (E) { ${row.option} }`);
  const schema = await schemaOf({
    "a.proto": `syntax = "proto3"; package p; import "google/api/annotations.proto";
      message E { string x = 1; string y = 2; } service S { ${methods.join("\n")} }`,
  });
  rows.forEach((row, index) => {
    test(row.name, () => {
      const method = schema.services.get("p.S")?.methods[index];
      assert.ok(method);
      assert.deepEqual(httpRulesOf(method), row.want);
      assert.equal(httpRulesOf(method), httpRulesOf(method));
    });
  });

  test("what is left out, or not foreseen by http.proto, is a warning", () => {
    assert.deepEqual(schema.report.warnings, [
      "p.S.M6: its google.api.http has no pattern and is left out",
      "p.S.M7, additional binding 1: bindings inside an additional binding are left out",
      'p.S.M8: its response_body "*" names no field; the whole message is the body, as without it',
      'p.S.M8: its body "x" will hardly come: GET has none for most clients',
      'p.S.M8, additional binding 2: its body "*" will hardly come: HEAD has none for most clients',
    ]);
  });

  test("the report counts bindings, not methods", () => {
    const counted = rows.reduce((sum, row) => sum + row.want.length, 0);
    const [source] = schema.report.sources;
    assert.deepEqual([source?.methods, source?.httpRules], [rows.length, counted]);
  });
});

suite("HTTP rules from the configuration", () => {
  test("both spellings of a field are read, as in any ProtoJSON", () => {
    const rule = {
      selector: "p.S.Get",
      get: "/a",
      response_body: "x",
      additionalBindings: [{ custom: { kind: "*", path: "/b" }, body: "*" }],
    };
    assert.deepEqual(parseHttpRule(rule), {
      ok: true,
      value: {
        selector: "p.S.Get",
        rules: [
          { kind: "get", template: "/a", body: "", responseBody: "x", index: 0 },
          { kind: "*", template: "/b", body: "*", responseBody: "", index: 1 },
        ],
      },
    });
  });

  const rows: readonly { name: string; value: unknown; want: RegExp }[] = [
    { name: "an unknown field", value: { selector: "a", gt: "/" }, want: /gt/ },
    { name: "a wrong type", value: { selector: "a", get: 1 }, want: /HttpRule.get/ },
    { name: "two patterns", value: { selector: "a", get: "/", put: "/" }, want: /oneof/ },
    { name: "no selector", value: { get: "/" }, want: /^selector is missing/ },
    { name: "no pattern", value: { selector: "a" }, want: /^a pattern is missing/ },
    { name: "no object", value: 7, want: /HttpRule/ },
    { name: "nothing", value: undefined, want: /HttpRule/ },
  ];
  for (const row of rows) {
    test(`refused: ${row.name}`, () => {
      const rule = parseHttpRule(row.value);
      assert.match(rule.ok ? "accepted" : rule.error, row.want);
    });
  }
});
