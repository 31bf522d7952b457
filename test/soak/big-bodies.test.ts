import assert from "node:assert/strict";
import process from "node:process";
import { suite, test } from "node:test";
import { measureBodies } from "./measure.ts";

/** Twice what the memory may grow by: who holds a transfer while it stands still cannot stay below. */
const mib = 128;
const mostGrowthMib = 64;

suite("big bodies", { skip: process.platform !== "linux" }, () => {
  test(`${mib} MiB go down and up whole, and the gateway's memory does not grow with them`, async () => {
    for (const { name, isWhole, bytes, idleMib, peakMib } of await measureBodies(mib, "source")) {
      assert.deepEqual([name, isWhole, bytes], [name, true, mib * 1024 * 1024]);
      const growthMib = peakMib - idleMib;
      assert.ok(growthMib < mostGrowthMib, `${name}: ${idleMib} MiB became ${peakMib} MiB`);
    }
  });
});
