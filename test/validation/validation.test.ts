import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { createJsonReaders, WireWriter } from "../../src/protojson/index.ts";
import { envelopePrefixBytes, type Failure, sealEnvelope } from "../../src/rpc/index.ts";
import { loadMessageValidation, type MessageValidation } from "../../src/validation/index.ts";
import { schemaOf } from "../descriptor/proto-folder.ts";

const proto = `
syntax = "proto3";
package shop.v1;
import "buf/validate/validate.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

message Order {
  option (buf.validate.message).cel = {
    id: "order.total" message: "discount must not be above total" expression: "this.discount <= this.total"
  };
  string id = 1 [(buf.validate.field).string.min_len = 1];
  repeated Item items = 2 [(buf.validate.field).repeated.max_items = 2];
  map<string, Item> by_key = 3 [(buf.validate.field).map.keys.string.min_len = 2];
  Kind kind = 4 [(buf.validate.field).enum.defined_only = true];
  int32 total = 5 [(buf.validate.field).int32.gte = 0];
  int32 discount = 6;
  google.protobuf.Timestamp due = 7 [(buf.validate.field).required = true];
  google.protobuf.Int32Value tip = 8 [(buf.validate.field).int32.lt = 100];
  string email = 9 [(buf.validate.field).string.email = true, (buf.validate.field).ignore = IGNORE_IF_ZERO_VALUE];
  string slow = 10 [(buf.validate.field).string.pattern = "^(a+)+$", (buf.validate.field).ignore = IGNORE_IF_ZERO_VALUE];
  oneof pay {
    option (buf.validate.oneof).required = true;
    string card = 11;
    string cash = 12;
  }
  string even = 13 [(buf.validate.field).cel = {
    id: "even" message: "length must be even" expression: "size(this) % 2 == 0"
  }];
}
message Item { string sku = 1 [(buf.validate.field).string.pattern = "^[A-Z]+$"]; }
enum Kind { KIND_UNSPECIFIED = 0; KIND_A = 1; }
message Free { string text = 1; Free inner = 2; repeated Free more = 3; }
message Holder { map<string, Deep> deep = 1; }
message Deep { Item item = 1; }
message Divides { option (buf.validate.message).cel = { id: "x" expression: "10 / this.a > 1" }; int32 a = 1; }
`;

suite("buf.validate rules", () => {
  let validation: MessageValidation;
  let schema: Awaited<ReturnType<typeof schemaOf>>;
  before(async () => {
    schema = await schemaOf({ "shop.proto": proto });
    validation = await loadMessageValidation(schema.registry);
  });

  const check = (type: string, json: unknown): Failure | undefined => {
    const message = schema.registry.getMessage(`shop.v1.${type}`);
    assert.ok(message !== undefined);
    const compiled = validation.compile(message);
    assert.ok(compiled.ok && compiled.value !== undefined);
    const writer = new WireWriter();
    writer.reset(envelopePrefixBytes);
    const reader = createJsonReaders(schema.registry).message(message);
    assert.equal(reader.read(Buffer.from(JSON.stringify(json)), writer), undefined);
    return compiled.value(sealEnvelope(writer.finish()));
  };

  const good = { id: "a", due: "2026-01-01T00:00:00Z", card: "x" };

  test("a message that keeps them all passes", () => {
    assert.equal(check("Order", good), undefined);
    assert.equal(
      check("Order", { ...good, items: [{ sku: "A" }], byKey: { ab: { sku: "B" } } }),
      undefined,
    );
  });

  const rows = [
    {
      name: "string.min_len",
      json: { ...good, id: "" },
      field: "id",
      text: /at least 1 character/,
    },
    {
      name: "a pattern in a list",
      json: { ...good, items: [{ sku: "A" }, { sku: "b" }] },
      field: "items[1].sku",
      text: /regex pattern/,
    },
    {
      name: "repeated.max_items",
      json: { ...good, items: [{ sku: "A" }, { sku: "A" }, { sku: "A" }] },
      field: "items",
      text: /no more than 2 item/,
    },
    {
      name: "keys of a map",
      json: { ...good, byKey: { a: { sku: "A" } } },
      field: 'byKey["a"]',
      text: /^key: .*at least 2 character/,
    },
    {
      name: "values of a map",
      json: { ...good, byKey: { ab: { sku: "1" } } },
      field: 'byKey["ab"].sku',
      text: /^does not match regex pattern/,
    },
    {
      name: "enum.defined_only",
      json: { ...good, kind: 7 },
      field: "kind",
      text: /defined enum values/,
    },
    {
      name: "a number",
      json: { ...good, total: -1, discount: -2 },
      field: "total",
      text: /greater than or equal to 0/,
    },
    { name: "required", json: { id: "a", card: "x" }, field: "due", text: /required/ },
    { name: "a wrapper", json: { ...good, tip: 100 }, field: "tip", text: /less than 100/ },
    { name: "email", json: { ...good, email: "nobody" }, field: "email", text: /email/ },
    {
      name: "a oneof",
      json: { id: "a", due: "2026-01-01T00:00:00Z" },
      field: "pay",
      text: /required|exactly one/,
    },
    {
      name: "CEL on a field",
      json: { ...good, even: "abc" },
      field: "even",
      text: /length must be even/,
    },
    {
      name: "CEL on the message",
      json: { ...good, total: 1, discount: 2 },
      field: "",
      text: /discount must not be above total/,
    },
    {
      name: "a pattern that backtracks, in linear time",
      json: { ...good, slow: `${"a".repeat(5000)}b` },
      field: "slow",
      text: /regex pattern/,
    },
  ];
  for (const { name, json, field, text } of rows) {
    test(`${name} is a violation of ${field === "" ? "the message" : field}`, () => {
      const failure = check("Order", json);
      assert.ok(failure?.kind === "gateway");
      assert.equal(failure.reason, "CONSTRAINT_VIOLATION");
      assert.equal(failure.code, 3);
      assert.equal(failure.violations.length, 1);
      assert.equal(failure.violations[0]?.field, field);
      assert.match(failure.violations[0].description, text);
    });
  }

  test("all violations come together, and the message names the first", () => {
    const failure = check("Order", { items: [{ sku: "1" }] });
    assert.ok(failure?.kind === "gateway");
    assert.deepEqual(failure.violations.map(({ field }) => field).toSorted(), [
      "due",
      "id",
      "items[0].sku",
      "pay",
    ]);
    assert.match(failure.message, /; and 3 more$/);
  });

  test("a message without a rule at any depth has no check", () => {
    for (const [type, has] of [
      ["Free", false],
      ["Holder", true],
      ["Deep", true],
    ] as const) {
      const message = schema.registry.getMessage(`shop.v1.${type}`);
      assert.ok(message !== undefined);
      const compiled = validation.compile(message);
      assert.ok(compiled.ok);
      assert.equal(compiled.value !== undefined, has, type);
    }
  });

  test("a rule that fails while it is evaluated is the gateway's failure, not a throw", () => {
    const failure = check("Divides", { a: 0 });
    assert.ok(failure?.kind === "gateway");
    assert.equal(failure.reason, "INTERNAL");
    assert.match(failure.cause ?? "", /Divides/);
  });
});
