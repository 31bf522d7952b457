import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type Cancellation, type Random, seededRandom } from "../../src/base/index.ts";
import {
  type Check,
  createHealthChecker,
  type HealthOptions,
  type ProbeResult,
  type Watch,
} from "../../src/health/index.ts";
import { deferred } from "../support/deferred.ts";
import { FakeClock } from "../support/fake-clock.ts";

const defaults: HealthOptions = {
  intervalMs: 5000,
  unhealthyIntervalMs: 5000,
  timeoutMs: 1000,
  jitter: 0,
  unhealthyAfter: 3,
  healthyAfter: 2,
  initial: "unhealthy",
};

const pass: ProbeResult = { kind: "pass" };
const fail: ProbeResult = { kind: "fail", reason: "refused" };
const notServing: ProbeResult = { kind: "fail", reason: "NOT_SERVING", said: true };

/** One check or watch that a test answers. */
interface Asked {
  readonly cancellation: Cancellation;
  readonly report: (result: ProbeResult) => void;
  /** Ends it. */
  readonly end: (result: ProbeResult) => Promise<void>;
  readonly reject: (cause: Error) => Promise<void>;
}

interface Given extends Partial<HealthOptions> {
  readonly watches?: boolean;
  readonly random?: Random;
}

/** Lets what was settled be heard. */
function heard(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function setUp({ watches = false, random = seededRandom(1), ...options }: Given = {}) {
  const clock = new FakeClock();
  const changes: (boolean | string | undefined)[][] = [];
  const notes: string[] = [];
  const checks: Asked[] = [];
  const watched: Asked[] = [];
  const ask = (
    list: Asked[],
    cancellation: Cancellation,
    report: (result: ProbeResult) => void = () => undefined,
  ) => {
    const answer = deferred<ProbeResult | Promise<ProbeResult>>();
    list.push({
      cancellation,
      report,
      end: (result) => {
        answer.resolve(result);
        return heard();
      },
      reject: (cause) => {
        answer.resolve(Promise.reject(cause));
        return heard();
      },
    });
    return answer.promise.then((result) => result);
  };
  const check: Check = (cancellation) => ask(checks, cancellation);
  const watch: Watch = (report, cancellation) => ask(watched, cancellation, report);
  const checker = createHealthChecker(
    { ...defaults, ...options },
    {
      clock,
      random,
      check,
      watch: watches ? watch : undefined,
      onChange: (isHealthy, reason) => changes.push([isHealthy, reason]),
      onNote: (note) => notes.push(note),
    },
  );
  const last = (list: Asked[]): Asked => {
    const asked = list.at(-1);
    assert.ok(asked, "nothing was asked");
    return asked;
  };
  /** Answers the check at hand, then waits for the next. */
  const answer = async (...results: ProbeResult[]) => {
    for (const result of results) {
      const before = checks.length;
      await last(checks).end(result);
      clock.advance(5000);
      assert.equal(checks.length, before + 1);
    }
  };
  return {
    clock,
    changes,
    notes,
    checks,
    watched,
    checker,
    answer,
    lastCheck: () => last(checks),
    lastWatch: () => last(watched),
  };
}

suite("an endpoint at the start", () => {
  test("is unhealthy until its first check has passed, which is made at once", async () => {
    const { checker, answer, checks, changes } = setUp();
    assert.equal(checker.isHealthy, false);
    checker.start();
    assert.equal(checks.length, 1);
    await answer(pass);
    assert.equal(checker.isHealthy, true);
    assert.deepEqual(changes, [[true, undefined]]);
  });

  test("needs one pass only, whatever failed before it", async () => {
    const { checker, answer } = setUp();
    checker.start();
    await answer(fail, fail, fail, fail, pass);
    assert.equal(checker.isHealthy, true);
  });

  test("is healthy where that is configured, until enough checks have failed", async () => {
    const { checker, answer, changes } = setUp({ initial: "healthy" });
    assert.equal(checker.isHealthy, true);
    checker.start();
    await answer(fail, fail);
    assert.equal(checker.isHealthy, true);
    await answer(fail);
    assert.equal(checker.isHealthy, false);
    assert.deepEqual(changes, [[false, "refused"]]);
  });
});

suite("thresholds", () => {
  test("U-20: three failures in a row take an endpoint out, two passes in a row bring it back", async () => {
    const { checker, answer, changes } = setUp();
    checker.start();
    await answer(pass, fail, fail, pass, fail, fail);
    assert.equal(checker.isHealthy, true);
    await answer(fail);
    assert.equal(checker.isHealthy, false);
    await answer(pass, fail, pass);
    assert.equal(checker.isHealthy, false);
    await answer(pass);
    assert.deepEqual(changes, [
      [true, undefined],
      [false, "refused"],
      [true, undefined],
    ]);
  });

  test("U-20: an endpoint that flaps with each check changes nothing", async () => {
    const { checker, answer, changes } = setUp({ initial: "healthy" });
    checker.start();
    for (let i = 0; i < 50; i++) await answer(pass, fail);
    assert.deepEqual(changes, []);
  });

  test("U-20: at most one transition per threshold, whatever the checks say", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (results) => {
        const { checker, answer, changes } = setUp({ initial: "healthy" });
        checker.start();
        let inARow = 0;
        let before: boolean | undefined;
        for (const result of results) {
          inARow = result === before ? inARow + 1 : 1;
          before = result;
          const count = changes.length;
          await answer(result ? pass : fail);
          if (changes.length > count) assert.ok(inARow >= (result ? 2 : 3));
        }
      }),
      { numRuns: 30 },
    );
  });
});

suite("the schedule of checks", () => {
  test("waits an interval from the end of one check to the next", async () => {
    const { checker, checks, clock, lastCheck } = setUp();
    checker.start();
    clock.advance(900);
    await lastCheck().end(pass);
    clock.advance(4999);
    assert.equal(checks.length, 1);
    clock.advance(1);
    assert.equal(checks.length, 2);
  });

  test("is another one for unhealthy endpoints", async () => {
    const { checker, checks, clock, lastCheck } = setUp({ unhealthyIntervalMs: 1000 });
    checker.start();
    await lastCheck().end(fail);
    clock.advance(1000);
    assert.equal(checks.length, 2);
    await lastCheck().end(pass);
    clock.advance(4999);
    assert.equal(checks.length, 2);
    clock.advance(1);
    assert.equal(checks.length, 3);
  });

  test("has up to a share of the interval added at random", async () => {
    for (const { drawn, wait } of [
      { drawn: 0, wait: 5000 },
      { drawn: 0.5, wait: 5250 },
    ]) {
      const { checker, checks, clock, lastCheck } = setUp({ jitter: 0.1, random: () => drawn });
      checker.start();
      await lastCheck().end(pass);
      clock.advance(wait - 1);
      assert.equal(checks.length, 1);
      clock.advance(1);
      assert.equal(checks.length, 2);
    }
  });

  test("takes a check without an answer for failed, calls it off, and hears nothing of it later", async () => {
    const { checker, clock, lastCheck } = setUp({ initial: "healthy", unhealthyAfter: 1 });
    checker.start();
    const asked = lastCheck();
    clock.advance(999);
    assert.equal(asked.cancellation.isCancelled, false);
    clock.advance(1);
    assert.equal(asked.cancellation.isCancelled, true);
    assert.equal(checker.status().lastFailure, "no answer within 1000 ms");
    await asked.end(pass);
    assert.deepEqual(checker.status(), {
      isHealthy: false,
      lastFailure: "no answer within 1000 ms",
      checks: 1,
      failures: 1,
      isWatching: false,
    });
  });

  test("outlives a probe that throws", async () => {
    const { checker, checks, clock, lastCheck } = setUp();
    checker.start();
    await lastCheck().reject(new Error("bug"));
    assert.equal(checker.status().lastFailure, "the probe failed: Error: bug");
    clock.advance(5000);
    assert.equal(checks.length, 2);
  });

  test("ends with stop, and begins again with start", async () => {
    const { checker, checks, clock, lastCheck } = setUp();
    checker.start();
    checker.start();
    assert.equal(checks.length, 1);
    checker.stop();
    checker.stop();
    assert.equal(lastCheck().cancellation.isCancelled, true);
    assert.equal(clock.timerCount, 0);
    await lastCheck().end(pass);
    assert.equal(checker.isHealthy, false);
    checker.start();
    await lastCheck().end(pass);
    assert.equal(checker.isHealthy, true);
    checker.stop();
    assert.equal(clock.timerCount, 0);
  });
});

suite("a watch", () => {
  test("tells of changes as they come, and is not asked again", async () => {
    const { checker, changes, checks, watched, clock, lastWatch } = setUp({ watches: true });
    checker.start();
    lastWatch().report(pass);
    assert.equal(checker.isHealthy, true);
    clock.advance(100_000);
    assert.deepEqual([checks.length, watched.length, clock.timerCount], [0, 1, 0]);
    assert.equal(checker.status().isWatching, true);
    lastWatch().report(notServing);
    assert.deepEqual(changes, [
      [true, undefined],
      [false, "NOT_SERVING"],
    ]);
  });

  test("U-20: brings an endpoint back when it has stayed well for an interval", () => {
    const { checker, changes, clock, lastWatch } = setUp({ watches: true });
    checker.start();
    lastWatch().report(pass);
    for (let i = 0; i < 20; i++) {
      lastWatch().report(notServing);
      clock.advance(4000);
      lastWatch().report(pass);
      clock.advance(4000);
    }
    assert.equal(changes.length, 2);
    clock.advance(1000);
    assert.equal(checker.isHealthy, true);
    assert.equal(clock.timerCount, 0);
  });

  test("U-20: that says the same again and again does not make an interval shorter", () => {
    const { checker, clock, lastWatch } = setUp({ watches: true });
    checker.start();
    lastWatch().report(notServing);
    lastWatch().report(pass);
    lastWatch().report(notServing);
    for (let i = 0; i < 10; i++) lastWatch().report(pass);
    assert.equal(checker.isHealthy, false);
    clock.advance(5000);
    assert.equal(checker.isHealthy, true);
  });

  test("that ends is one failed check, and is begun again after an interval", async () => {
    const { checker, watched, clock, lastWatch } = setUp({ watches: true });
    checker.start();
    lastWatch().report(pass);
    await lastWatch().end(fail);
    assert.equal(checker.isHealthy, true);
    assert.equal(lastWatch().cancellation.isCancelled, true);
    clock.advance(5000);
    assert.equal(watched.length, 2);
    clock.advance(1000);
    assert.equal(checker.status().failures, 2);
  });

  test("that the endpoint does not support gives way to checks at once, with a note", async () => {
    const { checker, watched, checks, clock, notes, answer, lastWatch } = setUp({ watches: true });
    checker.start();
    await lastWatch().end({ kind: "unsupported" });
    await answer(pass, pass);
    assert.deepEqual([watched.length, checks.length], [1, 3]);
    assert.deepEqual(notes, [
      "the endpoint does not support watching its health: it is asked again and again",
    ]);
    checker.stop();
    assert.equal(clock.timerCount, 0);
  });

  test("that is stopped within its own report stays stopped", () => {
    const clock = new FakeClock();
    let asked: Cancellation | undefined;
    const checker = createHealthChecker(defaults, {
      clock,
      random: seededRandom(1),
      check: () => new Promise(() => undefined),
      watch: (report, cancellation) => {
        asked = cancellation;
        queueMicrotask(() => report(pass));
        return new Promise(() => undefined);
      },
      onChange: () => checker.stop(),
      onNote: () => undefined,
    });
    checker.start();
    return heard().then(() => {
      assert.equal(asked?.isCancelled, true);
      assert.equal(clock.timerCount, 0);
      assert.equal(checker.status().isWatching, false);
    });
  });
});

test("a note is given once, whatever the checks say later", async () => {
  const { checker, answer, notes } = setUp();
  checker.start();
  await answer({ kind: "pass", note: "odd" }, pass, { kind: "pass", note: "odd" });
  assert.deepEqual(notes, ["odd"]);
});
