import type { Clock, Random } from "../base/index.ts";

/** One endpoint as a policy sees it. The object is the endpoint's identity, whatever its state. */
export interface BalancedEndpoint {
  /** The same for the same endpoint in every gateway and after a restart: what hashing policies place it by. */
  readonly key: string;
  /** Whether a call can be sent to it now; the balancer is told when it changes. */
  readonly isReady: boolean;
  /** Neither failed by health checks nor ejected as an outlier; the balancer is told when it changes. */
  readonly isHealthy: boolean;
  /** Share of the traffic relative to the others; above 0, and 1 unless configured. */
  readonly weight: number;
  /** Where it runs; empty when that is not known. */
  readonly locality: string;
  /** 0 is used first; a higher one when too few below it are available. */
  readonly priority: number;
  /** What subsets are made by. */
  readonly metadata: Readonly<Record<string, string>>;
  /** When it last became ready and healthy, in the clock's monotonic ms: slow start counts from there. */
  readonly readySince: number;
  /** Calls in flight at this moment; it changes between any two picks. */
  readonly inFlight: number;
}

/** The values of a subset's metadata as one text; made by `subsetKeyOf` on load, not in a call. */
export type SubsetKey = string & { readonly subset: unique symbol };

/** What one call gives to decide by. */
export interface PickContext {
  /** What must lead to the same endpoint again; undefined when the call has no such key. */
  readonly hashKey: string | undefined;
  /** The endpoints among which the call stays; undefined for all. */
  readonly subset: SubsetKey | undefined;
  /** Where the call has been already: avoided as long as another endpoint is there. */
  readonly tried: ReadonlySet<BalancedEndpoint> | undefined;
}

/** Chooses the endpoint of each call among equals: one level of one cluster. */
export interface Picker<Endpoint extends BalancedEndpoint> {
  /** Takes those that may be picked now and the whole set that they are of, after each change of either. */
  update(usable: readonly Endpoint[], members: readonly Endpoint[]): void;
  /** One of the usable endpoints, not a tried one where there is another; undefined when there is none. Its
   * work does not grow with the set. */
  pick(context: PickContext): Endpoint | undefined;
}

/** What policies are told beside the endpoints. Each reads its own; the configuration fills every default. */
export interface PolicyOptions {
  /** least_request: of how many endpoints the least loaded is taken. Default 2. Many: all gateways pick the same. */
  readonly choices: number;
  /** least_request with different weights: the power of `inFlight + 1` that a weight is divided by. Default 1;
   * 0 heeds weights only. */
  readonly activeRequestBias: number;
  /** ring_hash: points of an endpoint of weight 1. Default 1024. Few: uneven shares. */
  readonly minimumRingSize: number;
  /** ring_hash: points of all together, before each has at least one. Default 65 536. */
  readonly maximumRingSize: number;
  /** maglev: entries of the table; a prime. Default 65 537. Below a hundred for each endpoint: uneven shares. */
  readonly tableSize: number;
  /** How long the weight of an endpoint that has become ready grows to its full value, in ms; 0 for not at all. */
  readonly slowStartMs: number;
}

/** What a policy starts with. */
export interface PolicySetup {
  /** Makes gateways that start together differ. */
  readonly random: Random;
  readonly clock: Clock;
  readonly options: PolicyOptions;
}

/** A way of balancing. One file each, listed in `policies`, tested by the shared contract. */
export interface Policy {
  /** Whether a cluster connects to all of its endpoints, or in their order to one until that is lost. */
  readonly connects: "all" | "one";
  /** Whether the hash key of a call chooses. */
  readonly usesHashKey: boolean;
  create<Endpoint extends BalancedEndpoint>(setup: PolicySetup): Picker<Endpoint>;
}
