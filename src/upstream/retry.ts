import type { Random } from "../base/index.ts";
import { Code, type Failure, type Reason } from "../rpc/index.ts";
import { type BackoffOptions, backoffDelayMs } from "./backoff.ts";

/** When and how a call is sent again (gRFC A6). */
export interface RetryOptions {
  /** Status codes that another try may mend. */
  readonly codes: ReadonlySet<number>;
  /** Most tries of one call, the first one included. */
  readonly attempts: number;
  readonly backoff: BackoffOptions;
  /** How long one try may take, in ms; Infinity for as long as the call. */
  readonly perTryMs: number;
  /** Retries as a share of the calls: 0.2 for one in five. */
  readonly budget: number;
  /** Whether calls that are not safe to send twice are sent again as well. */
  readonly unsafe: boolean;
  /** After how long without a reply a second try is sent beside the first, in ms; Infinity for never. */
  readonly hedgeAfterMs: number;
}

// Failures of the gateway's own that come of one endpoint: another one may answer. All others would come again, or
// are of the gateway's or the client's making.
const mendable: ReadonlySet<Reason> = new Set<Reason>([
  "UPSTREAM_RESET",
  "UPSTREAM_NOT_GRPC",
  "UPSTREAM_PROTOCOL_ERROR",
]);

/** Whether another try may mend `failure`. */
export function isMendable(failure: Failure, codes: ReadonlySet<number>): boolean {
  if (!codes.has(failure.code)) return false;
  return failure.kind === "upstream"
    ? failure.pushbackMs !== "never"
    : mendable.has(failure.reason);
}

/**
 * How long to wait before the retry that is number `retry` (1 is the first), in ms. A server that names a time is
 * obeyed to the millisecond (gRFC A6, "Pushback").
 */
export function retryDelayMs(
  failure: Failure,
  retry: number,
  backoff: BackoffOptions,
  random: Random,
): number {
  const pushback = failure.kind === "upstream" ? failure.pushbackMs : undefined;
  return typeof pushback === "number" ? pushback : backoffDelayMs(retry, backoff, random);
}

/** What the end of a try says of the endpoint that had it. */
export type Judgement = "success" | "failure" | "ignored";

const endpointsFault: ReadonlySet<number> = new Set([
  Code.UNKNOWN,
  Code.DEADLINE_EXCEEDED,
  Code.INTERNAL,
  Code.UNAVAILABLE,
  Code.DATA_LOSS,
]);

const nobodysFault: ReadonlySet<Reason> = new Set<Reason>([
  "CLIENT_CLOSED",
  "STREAM_IDLE",
  "SHUTTING_DOWN",
  "UPSTREAM_QUEUE_FULL",
  "UPSTREAM_MESSAGE_TOO_LARGE",
]);

/** How a try, or a call, ended. "ignored": it was called off, or nobody can have seen it. */
export type Ending = Failure | "success" | "ignored";

/** Judges by the codes that are the upstream's fault: a NOT_FOUND is a good answer, a client that left says nothing. */
export function judge(ending: Ending, faults: ReadonlySet<number> = endpointsFault): Judgement {
  if (typeof ending === "string") return ending;
  if (ending.kind === "upstream") return faults.has(ending.code) ? "failure" : "success";
  if (nobodysFault.has(ending.reason)) return "ignored";
  return faults.has(ending.code) ? "failure" : "ignored";
}
