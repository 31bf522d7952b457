// What hostile bytes can cost: bounded work, bounded depth, no throw (faults J-01, J-23).
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type DescMessage, fromBinary, toJsonString } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { comparable, writeOurs } from "./oracle.ts";
import { hex, loadKinds, messageOf } from "./schemas.ts";

const registry = await loadKinds();
const kinds = messageOf(registry, "kinds.v1.Kinds");
const legacy = messageOf(registry, "kinds.legacy.Legacy");
const tooDeep = "nested too deeply";

/** `content` inside `levels` messages of field `number`; `behind` follows each of them. */
function nest(number: number, levels: number, content: Uint8Array, behind = hex("")): Uint8Array {
  let bytes = content;
  for (let i = 0; i < levels; i++) {
    bytes = new BinaryWriter()
      .tag(number, WireType.LengthDelimited)
      .bytes(bytes)
      .raw(behind)
      .finish();
  }
  return bytes;
}

function repeat(pattern: string, count: number): Uint8Array {
  const one = hex(pattern);
  const bytes = new Uint8Array(one.length * count);
  for (let i = 0; i < count; i++) bytes.set(one, i * one.length);
  return bytes;
}

function assertTooDeep(desc: DescMessage, wire: Uint8Array): void {
  const written = writeOurs(registry, desc, wire);
  const reason = written.kind === "refused" ? written.reason : "";
  assert.ok(reason.endsWith(`: ${tooDeep}`), reason);
}

suite("depth", () => {
  test("a hundred messages inside each other are written, a hundred and one are refused", () => {
    const inside = nest(17, 99, hex("08 01"));
    const written = writeOurs(registry, kinds, inside);
    assert.equal(written.kind === "text" && written.text.split("inner").length, 100);
    assertTooDeep(kinds, nest(17, 100, hex("08 01")));
  });

  test("the limit holds in lists, maps, Struct, Any and pieces that are merged", () => {
    assertTooDeep(kinds, nest(23, 100, hex("")));
    let map = hex("");
    for (let i = 0; i < 100; i++) map = nest(32, 1, nest(2, 1, map));
    assertTooDeep(kinds, map);
    let list = hex("2001");
    for (let i = 0; i < 50; i++) list = nest(6, 1, nest(1, 1, list));
    assertTooDeep(kinds, nest(55, 1, list));
    const merged = nest(17, 100, hex(""), hex("8a0100"));
    assertTooDeep(kinds, merged);
    const url = new TextEncoder().encode("/google.protobuf.Any");
    let any = hex("");
    for (let i = 0; i < 100; i++) {
      any = new BinaryWriter().tag(1, 2).bytes(url).tag(2, 2).bytes(any).finish();
    }
    assertTooDeep(messageOf(registry, "google.protobuf.Any"), any);
  });

  test("a hundred thousand groups are refused, known and unknown", () => {
    assertTooDeep(legacy, repeat("3b", 100_000));
    assertTooDeep(legacy, repeat("bb06", 100_000));
    assertTooDeep(kinds, repeat("bb06", 100_000));
  });
});

suite("volume", () => {
  test("a megabyte of unknown fields is dropped", () => {
    for (const pattern of ["b806 01", "ba06 04 61616161", "bd06 01020304", "bb06 bc06"]) {
      const wire = repeat(pattern, Math.floor(1_048_576 / hex(pattern).length));
      assert.deepEqual(writeOurs(registry, kinds, wire), { kind: "text", text: "{}" });
    }
  });

  test("a surprise on each of a hundred levels does not multiply the work", () => {
    // Each level finds out behind its sub-message that it has to begin again: twice the work a level would be
    // 2^99 times the work in all.
    const wire = nest(17, 99, hex("08 01"), hex("08 01"));
    const written = writeOurs(registry, kinds, wire);
    assert.equal(written.kind === "text" && written.text.split("inner").length, 100);
  });

  test("a megabyte in pieces on a hundred levels is merged", () => {
    const content = new BinaryWriter().tag(14, 2).string("x".repeat(1_000_000)).finish();
    const wire = nest(17, 99, content, hex("8a01 02 08 01"));
    const written = writeOurs(registry, kinds, wire);
    assert.equal(
      written.kind === "text" && comparable(written.text),
      comparable(toJsonString(kinds, fromBinary(kinds, wire))),
    );
  });

  test("maps of many keys, and of one key many times", () => {
    const many = new BinaryWriter();
    const same = new BinaryWriter();
    for (let i = 0; i < 5_000; i++) {
      const key = new TextEncoder().encode(`k${i}`);
      many.tag(31, 2).bytes(new BinaryWriter().tag(1, 2).bytes(key).tag(2, 2).string("v").finish());
      const entry = new BinaryWriter().tag(1, 2).string("a").tag(2, 2).string(`${i}`).finish();
      same.tag(31, 2).bytes(entry);
    }
    const written = writeOurs(registry, kinds, many.finish());
    assert.equal(written.kind === "text" && written.text.split(":").length, 5_002);
    assert.deepEqual(writeOurs(registry, kinds, same.finish()), {
      kind: "text",
      text: '{"byText":{"a":"4999"}}',
    });
  });

  test("a repeated key behind many others is found", () => {
    const writer = new BinaryWriter();
    for (let i = 0; i <= 40; i++) {
      const entry = new BinaryWriter()
        .tag(1, 2)
        .string(`k${i % 40}`)
        .tag(2, 2)
        .string(`${i}`);
      writer.tag(31, 2).bytes(entry.finish());
    }
    const written = writeOurs(registry, kinds, writer.finish());
    assert.equal(
      written.kind === "text" && written.text.startsWith('{"byText":{"k0":"40","k1":"1",'),
      true,
    );
  });
});
