import { Code } from "./code.ts";

/** What a reason means to the client. `http` is given where HTTP says more than the code's own status. */
export interface ReasonFacts {
  readonly code: Code;
  readonly http?: number;
  /** One sentence for docs/errors.md; a test keeps the page equal to this table. */
  readonly meaning: string;
}

/**
 * Every way in which the gateway itself can refuse or fail a request. The name is the `reason` of the
 * google.rpc.ErrorInfo in the answer, the label in the meters and the word in the access log.
 */
export const reasons = {
  NO_ROUTE: { code: Code.NOT_FOUND, meaning: "No route matches the path." },
  METHOD_NOT_ALLOWED: {
    code: Code.UNIMPLEMENTED,
    http: 405,
    meaning: "The path is served, but not with this HTTP method; `Allow` lists those that are.",
  },
  METHOD_NOT_IMPLEMENTED: {
    code: Code.UNIMPLEMENTED,
    meaning: "As METHOD_NOT_ALLOWED, where `rest.wrong_method` is 501.",
  },
  INVALID_PATH: {
    code: Code.INVALID_ARGUMENT,
    meaning: "The path holds a dot segment, NUL, a backslash, a broken escape or invalid UTF-8.",
  },
  INVALID_PATH_VALUE: {
    code: Code.INVALID_ARGUMENT,
    meaning: "A path segment cannot be read as the field it is bound to.",
  },
  INVALID_QUERY: {
    code: Code.INVALID_ARGUMENT,
    meaning: "A query parameter is unknown, repeated, in conflict or cannot be read as its field.",
  },
  INVALID_JSON: { code: Code.INVALID_ARGUMENT, meaning: "The body is not valid JSON (RFC 8259)." },
  INVALID_FORM: {
    code: Code.INVALID_ARGUMENT,
    meaning:
      "The body is a form that is not UTF-8, or not well-formed multipart/form-data (RFC 7578).",
  },
  INVALID_FIELD: {
    code: Code.INVALID_ARGUMENT,
    meaning: "A JSON value does not fit its field, or the field does not exist.",
  },
  CONFLICTING_FIELD: {
    code: Code.INVALID_ARGUMENT,
    meaning: "The body and the path give one field different values.",
  },
  CONSTRAINT_VIOLATION: {
    code: Code.INVALID_ARGUMENT,
    meaning: "The message breaks a `buf.validate` rule of its type (filter `protovalidate`).",
  },
  UNEXPECTED_BODY: {
    code: Code.INVALID_ARGUMENT,
    meaning: "The request has a body and its HTTP rule takes none.",
  },
  INVALID_METADATA: {
    code: Code.INVALID_ARGUMENT,
    meaning:
      "A header cannot be sent as metadata: bad base64 in a `-bin` header, or a tab or a byte that is not ASCII in another.",
  },
  INVALID_TIMEOUT: {
    code: Code.INVALID_ARGUMENT,
    meaning: "The `grpc-timeout` header is malformed.",
  },
  INVALID_ENCODING: {
    code: Code.INVALID_ARGUMENT,
    meaning: "The body cannot be decoded by its `content-encoding`.",
  },
  MALFORMED_HTTP: {
    code: Code.INVALID_ARGUMENT,
    meaning: "The request is not well-formed HTTP; the connection is closed.",
  },
  INCOMPLETE_BODY: {
    code: Code.INVALID_ARGUMENT,
    meaning: "The connection ended before the whole body had come.",
  },
  REQUEST_TIMEOUT: {
    code: Code.DEADLINE_EXCEEDED,
    http: 408,
    meaning: "The request did not arrive in time; the connection is closed.",
  },
  BODY_TOO_LARGE: {
    code: Code.RESOURCE_EXHAUSTED,
    http: 413,
    meaning: "The body, as sent or decoded, is over the listener's limit.",
  },
  URI_TOO_LONG: {
    code: Code.INVALID_ARGUMENT,
    http: 414,
    meaning: "The request target is over the listener's limit.",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    code: Code.INVALID_ARGUMENT,
    http: 415,
    meaning: "The `content-type` is not one that the route takes; `accept` lists those that are.",
  },
  UNSUPPORTED_ENCODING: {
    code: Code.INVALID_ARGUMENT,
    http: 415,
    meaning: "The `content-encoding` is not supported; `accept-encoding` lists those that are.",
  },
  EXPECTATION_FAILED: {
    code: Code.INVALID_ARGUMENT,
    http: 417,
    meaning: "The `expect` header asks for something other than `100-continue`.",
  },
  HEADERS_TOO_LARGE: {
    code: Code.INVALID_ARGUMENT,
    http: 431,
    meaning: "The header block is over the listener's limit in bytes or in fields.",
  },
  UNSUPPORTED_TRANSFER_ENCODING: {
    code: Code.UNIMPLEMENTED,
    meaning: "`transfer-encoding` is something other than `chunked`; the connection is closed.",
  },
  UNSUPPORTED_HTTP_METHOD: {
    code: Code.UNIMPLEMENTED,
    http: 405,
    meaning: "CONNECT, TRACE and TRACK are never served.",
  },
  UNSUPPORTED_HTTP_VERSION: {
    code: Code.UNIMPLEMENTED,
    http: 505,
    meaning: "The request line names an HTTP version that is not served; the connection is closed.",
  },
  WEBSOCKET_NOT_SERVED: {
    code: Code.INVALID_ARGUMENT,
    meaning: "A WebSocket was asked for on a path that is not served over one.",
  },
  ORIGIN_REFUSED: {
    code: Code.PERMISSION_DENIED,
    meaning:
      "A page of another origin asked for a WebSocket; `streams.websocket_origins` lists those that may.",
  },
  NOT_ACCEPTABLE: {
    code: Code.INVALID_ARGUMENT,
    http: 406,
    meaning: "The `accept` header takes none of the formats that the route streams in.",
  },
  STREAM_IDLE: {
    code: Code.DEADLINE_EXCEEDED,
    meaning:
      "Nothing came in a stream, either way, or from the client of a client stream, for longer than the listener allows.",
  },
  DEADLINE_EXCEEDED: {
    code: Code.DEADLINE_EXCEEDED,
    meaning: "The deadline of the client, the route or the listener passed before the reply.",
  },
  CLIENT_CLOSED: {
    code: Code.CANCELLED,
    meaning: "The client went away before the reply; seen in the access log only.",
  },
  UPSTREAM_UNAVAILABLE: {
    code: Code.UNAVAILABLE,
    meaning: "No endpoint of the cluster could be connected to.",
  },
  UPSTREAM_QUEUE_FULL: {
    code: Code.UNAVAILABLE,
    meaning: "Too many requests wait for a connection of the cluster.",
  },
  UPSTREAM_BREAKER_OPEN: {
    code: Code.UNAVAILABLE,
    meaning:
      "Too many calls to the cluster have failed of late; `Retry-After` says when to try again.",
  },
  UPSTREAM_RESET: {
    code: Code.UNAVAILABLE,
    meaning: "The upstream ended the connection or the stream before its reply was complete.",
  },
  UPSTREAM_NOT_GRPC: {
    code: Code.UNKNOWN,
    meaning: "The upstream answered without gRPC; the code follows its HTTP status.",
  },
  UPSTREAM_PROTOCOL_ERROR: {
    code: Code.INTERNAL,
    meaning: "The upstream broke the gRPC protocol: a bad frame, no status, or two messages.",
  },
  UPSTREAM_INVALID_MESSAGE: {
    code: Code.INTERNAL,
    meaning: "The upstream's message cannot be decoded with the loaded descriptors.",
  },
  UPSTREAM_MESSAGE_TOO_LARGE: {
    code: Code.INTERNAL,
    meaning: "The upstream's message is over the route's limit.",
  },
  SHUTTING_DOWN: { code: Code.UNAVAILABLE, meaning: "The gateway is stopping." },
  INTERNAL: { code: Code.INTERNAL, meaning: "The gateway failed; the log has the cause." },
} as const satisfies Record<string, ReasonFacts>;

export type Reason = keyof typeof reasons;
