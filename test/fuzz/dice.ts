import { type Random, seededRandom } from "../../src/base/index.ts";

/** Choices that a seed decides. */
export class Dice {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The dice of one case of a campaign: any case can be thrown again without those before it. */
  static of(seed: number, index: number): Dice {
    return new Dice(seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)));
  }

  /** An integer of [0, below). */
  below(below: number): number {
    return Math.floor(this.#random() * below);
  }

  /** An integer of [from, to]. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True in `part` of all throws. */
  chance(part: number): boolean {
    return this.#random() < part;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }

  /** `least` to `most` values. */
  list<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: this.between(least, most) }, make);
  }

  /** Any bytes, as latin1. */
  bytes(least: number, most: number): string {
    return String.fromCharCode(...this.list(least, most, () => this.below(256)));
  }

  /** Small mostly, and now and then one that sits beside a limit. */
  size(limits: readonly number[]): number {
    if (this.chance(0.8)) return this.below(8);
    return Math.max(this.pick(limits) + this.between(-1, 1), 0);
  }
}
