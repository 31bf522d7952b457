import { err, ok, type Result } from "../base/index.ts";
import type { Envelope, Failure, MessageStream } from "../rpc/index.ts";
import { ByteBacklog } from "./byte-backlog.ts";
import { type EnvelopeProblem, EnvelopeReader, isCompressed } from "./envelope-reader.ts";

type NextMessage = Result<Envelope | undefined, Failure>;

/** What a reply stream needs of the attempt that fills it. */
export interface ReplySource {
  /** `bytes` of the receive window are free again. */
  taken(bytes: number): void;
  /** Prepares a message for the reader: decompresses it. */
  open(envelope: Envelope): Result<Envelope, Failure> | Promise<Result<Envelope, Failure>>;
  /** What bytes that are no envelope, or not a whole one, mean for the call. */
  failureOf(problem: EnvelopeProblem | "truncated"): Failure;
  /** The reader wants no more, or cannot read on. */
  abandoned(): void;
}

const nothing = new Uint8Array(0);

/**
 * The messages of a server stream between the upstream and their reader. A message holds its part of the
 * stream's window until it is taken, so that a reader that stops, stops the upstream. What waits, waits as
 * bytes and is cut one message ahead: a window of empty messages would be 200,000 objects.
 */
export class ReplyStream implements MessageStream {
  readonly #source: ReplySource;
  readonly #reader: EnvelopeReader;
  /** What has come behind the bytes that the reader has. */
  readonly #behind = new ByteBacklog();
  /** The message that is taken next. While there is none, the reader has seen all that has come. */
  #ready: Envelope | undefined = undefined;
  /** Bytes of the message that is ready, or being gathered, that do not hold the window any more. */
  #given = 0;
  /** How the stream ends behind what has come; undefined while more may come. */
  #end: NextMessage | undefined = undefined;
  #waiting: ((next: NextMessage) => void) | undefined = undefined;

  constructor(maxBytes: number, source: ReplySource) {
    this.#reader = new EnvelopeReader(maxBytes);
    this.#source = source;
  }

  next(): Promise<NextMessage> {
    const ready = this.#ready;
    if (ready !== undefined) return Promise.resolve(this.#take(ready));
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  poll(): Envelope | undefined {
    const ready = this.#ready;
    if (ready === undefined || isCompressed(ready)) return undefined;
    this.#advance(ready.length);
    return ready;
  }

  cancel(): void {
    if (this.#end === undefined) this.#source.abandoned();
    this.#finish(ok(undefined));
    this.#drop();
  }

  /** Adds what has come: messages in any pieces. */
  push(chunk: Uint8Array): void {
    if (this.#end !== undefined) return;
    if (this.#ready !== undefined) {
      this.#behind.push(chunk);
      return;
    }
    this.#reader.push(chunk);
    const ready = this.#advance(0);
    const waiting = this.#waiting;
    if (waiting === undefined || ready === undefined) return;
    this.#waiting = undefined;
    const taken = this.#take(ready);
    if (taken instanceof Promise) void taken.then(waiting);
    else waiting(taken);
  }

  /** Nothing more comes: `failure` says why, undefined is a good end. The first end counts. */
  end(failure: Failure | undefined): void {
    if (this.#end !== undefined) return;
    const end = failure === undefined ? ok(undefined) : err(failure);
    this.#finish(this.#ready === undefined ? this.#wholeEnd(end) : end);
  }

  #finish(end: NextMessage): void {
    this.#end ??= end;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(this.#end);
  }

  /** A good end inside a message is none. */
  #wholeEnd(end: NextMessage): NextMessage {
    const isCut = end.ok && this.#reader.isInsideEnvelope;
    return isCut ? err(this.#source.failureOf("truncated")) : end;
  }

  /**
   * Cuts the next message and gives it, once one of `takenBytes` was taken. One that is larger than the window can be
   * gathered only if its bytes do not hold it: they are given back while no whole message waits. A reader
   * that has stopped holds all that comes behind the first one.
   */
  #advance(takenBytes: number): Envelope | undefined {
    let free = 0;
    if (takenBytes > 0) {
      free = takenBytes - this.#given;
      this.#given = 0;
    }
    const next = this.#cut();
    if (typeof next === "string") {
      this.#ready = undefined;
      this.#break(this.#source.failureOf(next));
      return undefined;
    }
    this.#ready = next;
    if (next === undefined) {
      free += this.#reader.gatheredBytes - this.#given;
      this.#given = this.#reader.gatheredBytes;
      if (this.#end !== undefined) this.#end = this.#wholeEnd(this.#end);
    }
    if (free > 0) this.#source.taken(free);
    return next;
  }

  #cut(): Envelope | EnvelopeProblem | undefined {
    let next = this.#reader.next();
    while (next === undefined && this.#behind.length > 0) {
      this.#reader.push(this.#behind.shift());
      next = this.#reader.next();
    }
    return next;
  }

  #take(ready: Envelope): NextMessage | Promise<NextMessage> {
    this.#advance(ready.length);
    const opened = this.#source.open(ready);
    return opened instanceof Promise
      ? opened.then((result) => this.#opened(result))
      : this.#opened(opened);
  }

  #opened(opened: Result<Envelope, Failure>): NextMessage {
    if (!opened.ok) this.#break(opened.error);
    return opened;
  }

  /** Ends at a message that cannot be read, whatever has come behind it. */
  #break(failure: Failure): void {
    if (this.#end === undefined) this.#source.abandoned();
    this.#end = err(failure);
    this.#drop();
    this.#finish(this.#end);
  }

  #drop(): void {
    this.#ready = undefined;
    this.#reader.push(nothing);
    this.#behind.clear();
  }
}
