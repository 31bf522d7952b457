import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { EnvelopeReader, isWholeEnvelope } from "../../src/upstream/envelope-reader.ts";
import { envelope } from "./setup.ts";

/** All that the reader gives for `chunks`, in order. */
function readAll(reader: EnvelopeReader, chunks: readonly Uint8Array[]): (string | Buffer)[] {
  const given: (string | Buffer)[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      if (typeof next === "string") return [...given, next];
      given.push(Buffer.from(next));
    }
  }
  return given;
}

/** `bytes` cut at the given places. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  sorted.sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

suite("envelope reader", () => {
  test("gives the same envelopes however the bytes are cut", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 40 }), (list, places) => {
        const envelopes = list.map((message) => envelope(message));
        const reader = new EnvelopeReader(300);
        const given = readAll(reader, cutAt(Buffer.concat(envelopes), places));
        assert.deepEqual(given, envelopes);
        assert.equal(reader.isInsideEnvelope, false);
      }),
    );
  });

  test("says so when bytes are left that are no whole envelope", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(), (message, place) => {
        const whole = envelope(message);
        const length = 1 + (place % (whole.length - 1));
        const reader = new EnvelopeReader(50);
        assert.deepEqual(readAll(reader, [whole.subarray(0, length)]), []);
        assert.equal(reader.isInsideEnvelope, true);
      }),
    );
  });

  test("any bytes at all are envelopes, a problem or too few", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat()), (bytes, places) => {
        const buffer = Buffer.from(bytes);
        const cut = readAll(new EnvelopeReader(64), cutAt(buffer, places));
        assert.deepEqual(cut, readAll(new EnvelopeReader(64), [buffer]));
        for (const each of cut) {
          if (typeof each !== "string") assert.ok(each.length <= 69);
        }
      }),
    );
  });

  test("a large message that comes in small pieces is whole", () => {
    const message = Buffer.alloc(1_000_000, "0123456789abcdef");
    const whole = envelope(message);
    const chunks: Buffer[] = [];
    for (let i = 0; i < whole.length; i += 999) chunks.push(whole.subarray(i, i + 999));
    const [given] = readAll(new EnvelopeReader(1_000_000), chunks);
    assert.ok(given instanceof Buffer && given.equals(whole));
  });

  test("an envelope in one chunk is a view of it", () => {
    const chunk = Buffer.concat([envelope("one"), envelope("two")]);
    const reader = new EnvelopeReader(100);
    reader.push(chunk);
    for (const at of [0, 8]) {
      const view = reader.next();
      assert.ok(view instanceof Uint8Array);
      assert.equal(view.buffer, chunk.buffer);
      assert.equal(view.byteOffset, chunk.byteOffset + at);
    }
    assert.equal(reader.next(), undefined);
  });

  const rows = [
    { name: "exactly one envelope is whole", bytes: envelope("a"), want: true },
    { name: "an envelope with an empty message is whole", bytes: envelope(""), want: true },
    { name: "no bytes are not", bytes: Buffer.alloc(0), want: false },
    { name: "a cut prefix is not", bytes: Buffer.alloc(4), want: false },
    { name: "one byte too few is not", bytes: envelope("ab").subarray(0, 6), want: false },
    {
      name: "one byte too many is not",
      bytes: Buffer.concat([envelope("a"), Buffer.alloc(1)]),
      want: false,
    },
    {
      name: "a length above 2^31 is not",
      bytes: Buffer.from([0, 0xff, 0xff, 0xff, 0xff]),
      want: false,
    },
  ];
  for (const row of rows) {
    test(row.name, () => assert.equal(isWholeEnvelope(row.bytes), row.want));
  }
});
