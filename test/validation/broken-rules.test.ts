import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { loadMessageValidation } from "../../src/validation/index.ts";
import { schemaOf } from "../descriptor/proto-folder.ts";

/** What is wrong with the rules of the message `M` in a file with these declarations. */
async function problemsOf(declarations: string): Promise<readonly string[]> {
  const imports = ["buf/validate/validate", "google/protobuf/struct", "google/protobuf/wrappers"];
  const lines = imports.map((name) => `import "${name}.proto";`).join(" ");
  const schema = await schemaOf({
    "a.proto": `syntax = "proto3"; package a; ${lines}\n${declarations}`,
  });
  const message = schema.registry.getMessage("a.M");
  assert.ok(message !== undefined);
  const compiled = (await loadMessageValidation(schema.registry)).compile(message);
  return compiled.ok ? [] : compiled.error;
}

suite("a rule that cannot be used is found on load", () => {
  const field = (text: string) => `message M {\n${text}\n}`;
  const cel = (expression: string) =>
    `(buf.validate.field).cel = {id: "x" expression: "${expression}"}`;
  const ofMessage = (expression: string) =>
    `option (buf.validate.message).cel = {id: "x" expression: "${expression}"};`;
  const rows = [
    {
      name: "a pattern that is no RE2",
      proto: field('string s = 1 [(buf.validate.field).string.pattern = "(?=x)"];'),
      want: [
        "a.M.s: string.pattern: error parsing regexp: invalid or unsupported Perl syntax: `(?=` (a.proto:3:1)",
      ],
    },
    {
      name: "a pattern of items",
      proto: field(
        'repeated string s = 1 [(buf.validate.field).repeated.items.string.pattern = "["];',
      ),
      want: [
        "a.M.s: repeated.items.string.pattern: error parsing regexp: missing closing ]: `[` (a.proto:3:1)",
      ],
    },
    {
      name: "patterns of keys and of values",
      proto: field(
        'map<string, string> m = 1 [(buf.validate.field).map = {keys: {string: {pattern: "["}} values: {string: {pattern: "("}}}];',
      ),
      want: [
        "a.M.m: map.keys.string.pattern: error parsing regexp: missing closing ]: `[` (a.proto:3:1)",
        "a.M.m: map.values.string.pattern: error parsing regexp: missing closing ): `(` (a.proto:3:1)",
      ],
    },
    {
      name: "a pattern of a wrapper, and one of a oneof's second member",
      proto: field(
        'google.protobuf.StringValue w = 1 [(buf.validate.field).string.pattern = "["];\noneof o { string a = 2; string b = 3 [(buf.validate.field).string.pattern = "["]; }',
      ),
      want: [
        "a.M.w: string.pattern: error parsing regexp: missing closing ]: `[` (a.proto:3:1)",
        "a.M.b: string.pattern: error parsing regexp: missing closing ]: `[` (a.proto:4:25)",
      ],
    },
    {
      name: "CEL on a field that has no such overload",
      proto: field(`string s = 1 [${cel("this + 1 == 2")}];`),
      want: [
        "a.M.s: cel x: found no matching overload for '_+_' applied to '(string, int)' (a.proto:3:1)",
      ],
    },
    {
      name: "CEL on a field that the message has not",
      proto: field(`${ofMessage("this.nope == 1")} int32 i = 1;`),
      want: ["a.M: cel x: field not found: nope (a.proto:2:1)"],
    },
    {
      name: "every one of a nested message, with those of its holder",
      proto: `message M { repeated N n = 1; M more = 2;\nstring s = 3 [(buf.validate.field).int32.gt = 3]; }
message N { ${ofMessage("this +")} option (buf.validate.message).cel_expression = "1"; }`,
      want: [
        'a.M.s: int32.gt: expected rule "string", got "int32" on field a.M.s (a.proto:3:1)',
        "a.N: cel x: failed to compile x: syntax error: <input>:1:6: found + but expecting end of input (a.proto:4:1)",
        "a.N: cel `1`: expression 1 outputs bigint, wanted either bool or string (a.proto:4:1)",
      ],
    },
    {
      name: "unless only some values make it fail: a division, an index",
      proto: field(
        `${ofMessage("10 / (this.i - 1) > 1")} int32 i = 1; repeated int32 l = 2 [${cel("this[5] > 2")}];`,
      ),
      want: [],
    },
    {
      name: "unless only some values make it fail: a key, the kind of a Value",
      proto: field(
        `${ofMessage("this.s.a > 3")} google.protobuf.Struct s = 1; map<string, int32> m = 2 [${cel("this['z'] > 2")}];`,
      ),
      want: [],
    },
    {
      name: "unless only some values make it fail: another member of the oneof",
      proto: field(
        `${ofMessage("this.a > 3")} oneof o { google.protobuf.Int32Value a = 1; int32 b = 2; }`,
      ),
      want: [],
    },
  ];
  for (const { name, proto, want } of rows) {
    test(name, async () => assert.deepEqual(await problemsOf(proto), want));
  }
});
