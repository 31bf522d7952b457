// One field of a message, as response_body asks for it (http.proto).
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  createJsonWriters,
  defaultJsonWriteOptions,
  JsonSink,
} from "../../../src/protojson/index.ts";
import { fieldOf, hex, loadKinds, messageOf } from "./schemas.ts";

const registry = await loadKinds();

const rows = [
  { name: "a scalar", field: "an_int32", wire: "08 01 10 05", want: "5" },
  { name: "the last of a scalar", field: "an_int32", wire: "10 05 10 06", want: "6" },
  { name: "an implicit default that is there", field: "an_int32", wire: "10 00", want: "0" },
  { name: "a message", field: "inner", wire: "8a01 02 08 01", want: '{"aBool":true}' },
  {
    name: "a message in pieces",
    field: "inner",
    wire: "8a01 02 08 01 8a01 02 10 02",
    want: '{"aBool":true,"anInt32":2}',
  },
  { name: "a list", field: "words", wire: "b201 01 61 08 01 b201 01 62", want: '["a","b"]' },
  { name: "a map", field: "by_text", wire: "fa01 06 0a 01 61 12 01 62", want: '{"a":"b"}' },
  {
    name: "a Timestamp",
    field: "timestamp",
    wire: "9a03 02 08 01",
    want: '"1970-01-01T00:00:01Z"',
  },
  { name: "no bool", field: "a_bool", wire: "", want: "false" },
  { name: "no int32", field: "an_int32", wire: "", want: "0" },
  { name: "no int64", field: "an_int64", wire: "", want: '"0"' },
  { name: "no string", field: "a_string", wire: "", want: '""' },
  { name: "no bytes", field: "some_bytes", wire: "", want: '""' },
  { name: "no double", field: "a_double", wire: "", want: "0" },
  { name: "no enum", field: "color", wire: "", want: '"COLOR_UNSPECIFIED"' },
  { name: "no NullValue", field: "nothing", wire: "", want: "null" },
  { name: "no message", field: "inner", wire: "", want: "null" },
  { name: "no Timestamp", field: "timestamp", wire: "", want: "null" },
  { name: "no list", field: "words", wire: "", want: "[]" },
  { name: "no map", field: "by_text", wire: "", want: "{}" },
  { name: "no optional int32", field: "maybe", wire: "", want: "0" },
  { name: "a member of a oneof", field: "text", wire: "ca02 01 61", want: '"a"' },
  {
    name: "a member of a oneof that another replaced",
    field: "text",
    wire: "ca02 01 61 d202 00",
    want: '""',
  },
  {
    name: "the default that proto2 states",
    type: "kinds.legacy.Legacy",
    field: "number",
    wire: "",
    want: "7",
  },
  {
    name: "the enum that proto2 states",
    type: "kinds.legacy.Legacy",
    field: "shade",
    wire: "",
    want: '"DARK"',
  },
  {
    name: "the string that proto2 states",
    type: "kinds.legacy.Legacy",
    field: "text",
    wire: "",
    want: '"none"',
  },
];

suite("one field of a message", () => {
  for (const row of rows) {
    test(row.name, () => {
      const desc = messageOf(registry, row.type ?? "kinds.v1.Kinds");
      const writer = createJsonWriters(registry, defaultJsonWriteOptions).field(
        fieldOf(desc, row.field),
      );
      const sink = new JsonSink();
      const wire = hex(row.wire);
      assert.equal(writer.write(wire, 0, wire.length, sink), undefined);
      assert.equal(Buffer.from(sink.bytes()).toString(), row.want);
    });
  }

  test("malformed bytes of another field are refused", () => {
    const desc = messageOf(registry, "kinds.v1.Kinds");
    const writer = createJsonWriters(registry, defaultJsonWriteOptions).field(
      fieldOf(desc, "an_int32"),
    );
    const sink = new JsonSink();
    assert.deepEqual(writer.write(hex("10 05 72 05"), 0, 4, sink), {
      path: "",
      message: "length beyond the end of the message",
    });
    assert.equal(sink.length, 0);
  });

  test("a value without a form is refused by the name of the field", () => {
    const desc = messageOf(registry, "kinds.v1.Kinds");
    const writer = createJsonWriters(registry, defaultJsonWriteOptions).field(
      fieldOf(desc, "value"),
    );
    assert.deepEqual(writer.write(hex("ba03 00"), 0, 3, new JsonSink()), {
      path: "value",
      message: "a Value without a kind",
    });
  });
});
