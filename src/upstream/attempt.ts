import {
  ErrorCode,
  type HeaderList,
  type Stream,
  type StreamEnd,
  type StreamEvents,
} from "../h2/index.ts";
import {
  type Call,
  type Envelope,
  emptyMetadata,
  type Failure,
  type Messages,
  type Metadata,
  type Reply,
} from "../rpc/index.ts";
import { type DecompressProblem, decompress } from "./decompress.ts";
import {
  type EnvelopeProblem,
  EnvelopeReader,
  isCompressed,
  isWholeEnvelope,
  prefixProblem,
} from "./envelope-reader.ts";
import { protocolFailure, tooLargeFailure } from "./failures.ts";
import type { StreamOpener } from "./open-connection.ts";
import { type ReplyFields, readReplyFields } from "./reply-fields.ts";
import { replyHeadFailure, replyStatusFailure } from "./reply-status.ts";

/** Told once how an attempt ended. */
export interface AttemptOwner {
  onReply(reply: Reply): void;
  onFailure(failure: Failure): void;
  /** The stream was reset, or lost with its connection. */
  onReset(code: number, cause: string): void;
  /** The upstream cannot have acted on the call: it may be sent again. */
  onUnprocessed(cause: string): void;
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

/** One try of a unary call on one stream: sends the message and reads the reply. */
export class Attempt implements StreamEvents {
  readonly #call: Call;
  readonly #endpoint: string;
  readonly #owner: AttemptOwner;
  #state: AttemptState = unsent;
  /** Whether the request has not been taken whole by the peer's windows. */
  #isSending = false;
  #head: ReplyFields | undefined = undefined;
  #message: Envelope | undefined = undefined;
  #reader: EnvelopeReader | undefined = undefined;

  constructor(call: Call, endpoint: string, owner: AttemptOwner) {
    this.#call = call;
    this.#endpoint = endpoint;
    this.#owner = owner;
  }

  /** Opens the stream and sends the call; false when the connection takes no stream. */
  send(connection: StreamOpener, head: HeaderList, envelope: Envelope): boolean {
    const stream = connection.openStream(head, this, false);
    if (stream === undefined) return false;
    this.#state = { kind: "open", stream };
    this.#isSending = !stream.write(envelope, true);
    return true;
  }

  /** Gives up: the upstream is told at once and the owner is not. */
  abandon(): void {
    const state = this.#state;
    this.#state = ended;
    if (state.kind === "open") state.stream.reset(ErrorCode.CANCEL);
  }

  onHeaders(fields: HeaderList, endStream: boolean): void {
    if (this.#state.kind !== "open") return;
    const head = readReplyFields(fields);
    const failure = replyHeadFailure(head, this.#endpoint);
    if (failure !== undefined) {
      this.#fail(failure, !endStream);
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
      const problem = prefixProblem(chunk, this.#call.maxReplyBytes);
      if (problem === undefined) this.#message = chunk;
      else this.#refuseEnvelope(problem);
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
  }

  onEnd(end: StreamEnd): void {
    if (this.#state.kind !== "open") return;
    this.#state = ended;
    if (end.kind === "complete") {
      // DATA ended the stream: trailers were owed (gRPC over HTTP/2, "Responses").
      const cause = `${this.#endpoint}: the stream ended without trailers`;
      this.#owner.onFailure(protocolFailure("the upstream's reply has no gRPC status", cause));
      return;
    }
    const cause = `${this.#endpoint}: ${end.message} (code ${end.code}, by ${end.by})`;
    if (end.unprocessed) this.#owner.onUnprocessed(cause);
    else this.#owner.onReset(end.code, cause);
  }

  #readPieces(chunk: Uint8Array): void {
    this.#reader ??= new EnvelopeReader(this.#call.maxReplyBytes);
    this.#reader.push(chunk);
    for (;;) {
      const next = this.#reader.next();
      if (next === undefined) return;
      if (typeof next === "string") {
        this.#refuseEnvelope(next);
        return;
      }
      if (this.#message !== undefined) {
        this.#refuse("the upstream sent two messages for one reply", "a second message", true);
        return;
      }
      this.#message = next;
    }
  }

  #refuseEnvelope(problem: EnvelopeProblem): void {
    if (problem === "tooLarge") {
      const cause = `${this.#endpoint}: the prefix announces too much`;
      this.#fail(tooLargeFailure(this.#call.maxReplyBytes, cause), true);
    } else {
      const cause = "a flag byte other than 0 or 1";
      this.#refuse("the upstream's message has a broken prefix", cause, true);
    }
  }

  /** The upstream has said all: the status decides, then the message. */
  #finish(trailers: ReplyFields, initial: Metadata): void {
    const failure = replyStatusFailure(trailers, initial, this.#endpoint);
    if (failure !== undefined) {
      this.#fail(failure, this.#isSending);
    } else if (this.#reader?.isInsideEnvelope === true) {
      const cause = "the stream ended inside a message";
      this.#refuse("the upstream's message is cut short", cause, this.#isSending);
    } else if (this.#message === undefined) {
      const cause = "status OK without a message";
      this.#refuse("the upstream's reply has no message", cause, this.#isSending);
    } else if (isCompressed(this.#message)) {
      this.#decompress(this.#message, initial, trailers.metadata);
    } else {
      this.#leave(ended, this.#isSending);
      this.#owner.onReply(new UnaryReply(initial, this.#message, trailers.metadata));
    }
  }

  #decompress(message: Envelope, initial: Metadata, trailers: Metadata): void {
    const decoded = decompress(message, this.#head?.encoding, this.#call.maxReplyBytes);
    this.#leave(decoding, this.#isSending);
    const settle = (result: Awaited<typeof decoded>): void => {
      if (this.#state !== decoding) return;
      this.#state = ended;
      if (result.ok) this.#owner.onReply(new UnaryReply(initial, result.value, trailers));
      else this.#owner.onFailure(this.#compressionFailure(result.error));
    };
    if (decoded instanceof Promise) void decoded.then(settle);
    else settle(decoded);
  }

  #compressionFailure(problem: DecompressProblem): Failure {
    const encoding = this.#head?.encoding ?? "none";
    const cause = `${this.#endpoint}: grpc-encoding ${JSON.stringify(encoding.slice(0, 40))}`;
    switch (problem) {
      case "tooLarge":
        return tooLargeFailure(this.#call.maxReplyBytes, cause);
      case "malformed":
        return protocolFailure("the upstream's message cannot be decompressed", cause);
      case "noEncoding":
      case "unknownEncoding":
        return protocolFailure("the upstream's message is compressed in an unknown way", cause);
    }
  }

  #refuse(message: string, cause: string, mustReset: boolean): void {
    this.#fail(protocolFailure(message, `${this.#endpoint}: ${cause}`), mustReset);
  }

  #fail(failure: Failure, mustReset: boolean): void {
    this.#leave(ended, mustReset);
    this.#owner.onFailure(failure);
  }

  /** Lets go of the stream. One that has not ended on both sides must be reset, or it would linger. */
  #leave(next: AttemptState, mustReset: boolean): void {
    const state = this.#state;
    this.#state = next;
    if (mustReset && state.kind === "open") state.stream.reset(ErrorCode.CANCEL);
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
