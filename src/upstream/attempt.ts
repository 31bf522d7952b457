import type { Result } from "../base/index.ts";
import type { HeaderList, Stream, StreamEnd, StreamEvents } from "../h2/index.ts";
import {
  type Call,
  type Envelope,
  emptyMetadata,
  type Failure,
  type Messages,
  type Metadata,
  type Reply,
} from "../rpc/index.ts";
import { EnvelopeReader, isCompressed, isWholeEnvelope, prefixProblem } from "./envelope-reader.ts";
import {
  missingTrailersFailure,
  protocolFailure,
  stalledFailure,
  truncatedFailure,
} from "./failures.ts";
import type { StreamOpener } from "./open-connection.ts";
import { envelopeFailure, openEnvelope } from "./open-envelope.ts";
import { type Release, releaseStream } from "./release-stream.ts";
import { type ReplyFields, readReplyFields } from "./reply-fields.ts";
import { replyHeadFailure, replyStatusFailure } from "./reply-status.ts";
import { RequestSender, type StallWatch } from "./request-sender.ts";

/** The end of a stream that was not in order. */
export type StreamReset = Extract<StreamEnd, { readonly kind: "reset" }>;

/** Told how an attempt ended: once, by one of these, and after `onStreaming` by `onStreamed`. */
export interface AttemptOwner {
  /** Where what the upstream is slow to take falls due. */
  readonly stalls: StallWatch;
  onReply(attempt: Attempt, reply: Reply): void;
  onFailure(attempt: Attempt, failure: Failure): void;
  /** The upstream cannot have acted on the call: it may be sent again. */
  onUnprocessed(attempt: Attempt, cause: string): void;
  /** The reply has begun; its messages are still to come. */
  onStreaming(attempt: Attempt, reply: Reply): void;
  /** The messages have ended: well, or with `failure`; undefined too when their reader wants no more. */
  onStreamed(attempt: Attempt, failure: Failure | undefined): void;
  /** What a stream that was reset, or lost with its connection, means for the call. */
  failureOfReset(end: StreamReset, cause: string): Failure;
}

/** One try of a call. */
export interface Attempt extends StreamEvents {
  /** Opens the stream and sends the call; false when `opener` takes none. */
  send(opener: StreamOpener, head: HeaderList): boolean;
  /** Gives up because of `failure`: the upstream is told at once and the owner is not. */
  abandon(failure: Failure): void;
}

type AttemptState =
  | { readonly kind: "unsent" }
  | { readonly kind: "open"; readonly stream: Stream }
  /** The reply is whole and is being decompressed. */
  | { readonly kind: "decoding" }
  | { readonly kind: "ended" };

const unsent: AttemptState = { kind: "unsent" };
const decoding: AttemptState = { kind: "decoding" };
const ended: AttemptState = { kind: "ended" };

/** One try of a call whose reply is one message. */
export class UnaryAttempt implements Attempt {
  readonly #call: Call;
  readonly #endpoint: string;
  readonly #owner: AttemptOwner;
  #state: AttemptState = unsent;
  /** Whether the request has not been taken whole by the peer's windows. */
  #isSending = false;
  #sender: RequestSender | undefined = undefined;
  #head: ReplyFields | undefined = undefined;
  #message: Envelope | undefined = undefined;
  #reader: EnvelopeReader | undefined = undefined;

  constructor(call: Call, endpoint: string, owner: AttemptOwner) {
    this.#call = call;
    this.#endpoint = endpoint;
    this.#owner = owner;
  }

  send(opener: StreamOpener, head: HeaderList): boolean {
    const stream = opener.openStream(head, this, false);
    if (stream === undefined) return false;
    this.#state = { kind: "open", stream };
    const { messages } = this.#call;
    if (messages.kind === "single") {
      this.#isSending = !stream.write(messages.envelope, true);
    } else {
      this.#sender = new RequestSender(stream, messages.stream, {
        fail: (failure) => this.#fail(failure, "reset"),
        onStall: () => this.#fail(stalledFailure(this.#endpoint), "reset"),
        stalls: this.#owner.stalls,
        stallMs: this.#call.stallMs,
      });
    }
    return true;
  }

  abandon(): void {
    this.#leave(ended, "reset");
  }

  onHeaders(fields: HeaderList, endStream: boolean): void {
    if (this.#state.kind !== "open") return;
    const head = readReplyFields(fields);
    const failure = replyHeadFailure(head, this.#endpoint);
    if (failure !== undefined) {
      this.#fail(failure, endStream ? this.#releaseAtEnd() : "reset");
      return;
    }
    this.#head = head;
    // "Trailers-Only": the head is the trailers, and there is no initial metadata.
    if (endStream) this.#finish(head, emptyMetadata);
  }

  onData(chunk: Uint8Array): void {
    const state = this.#state;
    if (state.kind !== "open") return;
    state.stream.consumed(chunk.length);
    if (this.#reader === undefined && this.#message === undefined && isWholeEnvelope(chunk)) {
      const problem = prefixProblem(chunk, 0, this.#call.maxReplyBytes);
      if (problem === undefined) this.#message = chunk;
      else this.#fail(envelopeFailure(problem, this.#call.maxReplyBytes, this.#endpoint), "reset");
      return;
    }
    this.#readPieces(chunk);
  }

  onTrailers(fields: HeaderList): void {
    if (this.#state.kind !== "open") return;
    this.#finish(readReplyFields(fields), this.#head?.metadata ?? emptyMetadata);
  }

  onWritable(): void {
    this.#isSending = false;
    this.#sender?.onWritable();
  }

  onEnd(end: StreamEnd): void {
    if (this.#state.kind !== "open") return;
    this.#leave(ended, "ended");
    if (end.kind === "complete") {
      this.#owner.onFailure(this, missingTrailersFailure(this.#endpoint));
      return;
    }
    const cause = `${this.#endpoint}: ${end.message} (code ${end.code}, by ${end.by})`;
    // Messages of a client stream that were taken once cannot be asked for again.
    if (end.unprocessed && this.#sender === undefined) this.#owner.onUnprocessed(this, cause);
    else this.#owner.onFailure(this, this.#owner.failureOfReset(end, cause));
  }

  #readPieces(chunk: Uint8Array): void {
    this.#reader ??= new EnvelopeReader(this.#call.maxReplyBytes);
    this.#reader.push(chunk);
    for (let next = this.#reader.next(); next !== undefined; next = this.#reader.next()) {
      if (typeof next === "string") {
        this.#fail(envelopeFailure(next, this.#call.maxReplyBytes, this.#endpoint), "reset");
        return;
      }
      if (this.#message !== undefined) {
        const cause = `${this.#endpoint}: a second message`;
        this.#fail(protocolFailure("the upstream sent two messages for one reply", cause), "reset");
        return;
      }
      this.#message = next;
    }
  }

  /** The upstream has said all: the status decides, then the message. */
  #finish(trailers: ReplyFields, initial: Metadata): void {
    const release = this.#releaseAtEnd();
    const failure = replyStatusFailure(trailers, initial, this.#endpoint);
    if (failure !== undefined) {
      this.#fail(failure, release);
    } else if (this.#reader?.isInsideEnvelope === true) {
      this.#fail(truncatedFailure(this.#endpoint), release);
    } else if (this.#message === undefined) {
      const cause = `${this.#endpoint}: status OK without a message`;
      this.#fail(protocolFailure("the upstream's reply has no message", cause), release);
    } else if (isCompressed(this.#message)) {
      this.#leave(decoding, release);
      this.#decode(this.#message, initial, trailers.metadata);
    } else {
      this.#leave(ended, release);
      this.#owner.onReply(this, new UnaryReply(initial, this.#message, trailers.metadata));
    }
  }

  #decode(message: Envelope, initial: Metadata, trailers: Metadata): void {
    const opened = openEnvelope(message, {
      encoding: this.#head?.encoding,
      maxBytes: this.#call.maxReplyBytes,
      endpoint: this.#endpoint,
    });
    const settle = (result: Result<Envelope, Failure>): void => {
      if (this.#state !== decoding) return;
      this.#state = ended;
      if (result.ok) this.#owner.onReply(this, new UnaryReply(initial, result.value, trailers));
      else this.#owner.onFailure(this, result.error);
    };
    if (opened instanceof Promise) void opened.then(settle);
    else settle(opened);
  }

  #fail(failure: Failure, release: Release): void {
    if (this.#state.kind === "ended") return;
    this.#leave(ended, release);
    this.#owner.onFailure(this, failure);
  }

  #releaseAtEnd(): Release {
    return this.#isSending || this.#sender?.isSending === true ? "resetUnlessEnded" : "ended";
  }

  #leave(next: AttemptState, release: Release): void {
    const state = this.#state;
    this.#state = next;
    this.#sender?.stop();
    if (state.kind === "open") releaseStream(state.stream, release);
  }
}

/** The reply to a unary call. */
class UnaryReply implements Reply {
  readonly headers: Metadata;
  readonly messages: Messages;
  readonly #trailers: Metadata;

  constructor(headers: Metadata, envelope: Envelope, trailers: Metadata) {
    this.headers = headers;
    this.messages = { kind: "single", envelope };
    this.#trailers = trailers;
  }

  trailers(): Metadata {
    return this.#trailers;
  }
}
