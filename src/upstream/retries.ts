import type { Clock, Random, Timer } from "../base/index.ts";
import type { Call, Failure } from "../rpc/index.ts";
import { isMendable, type RetryOptions, retryDelayMs } from "./retry.ts";
import { RetryBudget } from "./retry-budget.ts";

/** How a try ended that brought no reply. */
export type TryEnd =
  /** With a failure that another try may mend or not. */
  | "failed"
  /** It took longer than a try may. */
  | "late"
  /** No service has seen it, so that sending it again does no harm, whatever the method. */
  | "unprocessed";

/** Decides for one cluster whether and when calls are sent again (gRFC A6). */
export class Retries {
  /** Retries and hedges since the cluster began. */
  count = 0;
  readonly budget: RetryBudget;
  readonly #options: RetryOptions;
  readonly #most: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onRetry: () => void;
  #active = 0;

  /** `most` is how many calls may be in retry at once. */
  constructor(
    options: RetryOptions,
    most: number,
    clock: Clock,
    random: Random,
    onRetry: () => void,
  ) {
    this.budget = new RetryBudget(options.budget);
    this.#options = options;
    this.#most = most;
    this.#clock = clock;
    this.#random = random;
    this.#onRetry = onRetry;
  }

  /** Calls that were sent again and have not ended. */
  get active(): number {
    return this.#active;
  }

  /** How long one try may take, in ms; Infinity for as long as its call. */
  get perTryMs(): number {
    return this.#options.perTryMs;
  }

  /**
   * How long a call that has failed `attempts` times waits for its next try, in ms; undefined when it is not sent
   * again. `isActive` says that it was sent again before.
   */
  delayOf(
    call: Call,
    failure: Failure,
    end: TryEnd,
    attempts: number,
    isActive: boolean,
  ): number | undefined {
    const { attempts: most, codes, backoff } = this.#options;
    if (attempts >= most || call.messages.kind !== "single") return undefined;
    if (end !== "unprocessed" && !this.#isSafe(call)) return undefined;
    if (end === "failed" && !isMendable(failure, codes)) return undefined;
    if (!this.#take(isActive)) return undefined;
    return retryDelayMs(failure, Math.max(attempts, 1), backoff, this.#random);
  }

  /** When another try is sent beside the first, in ms from now; Infinity for never. Only where nothing can tell the
   * two apart: single messages both ways. */
  hedgeAfterMs(call: Call, attempts: number): number {
    const { hedgeAfterMs, attempts: most } = this.#options;
    if (hedgeAfterMs === Number.POSITIVE_INFINITY || attempts >= most) return hedgeAfterMs;
    const isUnary = call.messages.kind === "single" && !call.method.serverStreaming;
    return isUnary && this.#isSafe(call) ? hedgeAfterMs : Number.POSITIVE_INFINITY;
  }

  /** Pays for a hedge; false when there is none to be had. */
  mayHedge(isActive: boolean): boolean {
    return this.#take(isActive);
  }

  after(delayMs: number, fire: () => void): Timer {
    return this.#clock.setTimer(delayMs, fire);
  }

  /** A call that was sent again has ended. */
  ended(): void {
    this.#active--;
  }

  #isSafe(call: Call): boolean {
    return this.#options.unsafe || call.method.isIdempotent;
  }

  #take(isActive: boolean): boolean {
    if (!isActive && this.#active >= this.#most) return false;
    if (!this.budget.withdraw()) return false;
    if (!isActive) this.#active++;
    this.count++;
    this.#onRetry();
    return true;
  }
}
