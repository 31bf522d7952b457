import type { Dice } from "./dice.ts";

/** One change of a text, of the kinds that break parsers: cut, doubled, swapped, replaced, repeated. */
function mutateOnce(dice: Dice, text: string, tokens: readonly string[]): string {
  const from = dice.below(text.length + 1);
  const to = Math.min(from + 1 + dice.below(dice.chance(0.8) ? 4 : 64), text.length);
  const [before, part, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  switch (dice.below(9)) {
    case 0:
      return before + after;
    case 1:
      return before + part + part + after;
    case 2:
      return before;
    case 3:
      return before + dice.bytes(1, 4) + after;
    case 4:
      return before + dice.pick(tokens) + after;
    case 5:
      return before + dice.pick(tokens).repeat(dice.chance(0.95) ? 3 : 2000) + part + after;
    case 6:
      return after + part + before;
    case 7:
      return `${before}${String.fromCharCode((part.charCodeAt(0) || 0) ^ (1 << dice.below(8)))}${text.slice(from + 1)}`;
    default:
      return before + dice.pick(tokens) + part + after;
  }
}

/** Beyond every limit of the gateway that is fuzzed. */
const mostBytes = 1024 * 1024;

/** A text (bytes as latin1) with a few changes; `tokens` are what is put into it. */
export function mutate(dice: Dice, text: string, tokens: readonly string[]): string {
  let mutated = text;
  for (let left = dice.between(1, dice.chance(0.7) ? 2 : 8); left > 0; left--) {
    mutated = mutateOnce(dice, mutated, tokens).slice(0, mostBytes);
  }
  return mutated;
}

/** The bytes in parts, cut where `cuts` says, each cut a part of the whole in [0, 1). */
export function cutAt(bytes: string, cuts: readonly number[]): string[] {
  const places = cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b);
  return [0, ...places]
    .map((start, index) => bytes.slice(start, places[index] ?? bytes.length))
    .filter((part) => part !== "");
}

/** Up to `most` places to cut at, with two decimals so that they are short to print. */
export function randomCuts(dice: Dice, most: number): number[] {
  return dice.chance(0.4) ? [] : dice.list(1, most, () => dice.below(1000) / 1000);
}
