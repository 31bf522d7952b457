import { isDeepStrictEqual } from "node:util";
import type { EndpointSpec } from "./source.ts";

/** Whether two lists tell of the same endpoints in the same order. */
export function sameEndpoints(a: readonly EndpointSpec[], b: readonly EndpointSpec[]): boolean {
  return isDeepStrictEqual(a, b);
}
