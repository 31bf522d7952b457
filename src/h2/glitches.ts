import type { Clock } from "../base/index.ts";

/** How long glitches are counted together, in ms. */
const periodMs = 10_000;

/** Glitches of a period that a connection survives. */
const mostGlitches = 10_000;

/**
 * Counts frames that are allowed and do no work: settings, pings, priorities, empty DATA, resets of streams
 * that are gone. Each is harmless, a flood of them is an attack (RFC 9113 §10.5).
 */
export class GlitchCounter {
  readonly #clock: Clock;
  #count = 0;
  #since = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one; true when it was one too many. */
  add(): boolean {
    this.#count++;
    if (this.#count <= mostGlitches) return false;
    const now = this.#clock.now();
    const isFlood = now - this.#since < periodMs;
    this.#since = now;
    this.#count = 0;
    return isFlood;
  }
}
