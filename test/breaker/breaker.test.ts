import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { suite, test } from "node:test";
import { type BreakerOptions, createBreaker, type Outcome } from "../../src/breaker/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const defaults: BreakerOptions = {
  errors: 0.5,
  windowMs: 10_000,
  minimum: 20,
  openForMs: 5000,
  halfOpenProbes: 1,
};

function setUp(options: Partial<BreakerOptions> = {}) {
  const clock = new FakeClock();
  const changes: string[] = [];
  const breaker = createBreaker(
    { ...defaults, ...options },
    { clock, onChange: (kind) => changes.push(kind) },
  );
  /** Makes `count` calls that end so; how many were admitted. */
  const calls = (count: number, outcome: Outcome) => {
    let admitted = 0;
    for (let i = 0; i < count; i++) {
      const permit = breaker.permit();
      if (permit !== undefined) admitted++;
      permit?.done(outcome);
    }
    return admitted;
  };
  return { clock, changes, breaker, calls };
}

/** A breaker that has just opened. */
function opened(options: Partial<BreakerOptions> = {}) {
  const made = setUp(options);
  made.calls(options.minimum ?? defaults.minimum, "failure");
  assert.deepEqual(made.changes, ["open"]);
  made.changes.length = 0;
  return made;
}

suite("a closed breaker", () => {
  test("opens at the share of failures, not below it", () => {
    const { breaker, calls } = setUp();
    calls(11, "success");
    calls(10, "failure");
    assert.equal(breaker.status().kind, "closed");
    calls(1, "failure");
    assert.equal(breaker.status().kind, "open");
  });

  test("opens at 100 % where that is the share", () => {
    const { breaker, calls } = setUp({ errors: 1 });
    calls(19, "failure");
    assert.equal(breaker.status().kind, "closed");
    calls(1, "failure");
    assert.equal(breaker.status().kind, "open");
  });

  test("stays closed below the minimum of calls", () => {
    const { breaker, calls } = setUp();
    assert.equal(calls(19, "failure"), 19);
    assert.equal(breaker.status().kind, "closed");
  });

  test("does not count what is ignored", () => {
    const { breaker, calls } = setUp();
    calls(1000, "ignored");
    calls(19, "failure");
    assert.deepEqual(breaker.status(), {
      kind: "closed",
      calls: 19,
      failures: 19,
      refused: 0,
      openings: 0,
      retryAfterMs: 0,
    });
    calls(1, "failure");
    assert.equal(breaker.status().kind, "open");
  });

  test("does not count calls that are still in flight", () => {
    const { breaker, calls } = setUp();
    for (let i = 0; i < 100; i++) breaker.permit();
    calls(20, "failure");
    assert.equal(breaker.status().kind, "open");
  });

  test("forgets what is older than the window, by the clock it was given", () => {
    const { breaker, calls, clock } = setUp();
    calls(19, "failure");
    clock.advance(9000);
    assert.equal(breaker.status().failures, 19);
    clock.advance(1000);
    calls(19, "failure");
    assert.deepEqual([breaker.status().kind, breaker.status().failures], ["closed", 19]);
    clock.advance(1e9);
    assert.equal(breaker.status().calls, 0);
  });

  test("takes the first outcome of a permit only", () => {
    const { breaker } = setUp();
    const permit = breaker.permit();
    permit?.done("success");
    permit?.done("failure");
    assert.deepEqual([breaker.status().calls, breaker.status().failures], [1, 0]);
  });
});

suite("an open breaker", () => {
  test("refuses, and says for how long", () => {
    const { breaker, calls, clock } = opened();
    assert.equal(breaker.retryAfterMs(), 5000);
    clock.advance(2000);
    assert.equal(calls(3, "success"), 0);
    assert.equal(breaker.retryAfterMs(), 3000);
    assert.equal(breaker.status().refused, 3);
  });

  test("lets no call of before count", () => {
    const { breaker, calls, clock } = setUp();
    const [late, later] = [breaker.permit(), breaker.permit()];
    calls(20, "failure");
    late?.done("success");
    assert.equal(breaker.status().kind, "open");
    clock.advance(5000);
    breaker.permit();
    later?.done("success");
    assert.equal(breaker.status().kind, "halfOpen");
  });
});

suite("a half-open breaker", () => {
  test("admits one probe, and closes when it succeeds", () => {
    const { breaker, changes, clock } = opened();
    clock.advance(5000);
    const probe = breaker.permit();
    assert.notEqual(probe, undefined);
    assert.equal(breaker.permit(), undefined);
    assert.equal(breaker.retryAfterMs(), 5000);
    probe?.done("success");
    assert.deepEqual(changes, ["halfOpen", "closed"]);
    assert.notEqual(breaker.permit(), undefined);
  });

  test("opens again for as long when the probe fails", () => {
    const { breaker, calls, changes, clock } = opened();
    clock.advance(5000);
    assert.equal(calls(1, "failure"), 1);
    assert.deepEqual(changes, ["halfOpen", "open"]);
    assert.equal(breaker.retryAfterMs(), 5000);
    assert.equal(breaker.status().openings, 2);
    clock.advance(5000);
    assert.equal(calls(1, "success"), 1);
    assert.equal(breaker.status().kind, "closed");
  });

  test("gives the place of an ignored probe to the next call", () => {
    const { breaker, calls, clock } = opened();
    clock.advance(5000);
    assert.equal(calls(5, "ignored"), 5);
    assert.equal(breaker.status().kind, "halfOpen");
    calls(1, "success");
    assert.equal(breaker.status().kind, "closed");
  });

  test("closes when all of several probes have succeeded, at most that many at once", () => {
    const { breaker, clock } = opened({ halfOpenProbes: 3 });
    clock.advance(5000);
    const probes = [breaker.permit(), breaker.permit(), breaker.permit()];
    assert.equal(breaker.permit(), undefined);
    probes[0]?.done("success");
    assert.equal(breaker.permit(), undefined);
    probes[1]?.done("success");
    assert.equal(breaker.status().kind, "halfOpen");
    probes[2]?.done("success");
    assert.equal(breaker.status().kind, "closed");
  });

  test("is not held by a probe that never ends", () => {
    const { breaker, clock } = opened();
    clock.advance(5000);
    const endless = breaker.permit();
    clock.advance(4999);
    assert.equal(breaker.permit(), undefined);
    clock.advance(1);
    const next = breaker.permit();
    assert.notEqual(next, undefined);
    endless?.done("failure");
    assert.equal(breaker.status().kind, "halfOpen");
    next?.done("success");
    assert.equal(breaker.status().kind, "closed");
  });

  test("has forgotten the failures that opened it once it is closed", () => {
    const { breaker, calls, clock } = opened({ openForMs: 1 });
    clock.advance(1);
    calls(1, "success");
    calls(19, "failure");
    assert.equal(breaker.status().kind, "closed");
    calls(1, "failure");
    assert.equal(breaker.status().kind, "open");
  });
});

suite("a destroyed breaker", () => {
  test("admits everything and counts nothing", () => {
    const { breaker, calls, changes, clock } = opened();
    breaker.destroy();
    breaker.destroy();
    assert.equal(calls(50, "failure"), 50);
    assert.equal(breaker.retryAfterMs(), 0);
    assert.deepEqual(changes, []);
    assert.equal(clock.timerCount, 0);
  });

  test("leaves no timer, open or closed; not even an open one holds the process", () => {
    const script = `
      import { createBreaker } from ${JSON.stringify(new URL("../../src/breaker/index.ts", import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL("../../src/base/index.ts", import.meta.url).href)};
      const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
      let set = 0;
      for (const name of ["setTimeout", "setInterval"]) {
        const real = globalThis[name];
        globalThis[name] = (...args) => { set++; return real(...args); };
      }
      const clears = new Set();
      const realClear = globalThis.clearTimeout;
      globalThis.clearTimeout = (timer) => { if (timer) clears.add(timer); realClear(timer); };
      const options = { errors: 0.5, windowMs: 10000, minimum: 2, openForMs: 5000, halfOpenProbes: 1 };
      const breaker = createBreaker(options, { clock: systemClock, onChange: () => undefined });
      const whenClosed = set;
      for (let i = 0; i < 2; i++) breaker.permit().done("failure");
      const whenOpen = set;
      const holding = timers();
      if (process.argv[1] === "destroy") breaker.destroy();
      console.log(JSON.stringify({ whenClosed, whenOpen, holding, cleared: clears.size }));
    `;
    const run = (end: string) =>
      spawnSync(
        process.execPath,
        ["--import", "tsx", "--input-type=module", "--eval", script, end],
        { encoding: "utf8", timeout: 30_000 },
      );
    const kept = run("keep");
    assert.equal(kept.status, 0, kept.stderr);
    assert.deepEqual(JSON.parse(kept.stdout), {
      whenClosed: 0,
      whenOpen: 1,
      holding: 0,
      cleared: 0,
    });
    assert.match(run("destroy").stdout, /"cleared":1/);
  });
});
