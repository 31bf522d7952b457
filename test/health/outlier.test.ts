import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { seededRandom } from "../../src/base/index.ts";
import {
  createOutlierDetector,
  type OutlierChange,
  type OutlierOptions,
  type OutlierRecord,
} from "../../src/health/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const defaults: OutlierOptions = {
  consecutiveErrors: 5,
  intervalMs: 10_000,
  ejectForMs: 30_000,
  maxEjectForMs: 300_000,
  maxEjected: 0.1,
  successRate: { stdevFactor: 1.9, minimumHosts: 5, requestVolume: 100 },
  failurePercentage: { threshold: 0.85, minimumHosts: 5, requestVolume: 50 },
};

const rates: Partial<OutlierOptions> = { consecutiveErrors: 0, maxEjected: 1 };

function setUp(count: number, options: Partial<OutlierOptions> = {}) {
  const clock = new FakeClock();
  const changes: OutlierChange[] = [];
  const detector = createOutlierDetector(
    { ...defaults, ...options },
    { clock, random: seededRandom(1), onChange: (change) => changes.push(change) },
  );
  const records = Array.from({ length: count }, (_, index) => detector.track(`e${index}`));
  const [first] = records;
  assert.ok(first);
  const ejected = () =>
    detector
      .status()
      .filter(({ isEjected }) => isEjected)
      .map(({ key }) => key);
  return { clock, changes, detector, records, first, ejected };
}

function fail(record: OutlierRecord | undefined, times: number): void {
  for (let i = 0; i < times; i++) record?.failure();
}

function succeed(record: OutlierRecord | undefined, times: number): void {
  for (let i = 0; i < times; i++) record?.success();
}

suite("errors in a row", () => {
  test("U-17: 5 consecutive UNAVAILABLE eject for 30 s, at once", () => {
    const { changes, clock, first } = setUp(3);
    fail(first, 4);
    assert.equal(first.isEjected, false);
    fail(first, 1);
    assert.equal(first.isEjected, true);
    clock.advance(29_999);
    assert.equal(first.isEjected, true);
    clock.advance(1);
    assert.equal(first.isEjected, false);
    assert.deepEqual(changes, [
      { kind: "ejected", key: "e0", cause: "consecutiveErrors", forMs: 30_000 },
      { kind: "returned", key: "e0" },
    ]);
  });

  test("are broken by a success", () => {
    const { first } = setUp(3);
    fail(first, 4);
    succeed(first, 1);
    fail(first, 4);
    assert.equal(first.isEjected, false);
  });

  test("U-17: an endpoint returns half open: one failure ejects it again, for 30 s x n", () => {
    const { changes, clock, first } = setUp(3);
    fail(first, 5);
    clock.advance(30_000);
    fail(first, 1);
    clock.advance(60_000);
    fail(first, 1);
    assert.deepEqual(
      changes.map((change) => (change.kind === "ejected" ? change.forMs : change.kind)),
      [30_000, "returned", 60_000, "returned", 90_000],
    );
  });

  test("U-17: an endpoint that answers after its return is whole", () => {
    const { clock, first } = setUp(3);
    fail(first, 5);
    clock.advance(30_000);
    succeed(first, 1);
    fail(first, 4);
    assert.equal(first.isEjected, false);
    fail(first, 1);
    assert.equal(first.isEjected, true);
  });

  test("of calls that began before the ejection do not lengthen it", () => {
    const { changes, clock, first } = setUp(3);
    fail(first, 50);
    clock.advance(30_000);
    assert.equal(changes.length, 2);
    assert.equal(first.isEjected, false);
  });

  test("eject nobody where that is switched off", () => {
    const { first, changes } = setUp(3, { consecutiveErrors: 0 });
    fail(first, 1000);
    assert.deepEqual(changes, []);
  });
});

suite("the length of an ejection", () => {
  test("grows up to the longest one, and the memory of it no further", () => {
    const { clock, changes, detector, first } = setUp(3, { maxEjectForMs: 70_000 });
    for (let i = 0; i < 9; i++) {
      fail(first, 5);
      clock.advance(detector.status()[0]?.returnsInMs ?? 0);
    }
    const lengths = changes.flatMap((change) => (change.kind === "ejected" ? [change.forMs] : []));
    assert.deepEqual(lengths.slice(0, 4), [30_000, 60_000, 70_000, 70_000]);
    assert.equal(lengths.length, 9);
    assert.equal(detector.status()[0]?.multiplier, 3);
  });

  test("falls by one step with each interval in which the endpoint was in throughout", () => {
    const { clock, detector, first } = setUp(3);
    const multiplier = () => detector.status()[0]?.multiplier;
    fail(first, 5);
    clock.advance(30_000);
    fail(first, 1);
    clock.advance(60_000);
    assert.equal(multiplier(), 2);
    // The interval of the return does not count.
    clock.advance(10_000);
    assert.equal(multiplier(), 2);
    clock.advance(10_000);
    assert.equal(multiplier(), 1);
    clock.advance(100_000);
    assert.equal(multiplier(), 0);
  });
});

suite("how many may be ejected", () => {
  test("U-17: one of a few, though 10 % of them are none", () => {
    const { records, ejected } = setUp(3);
    for (const record of records) fail(record, 10);
    assert.deepEqual(ejected(), ["e0"]);
  });

  test("U-17: 10 % of many", () => {
    const { records, ejected } = setUp(39);
    for (const record of records) fail(record, 10);
    assert.deepEqual(ejected(), ["e0", "e1", "e2"]);
  });

  test("a share of them that no binary fraction is", () => {
    // 0.29 * 100 is 28.999999999999996.
    const { records, ejected } = setUp(100, { maxEjected: 0.29 });
    for (const record of records) fail(record, 10);
    assert.equal(ejected().length, 29);
  });

  test("U-18: all, where the configuration says so", () => {
    const { records, ejected } = setUp(4, { maxEjected: 1 });
    for (const record of records) fail(record, 5);
    assert.equal(ejected().length, 4);
  });

  test("leaves room once one returns or is gone", () => {
    const { clock, records, ejected } = setUp(3);
    for (const record of records) fail(record, 10);
    records[0]?.stop();
    fail(records[1], 1);
    assert.deepEqual(ejected(), ["e1"]);
    clock.advance(30_000);
    fail(records[2], 1);
    assert.deepEqual(ejected(), ["e2"]);
  });
});

suite("shares of an interval", () => {
  test("U-17: 85 % failures eject", () => {
    const { records, clock, ejected, changes } = setUp(5, { ...rates, successRate: undefined });
    for (const record of records) succeed(record, 50);
    fail(records[1], 283);
    fail(records[2], 284);
    clock.advance(10_000);
    assert.deepEqual(ejected(), ["e2"]);
    assert.deepEqual(changes, [
      { kind: "ejected", key: "e2", cause: "failurePercentage", forMs: 30_000 },
    ]);
  });

  test("count calls of one interval only", () => {
    const { records, clock, ejected } = setUp(5, rates);
    for (const record of records.slice(1)) succeed(record, 200);
    fail(records[0], 49);
    clock.advance(10_000);
    for (const record of records.slice(1)) succeed(record, 200);
    fail(records[0], 49);
    clock.advance(10_000);
    assert.deepEqual(ejected(), []);
  });

  test("are judged when enough endpoints have seen enough calls only", () => {
    const { records, clock, ejected } = setUp(5, rates);
    for (const record of records.slice(0, 4)) fail(record, 1000);
    fail(records[4], 49);
    clock.advance(10_000);
    assert.deepEqual(ejected(), []);
    for (const record of records.slice(0, 4)) fail(record, 1000);
    fail(records[4], 50);
    clock.advance(10_000);
    assert.equal(ejected().length, 5);
  });

  test("eject whose success rate is far below the mean", () => {
    const { records, clock, ejected, changes } = setUp(10, rates);
    for (const record of records) succeed(record, 95);
    for (const record of records.slice(1)) fail(record, 5);
    fail(records[0], 60);
    clock.advance(10_000);
    assert.deepEqual(ejected(), ["e0"]);
    assert.equal(changes[0]?.kind === "ejected" && changes[0].cause, "successRate");
  });

  test("eject nobody where all are alike, however bad", () => {
    const { records, clock, ejected } = setUp(10, { ...rates, failurePercentage: undefined });
    for (const record of records) {
      succeed(record, 50);
      fail(record, 150);
    }
    clock.advance(10_000);
    assert.deepEqual(ejected(), []);
  });

  test("stop at the most that may be ejected", () => {
    const { records, clock, ejected } = setUp(10, { ...rates, maxEjected: 0.2 });
    for (const record of records) fail(record, 1000);
    clock.advance(10_000);
    assert.equal(ejected().length, 2);
  });
});

suite("a detector", () => {
  test("tells of every endpoint", () => {
    const { detector, clock, first } = setUp(2);
    fail(first, 5);
    clock.advance(10_000);
    assert.deepEqual(detector.status(), [
      {
        key: "e0",
        isEjected: true,
        cause: "consecutiveErrors",
        returnsInMs: 20_000,
        multiplier: 1,
      },
      { key: "e1", isEjected: false, cause: undefined, returnsInMs: 0, multiplier: 0 },
    ]);
  });

  test("leaves no timer when it is stopped, and changes nothing any more", () => {
    const { detector, clock, records, first, changes } = setUp(2);
    fail(first, 5);
    detector.stop();
    detector.stop();
    assert.equal(clock.timerCount, 0);
    fail(records[1], 50);
    fail(detector.track("late"), 50);
    assert.equal(changes.length, 1);
    assert.equal(first.isEjected, false);
    assert.equal(clock.timerCount, 0);
  });

  test("forgets an endpoint that is gone, with the timer of its return", () => {
    const { detector, clock, first } = setUp(2);
    fail(first, 5);
    first.stop();
    first.stop();
    assert.equal(detector.status().length, 1);
    assert.equal(clock.timerCount, 1);
  });
});
