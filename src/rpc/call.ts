import type { Cancellation, Result } from "../base/index.ts";
import type { Failure } from "./failure.ts";
import type { Metadata } from "./metadata.ts";

/**
 * One gRPC length-prefixed message: a flag byte (bit 0: compressed), four bytes of length, then the message
 * (gRPC over HTTP/2, "Length-Prefixed-Message"). Both directions carry envelopes, so that a relay copies
 * nothing and a codec can write its message where it will be sent from.
 */
export type Envelope = Uint8Array;

/** Bytes in front of the message in an envelope. */
export const envelopePrefixBytes = 5;

/** Fills in the prefix of an envelope whose message is in place behind five spare bytes. */
export function sealEnvelope(envelope: Uint8Array): Envelope {
  const length = envelope.length - envelopePrefixBytes;
  envelope[0] = 0;
  envelope[1] = length >>> 24;
  envelope[2] = length >>> 16;
  envelope[3] = length >>> 8;
  envelope[4] = length;
  return envelope;
}

/** Messages that come one at a time. The reader asks, so a slow reader slows the sender. */
export interface MessageStream {
  /** The next envelope; undefined after the last one; a failure ends the stream. One call at a time. */
  next(): Promise<Result<Envelope | undefined, Failure>>;
  /** The next envelope if it is here already, so that what came together is sent on together; undefined: ask `next`. */
  poll(): Envelope | undefined;
  /** Says that no more will be read; the sender is told to stop. */
  cancel(): void;
}

/** The messages of one direction of a call. A unary one is a value, without the cost of a stream. */
export type Messages =
  | { readonly kind: "single"; readonly envelope: Envelope }
  | { readonly kind: "stream"; readonly stream: MessageStream };

/** The method that a call goes to, resolved on load. */
export interface RpcMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly clientStreaming: boolean;
  readonly serverStreaming: boolean;
  /** Whether a call may be sent twice without harm: its `idempotency_level` or its HTTP method says so. */
  readonly isIdempotent: boolean;
}

/** One RPC as data, on its way up. */
export interface Call {
  readonly method: RpcMethod;
  /** What the client sends along: user metadata only; the transport adds its own names. */
  readonly metadata: Metadata;
  readonly messages: Messages;
  /** When the call must have ended, in the clock's monotonic ms; Infinity for never. */
  readonly deadline: number;
  readonly cancellation: Cancellation;
  /** How long the upstream may take nothing of a message that waits for it, in ms; Infinity where others judge it. */
  readonly stallMs: number;
  /** What must lead to the same endpoint again; undefined when the call has no such key. */
  readonly hashKey?: string | undefined;
  /** Of which of the cluster's subsets the endpoint must be; undefined for any. */
  readonly subset?: string | undefined;
  /** Largest reply message in bytes, after decompression. */
  readonly maxReplyBytes: number;
}

/** What an upstream answered with status OK, or, for a stream, with a status still to come. */
export interface Reply {
  /** Initial metadata without gRPC's own names. */
  readonly headers: Metadata;
  readonly messages: Messages;
  /** Trailing metadata without gRPC's own names; complete once the messages have ended. */
  trailers(): Metadata;
}

/** Sends a call and gives its reply; every expected failure is a value. */
export type CallSender = (call: Call) => Promise<Result<Reply, Failure>>;
