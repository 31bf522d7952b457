import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { suite, test } from "node:test";
import { isUtf8Text } from "../../../src/protojson/write/utf8.ts";

const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];

function assertSame(bytes: Uint8Array): void {
  for (let end = 2; end <= bytes.length; end++) {
    const want = isUtf8(bytes.subarray(0, end));
    if (isUtf8Text(bytes, 0, end) !== want) assert.fail(`${bytes.subarray(0, end)}`);
  }
}

suite("UTF-8", () => {
  test("is what the runtime takes for it, for each first and second byte and each length", () => {
    for (let pair = 0x7f00; pair < 0x10000; pair++) {
      for (const third of edges) {
        for (const fourth of edges) {
          assertSame(Uint8Array.of(0x61, pair >> 8, pair & 0xff, third, fourth, 0x61));
        }
      }
    }
  });

  test("a long text is looked at to its end", () => {
    const bytes = new Uint8Array(500).fill(0x61);
    assert.ok(isUtf8Text(bytes, 0, 500));
    bytes[499] = 0xff;
    assert.ok(!isUtf8Text(bytes, 0, 500));
  });
});
