import type { BalancedEndpoint, PickContext, Picker, Policy, PolicySetup } from "./policy.ts";
import { StartingWeights } from "./starting-weights.ts";
import { WeightedSchedule } from "./weighted-schedule.ts";

/** Endpoints in turn, one of weight 3 three times as often as one of weight 1 and evenly in between (gRFC A58). */
export const weightedRoundRobin: Policy = {
  connects: "all",
  usesHashKey: false,
  create: <Endpoint extends BalancedEndpoint>(setup: PolicySetup) =>
    new WeightedRoundRobin<Endpoint>(setup),
};

class WeightedRoundRobin<Endpoint extends BalancedEndpoint> implements Picker<Endpoint> {
  readonly #starting: StartingWeights;
  readonly #schedule: WeightedSchedule<Endpoint>;

  constructor(setup: PolicySetup) {
    const starting = new StartingWeights(setup);
    this.#starting = starting;
    this.#schedule = new WeightedSchedule(
      setup.random,
      (endpoint) => endpoint.weight * starting.factorOf(endpoint),
    );
  }

  update(usable: readonly Endpoint[]): void {
    this.#starting.update(usable);
    this.#schedule.update(usable);
  }

  pick(context: PickContext): Endpoint | undefined {
    // Asked for what it does besides: it notices that the last weight is full.
    this.#starting.areGrowing();
    return this.#schedule.pick(context.tried);
  }
}
