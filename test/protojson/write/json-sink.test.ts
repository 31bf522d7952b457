import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { JsonSink } from "../../../src/protojson/index.ts";
import { makePretty } from "../../../src/protojson/write/pretty.ts";
import { writeText } from "../../../src/protojson/write/text.ts";

function textOf(sink: JsonSink): string {
  return Buffer.from(sink.view()).toString();
}

suite("JSON sink", () => {
  test("grows and keeps what it has", () => {
    const sink = new JsonSink();
    for (let i = 0; i < 5_000; i++) sink.ascii("0123456789");
    assert.equal(textOf(sink), "0123456789".repeat(5_000));
  });

  test("begins anew after reset, with bytes that were handed out unchanged", () => {
    const sink = new JsonSink();
    sink.ascii("first");
    const first = sink.bytes();
    sink.reset();
    sink.ascii("other");
    assert.equal(Buffer.from(first).toString(), "first");
    assert.equal(textOf(sink), "other");
  });

  test("gives back a large buffer at reset", () => {
    const sink = new JsonSink();
    sink.reserve(8_000_000);
    sink.reset();
    assert.ok(sink.buffer.length <= 1_048_576);
  });
});

suite("text", () => {
  test("is what JSON.stringify writes, for every byte at every place, short and long", () => {
    const sink = new JsonSink();
    for (const length of [1, 4, 7, 30, 300]) {
      for (let code = 0; code < 0x110000; code += code < 0x900 ? 1 : 4_099) {
        if (code >= 0xd800 && code <= 0xdfff) continue;
        const place = code % length;
        const text = "a".repeat(place) + String.fromCodePoint(code) + "a".repeat(length - place);
        const bytes = new TextEncoder().encode(text);
        sink.reset();
        assert.ok(writeText(sink, bytes, 0, bytes.length));
        assert.equal(textOf(sink), JSON.stringify(text));
        sink.reset();
        assert.ok(writeText(sink, bytes, 0, bytes.length, new DataView(bytes.buffer)));
        assert.equal(textOf(sink), JSON.stringify(text));
      }
    }
  });
});

suite("pretty", () => {
  const rows: readonly { name: string; value: unknown }[] = [
    { name: "empty object", value: {} },
    { name: "empty list", value: [] },
    { name: "a scalar", value: "a" },
    { name: "nested", value: { a: [1, { b: {} }, [], [[2]]], c: null } },
    { name: "marks inside strings", value: { "{[,:]}": '"\\",{}[]:' } },
  ];
  for (const row of rows) {
    test(`is what JSON.stringify indents by two: ${row.name}`, () => {
      const sink = new JsonSink();
      sink.ascii("before");
      sink.ascii(JSON.stringify(row.value));
      makePretty(sink, 6);
      assert.equal(textOf(sink), `before${JSON.stringify(row.value, null, 2)}`);
    });
  }
});
