import { err, ok, type Result } from "../base/index.ts";
import type { Envelope, Failure, MessageStream } from "../rpc/index.ts";
import { isCompressed } from "./envelope-reader.ts";

type NextMessage = Result<Envelope | undefined, Failure>;

/** What a reply stream needs of the attempt that fills it. */
export interface ReplySource {
  /** The reader has taken a message that holds `bytes` of the receive window. */
  taken(bytes: number): void;
  /** Prepares a message for the reader: decompresses it. */
  open(envelope: Envelope): Result<Envelope, Failure> | Promise<Result<Envelope, Failure>>;
  /** The reader wants no more, or cannot read on. */
  abandoned(): void;
}

interface Queued {
  readonly envelope: Envelope;
  readonly heldBytes: number;
}

/**
 * The messages of a server stream between the upstream and their reader. A message holds its part of the
 * stream's window until it is taken, so that a reader that stops, stops the upstream.
 */
export class ReplyStream implements MessageStream {
  readonly #source: ReplySource;
  readonly #queue: Queued[] = [];
  /** How the stream ends once the queue is empty; undefined while more may come. */
  #end: NextMessage | undefined = undefined;
  #waiting: ((next: NextMessage) => void) | undefined = undefined;

  constructor(source: ReplySource) {
    this.#source = source;
  }

  /** Whether no message waits for the reader. */
  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  next(): Promise<NextMessage> {
    const queued = this.#queue.shift();
    if (queued !== undefined) return Promise.resolve(this.#take(queued));
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  poll(): Envelope | undefined {
    const [queued] = this.#queue;
    if (queued === undefined || isCompressed(queued.envelope)) return undefined;
    this.#queue.shift();
    this.#source.taken(queued.heldBytes);
    return queued.envelope;
  }

  cancel(): void {
    if (this.#end === undefined) this.#source.abandoned();
    this.#finish(ok(undefined));
    this.#queue.length = 0;
  }

  /** Adds a message that holds `heldBytes` of the window. */
  push(envelope: Envelope, heldBytes: number): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) {
      this.#queue.push({ envelope, heldBytes });
      return;
    }
    const taken = this.#take({ envelope, heldBytes });
    if (taken instanceof Promise) void taken.then(waiting);
    else waiting(taken);
  }

  /** There are no more messages: `failure` says why, undefined is a good end. The first end counts. */
  end(failure: Failure | undefined): void {
    this.#finish(failure === undefined ? ok(undefined) : err(failure));
  }

  #finish(end: NextMessage): void {
    this.#end ??= end;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(this.#end);
  }

  #take({ envelope, heldBytes }: Queued): NextMessage | Promise<NextMessage> {
    this.#source.taken(heldBytes);
    const opened = this.#source.open(envelope);
    return opened instanceof Promise
      ? opened.then((result) => this.#opened(result))
      : this.#opened(opened);
  }

  #opened(opened: Result<Envelope, Failure>): NextMessage {
    if (opened.ok) return opened;
    if (this.#end === undefined) this.#source.abandoned();
    this.#end = opened;
    this.#queue.length = 0;
    return opened;
  }
}
