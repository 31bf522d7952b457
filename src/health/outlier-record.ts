import type { Timer } from "../base/index.ts";

/** Why an endpoint was ejected. */
export type EjectionCause = "consecutiveErrors" | "successRate" | "failurePercentage";

type RecordState =
  | { readonly kind: "in" }
  | {
      readonly kind: "ejected";
      readonly cause: EjectionCause;
      /** When it returns, in ms of the clock. */
      readonly until: number;
      readonly timer: Timer;
    }
  /** No longer tracked. */
  | { readonly kind: "gone" };

/** What the calls of one endpoint come to. `success` and `failure` are on the data path: they only count. */
export interface OutlierRecord {
  /** Whether it is ejected now: no call is to be sent to it while others are there. */
  readonly isEjected: boolean;
  /** A call was answered, by whatever status that is not the endpoint's fault. */
  success(): void;
  /** A call failed by the fault of the endpoint. The caller decides by code: UNAVAILABLE, UNKNOWN, INTERNAL… */
  failure(): void;
  /** The endpoint is no longer in the set. Safe to call twice. */
  stop(): void;
}

/** What a record tells its detector. */
interface RecordOwner {
  /** 0 for never. */
  readonly consecutiveErrors: number;
  onConsecutiveErrors(record: EndpointRecord): void;
  onStop(record: EndpointRecord, wasEjected: boolean): void;
}

/** An endpoint as its detector sees it. */
export class EndpointRecord implements OutlierRecord {
  readonly key: string;
  readonly #owner: RecordOwner;
  #state: RecordState = { kind: "in" };
  #consecutive = 0;
  successes = 0;
  failures = 0;
  /** How many times the first ejection the last one lasted; it falls with each interval of good conduct. */
  multiplier = 0;
  /** Whether it was ejected at any time since the last interval ended. */
  wasEjected = false;

  constructor(key: string, owner: RecordOwner) {
    this.key = key;
    this.#owner = owner;
  }

  get state(): RecordState {
    return this.#state;
  }

  get isEjected(): boolean {
    return this.#state.kind === "ejected";
  }

  success(): void {
    if (this.#state.kind !== "in") return;
    this.successes++;
    this.#consecutive = 0;
  }

  failure(): void {
    // Calls of before the ejection, and those that are sent in panic, do not lengthen it.
    if (this.#state.kind !== "in") return;
    this.failures++;
    this.#consecutive++;
    const most = this.#owner.consecutiveErrors;
    // More when the set had no room for one more ejection: each further failure asks again.
    if (most > 0 && this.#consecutive >= most) this.#owner.onConsecutiveErrors(this);
  }

  stop(): void {
    if (this.#state.kind === "gone") return;
    const wasEjected = this.isEjected;
    this.changeState({ kind: "gone" });
    this.#owner.onStop(this, wasEjected);
  }

  /** Leaves the state it is in for `state`. */
  changeState(state: RecordState): void {
    if (this.#state.kind === "ejected") this.#state.timer.cancel();
    this.#state = state;
    if (state.kind === "ejected") this.wasEjected = true;
    // Half open: the first failure after the return ejects again, the first success makes it whole.
    this.#consecutive = Math.max(this.#owner.consecutiveErrors - 1, 0);
  }

  /** An interval has ended. */
  startInterval(): void {
    this.successes = 0;
    this.failures = 0;
    if (this.#state.kind === "ejected") return;
    if (!this.wasEjected && this.multiplier > 0) this.multiplier--;
    this.wasEjected = false;
  }
}
