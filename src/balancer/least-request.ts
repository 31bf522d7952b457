import type { Random } from "../base/index.ts";
import { firstUntried } from "./first-untried.ts";
import type { BalancedEndpoint, PickContext, Picker, Policy, PolicySetup } from "./policy.ts";
import { StartingWeights } from "./starting-weights.ts";
import { WeightedSchedule } from "./weighted-schedule.ts";

/**
 * Of a few endpoints drawn at random the one with the fewest calls in flight: what is slow gets less. Where
 * weights differ, or an endpoint starts slowly, in turn by weight / (calls in flight + 1) ^ bias. As Envoy.
 */
export const leastRequest: Policy = {
  connects: "all",
  usesHashKey: false,
  create: <Endpoint extends BalancedEndpoint>(setup: PolicySetup) =>
    new LeastRequest<Endpoint>(setup),
};

class LeastRequest<Endpoint extends BalancedEndpoint> implements Picker<Endpoint> {
  readonly #random: Random;
  readonly #choices: number;
  readonly #bias: number;
  readonly #starting: StartingWeights;
  /** In use while weights differ. */
  #schedule: WeightedSchedule<Endpoint> | undefined = undefined;
  #hasWeights = false;
  #usable: readonly Endpoint[] = [];

  constructor(setup: PolicySetup) {
    this.#random = setup.random;
    this.#choices = setup.options.choices;
    this.#bias = setup.options.activeRequestBias;
    this.#starting = new StartingWeights(setup);
  }

  update(usable: readonly Endpoint[]): void {
    this.#usable = usable;
    this.#starting.update(usable);
    const weight = usable[0]?.weight;
    this.#hasWeights = usable.some((endpoint) => endpoint.weight !== weight);
    if (!this.#hasWeights && !this.#starting.areGrowing()) {
      this.#schedule = undefined;
      return;
    }
    this.#schedule ??= new WeightedSchedule(this.#random, (endpoint) => this.#weightOf(endpoint));
    this.#schedule.update(usable);
  }

  pick({ tried }: PickContext): Endpoint | undefined {
    if (this.#schedule !== undefined) {
      if (this.#starting.areGrowing() || this.#hasWeights) return this.#schedule.pick(tried);
      this.#schedule = undefined;
    }
    return this.#leastLoaded(tried);
  }

  #leastLoaded(tried: PickContext["tried"]): Endpoint | undefined {
    const usable = this.#usable;
    const count = usable.length;
    const start = Math.floor(this.#random() * count);
    let best = firstUntried(usable, start, tried);
    // When there are no more than may be looked at, each is looked at once, from the drawn one on.
    const isAll = count <= this.#choices;
    for (let drawn = 1; drawn < this.#choices && drawn < count; drawn++) {
      const step = isAll ? drawn : 1 + Math.floor(this.#random() * (count - 1));
      const other = firstUntried(usable, (start + step) % count, tried);
      if (other !== undefined && best !== undefined && other.inFlight < best.inFlight) best = other;
    }
    return best;
  }

  #weightOf(endpoint: Endpoint): number {
    const share = endpoint.weight * this.#starting.factorOf(endpoint);
    return share / (endpoint.inFlight + 1) ** this.#bias;
  }
}
