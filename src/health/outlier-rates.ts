import type { FailurePercentageOptions, SuccessRateOptions } from "./outlier-options.ts";

/** What the calls of one endpoint came to within an interval. */
export interface Tally {
  readonly successes: number;
  readonly failures: number;
}

/**
 * The tallies whose success rate is more than `stdevFactor` standard deviations below the mean of all that
 * saw enough calls (gRFC A50, "Success Rate Algorithm"; the deviation is that of the whole set).
 */
export function lowSuccessRates<T extends Tally>(
  tallies: readonly T[],
  { stdevFactor, minimumHosts, requestVolume }: SuccessRateOptions,
): readonly T[] {
  const busy = busyOf(tallies, minimumHosts, requestVolume);
  if (busy.length === 0) return [];
  const rates = busy.map(({ successes, failures }) => successes / (successes + failures));
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
  const least = mean - Math.sqrt(variance) * stdevFactor;
  return busy.filter((_, index) => (rates[index] ?? 1) < least);
}

/** The tallies of which `threshold` or more failed (gRFC A50, "Failure Percentage Algorithm"; as Envoy, at the
 * threshold too). */
export function highFailureRates<T extends Tally>(
  tallies: readonly T[],
  { threshold, minimumHosts, requestVolume }: FailurePercentageOptions,
): readonly T[] {
  return busyOf(tallies, minimumHosts, requestVolume).filter(
    ({ successes, failures }) => failures / (successes + failures) >= threshold,
  );
}

/** Those with enough calls; none when they are too few to be compared. */
function busyOf<T extends Tally>(
  tallies: readonly T[],
  minimumHosts: number,
  requestVolume: number,
): readonly T[] {
  const busy = tallies.filter(
    ({ successes, failures }) => successes + failures >= Math.max(requestVolume, 1),
  );
  return busy.length >= minimumHosts ? busy : [];
}
