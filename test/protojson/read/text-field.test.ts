// Values of paths, queries and forms (transcoding.md §1 and §2).
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import {
  compileTextField,
  compileTextMapEntry,
  isTextBindable,
  WireWriter,
} from "../../../src/protojson/index.ts";
import { everything, legacy, pathOf, registry } from "./schema.ts";

const options = { ignoreUnknownFields: false, caseInsensitiveEnums: false, maxDepth: 100 };

function write(dotted: string, ...texts: readonly string[]): unknown {
  const out = new WireWriter();
  out.reset(0);
  const field = compileTextField(pathOf(everything, dotted), registry, options);
  for (const text of texts) assert.equal(field.write(text, out), undefined);
  return toJson(everything, fromBinary(everything, out.finish()), { registry });
}

function refusal(dotted: string, text: string): string | undefined {
  const field = compileTextField(pathOf(everything, dotted), registry, options);
  return field.write(text, new WireWriter());
}

suite("text fields", () => {
  const rows: readonly [name: string, path: string, texts: readonly string[], want: unknown][] = [
    ["an int32", "an_int32", ["-5"], { anInt32: -5 }],
    ["an int32 with an exponent", "an_int32", ["1e3"], { anInt32: 1000 }],
    ["a 64-bit integer exactly", "an_int64", ["9007199254740993"], { anInt64: "9007199254740993" }],
    [
      "a uint64 at its end",
      "a_uint64",
      ["18446744073709551615"],
      { aUint64: "18446744073709551615" },
    ],
    ["a fixed64", "a_fixed64", ["7"], { aFixed64: "7" }],
    ["a double", "a_double", ["-1.5e3"], { aDouble: -1500 }],
    ["a double that is a word", "a_double", ["Infinity"], { aDouble: "Infinity" }],
    ["a float", "a_float", ["0.5"], { aFloat: 0.5 }],
    ["a bool", "a_bool", ["true"], { aBool: true }],
    ["a false bool with presence", "bool_value", ["false"], { boolValue: false }],
    ["a string as it is", "a_string", ['a "b" \\n é😀'], { aString: 'a "b" \\n é😀' }],
    ["an empty string", "string_value", [""], { stringValue: "" }],
    ["a long string", "a_string", ["x".repeat(9000)], { aString: "x".repeat(9000) }],
    ["bytes in URL-safe base64", "a_bytes", ["-_8"], { aBytes: "+/8=" }],
    ["bytes in standard base64", "a_bytes", ["+/8="], { aBytes: "+/8=" }],
    ["an enum by name", "a_color", ["COLOR_RED"], { aColor: "COLOR_RED" }],
    ["an enum by number", "a_color", ["-2"], { aColor: "COLOR_BLUE" }],
    ["an open enum by a number it does not name", "a_color", ["9"], { aColor: 9 }],
    [
      "a Timestamp",
      "timestamp",
      ["2024-01-01T00:00:00+01:00"],
      { timestamp: "2023-12-31T23:00:00Z" },
    ],
    ["a Duration", "duration", ["1.5s"], { duration: "1.500s" }],
    ["a FieldMask in camelCase", "mask", ["fooBar,baz"], { mask: "fooBar,baz" }],
    ["a FieldMask in proto names", "mask", ["foo_bar,baz.qux_x"], { mask: "fooBar,baz.quxX" }],
    ["the wrappers of numbers", "int64_value", ["12"], { int64Value: "12" }],
    [
      "a field inside messages",
      "inner.inner.a_string",
      ["a"],
      { inner: { inner: { aString: "a" } } },
    ],
    [
      "a long field inside messages",
      "inner.inner.a_string",
      ["x".repeat(126)],
      { inner: { inner: { aString: "x".repeat(126) } } },
    ],
    ["elements of a packed list", "numbers", ["1", "2"], { numbers: [1, 2] }],
    ["elements of a list", "words", ["a", "b"], { words: ["a", "b"] }],
    [
      "elements of a list of wrappers inside",
      "inner.wrapped",
      ["1", "2"],
      { inner: { wrapped: ["1", "2"] } },
    ],
  ];
  for (const [name, path, texts, want] of rows) {
    test(`${name} is written`, () => assert.deepEqual(write(path, ...texts), want));
  }

  const refused: readonly [path: string, text: string, message: string][] = [
    ["an_int32", "abc", 'expected a 32-bit integer, got "abc"'],
    ["an_int32", "", 'expected a 32-bit integer, got ""'],
    ["an_int32", "2147483648", 'expected a 32-bit integer, got "2147483648"'],
    ["a_double", "1e999", 'expected a number, got "1e999"'],
    ["a_bool", "1", 'expected true or false, got "1"'],
    ["a_bool", "TRUE", 'expected true or false, got "TRUE"'],
    ["a_bytes", "?", 'expected base64, got "?"'],
    ["a_color", "RED", 'expected a value of everything.v1.Color, got "RED"'],
    ["a_color", "99999999999", 'expected a value of everything.v1.Color, got "99999999999"'],
    ["timestamp", "today", 'expected a time such as "2024-05-17T08:30:00Z", got "today"'],
    ["inner.duration", "5", 'expected a duration such as "1.5s", got "5"'],
    ["mask", "a,", 'expected a field mask without empty names, got "a,"'],
  ];
  for (const [path, text, message] of refused) {
    test(`${path}=${text} is refused`, () => assert.equal(refusal(path, text), message));
  }

  test("case does not count for enums when the switch says so", () => {
    const path = pathOf(everything, "a_color");
    const field = compileTextField(path, registry, { ...options, caseInsensitiveEnums: true });
    assert.equal(field.write("color_red", new WireWriter()), undefined);
  });

  test("a group on the way is written as a group", () => {
    const out = new WireWriter();
    const name = compileTextField(pathOf(legacy, "name"), registry, options);
    const size = compileTextField(pathOf(legacy, "part.size"), registry, options);
    assert.equal(name.write("a", out) ?? size.write("3", out), undefined);
    assert.deepEqual(toJson(legacy, fromBinary(legacy, out.finish())), {
      name: "a",
      part: { size: 3 },
    });
  });

  test("a closed enum takes its own numbers only", () => {
    const field = compileTextField(pathOf(legacy, "level"), registry, options);
    assert.equal(field.write("5", new WireWriter()), undefined);
    assert.match(
      field.write("2", new WireWriter()) ?? "",
      /expected a value of everything.v1.Level/,
    );
  });

  const bindable: readonly [field: string, want: boolean][] = [
    ["an_int32", true],
    ["a_color", true],
    ["words", true],
    ["timestamp", true],
    ["mask", true],
    ["bool_value", true],
    ["by_string", true],
    ["inner", false],
    ["items", false],
    ["item_by_string", false],
    ["struct", false],
    ["value", false],
    ["any", false],
    ["empty", false],
  ];
  for (const [name, want] of bindable) {
    test(`${name} ${want ? "has" : "has no"} form as text`, () => {
      const [field] = pathOf(everything, name);
      assert.equal(field !== undefined && isTextBindable(field), want);
    });
  }
});

suite("text map entries", () => {
  const rows: readonly [path: string, key: string, value: string, want: unknown][] = [
    ["by_string", "a b", "c", { byString: { "a b": "c" } }],
    ["by_int32", "-7", "c", { byInt32: { "-7": "c" } }],
    ["by_bool", "true", "c", { byBool: { true: "c" } }],
    ["by_fixed32", "1", "-2", { byFixed32: { "1": "-2" } }],
    ["color_by_string", "k", "COLOR_RED", { colorByString: { k: "COLOR_RED" } }],
    ["inner.by_string", "k", "v", { inner: { byString: { k: "v" } } }],
  ];
  for (const [path, key, value, want] of rows) {
    test(`${path}[${key}]=${value} is written`, () => {
      const out = new WireWriter();
      const entry = compileTextMapEntry(pathOf(everything, path), registry, options);
      assert.equal(entry.write(key, value, out), undefined);
      assert.deepEqual(toJson(everything, fromBinary(everything, out.finish())), want);
    });
  }

  test("a bad key and a bad value are told apart", () => {
    const entry = compileTextMapEntry(pathOf(everything, "by_fixed32"), registry, options);
    const out = new WireWriter();
    assert.match(entry.write("x", "1", out) ?? "", /as the key, got "x"/);
    assert.match(entry.write("1", "y", out) ?? "", /expected a 64-bit integer, got "y"/);
  });
});
