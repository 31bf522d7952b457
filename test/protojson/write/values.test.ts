// What each kind of field becomes (protobuf.dev, "ProtoJSON Format").
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { JsonWriteOptions } from "../../../src/protojson/index.ts";
import { writeOurs } from "./oracle.ts";
import { hex, loadKinds, messageOf } from "./schemas.ts";

interface Row {
  readonly name: string;
  readonly wire: string;
  readonly want: string;
  readonly options?: Partial<JsonWriteOptions>;
}

const registry = await loadKinds();

function check(typeName: string, rows: readonly Row[]): void {
  for (const row of rows) {
    test(row.name, () => {
      const desc = messageOf(registry, typeName);
      const written = writeOurs(registry, desc, hex(row.wire), row.options);
      assert.deepEqual(written, { kind: "text", text: row.want });
    });
  }
}

suite("scalars", () => {
  check("kinds.v1.Kinds", [
    { name: "an empty message is {}", wire: "", want: "{}" },
    { name: "bool", wire: "08 01", want: '{"aBool":true}' },
    {
      name: "a bool is true when any bit of ten bytes is set",
      wire: "08 80808080 80808080 8001",
      want: '{"aBool":true}',
    },
    {
      name: "an implicit default on the wire is not printed",
      wire: "08 00 10 00 7a 00",
      want: "{}",
    },
    {
      name: "negative int32 takes ten bytes",
      wire: "10 ffffffffffffffffff01",
      want: '{"anInt32":-1}',
    },
    { name: "int32 keeps the low 32 bits", wire: "10 8580808010", want: '{"anInt32":5}' },
    { name: "smallest int32", wire: "10 80808080f8ffffffff01", want: '{"anInt32":-2147483648}' },
    { name: "sint32", wire: "18 03", want: '{"aSint32":-2}' },
    { name: "smallest sint32", wire: "18 ffffffff0f", want: '{"aSint32":-2147483648}' },
    { name: "largest uint32", wire: "20 ffffffff0f", want: '{"aUint32":4294967295}' },
    { name: "fixed32", wire: "2d ffffffff", want: '{"aFixed32":4294967295}' },
    { name: "sfixed32", wire: "35 feffffff", want: '{"aSfixed32":-2}' },
    {
      name: "int64 past 2^53 is exact",
      wire: "38 8180808080808010",
      want: '{"anInt64":"9007199254740993"}',
    },
    {
      name: "smallest int64",
      wire: "38 80808080808080808001",
      want: '{"anInt64":"-9223372036854775808"}',
    },
    { name: "sint64", wire: "40 ffffffffffffffffff01", want: '{"aSint64":"-9223372036854775808"}' },
    {
      name: "largest uint64",
      wire: "48 ffffffffffffffffff01",
      want: '{"aUint64":"18446744073709551615"}',
    },
    {
      name: "uint64 of 2^53 to 10^16 has no leading zeros",
      wire: "48 8080ead7bcaefe0f",
      want: '{"aUint64":"9000000000000000"}',
    },
    { name: "fixed64", wire: "51 ffffffffffffffff", want: '{"aFixed64":"18446744073709551615"}' },
    { name: "sfixed64", wire: "59 feffffffffffffff", want: '{"aSfixed64":"-2"}' },
    {
      name: "int64 as a number has no quotes",
      wire: "38 8180808080808010",
      options: { int64AsNumber: true },
      want: '{"anInt64":9007199254740993}',
    },
    {
      name: "a float has the fewest digits of a float",
      wire: "65 cdcccc3d",
      want: '{"aFloat":0.1}',
    },
    { name: "largest float", wire: "65 ffff7f7f", want: '{"aFloat":3.4028235e+38}' },
    { name: "smallest float", wire: "65 01000000", want: '{"aFloat":1e-45}' },
    { name: "NaN of a float", wire: "65 0000c07f", want: '{"aFloat":"NaN"}' },
    { name: "double", wire: "69 9a9999999999b93f", want: '{"aDouble":0.1}' },
    {
      name: "a double of 1e21 has an exponent",
      wire: "69 50efe2d6e41a4b44",
      want: '{"aDouble":1e+21}',
    },
    { name: "infinity", wire: "69 000000000000f0ff", want: '{"aDouble":"-Infinity"}' },
    { name: "-0 is not the default", wire: "69 0000000000000080", want: '{"aDouble":-0}' },
    { name: "text keeps its UTF-8", wire: "72 04 f09f9880", want: '{"aString":"😀"}' },
    {
      name: "control characters, quote and backslash are escaped",
      wire: "72 07 00 08 0a 1f 22 5c 7f",
      want: '{"aString":"\\u0000\\b\\n\\u001f\\"\\\\\u007f"}',
    },
    { name: "bytes of three", wire: "7a 03 fffefd", want: '{"someBytes":"//79"}' },
    { name: "bytes of two are padded", wire: "7a 02 fffe", want: '{"someBytes":"//4="}' },
    { name: "bytes of one are padded", wire: "7a 01 ff", want: '{"someBytes":"/w=="}' },
    { name: "explicit presence prints the default", wire: "9001 00", want: '{"maybe":0}' },
    { name: "json_name", wire: "a201 01 78", want: '{"other-name":"x"}' },
    {
      name: "proto name",
      wire: "a201 01 78",
      options: { preserveProtoNames: true },
      want: '{"renamed":"x"}',
    },
  ]);
});

suite("enums", () => {
  check("kinds.v1.Kinds", [
    { name: "by name", wire: "8001 01", want: '{"color":"COLOR_RED"}' },
    { name: "a large number", wire: "8001 e807", want: '{"color":"COLOR_LATE"}' },
    {
      name: "a negative number",
      wire: "8001 ffffffffffffffffff01",
      want: '{"color":"COLOR_MINUS"}',
    },
    { name: "an open enum prints what it does not know", wire: "8001 09", want: '{"color":9}' },
    {
      name: "as integers",
      wire: "8001 01",
      options: { enumsAsIntegers: true },
      want: '{"color":1}',
    },
    { name: "NullValue is null where it is set", wire: "e002 00", want: '{"none":null}' },
    {
      name: "NullValue is null as an integer too",
      wire: "e002 00",
      options: { enumsAsIntegers: true },
      want: '{"none":null}',
    },
  ]);
  check("kinds.legacy.Legacy", [
    { name: "a closed enum drops what it does not know", wire: "10 05", want: "{}" },
    { name: "and keeps what it had", wire: "10 01 10 05", want: '{"shade":"LIGHT"}' },
    { name: "in a list", wire: "20 01 20 05 20 02", want: '{"shades":["LIGHT","DARK"]}' },
    { name: "in a packed list", wire: "22 03 01 05 02", want: '{"shades":["LIGHT","DARK"]}' },
    { name: "a list of nothing else is not printed", wire: "22 01 05", want: "{}" },
    {
      name: "in a map, the whole entry",
      wire: "32 05 0a 01 61 10 05 32 05 0a 01 62 10 02",
      want: '{"byName":{"b":"DARK"}}',
    },
  ]);
});

suite("lists and maps", () => {
  check("kinds.v1.Kinds", [
    { name: "packed", wire: "aa01 03 01 02 03", want: '{"numbers":[1,2,3]}' },
    {
      name: "not packed where the schema packs",
      wire: "a801 01 a801 02",
      want: '{"numbers":[1,2]}',
    },
    {
      name: "packed where the schema does not",
      wire: "ca01 08 000000000000f03f",
      want: '{"doubles":[1]}',
    },
    {
      name: "both, with another field between",
      wire: "a801 01 08 01 aa01 02 02 03",
      want: '{"aBool":true,"numbers":[1,2,3]}',
    },
    { name: "an empty packed list is not printed", wire: "aa01 00", want: "{}" },
    { name: "strings", wire: "b201 00 b201 01 61", want: '{"words":["","a"]}' },
    { name: "messages", wire: "ba01 00 ba01 02 08 01", want: '{"inners":[{},{"aBool":true}]}' },
    { name: "a map", wire: "fa01 06 0a 01 61 12 01 62", want: '{"byText":{"a":"b"}}' },
    {
      name: "an entry without a value has the default",
      wire: "fa01 03 0a 01 61",
      want: '{"byText":{"a":""}}',
    },
    {
      name: "an entry without a key has the default",
      wire: "8202 04 12 02 08 01",
      want: '{"byNumber":{"0":{"aBool":true}}}',
    },
    { name: "an entry of nothing, of messages", wire: "8202 00", want: '{"byNumber":{"0":{}}}' },
    {
      name: "an entry of nothing, of enums",
      wire: "8a02 00",
      want: '{"byFlag":{"false":"COLOR_UNSPECIFIED"}}',
    },
    { name: "value before key", wire: "fa01 06 12 01 62 0a 01 61", want: '{"byText":{"a":"b"}}' },
    {
      name: "the last entry of a key wins, where the first was",
      wire: "fa01 06 0a 01 61 12 01 62 fa01 06 0a 01 63 12 01 64 fa01 06 0a 01 61 12 01 7a",
      want: '{"byText":{"a":"z","c":"d"}}',
    },
    {
      name: "a key that is negative",
      wire: "9202 05 08 03 12 01 ff",
      want: '{"bySigned":{"-2":"/w=="}}',
    },
    {
      name: "the key __proto__ is a key",
      wire: "fa01 0e 0a 09 5f5f70726f746f5f5f 12 01 62",
      want: '{"byText":{"__proto__":"b"}}',
    },
    {
      name: "the value of an entry in pieces is merged",
      wire: "8202 0a 08 01 12 02 08 01 12 02 10 02",
      want: '{"byNumber":{"1":{"aBool":true,"anInt32":2}}}',
    },
  ]);
});

suite("fields that come twice or late", () => {
  check("kinds.v1.Kinds", [
    { name: "the last scalar wins", wire: "10 01 10 02", want: '{"anInt32":2}' },
    { name: "a default that comes last is not printed", wire: "10 01 10 00", want: "{}" },
    {
      name: "output is by number whatever the order",
      wire: "10 02 08 01",
      want: '{"aBool":true,"anInt32":2}',
    },
    {
      name: "sub-messages are merged",
      wire: "8a01 02 08 01 8a01 02 10 02",
      want: '{"inner":{"aBool":true,"anInt32":2}}',
    },
    {
      name: "merged lists are joined",
      wire: "8a01 04 aa01 01 01 8a01 04 aa01 01 02",
      want: '{"inner":{"numbers":[1,2]}}',
    },
    {
      name: "merging goes all the way down",
      wire: "8a01 05 8a01 02 08 01 8a01 05 8a01 02 10 02",
      want: '{"inner":{"inner":{"aBool":true,"anInt32":2}}}',
    },
    {
      name: "the last member of a oneof wins",
      wire: "ca02 01 61 d202 02 08 01",
      want: '{"message":{"aBool":true}}',
    },
    {
      name: "and does not merge with what it had before",
      wire: "d202 02 08 01 ca02 01 61 d202 02 10 02",
      want: '{"message":{"anInt32":2}}',
    },
    {
      name: "a member of a oneof that comes twice is merged",
      wire: "d202 02 08 01 d202 02 10 02",
      want: '{"message":{"aBool":true,"anInt32":2}}',
    },
    {
      name: "a Timestamp in pieces",
      wire: "9a03 02 08 01 9a03 04 10 c0843d",
      want: '{"timestamp":"1970-01-01T00:00:01.001Z"}',
    },
    { name: "unknown fields are dropped", wire: "b806 01 08 01", want: '{"aBool":true}' },
    {
      name: "a known field of another wire type is unknown",
      wire: "0d 01020304 10 02",
      want: '{"anInt32":2}',
    },
  ]);
});

suite("defaults printed", () => {
  const options = { emitDefaults: true };
  const desc = messageOf(registry, "kinds.v1.Kinds");
  test("implicit fields, lists and maps are printed; messages, oneofs and optional fields are not", () => {
    const written = writeOurs(registry, desc, hex(""), options);
    const want =
      '{"aBool":false,"anInt32":0,"aSint32":0,"aUint32":0,"aFixed32":0,"aSfixed32":0,"anInt64":"0",' +
      '"aSint64":"0","aUint64":"0","aFixed64":"0","aSfixed64":"0","aFloat":0,"aDouble":0,"aString":"",' +
      '"someBytes":"","color":"COLOR_UNSPECIFIED","nothing":null,"other-name":"","numbers":[],"words":[],' +
      '"inners":[],"colors":[],"doubles":[],"byText":{},"byNumber":{},"byFlag":{},"bySigned":{},"values":[]}';
    assert.deepEqual(written, { kind: "text", text: want });
  });
});

suite("proto2", () => {
  check("kinds.legacy.Legacy", [
    { name: "a group", wire: "3b 0a 01 61 3c", want: '{"part":{"label":"a"}}' },
    {
      name: "a group inside a message inside a group",
      wire: "3b 12 02 3b 3c 3c",
      want: '{"part":{"inner":{"part":{}}}}',
    },
    { name: "groups in a list", wire: "43 08 01 44 43 44", want: '{"piece":[{"size":1},{}]}' },
    {
      name: "a group in pieces is merged",
      wire: "3b 0a 01 61 3c 3b 12 00 3c",
      want: '{"part":{"label":"a","inner":{}}}',
    },
    { name: "not set is not printed, whatever the default", wire: "", want: "{}" },
    {
      name: "not set is not printed with defaults, but lists are",
      wire: "",
      options: { emitDefaults: true },
      want: '{"shades":[],"numbers":[],"byName":{},"piece":[]}',
    },
    {
      name: "extensions",
      wire: "a206 01 61 a806 05 a806 06",
      want: '{"[kinds.legacy.note]":"a","[kinds.legacy.counts]":[5,6]}',
    },
    {
      name: "an extension of messages",
      wire: "b206 02 08 01",
      want: '{"[kinds.legacy.nested]":{"number":1}}',
    },
    {
      name: "an extension that comes before a field prints behind it",
      wire: "a206 01 61 08 01",
      want: '{"number":1,"[kinds.legacy.note]":"a"}',
    },
  ]);
});

suite("well-known types", () => {
  check("kinds.v1.Kinds", [
    {
      name: "Timestamp without decimals",
      wire: "9a03 02 08 01",
      want: '{"timestamp":"1970-01-01T00:00:01Z"}',
    },
    { name: "Timestamp of nothing", wire: "9a03 00", want: '{"timestamp":"1970-01-01T00:00:00Z"}' },
    {
      name: "three decimals",
      wire: "9a03 05 10 80a4e803",
      want: '{"timestamp":"1970-01-01T00:00:00.008Z"}',
    },
    {
      name: "six decimals",
      wire: "9a03 03 10 e807",
      want: '{"timestamp":"1970-01-01T00:00:00.000001Z"}',
    },
    {
      name: "nine decimals",
      wire: "9a03 02 10 01",
      want: '{"timestamp":"1970-01-01T00:00:00.000000001Z"}',
    },
    {
      name: "the first Timestamp",
      wire: "9a03 0b 08 8092b8c398feffffff01",
      want: '{"timestamp":"0001-01-01T00:00:00Z"}',
    },
    {
      name: "the last Timestamp",
      wire: "9a03 0d 08 ff82d1ffaf07 10 ff93ebdc03",
      want: '{"timestamp":"9999-12-31T23:59:59.999999999Z"}',
    },
    { name: "Duration", wire: "a203 03 08 dc0b", want: '{"duration":"1500s"}' },
    {
      name: "a negative Duration below a second",
      wire: "a203 0b 10 80b6ca91feffffffff01",
      want: '{"duration":"-0.500s"}',
    },
    {
      name: "FieldMask",
      wire: "aa03 0c 0a 03 615f62 0a 05 635f642e65",
      want: '{"mask":"aB,cD.e"}',
    },
    { name: "FieldMask of nothing", wire: "aa03 00", want: '{"mask":""}' },
    {
      name: "Struct",
      wire: "b203 0b 0a 09 0a 01 61 12 04 1a 02 68 69",
      want: '{"struct":{"a":"hi"}}',
    },
    { name: "Struct of nothing", wire: "b203 00", want: '{"struct":{}}' },
    { name: "Value: null", wire: "ba03 02 08 00", want: '{"value":null}' },
    { name: "Value: number", wire: "ba03 09 11 000000000000f83f", want: '{"value":1.5}' },
    { name: "Value: false", wire: "ba03 02 20 00", want: '{"value":false}' },
    { name: "Value: list", wire: "ba03 06 32 04 0a 02 20 01", want: '{"value":[true]}' },
    { name: "Value: the last kind wins", wire: "ba03 04 20 01 08 00", want: '{"value":null}' },
    { name: "ListValue of nothing", wire: "c203 00", want: '{"list":[]}' },
    { name: "Empty", wire: "d203 00", want: '{"empty":{}}' },
    { name: "wrapper", wire: "da03 02 08 05", want: '{"wrappedInt64":"5"}' },
    {
      name: "a wrapper of nothing is the default",
      wire: "da03 00 e203 00 ea03 00 f203 00 fa03 00 8204 00",
      want: '{"wrappedInt64":"0","wrappedString":"","wrappedBool":false,"wrappedBytes":"","wrappedDouble":0,"wrappedFloat":0}',
    },
  ]);
});
