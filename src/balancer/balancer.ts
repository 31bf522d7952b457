import type { Clock, Random } from "../base/index.ts";
import { type LevelOptions, type LevelStatus, Levels } from "./levels.ts";
import type {
  BalancedEndpoint,
  PickContext,
  Policy,
  PolicyOptions,
  PolicySetup,
  SubsetKey,
} from "./policy.ts";

/** How one cluster is balanced, beside its policy. The configuration fills every default. */
export interface BalancerOptions extends PolicyOptions, LevelOptions {
  /** Metadata by whose values endpoints are subsets; none for no subsets. */
  readonly subsetBy: readonly string[];
}

/** Chooses the endpoint of each call of one cluster. */
export interface Balancer<Endpoint extends BalancedEndpoint> {
  /** Takes the whole set, after each change of its members, their readiness, health or weight. */
  update(endpoints: readonly Endpoint[]): void;
  /**
   * Of the call's subset, then of a level that is fit to take calls, the endpoint that the policy chooses: a ready
   * one, a healthy one unless the level panics, and not a tried one where there is another. Undefined when there
   * is none. Its work does not grow with the set.
   */
  pick(context: PickContext): Endpoint | undefined;
  /** The levels of all endpoints, the first to be used first. */
  status(): readonly LevelStatus[];
}

/** Starts balancing for one cluster: subsets, priorities with fail-over, panic and locality around `policy`. */
export function createBalancer<Endpoint extends BalancedEndpoint>(
  policy: Policy,
  options: BalancerOptions,
  random: Random,
  clock: Clock,
): Balancer<Endpoint> {
  const setup = { random, clock, options };
  // Without subsets the levels are all there is, and a pick is one step shorter.
  if (options.subsetBy.length === 0) return new Levels<Endpoint>(policy, setup, options);
  return new SubsetBalancer<Endpoint>(policy, setup, options);
}

/**
 * The key of the subset whose endpoints have these values; undefined when one is missing. An endpoint without one
 * of the values is in no subset, and takes calls that name none only.
 */
export function subsetKeyOf(
  subsetBy: readonly string[],
  metadata: Readonly<Record<string, string>>,
): SubsetKey | undefined {
  const values = subsetBy.map((name) =>
    Object.hasOwn(metadata, name) ? metadata[name] : undefined,
  );
  return values.includes(undefined) ? undefined : (JSON.stringify(values) as SubsetKey);
}

interface Subset<Endpoint extends BalancedEndpoint> {
  readonly levels: Levels<Endpoint>;
  readonly members: Endpoint[];
  /** Whether `levels` knows `members`: it is told when the first call comes, so that unused subsets cost nothing. */
  isKnown: boolean;
}

class SubsetBalancer<Endpoint extends BalancedEndpoint> implements Balancer<Endpoint> {
  readonly #policy: Policy;
  readonly #setup: PolicySetup;
  readonly #options: BalancerOptions;
  readonly #all: Levels<Endpoint>;
  #subsets = new Map<SubsetKey, Subset<Endpoint>>();

  constructor(policy: Policy, setup: PolicySetup, options: BalancerOptions) {
    this.#policy = policy;
    this.#setup = setup;
    this.#options = options;
    this.#all = new Levels<Endpoint>(policy, setup, options);
  }

  update(endpoints: readonly Endpoint[]): void {
    this.#all.update(endpoints);
    const subsets = new Map<SubsetKey, Subset<Endpoint>>();
    for (const endpoint of endpoints) {
      const key = subsetKeyOf(this.#options.subsetBy, endpoint.metadata);
      if (key === undefined) continue;
      const subset = subsets.get(key);
      if (subset !== undefined) subset.members.push(endpoint);
      else subsets.set(key, { levels: this.#levelsOf(key), members: [endpoint], isKnown: false });
    }
    this.#subsets = subsets;
  }

  pick(context: PickContext): Endpoint | undefined {
    if (context.subset === undefined) return this.#all.pick(context);
    const subset = this.#subsets.get(context.subset);
    if (subset === undefined) return undefined;
    if (!subset.isKnown) {
      subset.isKnown = true;
      subset.levels.update(subset.members);
    }
    return subset.levels.pick(context);
  }

  status(): readonly LevelStatus[] {
    return this.#all.status();
  }

  #levelsOf(key: SubsetKey): Levels<Endpoint> {
    const kept = this.#subsets.get(key)?.levels;
    return kept ?? new Levels<Endpoint>(this.#policy, this.#setup, this.#options);
  }
}
