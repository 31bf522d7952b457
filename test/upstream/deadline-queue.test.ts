import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type DeadlineEntry, DeadlineQueue, notQueued } from "../../src/upstream/deadline-queue.ts";
import { FakeClock } from "../support/fake-clock.ts";

const tickMs = 4;

class Entry implements DeadlineEntry {
  deadlineTick = notQueued;
  earlier: DeadlineEntry | undefined = undefined;
  later: DeadlineEntry | undefined = undefined;
  firedAt: number | undefined = undefined;
  readonly #clock: FakeClock;
  readonly #then: () => void;

  constructor(clock: FakeClock, then: () => void = () => undefined) {
    this.#clock = clock;
    this.#then = then;
  }

  onDeadline(): void {
    assert.equal(this.firedAt, undefined, "an entry was called twice");
    this.firedAt = this.#clock.now();
    this.#then();
  }
}

/** An entry that was added, and what is expected of it. */
interface Promised {
  readonly entry: Entry;
  readonly due: number;
  removedAt?: number;
}

function assertKept({ entry, due, removedAt }: Promised): void {
  if (removedAt !== undefined) {
    assert.equal(entry.firedAt, undefined);
    return;
  }
  const late = (entry.firedAt ?? Number.POSITIVE_INFINITY) - due;
  assert.ok(late >= 0 && late <= tickMs, `called ${late} ms late`);
}

suite("deadline queue", () => {
  test("an entry is called at its deadline, never early and at most a tick late", () => {
    for (const delay of [0, 1, 3, 4, 5, 99, 4095, 4096, 4097, 60_000, 3_600_000]) {
      const clock = new FakeClock();
      const queue = new DeadlineQueue(clock);
      const entry = new Entry(clock);
      const due = clock.now() + delay;
      queue.add(entry, due);
      clock.advance(delay + 2 * tickMs);
      const late = (entry.firedAt ?? Number.POSITIVE_INFINITY) - due;
      assert.ok(late >= 0 && late <= tickMs, `due after ${delay} ms, called ${late} ms late`);
    }
  });

  test("a deadline that has passed is due at the next tick", () => {
    const clock = new FakeClock();
    const queue = new DeadlineQueue(clock);
    clock.advance(50_000);
    const entry = new Entry(clock);
    queue.add(entry, 10);
    clock.advance(tickMs);
    assert.notEqual(entry.firedAt, undefined);
  });

  test("an entry that was removed is never called, and may be removed twice", () => {
    const clock = new FakeClock();
    const queue = new DeadlineQueue(clock);
    const entry = new Entry(clock);
    queue.add(entry, clock.now() + 100);
    queue.remove(entry);
    queue.remove(entry);
    clock.advance(10_000);
    assert.equal(entry.firedAt, undefined);
    assert.equal(queue.size, 0);
  });

  test("Infinity is never due and needs no timer", () => {
    const clock = new FakeClock();
    const queue = new DeadlineQueue(clock);
    queue.add(new Entry(clock), Number.POSITIVE_INFINITY);
    assert.equal(clock.timerCount, 0);
  });

  test("any number of entries takes one timer, and none is left once the queue is empty and has looked", () => {
    const clock = new FakeClock();
    const queue = new DeadlineQueue(clock);
    const entries = Array.from({ length: 500 }, () => new Entry(clock));
    for (const [index, entry] of entries.entries()) queue.add(entry, clock.now() + 1000 + index);
    assert.equal(clock.timerCount, 1);
    for (const entry of entries) queue.remove(entry);
    assert.equal(clock.timerCount, 1);
    clock.advance(5000);
    assert.equal(clock.timerCount, 0);
  });

  test("stop lets go of the timer and calls nobody", () => {
    const clock = new FakeClock();
    const queue = new DeadlineQueue(clock);
    const entry = new Entry(clock);
    queue.add(entry, clock.now() + 10);
    queue.stop();
    assert.equal(clock.timerCount, 0);
    queue.add(new Entry(clock), clock.now() + 5);
    assert.equal(clock.timerCount, 0);
    clock.advance(100);
    assert.equal(entry.firedAt, undefined);
  });

  test("one that is called may remove another that is due at the same tick", () => {
    const clock = new FakeClock();
    const queue = new DeadlineQueue(clock);
    const entries: Entry[] = [];
    const removeOthers = (): void => {
      for (const entry of entries) queue.remove(entry);
    };
    entries.push(new Entry(clock, removeOthers), new Entry(clock, removeOthers));
    for (const entry of entries) queue.add(entry, clock.now() + 10);
    clock.advance(100);
    assert.equal(entries.filter((entry) => entry.firedAt !== undefined).length, 1);
  });

  test("one that is called may add another, nearer than all that wait", () => {
    const clock = new FakeClock();
    const queue = new DeadlineQueue(clock);
    const second = new Entry(clock);
    const far = new Entry(clock);
    queue.add(far, clock.now() + 2000);
    queue.add(new Entry(clock, () => queue.add(second, clock.now() + 20)), clock.now() + 10);
    clock.advance(50);
    assert.notEqual(second.firedAt, undefined);
    clock.advance(2000);
    assert.notEqual(far.firedAt, undefined);
  });

  test("a loop that stalled for many turns calls all that fell due meanwhile", () => {
    let now = 0;
    let fire: (() => void) | undefined;
    const stalled = {
      now: () => now,
      wallNow: () => now,
      setTimer: (_delayMs: number, callback: () => void) => {
        fire = callback;
        return { cancel: () => undefined };
      },
    };
    const queue = new DeadlineQueue(stalled);
    const clock = new FakeClock();
    const entries = [3, 700, 4096, 9000, 20_000].map((at) => {
      const entry = new Entry(clock);
      queue.add(entry, at);
      return entry;
    });
    now = 15_000;
    fire?.();
    assert.deepEqual(
      entries.map((entry) => entry.firedAt !== undefined),
      [true, true, true, true, false],
    );
    assert.equal(queue.size, 1);
  });

  test("through any sequence of adding, removing and waiting, each entry keeps its promise", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), delay: fc.integer({ min: 0, max: 12_000 }) }),
      fc.record({ kind: fc.constant("remove" as const), index: fc.nat(50) }),
      fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 3000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = new FakeClock();
        const queue = new DeadlineQueue(clock);
        const added: Promised[] = [];
        for (const next of steps) {
          if (next.kind === "wait") clock.advance(next.ms);
          else if (next.kind === "add") {
            const entry = new Entry(clock);
            added.push({ entry, due: clock.now() + next.delay });
            queue.add(entry, clock.now() + next.delay);
          } else {
            const one = added[next.index];
            if (one === undefined || one.entry.firedAt !== undefined) continue;
            one.removedAt ??= clock.now();
            queue.remove(one.entry);
          }
        }
        clock.advance(20_000);
        for (const promised of added) assertKept(promised);
        assert.equal(queue.size, 0);
        assert.equal(clock.timerCount, 0);
      }),
    );
  });
});
