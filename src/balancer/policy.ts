import type { Random } from "../base/index.ts";

/** One endpoint as a policy sees it. The object is the endpoint's identity, whatever its state. */
export interface BalancedEndpoint {
  /** The same for the same endpoint in every gateway and after a restart: what hashing policies place it by. */
  readonly key: string;
  /** Whether a call can be sent to it now; the policy is told when it changes. */
  readonly isReady: boolean;
  /** Share of the traffic relative to the others; 1 unless configured. */
  readonly weight: number;
  /** Where it runs; empty when that is not known. */
  readonly locality: string;
  /** Calls in flight at this moment; it changes between any two picks. */
  readonly inFlight: number;
}

/** What one call gives a policy to decide by. */
export interface PickContext {
  /** What must lead to the same endpoint again; undefined when the call has no such key. */
  readonly hashKey: string | undefined;
}

/** Chooses the endpoint of each call of one cluster. */
export interface Picker<Endpoint extends BalancedEndpoint> {
  /** Takes the whole set, after each change of its members or of their readiness. */
  update(endpoints: readonly Endpoint[]): void;
  /** A ready endpoint of the last update; undefined when there was none. Its work does not grow with the set
   * of endpoints that are not ready. */
  pick(context: PickContext): Endpoint | undefined;
}

/** A way of balancing. One file each, listed in `policies`, tested by the shared contract. */
export interface Policy {
  /** Starts balancing for one cluster. `random` makes gateways that start together differ. */
  create<Endpoint extends BalancedEndpoint>(random: Random): Picker<Endpoint>;
}
