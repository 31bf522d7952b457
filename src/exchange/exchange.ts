import type { Cancellation, Result } from "../base/index.ts";

/** HTTP fields as one flat list: name, value, name, value; names in lower case, repeats kept, in order. */
export type Headers = readonly string[];

/** Why a request body could not be read. */
export type BodyProblem =
  /** More bytes than asked for, as declared or as they came. */
  | "tooLarge"
  /** The connection ended before the whole body had come. */
  | "incomplete"
  /** Its framing broke. */
  | "malformed"
  /** The trailers behind it are over the limit of headers. */
  | "trailersTooLarge"
  /** It did not come in time. */
  | "tooSlow";

/** The body of a request. It is read at most once. */
export interface RequestBody {
  /** Bytes as declared; 0 when there is no body; undefined when it comes in chunks of unknown number. */
  readonly declaredBytes: number | undefined;
  /** All of it, as sent. Fails before reading when more than `maxBytes` are declared. */
  readAll(maxBytes: number): Promise<Result<Uint8Array, BodyProblem>>;
  /** Begins to read it piece by piece, however long it is. A client that sends nothing for `idleMs` is too slow. */
  open(idleMs: number): BodyReader;
  /** When the last piece came, in the clock's monotonic ms. */
  readonly lastReadAt: number;
  /** Bytes that were read so far. */
  readonly receivedBytes: number;
  /** Whether the exchange was ended because a piece came behind its beginning and nobody takes any (WebSockets). */
  readonly isRefused: boolean;
}

/** A request body that is read while it comes. Who does not ask for more, stops the client. */
export interface BodyReader {
  /** The next piece; undefined after the last one. One call at a time. */
  next(): Promise<Result<Uint8Array | undefined, BodyProblem>>;
  /** Says that no more will be read. */
  cancel(): void;
}

/** What goes back. The listener adds what belongs to its connection: `date`, `connection`, framing. */
export interface Response {
  readonly status: number;
  readonly headers: Headers;
  /** The whole body, whose length is in the headers; or one that is made while it is sent. */
  readonly body: Uint8Array | BodyStream;
  /** The gRPC code of the failure that this answers, for what carries one beside it; absent while all is well. */
  readonly code?: number;
}

/** A response whose body is whole. */
export interface WholeResponse extends Response {
  readonly body: Uint8Array;
}

/** A response body that is made while it is sent. Who does not ask for more, stops the upstream. */
export interface BodyStream {
  /**
   * The next piece: all that is ready, one message at least. `end` follows the last one; after `cut` the client
   * must be able to tell that the body is not whole. One call at a time.
   */
  next(): Promise<Uint8Array | "end" | "cut">;
  /** The gRPC code that the body has ended with, for what carries one beside it; 0 while all is well. */
  readonly code: number;
  /** Says that no more will be sent. */
  cancel(): void;
}

/** Who asks, after the listener's trust setting was applied. */
export interface Client {
  /** IP address, or "unix". */
  readonly address: string;
  /** The scheme that the client used, as the nearest trusted hop says. */
  readonly scheme: "http" | "https";
  /** Value for `x-forwarded-for`: trusted hops and this connection's peer. */
  readonly forwardedFor: string;
  /** The host that a trusted client was asked for; undefined for the exchange's own authority. */
  readonly forwardedHost: string | undefined;
  /** The W3C `traceparent` of a trusted client, well-formed; undefined starts a new trace. */
  readonly traceparent: string | undefined;
}

/** One HTTP request and the place for its response, whatever protocol version carries it. */
export interface Exchange {
  readonly protocol: "HTTP/1.1" | "HTTP/1.0" | "HTTP/2" | "WebSocket";
  readonly method: string;
  /** The request target up to the first `?`, as sent. */
  readonly path: string;
  /** What follows the first `?`, as sent; empty when there is none. */
  readonly query: string;
  /** `host` or `:authority`. */
  readonly authority: string;
  readonly headers: Headers;
  readonly client: Client;
  /** Unique for every exchange, or the client's own when it is trusted. */
  readonly requestId: string;
  /** The clock's monotonic ms at which the head had come. */
  readonly receivedAt: number;
  /** When the listener gives up on the exchange, in the clock's monotonic ms. */
  readonly deadline: number;
  readonly body: RequestBody;
  /** Cancelled when the client goes away before the response was written. */
  readonly cancellation: Cancellation;
}

/** The first value of `name`, which must be in lower case; undefined when there is none. */
export function headerValue(headers: Headers, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === name) return headers[i + 1];
  }
  return undefined;
}

/** All values of `name`, which must be in lower case, as the one list that they are (RFC 9110 §5.3); undefined when there is none. */
export function headerList(headers: Headers, name: string): string | undefined {
  let list: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== name) continue;
    list = list === undefined ? headers[i + 1] : `${list}, ${headers[i + 1] ?? ""}`;
  }
  return list;
}
