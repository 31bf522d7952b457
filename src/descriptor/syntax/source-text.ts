import type { DescriptorProblem, TextPosition } from "../problem.ts";

/** The text of one .proto file, and where its lines begin. */
export interface SourceText {
  /** The path shown to people. */
  readonly path: string;
  readonly text: string;
  /** Offsets of the first character of every line. */
  readonly lineStarts: readonly number[];
}

/** `text` with its line table. */
export function createSourceText(path: string, text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    lineStarts.push(at + 1);
  }
  return { path, text, lineStarts };
}

/** The 1-based line and column of an offset. */
export function positionOf(source: SourceText, offset: number): TextPosition {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (source.lineStarts[low] ?? 0) + 1 };
}

/** The offset of a 0-based line and column. */
export function offsetOf(source: SourceText, [line, column]: readonly number[]): number {
  return (source.lineStarts[line ?? 0] ?? 0) + (column ?? 0);
}

/** A problem at an offset of `source`. */
export function problemIn(
  source: SourceText,
  offset: number,
  message: string,
  help?: string,
): DescriptorProblem {
  const { line, column } = positionOf(source, offset);
  return { file: source.path, line, column, message, ...(help === undefined ? {} : { help }) };
}
