import type { Clock, Timer } from "../base/index.ts";

/** A body that somebody waits for. */
export interface WatchedBody {
  /** When somebody began to wait, in the clock's monotonic ms. */
  readonly waitingSince: number;
  /** Bytes that have come since then. */
  readonly receivedBytes: number;
  /** How long it may take as a whole, in ms. */
  readonly withinMs: number;
  /** Least bytes a second once the grace is over; 0 for any rate. */
  readonly minBytesPerSecond: number;
  onTooSlow(): void;
}

/** A body whose source waits for its reader. */
export interface HeldBody {
  /** Looks whether its client is still there, which nobody sees who does not read. */
  probe(): void;
}

/** How often bodies are looked at, in ms. A body is late by so much at most. */
const sweepMs = 1000;

/** How long a body may come at any rate, in ms: connections start slowly. */
const graceMs = 5000;

/**
 * Finds the bodies that come too slowly (faults.md, H1-48). One timer serves all of a listener, because most
 * bodies are whole before a timer of their own was set.
 */
export class BodyWatch {
  readonly #clock: Clock;
  readonly #bodies = new Set<WatchedBody>();
  readonly #held = new Set<HeldBody>();
  #timer: Timer | undefined = undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  add(body: WatchedBody): void {
    this.#bodies.add(body);
    this.#start();
  }

  remove(body: WatchedBody): void {
    this.#bodies.delete(body);
  }

  /** Has the client of a body looked for, once a second, until `release`. */
  hold(body: HeldBody): void {
    this.#held.add(body);
    this.#start();
  }

  release(body: HeldBody): void {
    this.#held.delete(body);
  }

  #start(): void {
    this.#timer ??= this.#clock.setTimer(sweepMs, () => this.#sweep());
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const body of this.#bodies) {
      if (isTooSlow(body, now - body.waitingSince)) {
        this.#bodies.delete(body);
        body.onTooSlow();
      }
    }
    for (const body of this.#held) body.probe();
    if (this.#bodies.size + this.#held.size > 0) this.#start();
  }
}

function isTooSlow(body: WatchedBody, elapsedMs: number): boolean {
  if (elapsedMs >= body.withinMs) return true;
  const leastBytes = ((elapsedMs - graceMs) / 1000) * body.minBytesPerSecond;
  return body.receivedBytes < leastBytes;
}
