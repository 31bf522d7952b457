import type { Random } from "../base/index.ts";
import { firstUntried } from "./first-untried.ts";
import type { BalancedEndpoint, PickContext, Picker, Policy, PolicySetup } from "./policy.ts";

/** Any endpoint, all alike: weights are not heeded. Many gateways cannot fall into step by it. */
export const random: Policy = {
  connects: "all",
  usesHashKey: false,
  create: <Endpoint extends BalancedEndpoint>(setup: PolicySetup) =>
    new RandomPicker<Endpoint>(setup.random),
};

class RandomPicker<Endpoint extends BalancedEndpoint> implements Picker<Endpoint> {
  readonly #random: Random;
  #usable: readonly Endpoint[] = [];

  constructor(source: Random) {
    this.#random = source;
  }

  update(usable: readonly Endpoint[]): void {
    this.#usable = usable;
  }

  pick(context: PickContext): Endpoint | undefined {
    const start = Math.floor(this.#random() * this.#usable.length);
    return firstUntried(this.#usable, start, context.tried);
  }
}
