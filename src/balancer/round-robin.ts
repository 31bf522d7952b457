import type { Random } from "../base/index.ts";
import { firstUntried } from "./first-untried.ts";
import type { BalancedEndpoint, PickContext, Picker, Policy, PolicySetup } from "./policy.ts";
import { StartingWeights } from "./starting-weights.ts";
import { WeightedSchedule } from "./weighted-schedule.ts";

/**
 * Endpoints in turn, all alike: configured weights are not heeded, and fewer turns while an endpoint starts
 * slowly are all the difference that is made. The first turn is drawn, so that many gateways that start together
 * do not all begin with the first endpoint.
 */
export const roundRobin: Policy = {
  connects: "all",
  usesHashKey: false,
  create: <Endpoint extends BalancedEndpoint>(setup: PolicySetup) =>
    new RoundRobin<Endpoint>(setup),
};

class RoundRobin<Endpoint extends BalancedEndpoint> implements Picker<Endpoint> {
  readonly #random: Random;
  readonly #starting: StartingWeights;
  /** In use while endpoints start slowly. */
  #schedule: WeightedSchedule<Endpoint> | undefined = undefined;
  #usable: readonly Endpoint[] = [];
  #next = 0;

  constructor(setup: PolicySetup) {
    this.#random = setup.random;
    this.#starting = new StartingWeights(setup);
  }

  update(usable: readonly Endpoint[]): void {
    this.#usable = usable;
    // Drawn anew, because keeping the index would favour whoever moved to it each time the set flaps.
    this.#next = Math.floor(this.#random() * usable.length);
    this.#starting.update(usable);
    if (!this.#starting.areGrowing()) {
      this.#schedule = undefined;
      return;
    }
    this.#schedule ??= new WeightedSchedule(this.#random, (endpoint) =>
      this.#starting.factorOf(endpoint),
    );
    this.#schedule.update(usable);
  }

  pick(context: PickContext): Endpoint | undefined {
    if (this.#schedule !== undefined) {
      if (this.#starting.areGrowing()) return this.#schedule.pick(context.tried);
      this.#schedule = undefined;
    }
    const usable = this.#usable;
    const start = this.#next;
    this.#next = start + 1 < usable.length ? start + 1 : 0;
    const picked = usable[start];
    return context.tried === undefined ? picked : firstUntried(usable, start, context.tried);
  }
}
