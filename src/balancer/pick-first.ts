import { firstUntried } from "./first-untried.ts";
import type { BalancedEndpoint, PickContext, Picker, Policy } from "./policy.ts";

/**
 * The first endpoint in the order of the cluster that can be connected to, until it is lost: for upstreams that
 * balance themselves, or of which the others are spares (gRFC A61). Weights are not heeded.
 */
export const pickFirst: Policy = {
  connects: "one",
  usesHashKey: false,
  create: <Endpoint extends BalancedEndpoint>() => new PickFirst<Endpoint>(),
};

class PickFirst<Endpoint extends BalancedEndpoint> implements Picker<Endpoint> {
  #usable: readonly Endpoint[] = [];
  #current = 0;

  update(usable: readonly Endpoint[]): void {
    const current = this.#usable[this.#current];
    const kept = current === undefined ? -1 : usable.indexOf(current);
    this.#usable = usable;
    // One that is back does not take the calls away again: each move costs the upstream what it had cached.
    this.#current = Math.max(0, kept);
  }

  pick({ tried }: PickContext): Endpoint | undefined {
    const current = this.#usable[this.#current];
    if (current === undefined || tried === undefined || !tried.has(current)) return current;
    // After the current one the first in order, as if the current one were lost.
    const other = firstUntried(this.#usable, 0, tried);
    return other === undefined || tried.has(other) ? current : other;
  }
}
