/** Gives a number in [0, 1). Passed as an argument so that tests can repeat a run. */
export type Random = () => number;

/** The runtime's generator: for jitter and balancing, never for secrets. */
export const systemRandom: Random = Math.random;

/** A repeatable generator (mulberry32) for tests and for replaying a run. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
