import type { WholeResponse } from "../../exchange/index.ts";
import {
  codeName,
  type Failure,
  httpStatusOfFailure,
  type UpstreamFailure,
} from "../../rpc/index.ts";
import type { ErrorShape } from "./options.ts";
import { addReplyMetadata, mostMetadataBytes, statusFromMetadata } from "./response-head.ts";

/** Prints the `details` of a serialized google.rpc.Status as JSON values; undefined when it cannot be read. */
export type DetailsPrinter = (status: Uint8Array) => readonly unknown[] | undefined;

/** How failures are written. */
export interface FailureRules {
  readonly errors: ErrorShape;
  /** Put in front of the names of an upstream's initial and trailing metadata. */
  readonly prefix: string;
  readonly trailerPrefix: string;
  /** Metadata name under which an upstream may say the HTTP status, from 400 on; undefined for none. */
  readonly statusHeader: string | undefined;
  /** Whether google.rpc.DebugInfo, an upstream's stack, is sent on. */
  readonly debugInfo: boolean;
  readonly printDetails: DetailsPrinter;
}

/** For failures that belong to no route. */
export const plainFailureRules: FailureRules = {
  errors: "status",
  prefix: "",
  trailerPrefix: "",
  statusHeader: undefined,
  debugInfo: false,
  printDetails: () => undefined,
};

/**
 * The answer to a failure: google.rpc.Status in JSON (transcoding.md §5), or a problem (RFC 9457) that holds
 * one. The gateway's own failures carry a google.rpc.ErrorInfo with their reason; an upstream's are passed on
 * whole.
 */
export function failureResponse(
  failure: Failure,
  rules: FailureRules = plainFailureRules,
): WholeResponse {
  const status = statusOfFailure(failure, rules.statusHeader);
  const isProblem = rules.errors === "problem+json";
  const body = Buffer.from(failureText(failure, rules, status));
  const type = isProblem ? "application/problem+json" : "application/json";
  const headers = ["content-type", type, "content-length", String(body.length)];
  if (failure.kind === "gateway") {
    headers.push(...failure.headers);
  } else {
    const { prefix, trailerPrefix, statusHeader } = rules;
    // The failure is what the client has to know, so that metadata which does not fit is left out.
    const room = addReplyMetadata(
      failure.headers,
      prefix,
      statusHeader,
      headers,
      mostMetadataBytes,
    );
    addReplyMetadata(failure.trailers, trailerPrefix, statusHeader, headers, room);
  }
  return { status, headers, body, code: failure.code };
}

function statusOfFailure(failure: Failure, statusHeader: string | undefined): number {
  const status = httpStatusOfFailure(failure);
  if (failure.kind === "gateway") return status;
  return statusFromMetadata(statusHeader, status, 400, failure.headers, failure.trailers);
}

/** A failure as JSON text, the same in a response of its own and in a stream that has begun. */
export function failureText(
  failure: Failure,
  rules: FailureRules,
  status: number = statusOfFailure(failure, rules.statusHeader),
): string {
  return JSON.stringify(
    rules.errors === "problem+json" ? problemOf(failure, status, rules) : statusOf(failure, rules),
  );
}

function statusOf(failure: Failure, rules: FailureRules): object {
  const details =
    failure.kind === "gateway" ? gatewayDetails(failure) : upstreamDetails(failure, rules);
  return { code: failure.code, message: failure.message, details };
}

/** RFC 9457 §3.1: the type is the page's entry of the reason, the title names the kind, the detail the case. */
function problemOf(failure: Failure, status: number, rules: FailureRules): object {
  const name = failure.kind === "gateway" ? failure.reason : codeName(failure.code);
  return {
    type: failure.kind === "gateway" ? `urn:diglot:reason:${name}` : "about:blank",
    title: name,
    status,
    detail: failure.message,
    ...statusOf(failure, rules),
  };
}

function gatewayDetails(failure: Extract<Failure, { kind: "gateway" }>): readonly unknown[] {
  const info = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason: failure.reason,
    domain: "diglot",
  };
  if (failure.violations.length === 0) return [info];
  const badRequest = {
    "@type": "type.googleapis.com/google.rpc.BadRequest",
    fieldViolations: failure.violations,
  };
  return [badRequest, info];
}

function upstreamDetails(
  { details }: UpstreamFailure,
  { printDetails, debugInfo }: FailureRules,
): readonly unknown[] {
  const printed = (details && printDetails(details)) ?? [];
  return debugInfo ? printed : printed.filter((detail) => !isDebugInfo(detail));
}

/** No stack of anybody's is for clients (transcoding.md §5). */
function isDebugInfo(detail: unknown): boolean {
  const type = (detail as { readonly "@type"?: unknown })["@type"];
  return typeof type === "string" && type.endsWith("/google.rpc.DebugInfo");
}
