import type { Clock, Timer } from "../base/index.ts";

/** What a sink writes to. */
export interface LineDestination {
  /**
   * Writes the text and calls `done` once: with nothing when all of it is written, with the error when it is not. It
   * may take its time but never blocks and never throws. One write is under way at a time.
   */
  write(text: string, done: (error: Error | undefined) => void): void;
  /** Called once, when nothing is written any more. A write that is still under way is given up. */
  close(): void;
}

/** How a sink gathers and gives up. */
export interface LineSinkOptions {
  readonly clock: Clock;
  /** How long lines are gathered for one write, in ms. Default 0: each is written at once. */
  readonly gatherMs?: number;
  /** Gathered text of this length is written without waiting. Default 16 384 UTF-16 units. */
  readonly gatherLength?: number;
  /** Text that may wait for a slow destination; lines beyond it are dropped. Default 1 048 576 UTF-16 units. */
  readonly maxWaitingLength?: number;
}

/** Where lines go. It never blocks and never fails: what cannot be written is dropped and counted. */
export interface LineSink {
  /** Adds a line, which ends with its newline. */
  write(line: string): void;
  /** Lines dropped so far: for a meter. They are also reported by a line once writing works again. */
  readonly droppedLines: number;
  /** Writes what waits, for `limitMs` (default 500) at most, closes the destination and drops all that comes. */
  close(limitMs?: number): Promise<void>;
}

/** After a failed write the next one waits this long: a full disk or a closed pipe is not asked for every line. */
const retryMs = 1000;
const defaultCloseMs = 500;

/** Opens a sink over a destination, which it closes in the end. */
export function openLineSink(destination: LineDestination, options: LineSinkOptions): LineSink {
  return new GatheringSink(destination, options);
}

type SinkState =
  /** Nothing waits. */
  | { readonly kind: "idle" }
  /** Lines are gathered, or a failed destination is left alone for a while. */
  | { readonly kind: "waiting"; readonly timer: Timer; readonly isAfterFailure: boolean }
  | { readonly kind: "writing"; readonly lines: number }
  | { readonly kind: "closed" };

class GatheringSink implements LineSink {
  readonly #destination: LineDestination;
  readonly #clock: Clock;
  readonly #gatherMs: number;
  readonly #gatherLength: number;
  readonly #maxWaitingLength: number;
  #state: SinkState = { kind: "idle" };
  #waiting = "";
  #waitingLines = 0;
  #droppedLines = 0;
  #reportedLines = 0;
  #onDrained: (() => void) | undefined;
  #isClosing = false;

  constructor(destination: LineDestination, options: LineSinkOptions) {
    this.#destination = destination;
    this.#clock = options.clock;
    this.#gatherMs = options.gatherMs ?? 0;
    this.#gatherLength = options.gatherLength ?? 16_384;
    this.#maxWaitingLength = options.maxWaitingLength ?? 1_048_576;
  }

  get droppedLines(): number {
    return this.#droppedLines;
  }

  write(line: string): void {
    if (this.#isClosing || this.#waiting.length + line.length > this.#maxWaitingLength) {
      this.#droppedLines++;
      return;
    }
    this.#waiting += line;
    this.#waitingLines++;
    const state = this.#state;
    if (state.kind === "idle") {
      if (this.#gatherMs === 0) this.#flush();
      else this.#wait(this.#gatherMs, false);
    } else if (state.kind === "waiting" && !state.isAfterFailure) {
      if (this.#waiting.length >= this.#gatherLength) this.#flush();
    }
  }

  async close(limitMs: number = defaultCloseMs): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#state.kind === "waiting") this.#flush();
    if (this.#state.kind === "writing") {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimer(limitMs, resolve);
        this.#onDrained = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    this.#droppedLines += this.#waitingLines;
    this.#waitingLines = 0;
    this.#waiting = "";
    this.#become({ kind: "closed" });
    this.#destination.close();
  }

  #wait(delayMs: number, isAfterFailure: boolean): void {
    const timer = this.#clock.setTimer(delayMs, () => this.#flush());
    this.#become({ kind: "waiting", timer, isAfterFailure });
  }

  #flush(): void {
    const reported = this.#droppedLines;
    const lost = reported - this.#reportedLines;
    const text = lost === 0 ? this.#waiting : this.#lostLine(lost) + this.#waiting;
    this.#become({ kind: "writing", lines: this.#waitingLines });
    this.#waiting = "";
    this.#waitingLines = 0;
    this.#destination.write(text, (error) => this.#written(error, reported));
  }

  #written(error: Error | undefined, reported: number): void {
    if (this.#state.kind !== "writing") return;
    if (error === undefined) {
      this.#reportedLines = reported;
    } else {
      this.#droppedLines += this.#state.lines;
    }
    if (this.#isClosing && (error !== undefined || this.#waitingLines === 0)) {
      this.#become({ kind: "idle" });
      this.#onDrained?.();
    } else if (error !== undefined) {
      this.#wait(retryMs, true);
    } else if (this.#waitingLines > 0) {
      this.#flush();
    } else {
      this.#become({ kind: "idle" });
    }
  }

  #lostLine(count: number): string {
    const time = new Date(this.#clock.wallNow()).toISOString();
    return `{"level":"warn","time":"${time}","event":"log.lines_dropped","count":${count}}\n`;
  }

  #become(next: SinkState): void {
    if (this.#state.kind === "waiting") this.#state.timer.cancel();
    this.#state = next;
  }
}
