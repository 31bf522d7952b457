import type { Clock } from "../base/index.ts";
import type { BalancedEndpoint, PolicySetup } from "./policy.ts";

/** What an endpoint gets of its weight at first, so that it is warmed up by calls at all (Envoy's default). */
const leastFactor = 0.1;

/** How far weights have grown since their endpoints became ready: slow start, linear as Envoy's `aggression` 1. */
export class StartingWeights {
  readonly #clock: Clock;
  readonly #windowMs: number;
  /** When the last one has its full weight, in the clock's ms; -Infinity when all have. */
  #until = Number.NEGATIVE_INFINITY;

  constructor({ clock, options }: PolicySetup) {
    this.#clock = clock;
    this.#windowMs = options.slowStartMs;
  }

  update(usable: readonly BalancedEndpoint[]): void {
    this.#until = Number.NEGATIVE_INFINITY;
    if (this.#windowMs === 0) return;
    for (const { readySince } of usable) {
      this.#until = Math.max(this.#until, readySince + this.#windowMs);
    }
  }

  /** Whether any weight still grows. The clock is not asked once none does. */
  areGrowing(): boolean {
    if (this.#until === Number.NEGATIVE_INFINITY) return false;
    if (this.#clock.now() < this.#until) return true;
    this.#until = Number.NEGATIVE_INFINITY;
    return false;
  }

  /** What part of its weight `endpoint` has now: 0.1 to 1. */
  factorOf(endpoint: BalancedEndpoint): number {
    if (this.#until === Number.NEGATIVE_INFINITY) return 1;
    const grown = (this.#clock.now() - endpoint.readySince) / this.#windowMs;
    return Math.min(1, Math.max(leastFactor, grown));
  }
}
