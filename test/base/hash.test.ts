import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { hashText } from "../../src/base/index.ts";

suite("the hash of a text", () => {
  const seed = 0x9747b28c;
  // Published vectors of MurmurHash3_x86_32.
  const rows: readonly { name: string; text: string; seed: number; want: number }[] = [
    { name: "of nothing is 0", text: "", seed: 0, want: 0 },
    { name: "of nothing depends on the seed", text: "", seed: 1, want: 0x514e28b7 },
    { name: "takes every bit of the seed", text: "", seed: 0xffffffff, want: 0x81f16f39 },
    { name: "takes one byte", text: "a", seed, want: 0x7fa09ea6 },
    { name: "takes two bytes", text: "aa", seed, want: 0x5d211726 },
    { name: "takes three bytes", text: "aaa", seed, want: 0x283e0130 },
    { name: "takes a whole block", text: "aaaa", seed, want: 0x5a97808a },
    { name: "takes the bytes of a block in order", text: "abcd", seed, want: 0xf0478627 },
    { name: "takes a rest of two bytes in order", text: "ab", seed, want: 0x74875592 },
    { name: "takes blocks and a rest", text: "Hello, world!", seed, want: 0x24884cba },
    { name: "takes UTF-8", text: "ππππππππ", seed, want: 0xd58063c1 },
    {
      name: "takes many blocks",
      text: "The quick brown fox jumps over the lazy dog",
      seed,
      want: 0x2fa826cd,
    },
  ];
  for (const row of rows)
    test(row.name, () => assert.equal(hashText(row.text, row.seed), row.want));

  test("has 0 as its seed where none is given", () => {
    assert.equal(hashText("test"), 0xba6bd213);
  });
});
