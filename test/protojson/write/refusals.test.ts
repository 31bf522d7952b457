// Wire bytes that have no JSON: each is a problem with its place, never a throw.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  createJsonWriters,
  defaultJsonWriteOptions,
  JsonSink,
  type WireProblem,
} from "../../../src/protojson/index.ts";
import { hex, loadKinds, messageOf } from "./schemas.ts";

const registry = await loadKinds();

interface Row {
  readonly name: string;
  readonly type?: string;
  readonly wire: string;
  readonly want: WireProblem;
}

const rows: readonly Row[] = [
  { name: "a tag that is cut off", wire: "80", want: { path: "", message: "truncated varint" } },
  { name: "field number 0", wire: "00 01", want: { path: "", message: "field number 0" } },
  {
    name: "a wire type that does not exist",
    wire: "0f 01",
    want: { path: "", message: "wire type 7 of field 1 does not exist" },
  },
  {
    name: "a tag of more than 32 bits",
    wire: "8880808010 01",
    want: { path: "", message: "tag longer than 32 bits" },
  },
  {
    name: "a varint that is cut off",
    wire: "10 80",
    want: { path: "", message: "truncated varint" },
  },
  {
    name: "a varint of eleven bytes",
    wire: "10 8080808080808080808001",
    want: { path: "", message: "varint longer than 10 bytes" },
  },
  {
    name: "a 32-bit value that is cut off",
    wire: "2d 010203",
    want: { path: "", message: "truncated 32-bit value" },
  },
  {
    name: "a 64-bit value that is cut off",
    wire: "51 01020304050607",
    want: { path: "", message: "truncated 64-bit value" },
  },
  {
    name: "a string that is cut off",
    wire: "72 05 61",
    want: { path: "", message: "length beyond the end of the message" },
  },
  {
    name: "a length of 64 bits",
    wire: "72 81808080808001 61",
    want: { path: "", message: "length beyond the end of the message" },
  },
  {
    name: "a value that reaches over the end of its sub-message",
    wire: "8a01 02 72 02 08 01",
    want: { path: "inner", message: "length beyond the end of the message" },
  },
  {
    name: "an unknown field that is cut off",
    wire: "ba06 05 61",
    want: { path: "", message: "length beyond the end of the message" },
  },
  {
    name: "the end of a group that was not begun",
    wire: "0c",
    want: { path: "", message: "end of group 1 without its start" },
  },
  {
    name: "an unknown group without its end",
    wire: "bb06 08 01",
    want: { path: "", message: "group 103 has no end" },
  },
  {
    name: "an unknown group with another's end",
    wire: "bb06 c406",
    want: { path: "", message: "end of group 104 in group 103" },
  },
  {
    name: "a known group without its end",
    type: "kinds.legacy.Legacy",
    wire: "3b 0a 01 61",
    want: { path: "", message: "group 7 has no end" },
  },
  {
    name: "a string that is not UTF-8",
    wire: "72 01 ff",
    want: { path: "aString", message: "not UTF-8" },
  },
  {
    name: "half of a surrogate pair",
    wire: "72 03 eda080",
    want: { path: "aString", message: "not UTF-8" },
  },
  {
    name: "a string that is not UTF-8 in a list",
    wire: "b201 01 61 b201 01 ff",
    want: { path: "words[1]", message: "not UTF-8" },
  },
  {
    name: "a map's key that is not UTF-8",
    wire: "fa01 06 0a 01 ff 12 01 62",
    want: { path: "byText[key]", message: "not UTF-8" },
  },
  {
    name: "a map's value that is not UTF-8",
    wire: "fa01 06 0a 01 61 12 01 ff",
    want: { path: 'byText["a"]', message: "not UTF-8" },
  },
  {
    name: "deep inside",
    wire: "ba01 00 ba01 07 8a01 04 b201 01 ff",
    want: { path: "inners[1].inner.words[0]", message: "not UTF-8" },
  },
  {
    name: "a string that is not UTF-8 and that a later one replaces",
    wire: "72 01 ff 72 01 61",
    want: { path: "", message: "not UTF-8" },
  },
  {
    name: "a malformed member of a oneof that a later one replaces",
    wire: "d202 02 72 05 ca02 01 61",
    want: { path: "", message: "length beyond the end of the message" },
  },
  {
    name: "a required field that is not there",
    type: "kinds.legacy.Strict",
    wire: "0a 01 61 12 00",
    want: { path: "inner.name", message: "required field is not set" },
  },
  {
    name: "a Timestamp before year 1",
    wire: "9a03 0b 08 ff91b8c398feffffff01",
    want: { path: "timestamp", message: "Timestamp out of range" },
  },
  {
    name: "a Timestamp of year 10000",
    wire: "9a03 07 08 8083d1ffaf07",
    want: { path: "timestamp", message: "Timestamp out of range" },
  },
  {
    name: "a Timestamp of negative nanos",
    wire: "9a03 0b 10 ffffffffffffffffff01",
    want: { path: "timestamp", message: "Timestamp out of range" },
  },
  {
    name: "a Duration whose signs differ",
    wire: "a203 0d 08 01 10 ffffffffffffffffff01",
    want: { path: "duration", message: "Duration out of range" },
  },
  {
    name: "a Duration of 10^18 seconds",
    wire: "a203 0a 08 80808080808080f00d",
    want: { path: "duration", message: "Duration out of range" },
  },
  {
    name: "a FieldMask path with a capital",
    wire: "aa03 05 0a 03 614262",
    want: { path: "mask", message: 'path "aBb" has no lowerCamelCase form' },
  },
  {
    name: "a FieldMask path with two underscores",
    wire: "aa03 06 0a 04 615f5f62",
    want: { path: "mask", message: 'path "a__b" has no lowerCamelCase form' },
  },
  ...[
    { name: "two dots side by side", path: "a..b" },
    { name: "a dot in front", path: ".a" },
    { name: "a dot behind", path: "a." },
    { name: "nothing in it", path: "" },
    { name: "a comma", path: "a,b" },
  ].map(({ name, path }) => ({
    name: `a FieldMask path with ${name}`,
    wire: `aa03 0${path.length + 2} 0a 0${path.length} ${Buffer.from(path).toString("hex")}`,
    want: { path: "mask", message: `path "${path}" has no lowerCamelCase form` },
  })),
  {
    name: "a Value without a kind",
    wire: "ba03 00",
    want: { path: "value", message: "a Value without a kind" },
  },
  {
    name: "a Value of NaN",
    wire: "ba03 09 11 000000000000f87f",
    want: { path: "value", message: "a Value cannot be NaN or Infinity" },
  },
  {
    name: "an Any of an unknown type",
    wire: "ca03 05 0a 03 612f62",
    want: { path: "any", message: "the type of the Any is not known" },
  },
  {
    name: "an Any with a value and no type",
    wire: "ca03 04 12 02 08 01",
    want: { path: "any", message: "the Any has a value but no type" },
  },
];

suite("wire bytes that are refused", () => {
  for (const row of rows) {
    test(row.name, () => {
      const desc = messageOf(registry, row.type ?? "kinds.v1.Kinds");
      const writer = createJsonWriters(registry, defaultJsonWriteOptions).message(desc);
      const sink = new JsonSink();
      sink.ascii("before");
      const wire = hex(row.wire);
      assert.deepEqual(writer.write(wire, 0, wire.length, sink), row.want);
      assert.equal(Buffer.from(sink.bytes()).toString(), "before");
    });
  }

  test("a problem of one message is no problem of the next", () => {
    const writer = createJsonWriters(registry, defaultJsonWriteOptions).message(
      messageOf(registry, "kinds.v1.Kinds"),
    );
    const sink = new JsonSink();
    assert.notEqual(writer.write(hex("ff"), 0, 1, sink), undefined);
    assert.equal(writer.write(hex("08 01"), 0, 2, sink), undefined);
    assert.equal(Buffer.from(sink.bytes()).toString(), '{"aBool":true}');
  });
});
