// Tokens of RFC 8259 on bytes. A function leaves the cursor behind what it read; on failure the cursor holds the problem.

import { Buffer } from "node:buffer";
import { failed, type JsonCursor, type Status } from "./cursor.ts";
import { quoteInput } from "./problem.ts";

/** Passes over white space (RFC 8259 §2) and gives the byte that follows; NUL stands for the end. */
export function peek(cursor: JsonCursor): number {
  const bytes = cursor.bytes;
  let at = cursor.position;
  let byte = bytes[at] as number;
  while (byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)) {
    byte = bytes[++at] as number;
  }
  cursor.position = at;
  return byte;
}

/** Fails with what JSON wants at the cursor and what is there. */
export function failUnexpected(cursor: JsonCursor, wanted: string): typeof failed {
  const at = cursor.position;
  return cursor.failGrammar(`expected ${wanted}, got ${describeByte(cursor, at)}`, at);
}

/** Fails unless a comma or the closing byte of the container follows; 1 for the comma, 2 for the end. */
export function readSeparator(cursor: JsonCursor, closing: number): 0 | 1 | 2 {
  const byte = peek(cursor);
  if (byte === 0x2c) {
    cursor.position++;
    return 1;
  }
  if (byte === closing) {
    cursor.position++;
    return 2;
  }
  return failUnexpected(cursor, closing === 0x7d ? '"," or "}"' : '"," or "]"');
}

/** The colon between a key and its value. */
export function readColon(cursor: JsonCursor): boolean {
  if (peek(cursor) !== 0x3a) {
    failUnexpected(cursor, '":" after the key');
    return false;
  }
  cursor.position++;
  return true;
}

/** The word `null`, whose first letter is at the cursor. */
export function readNull(cursor: JsonCursor): boolean {
  const { bytes, position } = cursor;
  if (
    bytes[position + 1] === 0x75 &&
    bytes[position + 2] === 0x6c &&
    bytes[position + 3] === 0x6c
  ) {
    cursor.position = position + 4;
    return true;
  }
  failUnexpected(cursor, "a value");
  return false;
}

/** One of the words `true` and `false` at the cursor: 1, 0, or -1 when it is neither. */
export function readBoolWord(cursor: JsonCursor): number {
  const { bytes, position } = cursor;
  const first = bytes[position] as number;
  if (
    first === 0x74 &&
    bytes[position + 1] === 0x72 &&
    bytes[position + 2] === 0x75 &&
    bytes[position + 3] === 0x65
  ) {
    cursor.position = position + 4;
    return 1;
  }
  if (
    first === 0x66 &&
    bytes[position + 1] === 0x61 &&
    bytes[position + 2] === 0x6c &&
    bytes[position + 3] === 0x73 &&
    bytes[position + 4] === 0x65
  ) {
    cursor.position = position + 5;
    return 0;
  }
  return -1;
}

/**
 * Fails because the value at the cursor is of another kind than expected. What stands there is named: a
 * short string or number as it is, others by their kind; what is no JSON value at all is a grammar problem.
 */
export function failKind(cursor: JsonCursor, expectation: string): typeof failed {
  const byte = peek(cursor);
  const start = cursor.position;
  if (byte === 0x22) {
    if (readText(cursor) === failed) return failed;
    cursor.valueStart = start;
    return cursor.failText(expectation);
  }
  if (byte === 0x7b) return cursor.failValue(`expected ${expectation}, got an object`, start);
  if (byte === 0x5b) return cursor.failValue(`expected ${expectation}, got an array`, start);
  if (byte === 0x6e) {
    if (!readNull(cursor)) return failed;
    return cursor.failValue(`expected ${expectation}, got null`, start);
  }
  if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
    if (readNumberToken(cursor) === failed) return failed;
    return cursor.failToken(expectation, start, cursor.position);
  }
  const word = readBoolWord(cursor);
  if (word < 0) return failUnexpected(cursor, "a value");
  return cursor.failValue(`expected ${expectation}, got ${word === 1}`, start);
}

/**
 * The string at the cursor (RFC 8259 §7) becomes the cursor's `text`: the bytes of the input, or a copy
 * when there are escapes. Fails when there is no string.
 */
export function readText(cursor: JsonCursor): Status {
  const bytes = cursor.bytes;
  const start = cursor.position + 1;
  let at = start;
  let byte = bytes[at] as number;
  while (byte !== 0x22 && byte !== 0x5c && byte >= 0x20) byte = bytes[++at] as number;
  if (byte === 0x22) {
    cursor.setText(bytes, start, at);
    cursor.position = at + 1;
    return 1;
  }
  const end = findStringEnd(cursor, at);
  if (end < 0) return failed;
  const copy = Buffer.allocUnsafe(end - start);
  const size = decodeEscapes(cursor, start, end, copy, 0);
  if (size < 0) return failed;
  cursor.setText(copy, 0, size);
  cursor.position = end + 1;
  return 1;
}

/** From a byte inside a string to its closing quote; -1 when it has none or holds a control character. */
export function findStringEnd(cursor: JsonCursor, from: number): number {
  const bytes = cursor.bytes;
  let at = from;
  for (;;) {
    const byte = bytes[at] as number;
    if (byte === 0x22) return at;
    if (byte < 0x20) {
      const message =
        at >= cursor.end
          ? "the string has no closing quote"
          : `the control character ${quoteInput(String.fromCharCode(byte))} must be escaped in a string`;
      cursor.failGrammar(message, at);
      return -1;
    }
    // What follows a backslash is looked at when the escapes are decoded; a NUL is not passed over.
    at += byte === 0x5c && (bytes[at + 1] as number) >= 0x20 ? 2 : 1;
  }
}

/**
 * Writes the characters of the string from `start` to `end` into `into` at `at` as UTF-8 and gives the
 * position behind them; they never take more bytes than their escapes. -1 for an escape that RFC 8259 §7
 * does not have, and for half a surrogate pair, which no UTF-8 can carry (RFC 8259 §8.2).
 */
export function decodeEscapes(
  cursor: JsonCursor,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): number {
  const bytes = cursor.bytes;
  let to = at;
  let from = start;
  while (from < end) {
    const byte = bytes[from] as number;
    if (byte !== 0x5c) {
      into[to++] = byte;
      from++;
      continue;
    }
    const letter = bytes[from + 1] as number;
    if (letter !== 0x75) {
      const plain = simpleEscapes[letter] as number;
      if (plain === 0) {
        cursor.failGrammar(`the string has an escape that JSON does not know`, from);
        return -1;
      }
      into[to++] = plain;
      from += 2;
      continue;
    }
    const point = readCodePoint(cursor, from, end);
    if (point < 0) return -1;
    from += point > 0xffff ? 12 : 6;
    to = writeUtf8(point, into, to);
  }
  return to;
}

/** Which byte stands for which after a backslash; 0 for the rest. */
const simpleEscapes = new Uint8Array(256);
for (const [letter, byte] of [
  ['"', 0x22],
  ["\\", 0x5c],
  ["/", 0x2f],
  ["b", 0x08],
  ["f", 0x0c],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
] as const) {
  simpleEscapes[letter.charCodeAt(0)] = byte;
}

/** The code point of `\uXXXX`, or of two of them that are a surrogate pair; -1 after a failure. */
function readCodePoint(cursor: JsonCursor, at: number, end: number): number {
  const bytes = cursor.bytes;
  const unit = at + 6 <= end ? hexUnit(bytes, at + 2) : -1;
  if (unit < 0) {
    cursor.failGrammar("\\u is not followed by four hexadecimal digits", at);
    return -1;
  }
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  if (unit < 0xdc00 && at + 12 <= end && bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75) {
    const second = hexUnit(bytes, at + 8);
    if (second >= 0xdc00 && second <= 0xdfff) {
      return 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
    }
  }
  cursor.failGrammar("\\u escapes half a surrogate pair", at);
  return -1;
}

function hexUnit(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i] as number;
    const letter = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) unit = unit * 16 + byte - 0x30;
    else if (letter >= 0x61 && letter <= 0x66) unit = unit * 16 + letter - 0x57;
    else return -1;
  }
  return unit;
}

function writeUtf8(point: number, into: Uint8Array, at: number): number {
  let to = at;
  if (point < 0x80) {
    into[to++] = point;
    return to;
  }
  if (point < 0x800) into[to++] = 0xc0 | (point >> 6);
  else {
    if (point < 0x10000) into[to++] = 0xe0 | (point >> 12);
    else {
      into[to++] = 0xf0 | (point >> 18);
      into[to++] = 0x80 | ((point >> 12) & 0x3f);
    }
    into[to++] = 0x80 | ((point >> 6) & 0x3f);
  }
  into[to++] = 0x80 | (point & 0x3f);
  return to;
}

/** Passes over the number at the cursor (RFC 8259 §6). */
export function readNumberToken(cursor: JsonCursor): Status {
  const bytes = cursor.bytes;
  let at = cursor.position;
  if (bytes[at] === 0x2d) at++;
  const first = at;
  at = passDigits(bytes, at);
  if (at === first) return failNumber(cursor, at, "a digit");
  if (at > first + 1 && bytes[first] === 0x30) {
    return cursor.failGrammar("a number has no leading zeros", first);
  }
  if (bytes[at] === 0x2e) {
    const fraction = at + 1;
    at = passDigits(bytes, fraction);
    if (at === fraction) return failNumber(cursor, at, "a digit after the point");
  }
  if (((bytes[at] as number) | 0x20) === 0x65) {
    at++;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
    const exponent = at;
    at = passDigits(bytes, exponent);
    if (at === exponent) return failNumber(cursor, at, "a digit in the exponent");
  }
  cursor.position = at;
  return 1;
}

function passDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  let byte = bytes[at] as number;
  while (byte >= 0x30 && byte <= 0x39) byte = bytes[++at] as number;
  return at;
}

function failNumber(cursor: JsonCursor, at: number, wanted: string): typeof failed {
  return cursor.failGrammar(`expected ${wanted}, got ${describeByte(cursor, at)}`, at);
}

/** The character at `at` for a message; never more than that one. */
function describeByte(cursor: JsonCursor, at: number): string {
  if (at >= cursor.end) return "the end of the text";
  const character = cursor.bytes.toString("utf8", at, Math.min(at + 4, cursor.end));
  return quoteInput(String.fromCodePoint(character.codePointAt(0) ?? 0));
}
