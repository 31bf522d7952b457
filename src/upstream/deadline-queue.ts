import type { Clock, Timer } from "../base/index.ts";

/** Something with a deadline. The links belong to the queue; an entry is in at most one queue. */
export interface DeadlineEntry {
  deadlineTick: number;
  earlier: DeadlineEntry | undefined;
  later: DeadlineEntry | undefined;
  /** Called once, at most one tick after the deadline, unless the entry was removed before. */
  onDeadline(): void;
}

/** `deadlineTick` of an entry that is in no queue. */
export const notQueued = -1;

// An entry falls due at the end of its tick: never early, at most this late.
const tickMs = 4;
const slotCount = 1024;

/**
 * The deadlines of many calls on one timer: a hashed wheel of ticks, so that adding and removing cost the
 * same however many calls are in flight. A timer of its own would cost each call about 1 µs, and nearly all
 * calls end before their deadline.
 */
export class DeadlineQueue {
  readonly #clock: Clock;
  readonly #slots: (DeadlineEntry | undefined)[] = new Array<undefined>(slotCount).fill(undefined);
  #size = 0;
  /** Every entry of this tick or an earlier one has been called. */
  #sweptTick: number;
  #armedTick = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined = undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sweptTick = Math.floor(clock.now() / tickMs);
  }

  /** How many entries wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds an entry that falls due at `deadline`, in the clock's monotonic ms. Infinity is never due. */
  add(entry: DeadlineEntry, deadline: number): void {
    if (deadline === Number.POSITIVE_INFINITY) return;
    const tick = Math.max(Math.ceil(deadline / tickMs), this.#sweptTick + 1);
    const slot = tick % slotCount;
    const head = this.#slots[slot];
    entry.deadlineTick = tick;
    entry.earlier = undefined;
    entry.later = head;
    if (head !== undefined) head.earlier = entry;
    this.#slots[slot] = entry;
    this.#size++;
    if (tick < this.#armedTick) this.#arm(tick);
  }

  /** Takes an entry out; does nothing when it is not in. The timer stays: it is cheaper to let it find nothing. */
  remove(entry: DeadlineEntry): void {
    if (entry.deadlineTick === notQueued) return;
    const { earlier, later } = entry;
    if (earlier === undefined) this.#slots[entry.deadlineTick % slotCount] = later;
    else earlier.later = later;
    if (later !== undefined) later.earlier = earlier;
    entry.deadlineTick = notQueued;
    entry.earlier = undefined;
    entry.later = undefined;
    this.#size--;
  }

  /** Lets go of the timer, for good. Entries that are still in are never called. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedTick = Number.NEGATIVE_INFINITY;
  }

  #arm(tick: number): void {
    this.#timer?.cancel();
    this.#armedTick = tick;
    this.#timer = this.#clock.setTimer(tick * tickMs - this.#clock.now(), () => this.#sweep());
  }

  #sweep(): void {
    this.#timer = undefined;
    this.#armedTick = Number.POSITIVE_INFINITY;
    const now = Math.floor(this.#clock.now() / tickMs);
    // However long ago the last sweep was, one turn meets every slot.
    const first = Math.max(this.#sweptTick + 1, now - slotCount + 1);
    this.#sweptTick = now;
    for (let tick = first; tick <= now; tick++) this.#sweepSlot(tick % slotCount, now);
    this.#armNext(now);
  }

  #sweepSlot(slot: number, now: number): void {
    if (this.#slots[slot] === undefined) return;
    const due: DeadlineEntry[] = [];
    let queued: DeadlineEntry | undefined = this.#slots[slot];
    for (; queued !== undefined; queued = queued.later) {
      if (queued.deadlineTick <= now) due.push(queued);
    }
    for (const entry of due) {
      // One that was called may have removed others, or added them anew.
      if (entry.deadlineTick === notQueued || entry.deadlineTick > now) continue;
      this.remove(entry);
      entry.onDeadline();
    }
  }

  /** Arms the timer for the next slot in use; an entry of a later turn is met and left there. */
  #armNext(now: number): void {
    if (this.#size === 0) return;
    for (let tick = now + 1; tick <= now + slotCount && tick < this.#armedTick; tick++) {
      if (this.#slots[tick % slotCount] !== undefined) {
        this.#arm(tick);
        return;
      }
    }
  }
}
