import type { Clock } from "../../base/index.ts";

/** Times some of many short things: reading the clock twice for each would cost more than some of them take. */
export interface SampledTimer {
  /** Begins; what it gives belongs to `end`. */
  begin(): number;
  end(begunAt: number): void;
}

/** One of so many is timed. */
const oneOf = 64;

/** What `begin` gives for one that is not timed. */
const untimed = -1;

/** The sampled times of one thing. */
export class SampledTimes implements SampledTimer {
  samples = 0;
  totalMs = 0;
  #begun = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): number {
    // The first is, so that a rare thing is seen at all.
    return this.#begun++ % oneOf === 0 ? this.#clock.now() : untimed;
  }

  end(begunAt: number): void {
    if (begunAt === untimed) return;
    this.samples++;
    this.totalMs += this.#clock.now() - begunAt;
  }
}
