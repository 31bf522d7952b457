import type { Dice } from "./dice.ts";
import { looseTexts } from "./targets/kitchen-sink.ts";

/** A varint as latin1. */
export function varint(value: number): string {
  let text = "";
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 128))
    text += String.fromCharCode((left % 128) | 0x80);
  return text + String.fromCharCode(left);
}

/** A field whose value has a length in front. */
export function lengthField(number: number, value: string): string {
  return varint(number * 8 + 2) + varint(value.length) + value;
}

type Kind = "varint" | "fixed64" | "fixed32" | "text" | "nested" | "any" | "time";

/** Fields of library.v1.KitchenSink; library.v1.Book has some of them in the same kind, and the rest are unknown to it. */
const kinds: readonly (readonly [Kind, readonly number[]])[] = [
  ["varint", [3, 4, 5, 6, 7, 8, 13, 16, 20, 22, 23, 61, 63, 30, 31, 34]],
  ["fixed64", [1, 10, 12, 36]],
  ["fixed32", [2, 9, 11]],
  ["text", [14, 15, 21, 32, 33, 60, 90, 30, 31, 36, 73]],
  ["nested", [17, 35, 62, 40, 41, 45, 51, 52, 53, 74, 75, 76, 77, 80, 82, 86, 87, 88]],
  ["any", [70]],
  ["time", [71, 72]],
];

const typeNames = [
  "library.v1.Nested",
  "google.protobuf.Duration",
  "google.protobuf.Any",
  "none.Such",
  "",
];
const wideVarints = [
  "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
  "\xff\xff\xff\xff\x0f",
  "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
];

/** A message that is sound mostly: known fields in their wire types, with values at the edges. */
export function randomMessage(dice: Dice, depth = 0): string {
  const most = depth > 3 ? 0 : 5;
  return dice.list(0, most, () => randomField(dice, depth)).join("");
}

function randomField(dice: Dice, depth: number): string {
  if (dice.chance(0.03)) return varint(dice.between(0, 1000) * 8 + dice.below(8));
  const [kind, numbers] = dice.pick(kinds);
  const number = dice.pick(numbers);
  switch (kind) {
    case "varint": {
      const value = dice.chance(0.3) ? dice.pick(wideVarints) : varint(dice.below(200));
      return varint(number * 8) + value;
    }
    case "fixed64":
      return varint(number * 8 + 1) + dice.bytes(8, 8);
    case "fixed32":
      return varint(number * 8 + 5) + dice.bytes(4, 4);
    case "text": {
      const text = Buffer.from(dice.pick(looseTexts)).toString("latin1");
      return lengthField(number, dice.chance(0.9) ? text : dice.bytes(0, 9));
    }
    case "nested":
      return lengthField(number, randomNested(dice, depth));
    case "any": {
      const name = `type.googleapis.com/${dice.pick(typeNames)}`;
      return lengthField(number, lengthField(1, name) + lengthField(2, randomNested(dice, depth)));
    }
    case "time":
      return lengthField(
        number,
        `\x08${dice.pick([...wideVarints, "\0", "\x7f"])}\x10${dice.pick([...wideVarints, "\x01"])}`,
      );
  }
}

/** What fits Nested, the entries of maps, wrappers and the messages of struct.proto, now and then. */
function randomNested(dice: Dice, depth: number): string {
  if (dice.chance(0.02)) {
    let deep = "";
    for (let left = dice.pick([20, 99, 100, 101, 300]); left > 0; left--)
      deep = lengthField(3, deep);
    return deep;
  }
  const parts = [
    (): string => lengthField(1, Buffer.from(dice.pick(looseTexts)).toString("latin1")),
    (): string => `\x08${varint(dice.below(300))}`,
    (): string => `\x10${dice.pick(wideVarints)}`,
    (): string => lengthField(2, randomMessage(dice, depth + 2)),
    (): string => lengthField(3, randomNested(dice, depth + 1)),
    (): string => lengthField(5, depth > 4 ? "" : randomNested(dice, depth + 1)),
  ];
  return dice.list(0, depth > 4 ? 1 : 3, () => dice.pick(parts)()).join("");
}
