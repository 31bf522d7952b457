import type { Random } from "../base/index.ts";
import type { BalancedEndpoint, Picker, Policy } from "./policy.ts";

/**
 * Ready endpoints in turn, all alike: weights are not heeded. The first turn is drawn, so that many gateways
 * that start together do not all begin with the first endpoint.
 */
export const roundRobin: Policy = {
  create: <Endpoint extends BalancedEndpoint>(random: Random) => new RoundRobin<Endpoint>(random),
};

class RoundRobin<Endpoint extends BalancedEndpoint> implements Picker<Endpoint> {
  readonly #random: Random;
  #ready: readonly Endpoint[] = [];
  #next = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  update(endpoints: readonly Endpoint[]): void {
    this.#ready = endpoints.filter((endpoint) => endpoint.isReady);
    // Drawn anew, because keeping the index would favour whoever moved to it each time the set flaps.
    this.#next = Math.floor(this.#random() * this.#ready.length);
  }

  pick(): Endpoint | undefined {
    const picked = this.#ready[this.#next];
    this.#next = this.#next + 1 < this.#ready.length ? this.#next + 1 : 0;
    return picked;
  }
}
