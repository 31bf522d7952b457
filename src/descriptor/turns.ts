import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../base/index.ts";

/** Gives the event loop a turn now and then during long work, since a gateway may be serving meanwhile. */
export interface Turns {
  /** Lets others run when this work has held the thread for `sliceMs`. */
  take(): Promise<void>;
}

const sliceMs = 20;

/** Turns measured by `clock`. */
export function createTurns(clock: Clock): Turns {
  let sliceStart = clock.now();
  return {
    async take() {
      if (clock.now() - sliceStart < sliceMs) return;
      await nextTurn();
      sliceStart = clock.now();
    },
  };
}
