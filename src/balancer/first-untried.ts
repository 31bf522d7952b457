import type { BalancedEndpoint } from "./policy.ts";

/**
 * The endpoint at `start`, or else the first one after it, around the end, that was not tried; that at `start`
 * when all were. Undefined for an empty set. It looks at no more endpoints than were tried, and one.
 */
export function firstUntried<Endpoint extends BalancedEndpoint>(
  usable: readonly Endpoint[],
  start: number,
  tried: ReadonlySet<BalancedEndpoint> | undefined,
): Endpoint | undefined {
  const first = usable[start];
  if (tried === undefined || first === undefined || !tried.has(first)) return first;
  const steps = Math.min(tried.size, usable.length - 1);
  for (let step = 1; step <= steps; step++) {
    const other = usable[(start + step) % usable.length];
    if (other !== undefined && !tried.has(other)) return other;
  }
  return first;
}
