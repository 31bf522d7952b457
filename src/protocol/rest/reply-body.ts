import type { Clock, Timer } from "../../base/index.ts";
import type { BodyStream } from "../../exchange/index.ts";
import { JsonSink, type JsonWriter } from "../../protojson/index.ts";
import {
  type Envelope,
  envelopePrefixBytes,
  type Failure,
  gatewayFailure,
  httpStatusOfFailure,
  type MessageStream,
} from "../../rpc/index.ts";
import type { StreamEnd } from "../protocol.ts";
import { undecodable } from "./close.ts";
import type { StreamFormat } from "./stream-format.ts";

/** Prints one message of a stream; false when it cannot be decoded. */
export type MessagePrinter = (envelope: Envelope, out: JsonSink) => boolean;

/** What a stream of replies is written by. */
export interface ReplyBodyRules {
  readonly format: StreamFormat;
  readonly print: MessagePrinter;
  /** A failure as JSON, in the shape that the route answers failures in. */
  readonly printFailure: (failure: Failure) => string;
  /** How long nothing may come before a heartbeat is sent, in ms; 0 for none. */
  readonly heartbeatMs: number;
  /** How long nothing may come either way before the stream ends, in ms. */
  readonly idleMs: number;
  /** When the client was last heard, in the clock's monotonic ms. */
  readonly lastReadAt: () => number;
  readonly clock: Clock;
}

type Piece = Uint8Array | "end" | "cut";

type BodyState =
  | { readonly kind: "open" }
  /** No message comes any more: `rest` is still to be given, and then `last`. */
  | { readonly kind: "ended"; readonly rest: Uint8Array; readonly last: "end" | "cut" };

const open: BodyState = { kind: "open" };
const nothing = new Uint8Array(0);

/** Messages that came together are sent together up to this size, in bytes. */
const batchBytes = 64 * 1024;

/** And up to this many: messages may print to nothing. */
const batchMessages = 4096;

/** Pieces that are given before others get a turn: a client that takes all at once would hold the loop of events. */
const piecesATurn = 256;

// Printing is synchronous and its bytes are copied out, so one sink serves every stream.
const sink = new JsonSink();

/** The messages of a server stream as a body that is made while it is sent. */
export class ReplyBody implements BodyStream {
  readonly ended: Promise<StreamEnd>;
  code = 0;
  readonly #messages: MessageStream;
  readonly #rules: ReplyBodyRules;
  #settle: (end: StreamEnd) => void = () => undefined;
  #state: BodyState = open;
  #waiting: ((piece: Piece) => void) | undefined = undefined;
  /** Whether the next message has been asked for and has not come. */
  #isAsking = false;
  /** A message that came while nobody waited. */
  #late: Envelope | undefined;
  #timer: Timer | undefined = undefined;
  #lastMessageAt: number;
  #lastPieceAt: number;
  #count = 0;
  #bytes = 0;
  /** Pieces that were given from what was at hand, without a turn of the loop of events. */
  #piecesThisTurn = 0;

  /** `first` was taken from `messages` already. */
  constructor(messages: MessageStream, first: Envelope | undefined, rules: ReplyBodyRules) {
    this.#messages = messages;
    this.#late = first;
    this.#rules = rules;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#lastMessageAt = rules.clock.now();
    this.#lastPieceAt = this.#lastMessageAt;
    this.#watch();
  }

  next(): Promise<Piece> {
    if (this.#piecesThisTurn < piecesATurn) return this.#next();
    this.#piecesThisTurn = 0;
    return new Promise((resolve) => {
      setImmediate(() => resolve(this.#next()));
    });
  }

  #next(): Promise<Piece> {
    if (this.#state.kind === "ended") return Promise.resolve(this.#takeRest(this.#state));
    const first = this.#late ?? this.#messages.poll();
    this.#late = undefined;
    if (first !== undefined) return Promise.resolve(this.#batch(first));
    this.#piecesThisTurn = 0;
    return new Promise((resolve) => {
      this.#waiting = resolve;
      if (!this.#isAsking) this.#ask();
    });
  }

  cancel(): void {
    if (this.#state.kind === "ended") return;
    this.#messages.cancel();
    this.#finish("cut", nothing, clientClosed);
  }

  #ask(): void {
    this.#isAsking = true;
    void this.#messages.next().then((next) => {
      this.#isAsking = false;
      if (this.#state.kind === "ended") return;
      if (!next.ok) this.#fail(next.error);
      else if (next.value === undefined) this.#endWell();
      else if (this.#waiting === undefined) this.#late = next.value;
      else this.#answer(this.#batch(next.value));
    });
  }

  /** Prints `first` and what has come behind it. */
  #batch(first: Envelope): Piece {
    const { format, print } = this.#rules;
    sink.reset();
    const most = format.joins ? this.#count + batchMessages : 0;
    let envelope: Envelope | undefined = first;
    while (envelope !== undefined) {
      const mark = sink.length;
      format.before(this.#count, sink);
      if (!print(envelope, sink)) {
        sink.length = mark;
        this.#messages.cancel();
        this.#failAfter(undecodable);
        break;
      }
      if (format.after !== "") sink.ascii(format.after);
      this.#count++;
      const isFull = this.#count >= most || sink.length >= batchBytes;
      envelope = isFull ? undefined : this.#messages.poll();
      if (isFull && format.joins) this.#piecesThisTurn = piecesATurn;
    }
    this.#piecesThisTurn++;
    if (this.#state.kind === "ended") return this.#takeRest(this.#state);
    this.#lastMessageAt = this.#rules.clock.now();
    return this.#give(sink.bytes());
  }

  #endWell(): void {
    sink.reset();
    this.#rules.format.end(this.#count, sink);
    this.#finish("end", sink.bytes(), undefined);
  }

  #fail(failure: Failure): void {
    sink.reset();
    this.#failAfter(failure);
  }

  /** Ends with a failure behind what the sink holds already. */
  #failAfter(failure: Failure): void {
    const { format, printFailure } = this.#rules;
    format.fail?.(printFailure(failure), sink);
    this.#finish(
      format.fail === undefined || isBreak(failure) ? "cut" : "end",
      sink.bytes(),
      failure,
    );
  }

  #give(bytes: Uint8Array): Uint8Array {
    this.#bytes += bytes.length;
    this.#lastPieceAt = this.#rules.clock.now();
    return bytes;
  }

  #answer(piece: Piece): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(piece);
  }

  #finish(last: "end" | "cut", rest: Uint8Array, failure: Failure | undefined): void {
    const state = { kind: "ended", rest, last } as const;
    this.#state = state;
    this.code = failure?.code ?? 0;
    this.#timer?.cancel();
    this.#settle({ bytes: this.#bytes + rest.length, messages: this.#count, failure });
    if (this.#waiting !== undefined) this.#answer(this.#takeRest(state));
  }

  #takeRest({ rest, last }: Extract<BodyState, { kind: "ended" }>): Piece {
    if (rest.length === 0) return last;
    this.#state = { kind: "ended", rest: nothing, last };
    return rest;
  }

  /** One timer for the whole stream: it is set anew when it fires, not with every message. */
  #watch(): void {
    const { heartbeatMs, idleMs, format, clock } = this.#rules;
    const beats = format.heartbeat !== undefined && heartbeatMs > 0;
    const now = clock.now();
    const idleAt = Math.max(this.#lastMessageAt, this.#rules.lastReadAt()) + idleMs;
    const beatAt = beats ? this.#lastPieceAt + heartbeatMs : Number.POSITIVE_INFINITY;
    const nextAt = Math.min(idleAt, beatAt);
    if (nextAt === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.setTimer(Math.max(nextAt - now, 1), () => this.#onTimer());
  }

  #onTimer(): void {
    const { heartbeatMs, idleMs, format, clock } = this.#rules;
    const now = clock.now();
    if (now - Math.max(this.#lastMessageAt, this.#rules.lastReadAt()) >= idleMs) {
      this.#messages.cancel();
      this.#fail(idle);
      return;
    }
    if (
      format.heartbeat !== undefined &&
      heartbeatMs > 0 &&
      now - this.#lastPieceAt >= heartbeatMs
    ) {
      // A client that is not waiting has what came before still to take, which is sign enough of life.
      if (this.#waiting === undefined) this.#lastPieceAt = now;
      else this.#answer(this.#give(Buffer.from(format.heartbeat)));
    }
    this.#watch();
  }
}

/**
 * Whether a stream broke, and not just ended with a status of the service or over what the client sent: then a
 * client must be able to tell without reading the failure (faults.md, U-08).
 */
function isBreak(failure: Failure): boolean {
  return failure.kind === "gateway" && httpStatusOfFailure(failure) >= 500;
}

/** Prints messages by a JSON writer. */
export function jsonMessagePrinter(writer: JsonWriter): MessagePrinter {
  return (envelope, out) =>
    writer.write(envelope, envelopePrefixBytes, envelope.length, out) === undefined;
}

const idle = gatewayFailure("STREAM_IDLE", "nothing came either way for too long");

const clientClosed = gatewayFailure("CLIENT_CLOSED", "the client went away");
