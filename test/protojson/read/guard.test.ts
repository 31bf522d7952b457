// A body field that the path has bound must be absent or equal (transcoding.md §2).
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { suite, test } from "node:test";
import { type DescMessage, fromBinary, toJson } from "@bufbuild/protobuf";
import {
  compileGuard,
  compileTextField,
  createJsonReaders,
  type JsonProblem,
  WireWriter,
} from "../../../src/protojson/index.ts";
import { everything, legacy, pathOf, registry } from "./schema.ts";

const options = { ignoreUnknownFields: false, caseInsensitiveEnums: false, maxDepth: 100 };
type Bound = Readonly<Record<string, string>>;

/** Reads a body of a request whose path has bound `bound`, into the same message. */
function bind(
  desc: DescMessage,
  bound: Bound,
  json: string,
  bodyField?: string,
): JsonProblem | unknown {
  const paths = Object.keys(bound).map((dotted) => pathOf(desc, dotted));
  const out = new WireWriter();
  out.reset(5);
  const values = paths.map((path, i) => {
    const start = out.position;
    const problem = compileTextField(path, registry, options).write(
      Object.values(bound)[i] ?? "",
      out,
    );
    assert.equal(problem, undefined);
    return out.slice(start, out.position);
  });
  const readers = createJsonReaders(registry);
  const [field] = bodyField === undefined ? [] : pathOf(desc, bodyField);
  const reader = field === undefined ? readers.message(desc) : readers.field(field);
  const problem = reader.read(Buffer.from(json), out, compileGuard(paths), values);
  return problem ?? toJson(desc, fromBinary(desc, out.finish().subarray(5)), { registry });
}

suite("guard", () => {
  const good: readonly [name: string, bound: Bound, json: string, want: unknown][] = [
    [
      "an absent field is the path's",
      { a_string: "a" },
      '{"anInt32":1}',
      { aString: "a", anInt32: 1 },
    ],
    ["an equal field is taken", { a_string: "a" }, '{"aString":"a"}', { aString: "a" }],
    [
      "an equal field by its proto name is taken",
      { a_string: "a" },
      '{"a_string":"\\u0061"}',
      { aString: "a" },
    ],
    ["null is absent", { a_string: "a" }, '{"aString":null}', { aString: "a" }],
    [
      "a number is equal however it is written",
      { an_int64: "100" },
      '{"anInt64":"1e2"}',
      { anInt64: "100" },
    ],
    [
      "an enum is equal by name and by number",
      { a_color: "1" },
      '{"aColor":"COLOR_RED"}',
      { aColor: "COLOR_RED" },
    ],
    ["a default is equal", { an_int32: "0" }, '{"anInt32":0}', {}],
    [
      "a Timestamp is equal in any zone",
      { timestamp: "2024-01-01T01:00:00+01:00" },
      '{"timestamp":"2024-01-01T00:00:00Z"}',
      { timestamp: "2024-01-01T00:00:00Z" },
    ],
    ["a wrapper is equal", { string_value: "a" }, '{"stringValue":"a"}', { stringValue: "a" }],
    [
      "a field inside a message is merged",
      { "inner.a_string": "a" },
      '{"inner":{"anInt32":1}}',
      { inner: { aString: "a", anInt32: 1 } },
    ],
    [
      "an equal field inside a message is taken",
      { "inner.a_string": "a" },
      '{"inner":{"aString":"a","anInt32":1}}',
      { inner: { aString: "a", anInt32: 1 } },
    ],
    [
      "two fields of one message are both looked at",
      { "inner.a_string": "a", "inner.inner.an_int32": "5" },
      '{"inner":{"aString":"a","inner":{"anInt32":5}}}',
      { inner: { aString: "a", inner: { anInt32: 5 } } },
    ],
    [
      "a field of the same name elsewhere is free",
      { "inner.a_string": "a" },
      '{"aString":"b","inner":{"inner":{"aString":"c"}},"items":[{"aString":"d"}]}',
      { aString: "b", inner: { aString: "a", inner: { aString: "c" } }, items: [{ aString: "d" }] },
    ],
    [
      "the same member of a oneof is taken",
      { choice_text: "a" },
      '{"choiceText":"a"}',
      { choiceText: "a" },
    ],
  ];
  for (const [name, bound, json, want] of good) {
    test(name, () => assert.deepEqual(bind(everything, bound, json), want));
  }

  const bad: readonly [name: string, bound: Bound, json: string, path: string, message: RegExp][] =
    [
      ["another value", { a_string: "a" }, '{"aString":"b"}', "aString", /differs from the path/],
      [
        "another value by the proto name",
        { a_string: "a" },
        '{"a_string":"b"}',
        "aString",
        /differs from the path/,
      ],
      [
        "the default where the path has a value",
        { an_int32: "1" },
        '{"anInt32":0}',
        "anInt32",
        /differs from the path/,
      ],
      [
        "another value inside a message",
        { "inner.a_string": "a" },
        '{"inner":{"aString":"ab"}}',
        "inner.aString",
        /differs from the path/,
      ],
      [
        "a value of another length inside a long message",
        { "inner.inner.a_string": "x".repeat(200) },
        '{"inner":{"inner":{"aString":"x"}}}',
        "inner.inner.aString",
        /differs from the path/,
      ],
      [
        "another member of the oneof",
        { choice_text: "a" },
        '{"choiceNumber":1}',
        "choiceNumber",
        /another field of the oneof "choice"/,
      ],
      [
        "another member of a oneof that leads to the field",
        { "choice_item.a_string": "a" },
        '{"choiceNumber":1}',
        "choiceNumber",
        /another field of the oneof "choice"/,
      ],
      [
        "a whole message that is a string in JSON",
        { "timestamp.nanos": "1" },
        '{"timestamp":"2024-01-01T00:00:00Z"}',
        "timestamp",
        /differs from the path/,
      ],
    ];
  for (const [name, bound, json, path, message] of bad) {
    test(`${name} is a conflict`, () => {
      const problem = bind(everything, bound, json) as JsonProblem;
      assert.equal(problem.path, path);
      assert.match(problem.message, message);
      assert.deepEqual([problem.kind, problem.conflict], ["value", true]);
    });
  }

  test("a body that is one field is guarded from the message that has it", () => {
    const bound = { "inner.a_string": "a" };
    assert.deepEqual(bind(everything, bound, '{"anInt32":1}', "inner"), {
      inner: { aString: "a", anInt32: 1 },
    });
    const problem = bind(everything, bound, '{"aString":"b"}', "inner") as JsonProblem;
    assert.deepEqual([problem.path, problem.conflict], ["inner.aString", true]);
  });

  test("a required field that the path has bound need not be in the body", () => {
    assert.deepEqual(bind(legacy, { name: "a" }, '{"level":"LOW"}'), { name: "a", level: "LOW" });
  });

  test("a field in a group is compared without its tags", () => {
    const bound = { name: "a", "part.size": "3" };
    assert.deepEqual(bind(legacy, bound, '{"part":{"size":3}}'), { name: "a", part: { size: 3 } });
    const problem = bind(legacy, bound, '{"part":{"size":4}}') as JsonProblem;
    assert.equal(problem.conflict, true);
  });

  test("a path that is not bound this time guards nothing", () => {
    const guard = compileGuard([pathOf(everything, "a_string")]);
    const reader = createJsonReaders(registry).message(everything);
    assert.equal(
      reader.read(Buffer.from('{"aString":"b"}'), new WireWriter(), guard, []),
      undefined,
    );
  });
});

suite("a body that is one field", () => {
  const rows: readonly [field: string, json: string, want: unknown][] = [
    ["words", '["a","b"]', { words: ["a", "b"] }],
    ["numbers", "[1,2]", { numbers: [1, 2] }],
    ["by_string", '{"a":"b"}', { byString: { a: "b" } }],
    ["an_int32", "5", { anInt32: 5 }],
    ["a_string", '"a"', { aString: "a" }],
    ["a_color", '"COLOR_RED"', { aColor: "COLOR_RED" }],
    ["inner", '{"anInt32":1}', { inner: { anInt32: 1 } }],
    ["timestamp", '"2024-01-01T00:00:00Z"', { timestamp: "2024-01-01T00:00:00Z" }],
    ["value", "null", { value: null }],
    ["inner", "null", {}],
    ["inner", "", {}],
  ];
  for (const [field, json, want] of rows) {
    test(`${field} takes ${json === "" ? "no text" : json}`, () => {
      assert.deepEqual(bind(everything, {}, json, field), want);
    });
  }

  test("its problems begin with the name of the field", () => {
    const problem = bind(everything, {}, '["a",1]', "words") as JsonProblem;
    assert.deepEqual([problem.path, problem.message], ["words[1]", "expected a string, got 1"]);
  });
});

suite("wire writer", () => {
  test("headroom is kept in front and finish gives bytes that later writing leaves alone", () => {
    const out = new WireWriter();
    out.reset(5);
    out.varint32(300);
    const first = out.finish();
    out.reset(0);
    out.fixed32(0x01020304);
    assert.deepEqual([...first.subarray(5)], [0xac, 0x02]);
    assert.deepEqual([...out.finish()], [4, 3, 2, 1]);
  });

  test("a message of a mebibyte is handed over whole", () => {
    const out = new WireWriter();
    out.reset(1);
    out.bytes(Buffer.alloc(1 << 20, 7));
    const whole = out.finish();
    out.reset(0);
    out.bytes(Buffer.alloc(100, 1));
    assert.equal(whole.length, (1 << 20) + 1);
    assert.ok(whole.subarray(1).every((byte) => byte === 7));
  });

  const lengths = [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152];
  for (const length of lengths) {
    test(`a length of ${length} is filled in whatever was reserved for it`, () => {
      for (const reserved of [1, 2, 3, 4]) {
        const out = new WireWriter();
        out.reset(0);
        const at = out.openLength(reserved);
        out.bytes(Buffer.alloc(length, 9));
        out.closeLength(at, reserved);
        const want = new WireWriter();
        want.reset(0);
        want.varint32(length);
        want.bytes(Buffer.alloc(length, 9));
        assert.ok(Buffer.from(out.finish()).equals(Buffer.from(want.finish())));
      }
    });
  }
});
