/** What a token of the protobuf language is. `symbol` is one punctuation character. */
export type TokenKind = "end" | "identifier" | "integer" | "float" | "string" | "symbol";

/** The tokens of one file in columns; the last one is always `end`. Comments lie in the gaps between them. */
export interface TokenList {
  readonly kinds: readonly TokenKind[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

// Sticky expressions, tried at one offset each: the lexical grammar of protobuf.com/docs/language-spec.
// None repeats a group: V8 keeps a stack entry per repetition, which a large hostile file would exhaust.
const blank = /[ \t\r\n\v\f]+|\/\/[^\n]*/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const wordCharacter = /[A-Za-z0-9_]/;
const symbols = new Set("{}[]()<>=;,.:-+/");

/**
 * Cuts `.proto` text into tokens. Every malformed token is reported and skipped, so that one pass finds
 * them all. Source: the protobuf language specification, "Lexical elements".
 */
export function scanTokens(
  text: string,
  report: (offset: number, message: string) => void,
): TokenList {
  const kinds: TokenKind[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const add = (kind: TokenKind, start: number, end: number): number => {
    kinds.push(kind);
    starts.push(start);
    ends.push(end);
    return end;
  };
  // A byte order mark is allowed once, at the very start.
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (;;) {
    at = skipBlank(text, at);
    if (at >= text.length) break;
    const end = endOf(identifier, text, at);
    if (end !== undefined) at = add("identifier", at, end);
    else if (isNumberStart(text, at)) at = scanNumber(text, at, add, report);
    else at = scanOther(text, at, add, report);
  }
  add("end", text.length, text.length);
  return { kinds, starts, ends };
}

type AddToken = (kind: TokenKind, start: number, end: number) => number;

function scanNumber(
  text: string,
  at: number,
  add: AddToken,
  report: (offset: number, message: string) => void,
): number {
  const end = endOf(number, text, at) ?? at + 1;
  const word = text.slice(at, end);
  const isInteger = /^(?:0[xX][0-9a-fA-F]+|[0-9]+)$/.test(word);
  if (wordCharacter.test(text.charAt(end))) {
    report(end, `a space is needed between the number ${word} and what follows`);
  } else if (isInteger && /^0[0-9]*[89]/.test(word)) {
    report(at, `${word} starts with 0, which makes it octal, but holds the digits 8 or 9`);
  }
  return add(isInteger ? "integer" : "float", at, end);
}

function scanOther(
  text: string,
  at: number,
  add: AddToken,
  report: (offset: number, message: string) => void,
): number {
  const character = text.charAt(at);
  if (character === '"' || character === "'") {
    const end = endOfString(text, at, character);
    if (end !== undefined) return add("string", at, end);
    report(at, "this string has no end on its line");
    const lineEnd = text.indexOf("\n", at);
    return lineEnd === -1 ? text.length : lineEnd;
  }
  if (character === "/" && text.charAt(at + 1) === "*") {
    report(at, "this comment has no end");
    return text.length;
  }
  if (symbols.has(character)) return add("symbol", at, at + 1);
  const point = text.codePointAt(at) ?? 0;
  const shown = JSON.stringify(String.fromCodePoint(point));
  report(at, `the character ${shown} has no meaning outside strings and comments`);
  return at + (point > 0xffff ? 2 : 1);
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Past white space and comments; an unclosed block comment is left standing, to be reported. */
function skipBlank(text: string, start: number): number {
  let at = start;
  for (;;) {
    const end = endOf(blank, text, at);
    if (end !== undefined) at = end;
    else if (text.startsWith("/*", at)) {
      const close = text.indexOf("*/", at + 2);
      if (close === -1) return at;
      at = close + 2;
    } else return at;
  }
}

function endOfString(text: string, start: number, quote: string): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === quote) return at + 1;
    if (character === "\\") at++;
    if (text.charAt(at) === "\n" || character === "\0") return undefined;
  }
  return undefined;
}

function isNumberStart(text: string, at: number): boolean {
  const isDigit = (unit: number) => unit >= 0x30 && unit <= 0x39;
  const code = text.charCodeAt(at);
  return isDigit(code) || (code === 0x2e && isDigit(text.charCodeAt(at + 1)));
}
