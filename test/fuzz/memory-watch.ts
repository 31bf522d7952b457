import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Inputs between two looks at the heap; before the second look caches and pools fill. */
const interval = 2000;

/** More than this, twice in a row, is a leak: 8,000 inputs at least have left it behind. */
const mostGrowth = 24 * 1024 * 1024;

/** Timers, sockets and requests that may be open beyond those at the first look. */
const mostResources = 100;

/** Sees whether what inputs leave behind grows. */
export class MemoryWatch {
  peakRss = 0;
  growth = 0;
  #base: { readonly heap: number; readonly resources: number } | undefined = undefined;
  #suspicions = 0;

  /** Called after the input with this index; says what has grown too far. */
  async check(index: number): Promise<string | undefined> {
    if (index % 50 === 0) this.peakRss = Math.max(this.peakRss, process.memoryUsage.rss());
    if ((index + 1) % interval !== 0) return undefined;
    // Sockets that have ended are let go a turn or two later.
    await wait(50);
    collectGarbage();
    await wait(10);
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    const now = { heap: heapUsed + external, resources: process.getActiveResourcesInfo().length };
    if (index + 1 < 2 * interval || this.#base === undefined) {
      this.#base = now;
      return undefined;
    }
    this.growth = now.heap - this.#base.heap;
    const resources = now.resources - this.#base.resources;
    const isGrown = this.growth > mostGrowth || resources > mostResources;
    this.#suspicions = isGrown ? this.#suspicions + 1 : 0;
    if (this.#suspicions < 2) return undefined;
    this.#suspicions = 0;
    return `memory grew by ${this.growth} bytes and ${resources} resources`;
  }
}
