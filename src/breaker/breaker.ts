import type { Clock } from "../base/index.ts";
import { FailureWindow } from "./failure-window.ts";
import type {
  Breaker,
  BreakerEnvironment,
  BreakerKind,
  BreakerOptions,
  BreakerStatus,
  Outcome,
  Permit,
} from "./types.ts";

/** Starts a breaker, closed. */
export function createBreaker(options: BreakerOptions, environment: BreakerEnvironment): Breaker {
  return new OpossumBreaker(options, environment);
}

type BreakerState =
  | { readonly kind: "closed" }
  /** Refuses until `until`, in ms of the clock. */
  | { readonly kind: "open"; readonly until: number }
  /** `admitted` probes are out or have succeeded; `until` is when those that are out are given up. */
  | {
      readonly kind: "halfOpen";
      readonly until: number;
      readonly admitted: number;
      readonly succeeded: number;
    }
  | { readonly kind: "destroyed" };

const closed: BreakerState = { kind: "closed" };

/**
 * opossum counts and says when to open; the time until a probe, several probes and outcomes that do not count
 * are kept here, because opossum has a timer of its own for the first and takes each outcome for one or the other.
 */
class OpossumBreaker implements Breaker {
  readonly #options: BreakerOptions;
  readonly #clock: Clock;
  readonly #onChange: (kind: BreakerKind) => void;
  readonly #window: FailureWindow;
  #state: BreakerState = closed;
  /** Counts the states: what was permitted in an earlier one tells nothing of this one. */
  #era = 0;
  #refused = 0;
  #openings = 0;

  constructor(options: BreakerOptions, { clock, onChange }: BreakerEnvironment) {
    this.#options = options;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#window = new FailureWindow(options, clock, () => this.#open());
  }

  permit(): Permit | undefined {
    const state = this.#state;
    if (state.kind === "closed" || state.kind === "destroyed" || this.#admitsProbe(state)) {
      return new CallPermit(this, this.#era);
    }
    this.#refused++;
    return undefined;
  }

  retryAfterMs(): number {
    const state = this.#state;
    const refuses =
      state.kind === "open" ||
      (state.kind === "halfOpen" && state.admitted >= this.#options.halfOpenProbes);
    return refuses ? Math.max(state.until - this.#clock.now(), 0) : 0;
  }

  status(): BreakerStatus {
    const { kind } = this.#state;
    return {
      kind: kind === "destroyed" ? "closed" : kind,
      ...this.#window.counts(),
      refused: this.#refused,
      openings: this.#openings,
      retryAfterMs: this.retryAfterMs(),
    };
  }

  destroy(): void {
    if (this.#state.kind === "destroyed") return;
    this.#changeState({ kind: "destroyed" });
    this.#window.shutdown();
  }

  /** Takes the outcome of a call that was permitted in `era`. */
  done(era: number, outcome: Outcome): void {
    if (era !== this.#era) return;
    const state = this.#state;
    if (state.kind === "halfOpen") this.#endProbe(state, outcome);
    else if (outcome !== "ignored" && state.kind === "closed") {
      this.#window.report(outcome === "failure");
    }
  }

  /** Whether a call may probe now; it has its place taken if so. */
  #admitsProbe(state: BreakerState & { kind: "open" | "halfOpen" }): boolean {
    if (state.kind === "halfOpen" && state.admitted < this.#options.halfOpenProbes) {
      this.#changeState({ ...state, admitted: state.admitted + 1 });
      return true;
    }
    const now = this.#clock.now();
    if (now < state.until) return false;
    // A stream may last for hours: a probe without an outcome must not hold the breaker half open as long.
    if (state.kind === "halfOpen") this.#era++;
    const until = now + this.#options.openForMs;
    this.#changeState({ kind: "halfOpen", until, admitted: 1, succeeded: 0 });
    return true;
  }

  #endProbe(state: BreakerState & { kind: "halfOpen" }, outcome: Outcome): void {
    if (outcome === "failure") {
      this.#open();
    } else if (outcome === "ignored") {
      this.#changeState({ ...state, admitted: state.admitted - 1 });
    } else if (state.succeeded + 1 >= this.#options.halfOpenProbes) {
      this.#window.close();
      this.#changeState(closed);
    } else {
      this.#changeState({ ...state, succeeded: state.succeeded + 1 });
    }
  }

  #open(): void {
    this.#openings++;
    this.#changeState({ kind: "open", until: this.#clock.now() + this.#options.openForMs });
  }

  #changeState(state: BreakerState): void {
    const before = this.#state.kind;
    this.#state = state;
    if (state.kind === before) return;
    this.#era++;
    if (state.kind !== "destroyed") this.#onChange(state.kind);
  }
}

class CallPermit implements Permit {
  readonly #breaker: OpossumBreaker;
  #era: number;

  constructor(breaker: OpossumBreaker, era: number) {
    this.#breaker = breaker;
    this.#era = era;
  }

  done(outcome: Outcome): void {
    const era = this.#era;
    // Eras are counted from 0.
    this.#era = -1;
    this.#breaker.done(era, outcome);
  }
}
