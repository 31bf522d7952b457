import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import {
  decodePercent,
  isBase64,
  nearestName,
  randomHex,
  seededRandom,
} from "../../src/base/index.ts";

suite("base64", () => {
  test("whatever Buffer writes is base64, in both alphabets, with and without padding", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const standard = Buffer.from(bytes).toString("base64");
        assert.ok(isBase64(standard));
        assert.ok(isBase64(standard.replaceAll("=", "")));
        assert.ok(isBase64(Buffer.from(bytes).toString("base64url")));
      }),
    );
  });

  for (const text of [
    "$$$",
    "A",
    "AAAAA",
    "AA=",
    "AAA==",
    "A===",
    "=",
    "AA AA",
    "AAé=",
    "AA==AA==",
  ]) {
    test(`${JSON.stringify(text)} is not base64`, () => assert.equal(isBase64(text), false));
  }
});

suite("percent-encoding", () => {
  const rows = [
    { name: "escapes are decoded as UTF-8", text: "caf%C3%A9", want: "café" },
    { name: "only once", text: "%252e", want: "%2e" },
    { name: "a cut escape is refused", text: "%a", want: undefined },
    { name: "an escape that is not hexadecimal is refused", text: "%zz", want: undefined },
    { name: "an overlong form is refused", text: "%c0%ae", want: undefined },
    { name: "a lone continuation byte is refused", text: "%80", want: undefined },
  ];
  for (const row of rows) test(row.name, () => assert.equal(decodePercent(row.text), row.want));
});

suite("nearest name", () => {
  const names = ["round_robin", "least_request", "random", "id"];
  const rows = [
    { name: "a missing underscore", word: "roundrobin", want: "round_robin" },
    { name: "swapped letters", word: "radnom", want: "random" },
    { name: "nothing near", word: "zzz", want: undefined },
    { name: "nothing near no word at all", word: "", want: undefined },
    { name: "nothing near a word with most letters changed", word: "rod", want: undefined },
    { name: "a word too long to compare", word: "r".repeat(1000), want: undefined },
  ];
  for (const row of rows)
    test(row.name, () => assert.equal(nearestName(row.word, names), row.want));
});

suite("identifiers", () => {
  test("are hexadecimal, of the length asked for, and differ across the page's end", () => {
    const seen = new Set(Array.from({ length: 1000 }, () => randomHex(16)));
    assert.equal(seen.size, 1000);
    for (const id of seen) assert.match(id, /^[0-9a-f]{32}$/);
  });
});

suite("seeded randomness", () => {
  test("repeats itself and stays in [0, 1)", () => {
    const [first, second] = [seededRandom(7), seededRandom(7)];
    for (let i = 0; i < 1000; i++) {
      const value = first();
      assert.equal(value, second());
      assert.ok(value >= 0 && value < 1);
    }
  });
});
