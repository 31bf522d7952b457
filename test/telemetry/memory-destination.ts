import type { LineDestination } from "../../src/telemetry/index.ts";

/** A destination that keeps each write waiting until the test lets it go. */
export class MemoryDestination implements LineDestination {
  /** What was written whole. */
  text = "";
  /** What was asked to be written, one entry a write. */
  readonly writes: string[] = [];
  closedTimes = 0;
  #done: ((error: Error | undefined) => void) | undefined;

  write(text: string, done: (error: Error | undefined) => void): void {
    if (this.#done !== undefined) throw new Error("two writes at a time");
    this.writes.push(text);
    this.#done = done;
  }

  close(): void {
    this.closedTimes++;
  }

  /** Ends the write that is under way. */
  finish(error?: Error): void {
    const done = this.#done;
    if (done === undefined) throw new Error("no write is under way");
    this.#done = undefined;
    if (error === undefined) this.text += this.writes.at(-1);
    done(error);
  }
}

/** A destination that writes at once. */
export class InstantDestination extends MemoryDestination {
  override write(text: string, done: (error: Error | undefined) => void): void {
    super.write(text, done);
    this.finish();
  }
}
