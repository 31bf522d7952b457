import type { Clock, Random, Timer } from "../base/index.ts";
import type { OutlierOptions } from "./outlier-options.ts";
import { highFailureRates, lowSuccessRates } from "./outlier-rates.ts";
import { type EjectionCause, EndpointRecord, type OutlierRecord } from "./outlier-record.ts";

/** An endpoint was ejected or has returned. */
export type OutlierChange =
  | {
      readonly kind: "ejected";
      readonly key: string;
      readonly cause: EjectionCause;
      readonly forMs: number;
    }
  | { readonly kind: "returned"; readonly key: string };

/** One endpoint as it is now. */
export interface OutlierStatus {
  readonly key: string;
  readonly isEjected: boolean;
  /** Why; undefined when it is not ejected. */
  readonly cause: EjectionCause | undefined;
  /** Milliseconds until it returns; 0 when it is not ejected. */
  readonly returnsInMs: number;
  /** How many times the first ejection the last one was; it falls by one with each interval of good conduct. */
  readonly multiplier: number;
}

/** What a detector lives on. */
export interface OutlierEnvironment {
  readonly clock: Clock;
  /** Spreads the intervals of gateways that start together. */
  readonly random: Random;
  /** Called after each change, within `failure()` for errors in a row. It must not throw. */
  onChange(change: OutlierChange): void;
}

/** Ejects endpoints of one cluster by what their calls come to. `stop` ends its timers. */
export interface OutlierDetector {
  /** Takes an endpoint into the set, not ejected. */
  track(key: string): OutlierRecord;
  status(): readonly OutlierStatus[];
  /** Ends all timers; nothing is ejected or returns any more. Safe to call twice. */
  stop(): void;
}

/** Starts passive outlier detection for one cluster (gRFC A50; Envoy's outlier detection). */
export function createOutlierDetector(
  options: OutlierOptions,
  environment: OutlierEnvironment,
): OutlierDetector {
  return new Detector(options, environment);
}

class Detector implements OutlierDetector {
  readonly #options: OutlierOptions;
  readonly #environment: OutlierEnvironment;
  readonly #records = new Set<EndpointRecord>();
  #ejected = 0;
  readonly consecutiveErrors: number;
  #interval: Timer;
  #isStopped = false;

  constructor(options: OutlierOptions, environment: OutlierEnvironment) {
    this.#options = options;
    this.#environment = environment;
    this.consecutiveErrors = options.consecutiveErrors;
    this.#interval = this.#after(options.intervalMs * (0.5 + environment.random() / 2));
  }

  track(key: string): OutlierRecord {
    const record = new EndpointRecord(key, this);
    this.#records.add(record);
    return record;
  }

  status(): readonly OutlierStatus[] {
    const now = this.#environment.clock.now();
    return [...this.#records].map(({ key, state, multiplier }) => ({
      key,
      isEjected: state.kind === "ejected",
      cause: state.kind === "ejected" ? state.cause : undefined,
      returnsInMs: state.kind === "ejected" ? Math.max(state.until - now, 0) : 0,
      multiplier,
    }));
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#interval.cancel();
    for (const record of this.#records) record.stop();
  }

  /** Called by a record. */
  onConsecutiveErrors(record: EndpointRecord): void {
    this.#eject(record, "consecutiveErrors");
  }

  /** Called by a record. */
  onStop(record: EndpointRecord, wasEjected: boolean): void {
    this.#records.delete(record);
    if (wasEjected) this.#ejected--;
  }

  #after(delayMs: number): Timer {
    return this.#environment.clock.setTimer(delayMs, () => this.#endInterval());
  }

  #endInterval(): void {
    const { successRate, failurePercentage } = this.#options;
    if (successRate !== undefined) {
      for (const record of lowSuccessRates(this.#judged(), successRate)) {
        this.#eject(record, "successRate");
      }
    }
    if (failurePercentage !== undefined) {
      for (const record of highFailureRates(this.#judged(), failurePercentage)) {
        this.#eject(record, "failurePercentage");
      }
    }
    for (const record of this.#records) record.startInterval();
    this.#interval = this.#after(this.#options.intervalMs);
  }

  #judged(): readonly EndpointRecord[] {
    return [...this.#records].filter((record) => !record.isEjected);
  }

  #eject(record: EndpointRecord, cause: EjectionCause): void {
    if (this.#isStopped || !this.#hasRoom()) return;
    const { ejectForMs, maxEjectForMs } = this.#options;
    const { clock, onChange } = this.#environment;
    // Not beyond the longest, or good conduct would take hours to be believed.
    if (ejectForMs * record.multiplier < maxEjectForMs) record.multiplier++;
    const forMs = Math.min(ejectForMs * record.multiplier, maxEjectForMs);
    const timer = clock.setTimer(forMs, () => this.#return(record));
    record.changeState({ kind: "ejected", cause, until: clock.now() + forMs, timer });
    this.#ejected++;
    onChange({ kind: "ejected", key: record.key, cause, forMs });
  }

  /** One may always be ejected: of a few endpoints a tenth would be none. */
  #hasRoom(): boolean {
    // A share such as 0.1 of 30 must not come to 2.9999.
    const room = Math.floor(this.#records.size * this.#options.maxEjected + 1e-9);
    return this.#ejected < Math.max(room, 1);
  }

  #return(record: EndpointRecord): void {
    record.changeState({ kind: "in" });
    this.#ejected--;
    this.#environment.onChange({ kind: "returned", key: record.key });
  }
}
