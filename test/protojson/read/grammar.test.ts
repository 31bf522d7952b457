// RFC 8259: JSONTestSuite decides, read into google.protobuf.Value, which takes any JSON.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { createRegistry, fromBinary, toJson } from "@bufbuild/protobuf";
import { file_google_protobuf_struct, ValueSchema } from "@bufbuild/protobuf/wkt";
import { createJsonReaders, type JsonProblem, WireWriter } from "../../../src/protojson/index.ts";

const reader = createJsonReaders(createRegistry(file_google_protobuf_struct), {
  maxDepth: 100,
}).message(ValueSchema);
const out = new WireWriter();

function read(json: Uint8Array): JsonProblem | Uint8Array {
  out.reset();
  return reader.read(json, out) ?? out.finish();
}

function problemOf(json: string | Uint8Array): JsonProblem {
  const result = read(typeof json === "string" ? Buffer.from(json) : json);
  assert.ok(!(result instanceof Uint8Array), "the text was accepted");
  return result;
}

// ProtoJSON is stricter than the suite here.
const refusedAll: ReadonlyMap<string, RegExp> = new Map([
  ["y_object_duplicated_key.json", /the key "a" is there twice/],
  ["y_object_duplicated_key_and_value.json", /the key "a" is there twice/],
]);
// An empty body is the empty message (transcoding.md §2).
const acceptedAll: ReadonlySet<string> = new Set([
  "n_structure_no_data.json",
  "n_structure_UTF8_BOM_no_data.json",
]);

suite("JSONTestSuite", () => {
  const folder = path.join(import.meta.dirname, "..", "vectors", "json-test-suite");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  assert.ok(names.length > 300);
  for (const name of names) {
    const json = readFileSync(path.join(folder, name));
    const reason = refusedAll.get(name);
    if (reason !== undefined) test(name, () => assert.match(problemOf(json).message, reason));
    else if (acceptedAll.has(name)) test(name, () => assert.ok(read(json) instanceof Uint8Array));
    else if (name.startsWith("y_")) {
      test(name, () => {
        const wire = read(json);
        assert.ok(wire instanceof Uint8Array, JSON.stringify(wire));
        const want: unknown = JSON.parse(json.toString());
        // -0 and 0 are one number in JSON.
        const got: unknown = JSON.parse(
          JSON.stringify(toJson(ValueSchema, fromBinary(ValueSchema, wire))),
        );
        assert.deepEqual(got, JSON.parse(JSON.stringify(want)));
      });
    } else if (name.startsWith("n_")) {
      test(name, () => assert.equal(problemOf(json).kind, "grammar"));
    } else test(name, () => assert.doesNotThrow(() => read(json)));
  }
});

suite("JSON grammar", () => {
  const rows: readonly {
    name: string;
    json: string | Uint8Array;
    message: string;
    at: [number, number];
  }[] = [
    {
      name: "a trailing comma in an object",
      json: '{"a":1,}',
      message: 'expected a key in quotes, got "}"',
      at: [1, 8],
    },
    {
      name: "a trailing comma in an array",
      json: "[1,\n]",
      message: 'expected a value, got "]"',
      at: [2, 1],
    },
    {
      name: "a comment",
      json: "[1] // x",
      message: 'expected the end of the text, got "/"',
      at: [1, 5],
    },
    {
      name: "two documents",
      json: "{}{}",
      message: 'expected the end of the text, got "{"',
      at: [1, 3],
    },
    { name: "a NaN token", json: "NaN", message: 'expected a value, got "N"', at: [1, 1] },
    { name: "single quotes", json: "'a'", message: `expected a value, got "'"`, at: [1, 1] },
    { name: "a leading zero", json: "[01]", message: "a number has no leading zeros", at: [1, 2] },
    { name: "a bare minus", json: "[-]", message: 'expected a digit, got "]"', at: [1, 3] },
    {
      name: "a point without digits",
      json: "1.",
      message: "expected a digit after the point, got the end of the text",
      at: [1, 3],
    },
    {
      name: "an exponent without digits",
      json: "1e+",
      message: "expected a digit in the exponent, got the end of the text",
      at: [1, 4],
    },
    {
      name: "a line feed in a string",
      json: '"a\nb"',
      message: 'the control character "\\n" must be escaped in a string',
      at: [1, 3],
    },
    {
      name: "a string without end",
      json: '["é',
      message: "the string has no closing quote",
      at: [1, 4],
    },
    {
      name: "a string that ends in a backslash",
      json: '"\\',
      message: "the string has no closing quote",
      at: [1, 3],
    },
    {
      name: "an unknown escape",
      json: '"\\q"',
      message: "the string has an escape that JSON does not know",
      at: [1, 2],
    },
    {
      name: "a short \\u escape",
      json: '"\\u12"',
      message: "\\u is not followed by four hexadecimal digits",
      at: [1, 2],
    },
    {
      name: "a lone high surrogate",
      json: '"\\ud800"',
      message: "\\u escapes half a surrogate pair",
      at: [1, 2],
    },
    {
      name: "a lone low surrogate",
      json: '"\\udc00"',
      message: "\\u escapes half a surrogate pair",
      at: [1, 2],
    },
    {
      name: "a high surrogate before an ordinary character",
      json: '"\\ud800\\u0041"',
      message: "\\u escapes half a surrogate pair",
      at: [1, 2],
    },
    {
      name: "a surrogate that is UTF-8 itself",
      json: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
      message: "the text is not UTF-8",
      at: [1, 2],
    },
    {
      name: "an overlong character after others",
      json: Buffer.from([0x22, 0xc3, 0xa9, 0x0a, 0xc0, 0x80]),
      message: "the text is not UTF-8",
      at: [2, 1],
    },
    {
      name: "half a character at the end",
      json: Buffer.from([0x22, 0xe2, 0x82]),
      message: "the text is not UTF-8",
      at: [1, 2],
    },
    {
      name: "UTF-16",
      json: Buffer.from("{}", "utf16le"),
      message: 'expected a key in quotes, got "\\u0000"',
      at: [1, 2],
    },
    {
      name: "white space alone",
      json: " \n",
      message: "expected a value, got the end of the text",
      at: [2, 1],
    },
    {
      name: "a missing colon",
      json: '{"a" 1}',
      message: 'expected ":" after the key, got "1"',
      at: [1, 6],
    },
    { name: "a missing comma", json: "[1 2]", message: 'expected "," or "]", got "2"', at: [1, 4] },
    { name: "a word cut short", json: "[tru]", message: 'expected a value, got "t"', at: [1, 2] },
  ];
  for (const row of rows) {
    test(`${row.name} is refused where it stands`, () => {
      const problem = problemOf(row.json);
      assert.equal(problem.message, row.message);
      assert.deepEqual([problem.line, problem.column], row.at);
      assert.equal(problem.kind, "grammar");
    });
  }

  test("a byte order mark is passed over and not counted", () => {
    assert.ok(read(Buffer.from("\ufeff{}")) instanceof Uint8Array);
    assert.deepEqual(problemOf("\ufeff[}").column, 2);
    assert.ok(read(Buffer.from("\ufeff")) instanceof Uint8Array);
  });

  test("every escape is decoded", () => {
    const wire = read(Buffer.from('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00"'));
    assert.ok(wire instanceof Uint8Array);
    assert.equal(toJson(ValueSchema, fromBinary(ValueSchema, wire)), '"\\/\b\f\n\r\té€😀');
  });

  test("depth is bounded: 100 levels are read and 101 are not, in arrays and objects", () => {
    const arrays = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    for (const nest of [arrays, objects]) {
      assert.ok(read(Buffer.from(nest(100))) instanceof Uint8Array);
      assert.equal(problemOf(nest(101)).message, "nested deeper than 100 levels");
    }
  });

  test("a mebibyte of brackets is refused at the depth limit", () => {
    const problem = problemOf("[".repeat(1024 * 1024));
    assert.equal(problem.offset, 100);
  });

  test("a bound on keys holds for objects", () => {
    const few = createJsonReaders(createRegistry(file_google_protobuf_struct), {
      maxKeysPerObject: 2,
    }).message(ValueSchema);
    out.reset();
    assert.equal(few.read(Buffer.from('{"a":1,"b":2}'), out), undefined);
    const problem = few.read(Buffer.from('{"a":1,"b":2,"c":3}'), out);
    assert.equal(problem?.message, "the object has more than 2 keys");
  });

  test("without a bound of one's own it is a thousand", () => {
    const keys = Array.from({ length: 1001 }, (_, i) => `"${i}":${i}`);
    assert.ok(read(Buffer.from(`{${keys.slice(1).join(",")}}`)) instanceof Uint8Array);
    assert.equal(problemOf(`{${keys.join(",")}}`).message, "the object has more than 1000 keys");
  });

  test("ten thousand keys are told apart and a repeated one among them is found", () => {
    const keys = Array.from({ length: 10_000 }, (_, i) => `"${i * 7}":${i}`);
    const many = createJsonReaders(createRegistry(file_google_protobuf_struct), {
      maxKeysPerObject: 20_000,
    }).message(ValueSchema);
    out.reset();
    assert.equal(many.read(Buffer.from(`{${keys.join(",")}}`), out), undefined);
    assert.equal(
      Object.keys(toJson(ValueSchema, fromBinary(ValueSchema, out.finish())) as object).length,
      10_000,
    );
    out.reset();
    const problem = many.read(Buffer.from(`{${keys.join(",")},"\\u0037":1}`), out);
    assert.equal(problem?.message, 'the key "7" is there twice');
  });
});
