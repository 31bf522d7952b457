import type { Clock, Timer } from "../../src/base/index.ts";

interface Pending {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 1000;
  #pending: Pending[] = [];

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return 1_700_000_000_000 + this.#now;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const pending: Pending = { at: this.#now + Math.max(delayMs, 0), fire };
    this.#pending.push(pending);
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== pending);
      },
    };
  }

  /** Moves time on, firing what falls due in its order. */
  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (;;) {
      const next = this.#pending
        .filter((pending) => pending.at <= until)
        .sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#pending = this.#pending.filter((pending) => pending !== next);
      this.#now = Math.max(this.#now, next.at);
      next.fire();
    }
    this.#now = until;
  }

  /** How many timers are set: a closed thing leaves none. */
  get timerCount(): number {
    return this.#pending.length;
  }
}
