import type { Place } from "../problem.ts";
import type { Span } from "./source-node.ts";

/** Finds lines and columns in a text. */
export class LineIndex {
  readonly #text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
    this.#text = text;
    this.#starts = starts;
  }

  /** The place of `span`, cut at the end of its first line; the end of the text is a place too. */
  place(span: Span): Place {
    const start = Math.min(Math.max(span.start, 0), this.#text.length);
    const line = this.#lineOf(start);
    const lineStart = this.#starts[line] ?? 0;
    const nextLine = this.#starts[line + 1];
    const lineEnd = nextLine === undefined ? this.#text.length : nextLine - 1;
    const trimmed = this.#text.slice(start, Math.min(span.end, lineEnd)).trimEnd().length;
    return { line: line + 1, column: start - lineStart + 1, length: Math.max(1, trimmed) };
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
