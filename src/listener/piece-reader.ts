import { err, ok, type Result } from "../base/index.ts";
import type { BodyProblem, BodyReader } from "../exchange/index.ts";
import type { BodyWatch, WatchedBody } from "./body-watch.ts";

type Piece = Result<Uint8Array | undefined, BodyProblem>;

const end: Piece = ok(undefined);

/** What the pieces come from. */
export interface PieceSource {
  /** Asks for no more until `release`. */
  hold(): void;
  release(): void;
  /** No piece is wanted any more. */
  stop(): void;
}

/** Hands the pieces of a body to one who asks for them. A piece that waits for its reader holds the source back. */
export class PieceReader implements BodyReader, WatchedBody {
  waitingSince = 0;
  readonly receivedBytes = 0;
  readonly withinMs: number;
  readonly minBytesPerSecond = 0;
  readonly #watch: BodyWatch;
  readonly #source: PieceSource;
  readonly #pieces: Uint8Array[] = [];
  #waiting: ((piece: Piece) => void) | undefined = undefined;
  #end: Piece | undefined = undefined;

  /** Who sends nothing for `idleMs` while somebody waits is too slow. */
  constructor(idleMs: number, watch: BodyWatch, source: PieceSource) {
    this.withinMs = idleMs;
    this.#watch = watch;
    this.#source = source;
  }

  next(): Promise<Piece> {
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      if (this.#pieces.length === 0) this.#source.release();
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
    this.#source.stop();
    if (this.#pieces.length > 0) this.#source.release();
    this.#pieces.length = 0;
    this.end(undefined);
  }

  onTooSlow(): void {
    this.#source.stop();
    this.end("tooSlow");
  }

  /** A piece has come. */
  push(piece: Uint8Array): void {
    if (this.#end !== undefined) return;
    if (this.#waiting !== undefined) {
      this.#answer(this.#waiting, ok(piece));
      return;
    }
    this.#pieces.push(piece);
    this.#source.hold();
  }

  /** Nothing more will come; `problem` says why where that is wrong. The first end counts. */
  end(problem: BodyProblem | undefined): void {
    this.#end ??= problem === undefined ? end : err(problem);
    if (this.#waiting !== undefined) this.#answer(this.#waiting, this.#end);
  }

  #answer(waiting: (piece: Piece) => void, piece: Piece): void {
    this.#waiting = undefined;
    this.#watch.remove(this);
    waiting(piece);
  }
}
