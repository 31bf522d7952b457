/** How many endpoints of one level there are, how many can be sent to, and how many of those are healthy too. */
export interface LevelHealth {
  readonly members: number;
  readonly ready: number;
  readonly available: number;
}

/** What one level takes. */
export interface LevelLoad {
  /** Part of all calls: 0 to 1. */
  readonly share: number;
  /** Whether so few are available that health is no longer heeded: better a sick endpoint than a flooded one. */
  readonly isPanicking: boolean;
}

/** A level takes all of its calls until less than 1 / this of it is available (Envoy: 140 %). */
const overprovisioning = 1.4;

/**
 * Spreads calls over levels, the first of which is used as long as it can carry them, as Envoy does ("Priority
 * levels", "Panic threshold"). `panicThreshold` is the part of a level, 0 to 1, below which its health is ignored
 * once all levels together cannot carry the calls; 0 never ignores it.
 */
export function levelLoads(
  levels: readonly LevelHealth[],
  panicThreshold: number,
): readonly LevelLoad[] {
  const capacities = levels.map(({ members, available }) =>
    members === 0 ? 0 : Math.min(1, (overprovisioning * available) / members),
  );
  const total = Math.min(1, sum(capacities));
  const panicking = levels.map(
    ({ members, available }) => total < 1 && available < panicThreshold * members,
  );
  if (panicking.every((isPanicking) => isPanicking)) return inTotalPanic(levels);
  let left = 1;
  return capacities.map((capacity, index) => {
    // Rounding must not leave a crumb for levels below one that carries everything.
    const share = total === 0 ? 0 : Math.min(left, capacity / total);
    left = left - share < 1e-9 ? 0 : left - share;
    return { share, isPanicking: panicking[index] === true };
  });
}

/** When no level is fit, each takes what it has endpoints for. */
function inTotalPanic(levels: readonly LevelHealth[]): readonly LevelLoad[] {
  const ready = sum(levels.map((level) => level.ready));
  return levels.map((level) => ({
    share: ready === 0 ? 0 : level.ready / ready,
    isPanicking: true,
  }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
