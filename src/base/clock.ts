/** A timer that was set; `cancel` is safe to call twice and after it fired. */
export interface Timer {
  cancel(): void;
}

/** Where time comes from. Tests pass a fake one, so that nothing has to sleep. */
export interface Clock {
  /** Monotonic milliseconds since some fixed moment: for deadlines and durations, immune to clock jumps. */
  now(): number;
  /** Milliseconds since the Unix epoch: for what a person reads. */
  wallNow(): number;
  /** Calls `fire` once after `delayMs`; the timer never keeps the process alive. */
  setTimer(delayMs: number, fire: () => void): Timer;
}

/** The longest delay one Node timer can hold (2^31 - 1 ms); longer ones would fire at once. */
const longestTimerMs = 0x7fff_ffff;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer(delayMs, fire) {
    const handle = setTimeout(fire, Math.min(Math.max(delayMs, 0), longestTimerMs));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
