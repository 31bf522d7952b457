import { hashText } from "../base/index.ts";
import type { BalancedEndpoint, PickContext, Picker, Policy, PolicySetup } from "./policy.ts";
import { type LevelLoad, levelLoads } from "./priority-load.ts";

/** How levels are made and judged. */
export interface LevelOptions {
  /** Part of a level, 0 to 1, that must be available for health to be heeded. Default 0.5; 0 always heeds it. */
  readonly panicThreshold: number;
  /** The locality whose endpoints are used first; undefined for all alike. */
  readonly preferredLocality: string | undefined;
}

/** One level at one moment. */
export interface LevelStatus extends LevelLoad {
  readonly priority: number;
  /** Whether its endpoints are of the preferred locality; true where none is preferred. */
  readonly isPreferred: boolean;
  readonly members: number;
  readonly available: number;
}

interface Level<Endpoint> {
  readonly priority: number;
  readonly isPreferred: boolean;
  readonly members: Endpoint[];
  readonly ready: Endpoint[];
  /** Ready and healthy. */
  readonly available: Endpoint[];
}

/** Keeps which level a key goes to apart from which endpoint there. */
const levelSeed = 0x6c65766c;

/** Endpoints by priority and locality, each level balanced by one policy, with fail-over between them. */
export class Levels<Endpoint extends BalancedEndpoint> {
  readonly #policy: Policy;
  readonly #setup: PolicySetup;
  readonly #options: LevelOptions;
  /** Of every level, the first to be used first. */
  #pickers = new Map<number, Picker<Endpoint>>();
  /** The one that takes all calls; undefined when several do. */
  #only: Picker<Endpoint> | undefined = undefined;
  /** Those that take some calls, and up to which number in [0, 1) each does. */
  #loaded: readonly { readonly picker: Picker<Endpoint>; readonly upTo: number }[] = [];
  #status: readonly LevelStatus[] = [];

  constructor(policy: Policy, setup: PolicySetup, options: LevelOptions) {
    this.#policy = policy;
    this.#setup = setup;
    this.#options = options;
  }

  update(endpoints: readonly Endpoint[]): void {
    const levels = this.#grouped(endpoints);
    const loads = this.#loads([...levels.values()]);
    const pickers = new Map<number, Picker<Endpoint>>();
    const loaded: { picker: Picker<Endpoint>; upTo: number }[] = [];
    const status: LevelStatus[] = [];
    let upTo = 0;
    for (const [rank, level] of levels) {
      const { share, isPanicking } = loads[status.length] ?? { share: 0, isPanicking: false };
      const picker = this.#pickers.get(rank) ?? this.#policy.create<Endpoint>(this.#setup);
      picker.update(isPanicking ? level.ready : level.available, level.members);
      pickers.set(rank, picker);
      upTo += share;
      if (share > 0) loaded.push({ picker, upTo });
      const { priority, isPreferred, members, available } = level;
      const counts = { members: members.length, available: available.length };
      status.push({ priority, isPreferred, ...counts, share, isPanicking });
    }
    this.#pickers = pickers;
    this.#loaded = loaded;
    this.#only = loaded.length === 1 ? loaded[0]?.picker : undefined;
    this.#status = status;
  }

  pick(context: PickContext): Endpoint | undefined {
    const only = this.#only;
    return only !== undefined && context.tried === undefined
      ? only.pick(context)
      : this.#pickAmong(context);
  }

  status(): readonly LevelStatus[] {
    return this.#status;
  }

  #pickAmong(context: PickContext): Endpoint | undefined {
    const picker = this.#only ?? this.#draw(context);
    const picked = picker?.pick(context);
    if (context.tried === undefined || picked === undefined) return picked;
    if (this.#pickers.size === 1 || !context.tried.has(picked)) return picked;
    return this.#untriedElsewhere(context, context.tried) ?? picked;
  }

  /** By rank, the lowest first. */
  #grouped(endpoints: readonly Endpoint[]): ReadonlyMap<number, Level<Endpoint>> {
    const { preferredLocality } = this.#options;
    const levels = new Map<number, Level<Endpoint>>();
    for (const endpoint of endpoints) {
      const { priority, locality, isReady, isHealthy } = endpoint;
      const isPreferred = preferredLocality === undefined || locality === preferredLocality;
      // Within a priority the own locality comes first, and fails over to the others as priorities do.
      const rank = 2 * priority + (isPreferred ? 0 : 1);
      let level = levels.get(rank);
      if (level === undefined) {
        level = { priority, isPreferred, members: [], ready: [], available: [] };
        levels.set(rank, level);
      }
      level.members.push(endpoint);
      if (isReady) level.ready.push(endpoint);
      if (isReady && isHealthy) level.available.push(endpoint);
    }
    if (levels.size < 2) return levels;
    return new Map([...levels].sort(([rank], [other]) => rank - other));
  }

  #loads(levels: readonly Level<Endpoint>[]): readonly LevelLoad[] {
    const { panicThreshold } = this.#options;
    if (this.#policy.connects === "one") return loadsOfOne(levels, panicThreshold > 0);
    return levelLoads(
      levels.map(({ members, ready, available }) => ({
        members: members.length,
        ready: ready.length,
        available: available.length,
      })),
      panicThreshold,
    );
  }

  #draw({ hashKey }: PickContext): Picker<Endpoint> | undefined {
    const loaded = this.#loaded;
    if (loaded.length === 0) return undefined;
    const isByKey = hashKey !== undefined && this.#policy.usesHashKey;
    const drawn = isByKey ? hashText(hashKey, levelSeed) / 2 ** 32 : this.#setup.random();
    for (const { picker, upTo } of loaded) if (drawn < upTo) return picker;
    return loaded.at(-1)?.picker;
  }

  /** A retry goes to a level that has no calls else, rather than where the call has been. */
  #untriedElsewhere(
    context: PickContext,
    tried: ReadonlySet<BalancedEndpoint>,
  ): Endpoint | undefined {
    for (const picker of this.#pickers.values()) {
      const picked = picker.pick(context);
      if (picked !== undefined && !tried.has(picked)) return picked;
    }
    return undefined;
  }
}

/** Where only one endpoint is connected to, most not being ready says nothing: the first level that can takes all. */
function loadsOfOne<Endpoint>(
  levels: readonly Level<Endpoint>[],
  mayPanic: boolean,
): readonly LevelLoad[] {
  const healthy = levels.find(({ available }) => available.length > 0);
  const chosen = healthy ?? (mayPanic ? levels.find(({ ready }) => ready.length > 0) : undefined);
  return levels.map((level) => ({
    share: level === chosen ? 1 : 0,
    isPanicking: level === chosen && healthy === undefined,
  }));
}
