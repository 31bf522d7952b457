import { ok, type Result } from "../../base/index.ts";
import type { Call, Failure } from "../../rpc/index.ts";

/** Judges a call before it goes up, or changes it. Made on load for one method. */
export type CallFilter = (call: Call) => Result<Call, Failure>;

/** Passes a call through the filters of its route, in their order; the first refusal counts. */
export function filterCall(
  filters: readonly CallFilter[],
  opened: Result<Call, Failure>,
): Result<Call, Failure> {
  if (filters.length === 0 || !opened.ok) return opened;
  let call = opened.value;
  for (const filter of filters) {
    const filtered = filter(call);
    if (!filtered.ok) {
      if (call.messages.kind === "stream") call.messages.stream.cancel();
      return filtered;
    }
    call = filtered.value;
  }
  return ok(call);
}
