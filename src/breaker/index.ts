// The breaker: refuses calls for a while when too many of the last ones failed. It runs on opossum.
// It knows no calls, no codes and no configuration: the caller says what was a failure.
export { createBreaker } from "./breaker.ts";
export type {
  Breaker,
  BreakerEnvironment,
  BreakerKind,
  BreakerOptions,
  BreakerStatus,
  Outcome,
  Permit,
} from "./types.ts";
