import { EventEmitter } from "node:events";
import CircuitBreaker from "opossum";
import type { Clock } from "../base/index.ts";
import type { BreakerOptions } from "./types.ts";

/** Parts of the window; a failure is forgotten when the part it is in has moved out. */
const parts = 10;

/** opossum notes the latency of each call although nobody asks for it; more than this many are not kept. */
const mostLatencies = 1024;

/** The longest delay one Node timer can hold: opossum's own way into half-open is not used. */
const neverMs = 0x7fff_ffff;

/** opossum calls the action that it guards; ours has already ended, and this is how. */
const failure = new Error("the call failed");
const done = {
  // A promise would put the count off to a later turn, and cost more than all the rest.
  // biome-ignore lint/suspicious/noThenProperty: opossum takes any thenable.
  then(fulfil: () => void) {
    fulfil();
    return done;
  },
  catch: () => done,
};

function ended(isFailure: boolean): Promise<void> {
  if (isFailure) throw failure;
  return done as unknown as Promise<void>;
}

function ignore(): void {}

/**
 * opossum with its window moved by our clock. A call is reported when it has ended, so that calls in flight do
 * not thin the rate, and the ignored ones are not seen at all. opossum itself asks for more failures than the
 * threshold; here as many are enough, so that 100 % can be reached.
 */
export class FailureWindow {
  readonly #clock: Clock;
  readonly #circuit: CircuitBreaker<[boolean], void>;
  readonly #status: CircuitBreaker.Status;
  readonly #rotation = new EventEmitter();
  readonly #partMs: number;
  #partEndsAt: number;
  #latencies = 0;

  /** `onOpen` is called within `report`. */
  constructor(options: BreakerOptions, clock: Clock, onOpen: () => void) {
    this.#clock = clock;
    this.#partMs = options.windowMs / parts;
    this.#partEndsAt = clock.now() + this.#partMs;
    const windowOptions = {
      rollingCountBuckets: parts,
      rollingCountTimeout: options.windowMs,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      // Without it opossum turns its window by a timer of its own.
      rotateBucketController: this.#rotation,
    };
    this.#status = CircuitBreaker.newStatus(windowOptions);
    // Read at each failure: the sum of all fourteen counters that opossum has took 8 µs.
    Object.defineProperty(this.#status, "stats", { get: () => sumOf(this.#status.window) });
    this.#circuit = new CircuitBreaker(ended, {
      ...windowOptions,
      status: this.#status,
      name: "cluster",
      timeout: false,
      errorThresholdPercentage: options.errors * 100 - 1e-9,
      volumeThreshold: options.minimum,
      resetTimeout: neverMs,
    });
    this.#circuit.on("open", onOpen);
  }

  /** Counts a call that has ended, while closed. */
  report(isFailure: boolean): void {
    this.#moveOn();
    if (++this.#latencies >= mostLatencies) this.#dropLatencies();
    const fired = this.#circuit.fire(isFailure);
    if (isFailure) fired.catch(ignore);
  }

  /** Starts counting anew: opossum keeps the failures that opened it, and the next one would open it again. */
  close(): void {
    for (let i = 0; i < parts; i++) this.#rotation.emit("rotate");
    this.#circuit.close();
  }

  /** What ended within the window. */
  counts(): { readonly calls: number; readonly failures: number } {
    this.#moveOn();
    const { fires, failures } = this.#circuit.stats;
    return { calls: fires, failures };
  }

  shutdown(): void {
    this.#circuit.shutdown();
  }

  #moveOn(): void {
    const now = this.#clock.now();
    if (now < this.#partEndsAt) return;
    const turns = Math.floor((now - this.#partEndsAt) / this.#partMs) + 1;
    for (let i = Math.min(turns, parts); i > 0; i--) this.#rotation.emit("rotate");
    this.#partEndsAt += turns * this.#partMs;
    this.#latencies = 0;
  }

  #dropLatencies(): void {
    const latest = this.#status.window[0];
    if (latest !== undefined) latest.latencyTimes = [];
    this.#latencies = 0;
  }
}

/** The two counters that decide. */
function sumOf(buckets: CircuitBreaker.Window): { fires: number; failures: number } {
  let [fires, failures] = [0, 0];
  for (const bucket of buckets) {
    fires += bucket.fires;
    failures += bucket.failures;
  }
  return { fires, failures };
}
