import type { Cancellation } from "../base/index.ts";

/** What one check came to. */
export type ProbeResult =
  /** `note` says what is odd about it, such as that the endpoint has no health service. */
  | { readonly kind: "pass"; readonly note?: string }
  /** `said`: the endpoint itself says that it is not to be used, rather than not answering well. */
  | { readonly kind: "fail"; readonly reason: string; readonly said?: boolean }
  /** The endpoint does not know this way of asking. */
  | { readonly kind: "unsupported" };

/** Asks once. It settles when `cancellation` is cancelled too; a rejection counts as a failure. */
export type Check = (cancellation: Cancellation) => Promise<ProbeResult>;

/** Asks once and reports each answer, until it ends or `cancellation` is cancelled; gives how it ended, which is
 * never "pass". */
export type Watch = (
  onReport: (result: ProbeResult) => void,
  cancellation: Cancellation,
) => Promise<ProbeResult>;

/** A passed check. */
export const passed: ProbeResult = { kind: "pass" };

/** A failed check. */
export function failed(reason: string): ProbeResult {
  return { kind: "fail", reason };
}
