import { type Code, httpStatusOfCode } from "./code.ts";
import { emptyMetadata, type Metadata } from "./metadata.ts";
import { type Reason, type ReasonFacts, reasons } from "./reason.ts";

/** One field that is wrong (google.rpc.BadRequest.FieldViolation). */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** A failure of the gateway's own: refused input, overload, trouble with an upstream. */
export interface GatewayFailure {
  readonly kind: "gateway";
  readonly reason: Reason;
  readonly code: Code;
  /** For the client: names the place and the remedy, never anything internal. */
  readonly message: string;
  readonly violations: readonly FieldViolation[];
  /** Headers that the answer must carry, such as `allow` or `retry-after`. */
  readonly headers: Metadata;
  /** For the log alone. */
  readonly cause: string | undefined;
}

/** A status other than OK that the upstream sent. It is passed on whole. */
export interface UpstreamFailure {
  readonly kind: "upstream";
  readonly code: number;
  readonly message: string;
  /** The bytes of `grpc-status-details-bin`, a serialized google.rpc.Status. */
  readonly details: Uint8Array | undefined;
  /** Initial and trailing metadata as the upstream sent them, without gRPC's own names. */
  readonly headers: Metadata;
  readonly trailers: Metadata;
  /** When the server wants the call again, in ms, or that it never does; undefined when it does not say (gRFC A6,
   * "Pushback"). For retries alone. */
  readonly pushbackMs?: number | "never";
}

export type Failure = GatewayFailure | UpstreamFailure;

/** What may be said of a gateway failure beyond its reason and message. */
export interface FailureExtras {
  readonly code?: Code;
  readonly violations?: readonly FieldViolation[];
  readonly headers?: Metadata;
  readonly cause?: string;
}

/** A failure of the gateway's own; the code follows from the reason unless the extras give one. */
export function gatewayFailure(
  reason: Reason,
  message: string,
  extras: FailureExtras = {},
): GatewayFailure {
  return {
    kind: "gateway",
    reason,
    code: extras.code ?? reasons[reason].code,
    message,
    violations: extras.violations ?? [],
    headers: extras.headers ?? emptyMetadata,
    cause: extras.cause,
  };
}

/** The HTTP status that answers a failure. */
export function httpStatusOfFailure(failure: Failure): number {
  if (failure.kind === "upstream") return httpStatusOfCode(failure.code);
  const facts: ReasonFacts = reasons[failure.reason];
  return facts.http ?? httpStatusOfCode(failure.code);
}
