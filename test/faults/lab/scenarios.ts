import { type Place, replace } from "./back-ends.ts";
import type { Sample } from "./load.ts";
import { inSeconds, placeAt, type Scenario } from "./scenario.ts";

const warmUpSeconds = 1;

/** One of four is killed and stays dead. */
const killed: Scenario = {
  name: "killed",
  warmUpSeconds,
  seconds: 4,
  isProxied: false,
  needsSpares: false,
  mustSave: true,
  async act(stage) {
    await stage.until(1);
    const at = performance.now();
    await placeAt(stage, 0).backEnd.kill();
    return { at, figure: (samples) => lastFailure(samples, at) };
  },
};

/** One of four is stopped by SIGSTOP: its connections stand, and nothing comes. */
const frozen: Scenario = {
  name: "frozen",
  warmUpSeconds,
  seconds: 5,
  isProxied: true,
  needsSpares: false,
  mustSave: false,
  async act(stage) {
    await stage.until(1);
    const at = performance.now();
    const place = placeAt(stage, 0);
    place.backEnd.freeze();
    return {
      at,
      figure() {
        const calls = place.seen.calls.filter((time) => time > at);
        const last = calls.at(-1);
        if (last === undefined) return "got no call after it froze";
        return `last call ${inSeconds(last - at)} after it froze, ${calls.length} in all`;
      },
    };
  },
};

/** All four are restarted in order, one after another. */
const restarted: Scenario = {
  name: "restarted",
  warmUpSeconds,
  seconds: 5,
  isProxied: false,
  needsSpares: true,
  mustSave: true,
  async act(stage) {
    await stage.until(1);
    const at = performance.now();
    for (const [index, place] of stage.places.entries()) {
      await stage.until(1 + 0.8 * index);
      await place.backEnd.stop();
      await replace(place);
    }
    return {
      at,
      figure: (samples) => `${stage.places.length} restarts, ${lastFailure(samples, at)}`,
    };
  },
};

/** All four are killed, and there again two and a half seconds later. */
const allDown: Scenario = {
  name: "all-down",
  warmUpSeconds,
  seconds: 7,
  isProxied: true,
  needsSpares: true,
  mustSave: false,
  async act(stage) {
    const { places } = stage;
    await stage.until(1);
    const at = performance.now();
    await Promise.all(places.map(({ backEnd }) => backEnd.kill()));
    const downAt = performance.now();
    await stage.until(3.5);
    await Promise.all(places.map(replace));
    const upAt = performance.now();
    return {
      at,
      figure: (samples) => `${firstSuccess(samples, upAt)}, ${connects(places, downAt, upAt)}`,
    };
  },
};

/** All four fail every call. */
const failing: Scenario = {
  name: "failing",
  warmUpSeconds,
  seconds: 4,
  isProxied: true,
  needsSpares: false,
  mustSave: false,
  async act({ places, until }) {
    await until(1);
    const at = performance.now();
    await Promise.all(
      places.map(({ backEnd }) => backEnd.trouble({ kind: "reset", code: internalError })),
    );
    return {
      at,
      figure(samples) {
        const calls = places.flatMap(({ seen }) => seen.calls).filter((time) => time >= at).length;
        const requests = samples.filter(({ dueAt }) => dueAt >= at).length;
        return `${(calls / requests).toFixed(2)} calls went up for a request`;
      },
    };
  },
};

/** RFC 9113 §7. */
const internalError = 2;

export const scenarios: readonly Scenario[] = [killed, frozen, restarted, allDown, failing];

function lastFailure(samples: readonly Sample[], at: number): string {
  const failed = samples.filter(({ outcome, endedAt }) => outcome !== "200" && endedAt > at);
  const last = Math.max(...failed.map(({ endedAt }) => endedAt));
  return failed.length === 0 ? "no failure" : `last failure after ${inSeconds(last - at)}`;
}

function firstSuccess(samples: readonly Sample[], upAt: number): string {
  const first = samples.find(({ outcome, endedAt }) => outcome === "200" && endedAt > upAt);
  return first === undefined
    ? "no success any more"
    : `success ${inSeconds(first.endedAt - upAt)} after`;
}

/** How often a dead upstream was connected to, and whether its return made a herd. */
function connects(places: readonly Place[], downAt: number, upAt: number): string {
  const times = places.flatMap(({ seen }) => seen.connections).filter((time) => time > downAt);
  const whileDown = times.filter((time) => time < upAt).length / ((upAt - downAt) / 1000);
  const most = Math.max(
    0,
    ...times.map((from) => times.filter((time) => time >= from && time < from + 1000).length),
  );
  return `${whileDown.toFixed(1)} connects/s while down, at most ${most} in a second`;
}
