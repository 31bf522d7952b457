import type { Result } from "../base/index.ts";
import type { HeaderList, Stream, StreamEnd } from "../h2/index.ts";
import {
  type Call,
  type Envelope,
  emptyMetadata,
  type Failure,
  type Metadata,
  type Reply,
} from "../rpc/index.ts";
import type { Attempt, AttemptOwner } from "./attempt.ts";
import type { EnvelopeProblem } from "./envelope-reader.ts";
import { missingTrailersFailure, stalledFailure, truncatedFailure } from "./failures.ts";
import type { StreamOpener } from "./open-connection.ts";
import { envelopeFailure, openEnvelope } from "./open-envelope.ts";
import { type Release, releaseStream } from "./release-stream.ts";
import { type ReplyFields, readReplyFields } from "./reply-fields.ts";
import { replyHeadFailure, replyStatusFailure } from "./reply-status.ts";
import { type ReplySource, ReplyStream } from "./reply-stream.ts";
import { RequestSender } from "./request-sender.ts";

type StreamingState =
  | { readonly kind: "unsent" }
  /** Sent; nothing has come yet. */
  | { readonly kind: "waiting"; readonly stream: Stream }
  /** The owner has the reply and its messages come. */
  | {
      readonly kind: "streaming";
      readonly stream: Stream;
      readonly reply: StreamingReply;
    }
  | { readonly kind: "ended" };

const unsent: StreamingState = { kind: "unsent" };
const ended: StreamingState = { kind: "ended" };

/**
 * One try of a call whose reply is a stream of messages. A failure before the first head fails the call; one
 * after it ends the messages.
 */
export class StreamingAttempt implements Attempt, ReplySource {
  readonly #call: Call;
  readonly #endpoint: string;
  readonly #owner: AttemptOwner;
  #state: StreamingState = unsent;
  #encoding: string | undefined = undefined;
  #isSending = false;
  #sender: RequestSender | undefined = undefined;

  constructor(call: Call, endpoint: string, owner: AttemptOwner) {
    this.#call = call;
    this.#endpoint = endpoint;
    this.#owner = owner;
  }

  send(opener: StreamOpener, head: HeaderList): boolean {
    const stream = opener.openStream(head, this, false);
    if (stream === undefined) return false;
    this.#state = { kind: "waiting", stream };
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

  abandon(failure: Failure): void {
    const state = this.#leave("reset");
    if (state.kind === "streaming") state.reply.end(failure);
  }

  onHeaders(fields: HeaderList, endStream: boolean): void {
    if (this.#state.kind !== "waiting") return;
    const head = readReplyFields(fields);
    const failure = replyHeadFailure(head, this.#endpoint);
    if (failure !== undefined) {
      this.#fail(failure, endStream ? this.#releaseAtEnd() : "reset");
      return;
    }
    if (!endStream) {
      this.#begin(this.#state.stream, head);
      return;
    }
    const status = replyStatusFailure(head, emptyMetadata, this.#endpoint);
    if (status !== undefined) {
      this.#fail(status, this.#releaseAtEnd());
      return;
    }
    // "Trailers-Only" with status OK: a stream without messages.
    this.#begin(this.#state.stream, { ...head, metadata: emptyMetadata });
    this.#finish(head);
  }

  onData(chunk: Uint8Array): void {
    if (this.#state.kind === "streaming") this.#state.reply.messages.stream.push(chunk);
  }

  onTrailers(fields: HeaderList): void {
    if (this.#state.kind === "streaming") this.#finish(readReplyFields(fields));
  }

  onWritable(): void {
    this.#isSending = false;
    this.#sender?.onWritable();
  }

  onEnd(end: StreamEnd): void {
    const state = this.#state;
    if (state.kind === "ended") return;
    if (end.kind === "complete") {
      this.#fail(missingTrailersFailure(this.#endpoint), "ended");
      return;
    }
    const cause = `${this.#endpoint}: ${end.message} (code ${end.code}, by ${end.by})`;
    if (end.unprocessed && this.#sender === undefined && state.kind === "waiting") {
      this.#leave("ended");
      this.#owner.onUnprocessed(this, cause);
    } else {
      this.#fail(this.#owner.failureOfReset(end, cause), "ended");
    }
  }

  taken(bytes: number): void {
    if (this.#state.kind === "streaming") this.#state.stream.consumed(bytes);
  }

  open(envelope: Envelope): Result<Envelope, Failure> | Promise<Result<Envelope, Failure>> {
    return openEnvelope(envelope, {
      encoding: this.#encoding,
      maxBytes: this.#call.maxReplyBytes,
      endpoint: this.#endpoint,
    });
  }

  failureOf(problem: EnvelopeProblem | "truncated"): Failure {
    return problem === "truncated"
      ? truncatedFailure(this.#endpoint)
      : envelopeFailure(problem, this.#call.maxReplyBytes, this.#endpoint);
  }

  abandoned(): void {
    if (this.#state.kind === "ended") return;
    this.#leave("reset");
    this.#owner.onStreamed(this, undefined);
  }

  #begin(stream: Stream, head: ReplyFields): void {
    const reply = new StreamingReply(
      head.metadata,
      new ReplyStream(this.#call.maxReplyBytes, this),
    );
    this.#encoding = head.encoding;
    this.#state = { kind: "streaming", stream, reply };
    this.#owner.onStreaming(this, reply);
  }

  #finish(trailers: ReplyFields): void {
    const state = this.#state;
    if (state.kind !== "streaming") return;
    state.reply.setTrailers(trailers.metadata);
    const failure = replyStatusFailure(trailers, state.reply.headers, this.#endpoint);
    this.#leave(this.#releaseAtEnd());
    state.reply.end(failure);
    this.#owner.onStreamed(this, failure);
  }

  #fail(failure: Failure, release: Release): void {
    const state = this.#leave(release);
    if (state.kind === "streaming") {
      state.reply.end(failure);
      this.#owner.onStreamed(this, failure);
    } else if (state.kind === "waiting") {
      this.#owner.onFailure(this, failure);
    }
  }

  #releaseAtEnd(): Release {
    return this.#isSending || this.#sender?.isSending === true ? "resetUnlessEnded" : "ended";
  }

  /** Lets go of the stream and gives the state before. */
  #leave(release: Release): StreamingState {
    const state = this.#state;
    this.#state = ended;
    this.#sender?.stop();
    if (state.kind === "waiting" || state.kind === "streaming") {
      releaseStream(state.stream, release);
    }
    return state;
  }
}

/** A reply whose messages are still to come. */
class StreamingReply implements Reply {
  readonly headers: Metadata;
  readonly messages: { readonly kind: "stream"; readonly stream: ReplyStream };
  #trailers: Metadata = emptyMetadata;

  constructor(headers: Metadata, stream: ReplyStream) {
    this.headers = headers;
    this.messages = { kind: "stream", stream };
  }

  trailers(): Metadata {
    return this.#trailers;
  }

  setTrailers(trailers: Metadata): void {
    this.#trailers = trailers;
  }

  end(failure: Failure | undefined): void {
    this.messages.stream.end(failure);
  }
}
