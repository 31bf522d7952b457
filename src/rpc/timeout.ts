const unitMs = new Map([
  ["H", 3_600_000],
  ["M", 60_000],
  ["S", 1000],
  ["m", 1],
  ["u", 1e-3],
  ["n", 1e-6],
]);

/**
 * Reads a `grpc-timeout` value, 1 to 8 digits and a unit (gRPC over HTTP/2, "Timeout"), as milliseconds;
 * undefined when it is malformed.
 */
export function parseGrpcTimeoutMs(text: string): number | undefined {
  const unit = unitMs.get(text.slice(-1));
  const digits = text.slice(0, -1);
  if (unit === undefined || !/^[0-9]{1,8}$/.test(digits)) return undefined;
  return Number(digits) * unit;
}

/** Writes a `grpc-timeout` value in the finest unit whose 8 digits hold it. Never less than one unit. */
export function formatGrpcTimeout(timeoutMs: number): string {
  const whole = Math.max(Math.ceil(timeoutMs), 1);
  if (whole < 1e8) return `${whole}m`;
  const seconds = Math.ceil(whole / 1000);
  return seconds < 1e8 ? `${seconds}S` : `${Math.min(Math.ceil(seconds / 3600), 99_999_999)}H`;
}
