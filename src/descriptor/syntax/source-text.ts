import type { DescriptorProblem, TextPosition } from "../problem.ts";

/** The text of one .proto file, and where its lines begin. */
export interface SourceText {
  /** The path shown to people. */
  readonly path: string;
  readonly text: string;
  /** Offsets of the first character of every line. */
  readonly lineStarts: readonly number[];
  /** Whether every character is one column wide to protoc too: no tabs, nothing beyond ASCII. */
  readonly isPlain: boolean;
}

const plainText = /^[\n\r\x20-\x7e]*$/;
/** Columns far out on a line are not corrected: each would cost a walk over the line. */
const maxCorrectedColumn = 2000;

/** `text` with its line table. */
export function createSourceText(path: string, text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    lineStarts.push(at + 1);
  }
  return { path, text, lineStarts, isPlain: plainText.test(text) };
}

/** The 1-based line and column of an offset. */
function positionOf(source: SourceText, offset: number): TextPosition {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (source.lineStarts[low] ?? 0) + 1 };
}

/**
 * The 0-based line and column of an offset as protoc counts them in SourceCodeInfo: a tab goes to the next
 * multiple of eight, any other character is as wide as its UTF-8.
 */
export function spanPositionOf(source: SourceText, offset: number): readonly [number, number] {
  const { line, column } = positionOf(source, offset);
  if (source.isPlain || column > maxCorrectedColumn) return [line - 1, column - 1];
  const before = source.text.slice(offset - column + 1, offset);
  let width = 0;
  for (const character of before) {
    width += character === "\t" ? 8 - (width % 8) : Buffer.byteLength(character);
  }
  return [line - 1, width];
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
