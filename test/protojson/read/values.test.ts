// ProtoJSON by kind of field: what is taken, as what, and what is refused with which words.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { suite, test } from "node:test";
import { formatJsonProblem } from "../../../src/protojson/index.ts";
import { everything, legacy, plain, problemOf, read, readBack } from "./schema.ts";

type Row = readonly [name: string, json: string, want: unknown];
type BadRow = readonly [name: string, json: string, path: string, message: string];

const good: readonly Row[] = [
  ["an int32 as a number", '{"anInt32":-2147483648}', { anInt32: -2147483648 }],
  ["an int32 as a string", '{"anInt32":"2147483647"}', { anInt32: 2147483647 }],
  ["an int32 with a fraction of zero", '{"anInt32":1.0}', { anInt32: 1 }],
  [
    "an int32 with an exponent",
    '{"anInt32":1e2,"aSint32":"12E+1"}',
    { anInt32: 100, aSint32: 120 },
  ],
  ["an int32 whose exponent takes its fraction away", '{"anInt32":1.5e1}', { anInt32: 15 }],
  ["an int32 whose exponent takes its zeros away", '{"anInt32":1500e-2}', { anInt32: 15 }],
  ["zero with an exponent of any size", '{"maybe":0e999999999999}', { maybe: 0 }],
  ["a string of digits with an escape", '{"anInt32":"2\\u0031"}', { anInt32: 21 }],
  [
    "the other 32-bit integers",
    '{"aSint32":-5,"aSfixed32":-6,"aUint32":4294967295,"aFixed32":7}',
    { aSint32: -5, aSfixed32: -6, aUint32: 4294967295, aFixed32: 7 },
  ],
  [
    "a 64-bit integer that no double holds",
    '{"anInt64":9007199254740993}',
    { anInt64: "9007199254740993" },
  ],
  ["the same in quotes", '{"anInt64":"9007199254740993"}', { anInt64: "9007199254740993" }],
  [
    "the same with a fraction of zero",
    '{"anInt64":9007199254740993.0}',
    { anInt64: "9007199254740993" },
  ],
  [
    "the ends of int64",
    '{"anInt64":-9223372036854775808,"aSint64":"9223372036854775807","aSfixed64":-9223372036854775808}',
    {
      anInt64: "-9223372036854775808",
      aSint64: "9223372036854775807",
      aSfixed64: "-9223372036854775808",
    },
  ],
  [
    "the end of uint64",
    '{"aUint64":18446744073709551615,"aFixed64":"18446744073709551615"}',
    { aUint64: "18446744073709551615", aFixed64: "18446744073709551615" },
  ],
  ["the lowest sint64", '{"aSint64":"-9223372036854775808"}', { aSint64: "-9223372036854775808" }],
  [
    "-2^32, whose low half is zero",
    '{"anInt64":-4294967296,"aSint64":-4294967296}',
    { anInt64: "-4294967296", aSint64: "-4294967296" },
  ],
  ["a float", '{"aFloat":1.5}', { aFloat: 1.5 }],
  [
    "the largest float as it is usually printed",
    '{"aFloat":3.4028235e38}',
    { aFloat: 3.4028234663852886e38 },
  ],
  ["a double", '{"aDouble":0.1}', { aDouble: 0.1 }],
  ["a double of many digits", '{"aDouble":3.141592653589793238462643}', { aDouble: Math.PI }],
  ["a double with an exponent", '{"aDouble":-2.5E-3}', { aDouble: -0.0025 }],
  ["a double too small", '{"aDouble":1e-400}', {}],
  ["a double as a string", '{"aDouble":"1.5e1"}', { aDouble: 15 }],
  [
    "the three words of doubles",
    '{"aDouble":"NaN","aFloat":"-Infinity","doubleValue":"Infinity"}',
    { aDouble: "NaN", aFloat: "-Infinity", doubleValue: "Infinity" },
  ],
  ["a bool", '{"aBool":true}', { aBool: true }],
  [
    "a string with escapes and all planes",
    '{"aString":"a\\n\\u00e9é😀\\ud83d\\ude00"}',
    { aString: "a\né\u00e9😀😀" },
  ],
  ["a string of 127 bytes", `{"aString":"${"x".repeat(127)}"}`, { aString: "x".repeat(127) }],
  ["a string of 128 bytes", `{"aString":"${"x".repeat(128)}"}`, { aString: "x".repeat(128) }],
  [
    "a string of 300 bytes after an escape",
    `{"aString":"\\t${"x".repeat(300)}"}`,
    { aString: `\t${"x".repeat(300)}` },
  ],
  [
    "a string that escapes make short",
    `{"aString":"${"\\u0041".repeat(30)}"}`,
    { aString: "A".repeat(30) },
  ],
  ["bytes in standard base64", '{"aBytes":"+/+/AQ=="}', { aBytes: "+/+/AQ==" }],
  ["bytes in URL-safe base64 without padding", '{"aBytes":"-_-_AQ"}', { aBytes: "+/+/AQ==" }],
  ["bytes with escaped slashes", '{"aBytes":"\\/\\/8="}', { aBytes: "//8=" }],
  ["an enum by name", '{"aColor":"COLOR_BLUE"}', { aColor: "COLOR_BLUE" }],
  ["an enum by number", '{"aColor":-2}', { aColor: "COLOR_BLUE" }],
  ["an open enum by a number it does not name", '{"aColor":77}', { aColor: 77 }],
  [
    "a message in a message",
    '{"inner":{"inner":{"anInt32":1}}}',
    { inner: { inner: { anInt32: 1 } } },
  ],
  [
    "a message longer than one byte of length",
    `{"inner":{"aString":"${"x".repeat(200)}"},"anInt32":1}`,
    { inner: { aString: "x".repeat(200) }, anInt32: 1 },
  ],
  ["proto names", '{"an_int32":1,"renamed_field":"a"}', { anInt32: 1, other: "a" }],
  ["a json_name", '{"other":"a"}', { other: "a" }],
  ["a key with escapes", '{"an\\u0049nt32":1}', { anInt32: 1 }],
  [
    "keys in any order, more than once",
    '{"items":[{"aBool":true,"anInt32":1},{"anInt32":2,"aBool":true},{"aBool":true,"anInt32":3}]}',
    {
      items: [
        { anInt32: 1, aBool: true },
        { anInt32: 2, aBool: true },
        { anInt32: 3, aBool: true },
      ],
    },
  ],
  [
    "null for a field of any kind",
    '{"anInt32":null,"inner":null,"words":null,"byString":null,"timestamp":null,"aColor":null,"any":null,"int64Value":null,"struct":null,"list":null}',
    {},
  ],
  [
    "packed and unpacked lists",
    '{"numbers":[1,-1,"3"],"looseNumbers":[4,5]}',
    { numbers: [1, -1, 3], looseNumbers: [4, 5] },
  ],
  [
    "a packed list longer than one byte of length",
    `{"numbers":[${Array.from({ length: 300 }, (_, i) => i).join(",")}]}`,
    { numbers: Array.from({ length: 300 }, (_, i) => i) },
  ],
  ["empty lists and maps", '{"numbers":[],"words":[ ],"byString":{ }}', {}],
  [
    "lists of strings, enums and messages",
    '{"words":["","a"],"colors":["COLOR_RED",0],"items":[{},{"anInt32":1}]}',
    { words: ["", "a"], colors: ["COLOR_RED", "COLOR_UNSPECIFIED"], items: [{}, { anInt32: 1 }] },
  ],
  [
    "null where it is a value of the list",
    '{"anyValues":[null,1],"nulls":[null,"NULL_VALUE",0]}',
    { anyValues: [null, 1], nulls: [null, null, null] },
  ],
  ["wrappers in a list", '{"wrapped":["1",2]}', { wrapped: ["1", "2"] }],
  [
    "maps by every kind of key",
    '{"byString":{"":"a"},"byInt32":{"-1":"b"},"byUint64":{"18446744073709551615":"c"},"bySint64":{"-9223372036854775808":"d"},"byBool":{"true":"e","false":"f"},"byFixed32":{"4294967295":1}}',
    {
      byString: { "": "a" },
      byInt32: { "-1": "b" },
      byUint64: { "18446744073709551615": "c" },
      bySint64: { "-9223372036854775808": "d" },
      byBool: { true: "e", false: "f" },
      byFixed32: { "4294967295": "1" },
    },
  ],
  [
    "a map key with escapes",
    '{"byInt32":{"\\u0031":"a"},"byString":{"a\\nb":"c"}}',
    { byInt32: { "1": "a" }, byString: { "a\nb": "c" } },
  ],
  [
    "maps of messages, enums and values",
    '{"itemByString":{"a":{"anInt32":1}},"colorByString":{"a":"COLOR_RED"},"valueByString":{"a":null}}',
    {
      itemByString: { a: { anInt32: 1 } },
      colorByString: { a: "COLOR_RED" },
      valueByString: { a: null },
    },
  ],
  [
    "names of object members as map keys",
    '{"byString":{"constructor":"a","toString":"b"}}',
    { byString: { constructor: "a", toString: "b" } },
  ],
  ["one member of a oneof", '{"choiceNumber":0}', { choiceNumber: 0 }],
  [
    "one member of a oneof beside a null one",
    '{"choiceText":null,"choiceNumber":1,"choiceItem":null}',
    { choiceNumber: 1 },
  ],
  ["null as a NullValue in a oneof", '{"choiceNull":null}', { choiceNull: null }],
  ["null as a Value in a oneof", '{"choiceValue":null}', { choiceValue: null }],
  [
    "a Timestamp",
    '{"timestamp":"2024-02-29T12:34:56.123456789Z"}',
    { timestamp: "2024-02-29T12:34:56.123456789Z" },
  ],
  [
    "a Timestamp with an offset",
    '{"timestamp":"2024-01-01T00:30:00.5+01:00"}',
    { timestamp: "2023-12-31T23:30:00.500Z" },
  ],
  [
    "a Timestamp before 1970 with a fraction",
    '{"timestamp":"1969-12-31T23:59:59.9Z"}',
    { timestamp: "1969-12-31T23:59:59.900Z" },
  ],
  [
    "the first and the last Timestamp",
    '{"timestamp":"0001-01-01T00:00:00Z","any":{"@type":"a/google.protobuf.Timestamp","value":"9999-12-31T23:59:59.999999999Z"}}',
    {
      timestamp: "0001-01-01T00:00:00Z",
      any: { "@type": "a/google.protobuf.Timestamp", value: "9999-12-31T23:59:59.999999999Z" },
    },
  ],
  ["Durations", '{"duration":"-0.000000001s"}', { duration: "-0.000000001s" }],
  // The range is of the seconds alone (duration.proto; conformance tests DurationMaxValue and DurationMinValue).
  [
    "the longest Duration",
    '{"duration":"315576000000.999999999s"}',
    { duration: "315576000000.999999999s" },
  ],
  [
    "the longest negative Duration",
    '{"duration":"-315576000000.999999999s"}',
    { duration: "-315576000000.999999999s" },
  ],
  ["a FieldMask", '{"mask":"fooBar,baz.quxX1"}', { mask: "fooBar,baz.quxX1" }],
  ["an empty FieldMask", '{"mask":""}', { mask: "" }],
  [
    "a Struct",
    '{"struct":{"a":[1,null,{"b":false}],"__proto__":"x"}}',
    { struct: JSON.parse('{"a":[1,null,{"b":false}],"__proto__":"x"}') as unknown },
  ],
  [
    "a long Struct",
    `{"struct":{"a":{"b":"${"x".repeat(150)}"},"c":1}}`,
    { struct: { a: { b: "x".repeat(150) }, c: 1 } },
  ],
  ["a Value that is null", '{"value":null}', { value: null }],
  ["a ListValue", '{"list":[1,[2],{}]}', { list: [1, [2], {}] }],
  [
    "an Any of a message",
    '{"any":{"@type":"type.googleapis.com/everything.v1.Everything","anInt32":1}}',
    { any: { "@type": "type.googleapis.com/everything.v1.Everything", anInt32: 1 } },
  ],
  [
    "an Any whose @type comes last",
    '{"any":{"inner":{"anInt32":1},"@type":"type.googleapis.com/everything.v1.Everything"}}',
    { any: { "@type": "type.googleapis.com/everything.v1.Everything", inner: { anInt32: 1 } } },
  ],
  [
    "Anys in Anys, each with its @type last",
    '{"any":{"any":{"any":{"value":"1s","@type":"a/google.protobuf.Duration"},"@type":"a/everything.v1.Everything"},"@type":"a/everything.v1.Everything"}}',
    {
      any: {
        "@type": "a/everything.v1.Everything",
        any: {
          "@type": "a/everything.v1.Everything",
          any: { "@type": "a/google.protobuf.Duration", value: "1s" },
        },
      },
    },
  ],
  [
    "an Any whose @type has escapes",
    '{"any":{"anInt32":1,"\\u0040type":"a/everything.v1.Everything"}}',
    { any: { "@type": "a/everything.v1.Everything", anInt32: 1 } },
  ],
  [
    "an Any of a Value that is null",
    '{"any":{"@type":"a/google.protobuf.Value","value":null}}',
    { any: { "@type": "a/google.protobuf.Value", value: null } },
  ],
  [
    "an Any of an Any",
    '{"any":{"@type":"a/google.protobuf.Any","value":{"@type":"a/google.protobuf.Int64Value","value":"1"}}}',
    {
      any: {
        "@type": "a/google.protobuf.Any",
        value: { "@type": "a/google.protobuf.Int64Value", value: "1" },
      },
    },
  ],
  [
    "an Any of Empty as C++ writes it",
    '{"any":{"@type":"a/google.protobuf.Empty"}}',
    { any: { "@type": "a/google.protobuf.Empty" } },
  ],
  [
    "an Any of Empty as Go writes it",
    '{"any":{"@type":"a/google.protobuf.Empty","value":{}}}',
    { any: { "@type": "a/google.protobuf.Empty" } },
  ],
  ["an Any that holds nothing", '{"any":{}}', { any: {} }],
  ["Empty", '{"empty":{}}', { empty: {} }],
  [
    "wrappers, also of the default",
    '{"int64Value":"0","uint64Value":1,"int32Value":-1,"uint32Value":2,"boolValue":false,"stringValue":"","bytesValue":"","floatValue":0,"doubleValue":1}',
    {
      int64Value: "0",
      uint64Value: "1",
      int32Value: -1,
      uint32Value: 2,
      boolValue: false,
      stringValue: "",
      bytesValue: "",
      floatValue: 0,
      doubleValue: 1,
    },
  ],
  ["no bytes at all", "", {}],
  [
    "white space everywhere",
    ' {\t"anInt32" :\r\n 1 , "numbers" : [ 1 , 2 ] } ',
    { anInt32: 1, numbers: [1, 2] },
  ],
];

const bad: readonly BadRow[] = [
  ["an int32 with a fraction", '{"anInt32":1.5}', "anInt32", "expected a 32-bit integer, got 1.5"],
  [
    "an int32 too large",
    '{"anInt32":2147483648}',
    "anInt32",
    "expected a 32-bit integer, got 2147483648",
  ],
  [
    "an int32 too small in quotes",
    '{"aSfixed32":"-2147483649"}',
    "aSfixed32",
    'expected a 32-bit integer, got "-2147483649"',
  ],
  ["a negative uint32", '{"aUint32":-1}', "aUint32", "expected an unsigned 32-bit integer, got -1"],
  [
    "a uint64 too large",
    '{"aUint64":18446744073709551616}',
    "aUint64",
    "expected an unsigned 64-bit integer, got 18446744073709551616",
  ],
  [
    "an int64 just too small",
    '{"anInt64":-9223372036854775809}',
    "anInt64",
    "expected a 64-bit integer, got -9223372036854775809",
  ],
  [
    "an int64 of twenty digits with an exponent",
    '{"anInt64":1e20}',
    "anInt64",
    "expected a 64-bit integer, got 1e20",
  ],
  ["minus zero", '{"anInt32":-0}', "anInt32", "expected a 32-bit integer, got -0"],
  [
    "minus zero in quotes",
    '{"aUint64":"-0"}',
    "aUint64",
    'expected an unsigned 64-bit integer, got "-0"',
  ],
  [
    "minus zero with a fraction",
    '{"anInt64":-0.0}',
    "anInt64",
    "expected a 64-bit integer, got -0.0",
  ],
  [
    "minus zero as a key",
    '{"byInt32":{"-0":"a"}}',
    'byInt32["-0"]',
    'expected a 32-bit integer, got "-0"',
  ],
  [
    "minus zero as an enum",
    '{"aColor":-0}',
    "aColor",
    "expected a value of everything.v1.Color, got -0",
  ],
  ["an integer with a space", '{"anInt32":" 1"}', "anInt32", 'expected a 32-bit integer, got " 1"'],
  ["an integer that is empty", '{"anInt64":""}', "anInt64", 'expected a 64-bit integer, got ""'],
  [
    "an integer in hexadecimal",
    '{"anInt32":"0x10"}',
    "anInt32",
    'expected a 32-bit integer, got "0x10"',
  ],
  ["a sign alone", '{"anInt32":"-"}', "anInt32", 'expected a 32-bit integer, got "-"'],
  ["a bool for an integer", '{"anInt32":true}', "anInt32", "expected a 32-bit integer, got true"],
  ["a double beyond all doubles", '{"aDouble":1e400}', "aDouble", "expected a number, got 1e400"],
  ["the same in quotes", '{"aDouble":"-1e400"}', "aDouble", 'expected a number, got "-1e400"'],
  [
    "a float beyond all floats",
    '{"aFloat":3.5e38}',
    "aFloat",
    "expected a number that fits a float, got 3.5e38",
  ],
  ["a word for a double", '{"aDouble":"nan"}', "aDouble", 'expected a number, got "nan"'],
  ["a bool in quotes", '{"aBool":"true"}', "aBool", 'expected true or false, got "true"'],
  ["a number for a bool", '{"aBool":1}', "aBool", "expected true or false, got 1"],
  ["a number for a string", '{"aString":1}', "aString", "expected a string, got 1"],
  ["bytes that are no base64", '{"aBytes":"$$$$"}', "aBytes", 'expected base64, got "$$$$"'],
  ["bytes with a wrong length", '{"aBytes":"A"}', "aBytes", 'expected base64, got "A"'],
  ["bytes with wrong padding", '{"aBytes":"AQ="}', "aBytes", 'expected base64, got "AQ="'],
  [
    "an unknown enum name, with the nearest",
    '{"aColor":"COLOR_RDE"}',
    "aColor",
    'expected a value of everything.v1.Color such as "COLOR_RED", got "COLOR_RDE"',
  ],
  [
    "an enum name in another case",
    '{"aColor":"color_red"}',
    "aColor",
    'expected a value of everything.v1.Color such as "COLOR_RED", got "color_red"',
  ],
  [
    "an enum number in quotes",
    '{"aColor":"1"}',
    "aColor",
    'expected a value of everything.v1.Color, got "1"',
  ],
  [
    "an enum number with a fraction",
    '{"aColor":1.5}',
    "aColor",
    "expected a value of everything.v1.Color, got 1.5",
  ],
  ["an array for a message", '{"inner":[]}', "inner", "expected an object, got an array"],
  ["an object for a list", '{"words":{}}', "words", "expected an array, got an object"],
  ["one value for a list", '{"words":"a"}', "words", 'expected an array, got "a"'],
  ["null in a list", '{"words":["a",null]}', "words[1]", "expected a value, got null"],
  ["null in a list of messages", '{"items":[null]}', "items[0]", "expected a value, got null"],
  ["null in a list of wrappers", '{"wrapped":[null]}', "wrapped[0]", "expected a value, got null"],
  ["null in a map", '{"byString":{"a":null}}', 'byString["a"]', "expected a value, got null"],
  [
    "a bad value deep inside",
    '{"items":[{},{"byInt32":{"7":5}}]}',
    'items[1].byInt32["7"]',
    "expected a string, got 5",
  ],
  [
    "a map key of the wrong kind",
    '{"byInt32":{"a":"b"}}',
    'byInt32["a"]',
    'expected a 32-bit integer as the key, got "a"',
  ],
  [
    "a map key with an exponent",
    '{"byInt32":{"1e2":"b"}}',
    'byInt32["1e2"]',
    'expected a 32-bit integer as the key, got "1e2"',
  ],
  [
    "a map key out of range",
    '{"byInt32":{"2147483648":"b"}}',
    'byInt32["2147483648"]',
    'expected a 32-bit integer, got "2147483648"',
  ],
  [
    "a map key that is no bool",
    '{"byBool":{"True":"b"}}',
    'byBool["True"]',
    'expected true or false, got "True"',
  ],
  ["a map key twice", '{"byString":{"a":"1","a":"2"}}', "byString", 'the key "a" is there twice'],
  [
    "a map key twice by two spellings",
    '{"byString":{"a":"1","\\u0061":"2"}}',
    "byString",
    'the key "a" is there twice',
  ],
  [
    "a number twice as a map key",
    '{"byInt32":{"1":"1","01":"2"}}',
    "byInt32",
    'the key "01" is there twice',
  ],
  ["a field twice", '{"anInt32":1,"anInt32":1}', "anInt32", "the field is set twice"],
  ["a field by both its names", '{"anInt32":1,"an_int32":1}', "anInt32", "the field is set twice"],
  ["a field twice, once null", '{"anInt32":null,"anInt32":1}', "anInt32", "the field is set twice"],
  [
    "two members of a oneof",
    '{"choiceText":"a","choiceNumber":1}',
    "choiceNumber",
    'another field of the oneof "choice" is set',
  ],
  [
    "two members of a oneof, one a null that is a value",
    '{"choiceText":"a","choiceNull":null}',
    "choiceNull",
    'another field of the oneof "choice" is set',
  ],
  [
    "an unknown field, with the nearest",
    '{"anInt23":1}',
    "",
    'everything.v1.Everything has no field "anInt23"; did you mean "anInt32"?',
  ],
  [
    "an unknown field far from all",
    '{"zzzzzzzz":1}',
    "",
    'everything.v1.Everything has no field "zzzzzzzz"',
  ],
  [
    "__proto__ as a field",
    '{"__proto__":{}}',
    "",
    'everything.v1.Everything has no field "__proto__"',
  ],
  [
    "constructor as a field",
    '{"constructor":1}',
    "",
    'everything.v1.Everything has no field "constructor"',
  ],
  ["null for the message", "null", "", "expected a message, got null"],
  ["an array for the message", "[]", "", "expected an object, got an array"],
  ["a string for the message", '"a"', "", 'expected an object, got "a"'],
  [
    "a Timestamp in lower case",
    '{"timestamp":"2024-01-01t00:00:00z"}',
    "timestamp",
    'expected a time such as "2024-05-17T08:30:00Z", got "2024-01-01t00:00:00z"',
  ],
  [
    "a Timestamp without a zone",
    '{"timestamp":"2024-01-01T00:00:00"}',
    "timestamp",
    'expected a time such as "2024-05-17T08:30:00Z", got "2024-01-01T00:00:00"',
  ],
  [
    "a Timestamp on a day that is not",
    '{"timestamp":"2023-02-29T00:00:00Z"}',
    "timestamp",
    'expected a time such as "2024-05-17T08:30:00Z", got "2023-02-29T00:00:00Z"',
  ],
  [
    "a Timestamp of hour 24",
    '{"timestamp":"2023-02-01T24:00:00Z"}',
    "timestamp",
    'expected a time such as "2024-05-17T08:30:00Z", got "2023-02-01T24:00:00Z"',
  ],
  [
    "a Timestamp in the year 0",
    '{"timestamp":"0000-01-01T00:00:00Z"}',
    "timestamp",
    'expected a time from year 1 to year 9999, got "0000-01-01T00:00:00Z"',
  ],
  [
    "a Timestamp that its offset takes out of year 1",
    '{"timestamp":"0001-01-01T00:00:00+00:01"}',
    "timestamp",
    'expected a time from year 1 to year 9999, got "0001-01-01T00:00:00+00:01"',
  ],
  [
    "a Timestamp with ten digits",
    '{"timestamp":"2024-01-01T00:00:00.0123456789Z"}',
    "timestamp",
    'expected a time such as "2024-05-17T08:30:00Z", got "2024-01-01T00:00:00.0123456789Z"',
  ],
  ["a Timestamp that is a number", '{"timestamp":1}', "timestamp", "expected a time, got 1"],
  [
    "a Duration too long",
    '{"duration":"315576000001s"}',
    "duration",
    'expected a duration of at most 315576000000s, got "315576000001s"',
  ],
  [
    "a Duration without its unit",
    '{"duration":"1"}',
    "duration",
    'expected a duration such as "1.5s", got "1"',
  ],
  [
    "a Duration with ten digits",
    '{"duration":"0.0123456789s"}',
    "duration",
    'expected a duration such as "1.5s", got "0.0123456789s"',
  ],
  [
    "a Duration of a sign",
    '{"duration":"-s"}',
    "duration",
    'expected a duration such as "1.5s", got "-s"',
  ],
  [
    "a FieldMask in snake_case",
    '{"mask":"foo_bar"}',
    "mask",
    'expected a field mask in lowerCamelCase, got "foo_bar"',
  ],
  [
    "a FieldMask with an empty name",
    '{"mask":"a..b"}',
    "mask",
    'expected a field mask without empty names, got "a..b"',
  ],
  [
    "a FieldMask with an empty path",
    '{"mask":"a,,b"}',
    "mask",
    'expected a field mask without empty names, got "a,,b"',
  ],
  [
    "a number that no double holds in a Value",
    '{"value":[1e400]}',
    "value[0]",
    "expected a number that fits a double, got 1e400",
  ],
  [
    "a key twice in a Struct",
    '{"struct":{"a":{"b":1,"b":2}}}',
    'struct["a"]',
    'the key "b" is there twice',
  ],
  [
    "an Any of an unknown type",
    '{"any":{"@type":"type.googleapis.com/none.Such"}}',
    "any.@type",
    'expected a type of the schema, got "type.googleapis.com/none.Such"',
  ],
  [
    "an Any without a type",
    '{"any":{"anInt32":1}}',
    "any",
    'the object has no "@type", which an Any needs',
  ],
  [
    "an Any with an empty type",
    '{"any":{"@type":""}}',
    "any.@type",
    'expected a type URL such as "type.googleapis.com/package.Message", got ""',
  ],
  [
    "an Any without a slash in its type",
    '{"any":{"@type":"google.protobuf.Empty"}}',
    "any.@type",
    'expected a type URL such as "type.googleapis.com/package.Message", got "google.protobuf.Empty"',
  ],
  [
    "an Any whose type is a number",
    '{"any":{"@type":1}}',
    "any.@type",
    "expected a type URL, got 1",
  ],
  [
    "an Any with its type twice",
    '{"any":{"@type":"a/everything.v1.Everything","@type":"a/everything.v1.Everything"}}',
    "any",
    'the key "@type" is there twice',
  ],
  [
    "an Any of a Duration without a value",
    '{"any":{"@type":"a/google.protobuf.Duration"}}',
    "any",
    'an Any of google.protobuf.Duration needs the key "value"',
  ],
  [
    "an Any of a Duration with another key",
    '{"any":{"@type":"a/google.protobuf.Duration","value":"1s","x":1}}',
    "any",
    'an Any of google.protobuf.Duration has no field "x"',
  ],
  [
    "an Any of a Duration that is wrong",
    '{"any":{"@type":"a/google.protobuf.Duration","value":"1"}}',
    "any.value",
    'expected a duration such as "1.5s", got "1"',
  ],
  [
    "an unknown field in an Any",
    '{"any":{"@type":"a/google.protobuf.Empty","x":1}}',
    "any",
    'an Any of google.protobuf.Empty has no field "x"',
  ],
  [
    "@type outside an Any",
    '{"@type":"a/everything.v1.Everything"}',
    "",
    'everything.v1.Everything has no field "@type"',
  ],
];

suite("values that are taken", () => {
  for (const [name, json, want] of good) {
    test(name, () => assert.deepEqual(readBack(everything, json), want));
  }
});

suite("values that are refused", () => {
  for (const [name, json, path, message] of bad) {
    test(name, () => {
      const problem = problemOf(everything, json);
      assert.deepEqual([problem.path, problem.message], [path, message]);
      assert.equal(problem.kind, "value");
      assert.equal(problem.conflict, false);
    });
  }
});

suite("proto2", () => {
  const rows: readonly Row[] = [
    [
      "groups, alone and repeated",
      '{"name":"a","part":{"size":1},"piece":[{"size":2},{}]}',
      { name: "a", part: { size: 1 }, piece: [{ size: 2 }, {}] },
    ],
    [
      "extensions",
      '{"name":"a","[everything.v1.stamp]":"7"}',
      { name: "a", "[everything.v1.stamp]": "7" },
    ],
    [
      "a closed enum by name and number",
      '{"name":"a","level":5,"levels":["LOW","HIGH"]}',
      { name: "a", level: "HIGH", levels: ["LOW", "HIGH"] },
    ],
  ];
  for (const [name, json, want] of rows) {
    test(`${name} are read`, () => assert.deepEqual(readBack(legacy, json), want));
  }
  const refused: readonly BadRow[] = [
    ["a missing required field", '{"level":"LOW"}', "", 'the required field "name" is missing'],
    [
      "a missing required field inside",
      '{"name":"a","child":{}}',
      "child",
      'the required field "name" is missing',
    ],
    ["null for a required field", '{"name":null}', "name", "the field is required"],
    [
      "a number that a closed enum does not have",
      '{"name":"a","level":2}',
      "level",
      "expected a value of everything.v1.Level, got 2",
    ],
    [
      "an extension of another message",
      '{"name":"a","[everything.v1.mark]":1}',
      "",
      'everything.v1.Legacy has no field "[everything.v1.mark]"; did you mean "[everything.v1.stamp]"?',
    ],
  ];
  for (const [name, json, path, message] of refused) {
    test(`${name} is refused`, () => {
      const problem = problemOf(legacy, json);
      assert.deepEqual([problem.path, problem.message], [path, message]);
    });
  }
});

suite("switches", () => {
  const ignoring = { ignoreUnknownFields: true };
  const rows: readonly Row[] = [
    [
      "unknown fields are passed over with all they hold",
      '{"x":{"a":[1,"b",{"c":null}]},"level":"LOW","y":1e400}',
      { level: "LOW" },
    ],
    ["an unknown enum name sets nothing", '{"level":"NONE"}', {}],
    [
      "an unknown enum name in a list is left out",
      '{"levels":["LOW","NONE","HIGH"]}',
      { levels: ["LOW", "HIGH"] },
    ],
    [
      "an unknown enum name in a map takes its entry away",
      '{"levelByName":{"a":"NONE","b":"LOW"}}',
      { levelByName: { b: "LOW" } },
    ],
    ["an unknown enum name leaves its oneof free", '{"one":"NONE","two":"a"}', { two: "a" }],
    ["unknown extensions are passed over", '{"[none.such]":1}', {}],
  ];
  for (const [name, json, want] of rows) {
    test(`ignore_unknown_fields: ${name}`, () => {
      assert.deepEqual(readBack(plain, json, ignoring), want);
      assert.equal(problemOf(plain, json).kind, "value");
    });
  }
  const stillBad: readonly BadRow[] = [
    ["bad JSON in an unknown field", '{"x":[1,]}', "[1]", 'expected a value, got "]"'],
    ["an unknown key twice", '{"x":1,"x":2}', "", 'the key "x" is there twice'],
    ["a key twice in an unknown field", '{"x":{"a":1,"a":2}}', "", 'the key "a" is there twice'],
    [
      "an unknown number of a closed enum",
      '{"level":2}',
      "level",
      "expected a value of everything.v1.Level, got 2",
    ],
  ];
  for (const [name, json, , message] of stillBad) {
    test(`ignore_unknown_fields: ${name} is still refused`, () => {
      assert.equal(problemOf(plain, json, ignoring).message, message);
    });
  }
  test("case_insensitive_enums: a name in any case is found", () => {
    const json = '{"levels":["low","HIGH","hIgH"]}';
    const want = { levels: ["LOW", "HIGH", "HIGH"] };
    assert.deepEqual(readBack(plain, json, { caseInsensitiveEnums: true }), want);
    assert.equal(problemOf(plain, json).path, "levels[0]");
  });
});

suite("problems", () => {
  test("a problem says where in the value and where in the text", () => {
    const json = '{\n  "items": [\n    {}, {},\n    {"é": 1, "aDouble": "abc"}\n  ]\n}';
    const problem = problemOf(everything, json, { ignoreUnknownFields: true });
    assert.equal(
      formatJsonProblem(problem),
      'items[2].aDouble: expected a number, got "abc" (line 4, column 25)',
    );
  });

  const echoes = [
    { name: "a long string", json: `{"anInt32":"${"x".repeat(5000)}"}` },
    { name: "a long number", json: `{"anInt32":${"1".repeat(5000)}}` },
    { name: "a long key", json: `{"${"x".repeat(5000)}":1}` },
    { name: "a long map key", json: `{"byString":{"${"x".repeat(5000)}":1}}` },
    { name: "a long string of quotes", json: `{"anInt32":"${'\\"'.repeat(5000)}"}` },
    { name: "a long enum name", json: `{"aColor":"${"é".repeat(5000)}"}` },
    { name: "a long type URL", json: `{"any":{"@type":"${"x".repeat(5000)}"}}` },
  ];
  for (const { name, json } of echoes) {
    test(`${name} is not repeated in full`, () => {
      const text = formatJsonProblem(problemOf(everything, json));
      assert.ok(text.length < 250, text);
    });
  }

  test("a reader is good for the next text after a problem", () => {
    assert.equal(problemOf(everything, '{"items":[{"items":[{"anInt32"').kind, "grammar");
    assert.deepEqual(readBack(everything, '{"items":[{"anInt32":1}]}'), {
      items: [{ anInt32: 1 }],
    });
  });

  test("every part of a text from its start is refused", () => {
    const texts = good.map(([, text]) => text.trim()).filter((text) => text.length < 300);
    for (const text of texts) {
      const bytes = Buffer.from(text);
      for (let size = 1; size < bytes.length; size++) {
        const result = read(everything, bytes.subarray(0, size));
        assert.ok(!(result instanceof Uint8Array), bytes.subarray(0, size).toString());
      }
    }
  });

  test("a digit string of a mebibyte is refused by its length", () => {
    for (const digits of [
      "1".repeat(1 << 20),
      `1${"0".repeat(1 << 20)}e5`,
      `0.${"1".repeat(1 << 20)}`,
    ]) {
      assert.equal(problemOf(everything, `{"anInt64":${digits}}`).path, "anInt64");
      assert.equal(problemOf(everything, `{"anInt64":"${digits}"}`).path, "anInt64");
    }
  });
});
