import type { IncomingMessage } from "node:http";
import { ByteGatherer, err, ok, type Result } from "../base/index.ts";
import type { BodyProblem, BodyReader } from "../exchange/index.ts";
import type { BodyWatch, WatchedBody } from "./body-watch.ts";

const broken = "diglotBroken";

/** Tells whoever reads the body of `request` that its framing broke or its time ran out. */
export function breakBody(request: IncomingMessage, problem: BodyProblem): void {
  request.emit(broken, problem);
}

/** What a body must keep to. */
export interface BodyPace {
  /** Longest time until the whole body has come, in ms. */
  readonly withinMs: number;
  readonly minBytesPerSecond: number;
}

/** Reads a body to its end. The listeners go with the request, but for one that has had enough. */
export function collectBody(
  request: IncomingMessage,
  maxBytes: number,
  pace: BodyPace,
  watch: BodyWatch,
): Promise<Result<Uint8Array, BodyProblem>> {
  return new Promise((resolve) => {
    const body = new CollectedBody(request, maxBytes, pace, watch, resolve);
    watch.add(body);
  });
}

class CollectedBody implements WatchedBody {
  readonly waitingSince: number;
  readonly withinMs: number;
  readonly minBytesPerSecond: number;
  receivedBytes = 0;
  readonly #watch: BodyWatch;
  readonly #resolve: (body: Result<Uint8Array, BodyProblem>) => void;

  constructor(
    request: IncomingMessage,
    maxBytes: number,
    pace: BodyPace,
    watch: BodyWatch,
    resolve: (body: Result<Uint8Array, BodyProblem>) => void,
  ) {
    this.waitingSince = watch.now();
    this.withinMs = pace.withinMs;
    this.minBytesPerSecond = pace.minBytesPerSecond;
    this.#watch = watch;
    this.#resolve = resolve;
    const gathered = new ByteGatherer();
    const onData = (chunk: Buffer): void => {
      this.receivedBytes += chunk.length;
      gathered.push(chunk);
      if (this.receivedBytes <= maxBytes) return;
      request.off("data", onData);
      this.#end(err("tooLarge"));
    };
    request.on("data", onData);
    request.on("end", () => this.#end(ok(gathered.take())));
    request.on(broken, (problem: BodyProblem) => this.#end(err(problem)));
  }

  onTooSlow(): void {
    this.#resolve(err("tooSlow"));
  }

  #end(body: Result<Uint8Array, BodyProblem>): void {
    this.#watch.remove(this);
    this.#resolve(body);
  }
}

type Piece = Result<Uint8Array | undefined, BodyProblem>;

const end: Piece = ok(undefined);

/** Reads a body while it comes. At most one piece waits for the reader, and then the client is held back. */
export class Http1BodyReader implements BodyReader, WatchedBody {
  waitingSince = 0;
  receivedBytes = 0;
  readonly withinMs: number;
  readonly minBytesPerSecond = 0;
  readonly #request: IncomingMessage;
  readonly #watch: BodyWatch;
  readonly #onRead: () => void;
  readonly #pieces: Uint8Array[] = [];
  #waiting: ((piece: Piece) => void) | undefined = undefined;
  #end: Piece | undefined = undefined;

  /** `onRead` is called for every piece that comes. */
  constructor(request: IncomingMessage, idleMs: number, watch: BodyWatch, onRead: () => void) {
    this.withinMs = idleMs;
    this.#request = request;
    this.#watch = watch;
    this.#onRead = onRead;
    request.on("data", this.#onData);
    request.on("end", () => this.#finish(end));
    request.on(broken, (problem: BodyProblem) => this.#finish(err(problem)));
  }

  next(): Promise<Piece> {
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      if (this.#pieces.length === 0) this.#request.resume();
      return Promise.resolve(ok(piece));
    }
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    this.waitingSince = this.#watch.now();
    this.#watch.add(this);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  cancel(): void {
    this.#request.off("data", this.#onData);
    this.#pieces.length = 0;
    this.#finish(end);
  }

  onTooSlow(): void {
    this.#request.off("data", this.#onData);
    this.#finish(err("tooSlow"));
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#onRead();
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#pieces.push(chunk);
      this.#request.pause();
      return;
    }
    this.#waiting = undefined;
    this.#watch.remove(this);
    waiting(ok(chunk));
  };

  #finish(how: Piece): void {
    this.#end ??= how;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.#watch.remove(this);
    waiting(this.#end);
  }
}
