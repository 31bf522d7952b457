import { Code, type Failure, gatewayFailure } from "../rpc/index.ts";

// What a client is told of trouble with an upstream. None of these names an address, a cluster or a file;
// causes do, and are for the log.

/** The deadline passed. `cause` says where the call was. */
export function deadlineFailure(cause: string): Failure {
  return gatewayFailure("DEADLINE_EXCEEDED", "the deadline passed before the upstream replied", {
    cause,
  });
}

/** The client went away. */
export function clientClosedFailure(): Failure {
  return gatewayFailure("CLIENT_CLOSED", "the client went away before the reply");
}

/** The upstream took nothing of the client's stream for too long. */
export function stalledFailure(endpoint: string): Failure {
  return gatewayFailure("STREAM_IDLE", "nothing came either way for too long", {
    cause: `${endpoint}: the upstream's windows stayed full`,
  });
}

/** No endpoint can be connected to; `retryInMs` is when the next attempt is due. */
export function unavailableFailure(cause: string, retryInMs: number): Failure {
  return gatewayFailure("UPSTREAM_UNAVAILABLE", "no endpoint of the upstream can be reached", {
    cause,
    headers: ["retry-after", String(Math.max(1, Math.ceil(retryInMs / 1000)))],
  });
}

/** The breaker is open: too many of the last calls failed. */
export function breakerFailure(retryInMs: number): Failure {
  return gatewayFailure("UPSTREAM_BREAKER_OPEN", "the upstream has failed too often of late", {
    headers: ["retry-after", String(Math.max(1, Math.ceil(retryInMs / 1000)))],
  });
}

/** More calls than the cluster's overflow allows. */
export function overflowFailure(what: string, cause: string): Failure {
  return gatewayFailure("UPSTREAM_QUEUE_FULL", what, { cause, headers: ["retry-after", "1"] });
}

/** The stream or its connection ended before the reply was complete. */
export function resetFailure(cause: string): Failure {
  return gatewayFailure(
    "UPSTREAM_RESET",
    "the upstream ended the call before its reply was complete",
    { cause },
  );
}

/** The upstream broke the gRPC protocol. */
export function protocolFailure(
  message: string,
  cause: string,
  code: Code = Code.INTERNAL,
): Failure {
  return gatewayFailure("UPSTREAM_PROTOCOL_ERROR", message, { code, cause });
}

/** HTTP/2 refused what the upstream sent on the stream: a bad field, too many of them, or frames out of order. */
export function malformedReplyFailure(cause: string): Failure {
  return protocolFailure("the upstream's reply is malformed", cause);
}

/** The stream ended inside a message. */
export function truncatedFailure(endpoint: string): Failure {
  const cause = `${endpoint}: the stream ended inside a message`;
  return protocolFailure("the upstream's message is cut short", cause);
}

/** DATA ended the stream: trailers were owed (gRPC over HTTP/2, "Responses"). */
export function missingTrailersFailure(endpoint: string): Failure {
  const cause = `${endpoint}: the stream ended without trailers`;
  return protocolFailure("the upstream's reply has no gRPC status", cause);
}

/** A reply message is over the limit, as sent or decompressed. */
export function tooLargeFailure(maxBytes: number, cause: string): Failure {
  return gatewayFailure(
    "UPSTREAM_MESSAGE_TOO_LARGE",
    `the upstream's message is over ${maxBytes} bytes`,
    { cause },
  );
}

/** The cluster is stopping. */
export function stoppingFailure(): Failure {
  return gatewayFailure("SHUTTING_DOWN", "the gateway is stopping");
}
