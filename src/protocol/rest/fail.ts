import type { Response } from "../../exchange/index.ts";
import { type Failure, httpStatusOfFailure, type UpstreamFailure } from "../../rpc/index.ts";
import { addReplyMetadata } from "./response-head.ts";

/** Prints the `details` of a serialized google.rpc.Status as JSON values; undefined when it cannot be read. */
export type DetailsPrinter = (status: Uint8Array) => readonly unknown[] | undefined;

/**
 * The answer to a failure: google.rpc.Status in JSON (transcoding.md §5). The gateway's own failures carry
 * a google.rpc.ErrorInfo with their reason; an upstream's are passed on whole.
 */
export function failureResponse(
  failure: Failure,
  metadataPrefix = "",
  printDetails: DetailsPrinter = () => undefined,
): Response {
  const details =
    failure.kind === "gateway" ? gatewayDetails(failure) : upstreamDetails(failure, printDetails);
  const status = { code: failure.code, message: failure.message, details };
  const body = Buffer.from(JSON.stringify(status));
  const headers = ["content-type", "application/json", "content-length", String(body.length)];
  if (failure.kind === "gateway") {
    headers.push(...failure.headers);
  } else {
    addReplyMetadata(failure.headers, metadataPrefix, headers);
    addReplyMetadata(failure.trailers, metadataPrefix, headers);
  }
  return { status: httpStatusOfFailure(failure), headers, body };
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
  failure: UpstreamFailure,
  printDetails: DetailsPrinter,
): readonly unknown[] {
  return failure.details === undefined ? [] : (printDetails(failure.details) ?? []);
}
