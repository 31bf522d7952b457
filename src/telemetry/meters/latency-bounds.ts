/**
 * Upper bounds of the buckets that latencies are counted in, in ms; what is above the last has a bucket too. They are
 * close where a gateway's own share is seen and wide where only a stuck upstream is.
 */
export const latencyBoundsMs: readonly number[] = [
  0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000,
];

/** The bucket of a latency: the first bound that it is not above. */
export function latencyBucket(durationMs: number): number {
  let bucket = 0;
  for (const bound of latencyBoundsMs) {
    if (durationMs <= bound) break;
    bucket++;
  }
  return bucket;
}
