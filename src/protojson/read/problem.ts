/** Why a JSON text is not the message it should be. */
export interface JsonProblem {
  /** `grammar`: not JSON (RFC 8259). `value`: JSON, but not a value of this message (ProtoJSON). */
  readonly kind: "grammar" | "value";
  /** Where in the value, as in `items[2].price`; empty for the value itself. JSON names of the fields. */
  readonly path: string;
  /** What is wrong, without the place: `expected a number, got "abc"`. */
  readonly message: string;
  /** Line of the text, from 1. */
  readonly line: number;
  /** Character of the line, from 1; a character is a code point. */
  readonly column: number;
  /** Byte of the text, from 0. */
  readonly offset: number;
  /** True when a field of the body differs from what the path of the request says. */
  readonly conflict: boolean;
}

/** A problem for people: `items[2].price: expected a number, got "abc" (line 4, column 17)`. */
export function formatJsonProblem(problem: JsonProblem): string {
  const place = problem.path === "" ? "" : `${problem.path}: `;
  return `${place}${problem.message} (line ${problem.line}, column ${problem.column})`;
}

/** Longest piece of input that a message repeats, in characters. */
const longestEcho = 40;

/** `text` as a JSON string, cut so that a message never carries a body back. */
export function quoteInput(text: string): string {
  if (text.length <= longestEcho) return JSON.stringify(text);
  // A cut inside a surrogate pair would leave half a character.
  const cut = text.slice(0, longestEcho).replace(/[\ud800-\udbff]$/, "");
  return `${JSON.stringify(cut).slice(0, -1)}..."`;
}

/** Cuts a bare token, such as a number of a thousand digits. */
export function cutToken(token: string): string {
  return token.length <= longestEcho ? token : `${token.slice(0, longestEcho)}...`;
}

/** Line and column of the byte at `offset` of UTF-8 `bytes` whose text begins at `start`. */
export function placeOf(
  bytes: Uint8Array,
  start: number,
  offset: number,
): { readonly line: number; readonly column: number } {
  let line = 1;
  let column = 1;
  for (let i = start; i < offset; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x0a) {
      line++;
      column = 1;
      // Continuation bytes belong to the character before them.
    } else if ((byte & 0xc0) !== 0x80) column++;
  }
  return { line, column };
}
