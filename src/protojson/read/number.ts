// Numbers of ProtoJSON: as JSON numbers or as strings, integers of 64 bits exactly.

import { Buffer } from "node:buffer";
import { done, failed, type JsonCursor, type Status } from "./cursor.ts";
import { failKind, peek, readNumberToken, readText } from "./scan.ts";

/** Powers of ten that a double holds exactly. */
const exactPowers = Array.from({ length: 23 }, (_, i) => 10 ** i);
/** Digits that always fit a double exactly. */
const exactDigits = 15;
const twoTo32 = 0x1_0000_0000;

/**
 * A JSON number, or a string holding one, that is an integer of at most 64 bits: its magnitude becomes
 * `low` and `high`, its sign `negative`. Whether it fits the type of the field is the caller's question.
 */
export function readInteger(cursor: JsonCursor, expectation: string): Status {
  const first = peek(cursor);
  const start = cursor.position;
  cursor.valueStart = start;
  const bytes = cursor.bytes;
  const isQuoted = first === 0x22;
  let at = isQuoted ? start + 1 : start;
  const negative = bytes[at] === 0x2d;
  if (negative) at++;
  const firstDigit = at;
  let value = 0;
  let digit = (bytes[at] as number) - 0x30;
  while (digit >= 0 && digit <= 9 && at < firstDigit + 9) {
    value = value * 10 + digit;
    digit = (bytes[++at] as number) - 0x30;
  }
  const after = digit + 0x30;
  const isPlain = isQuoted
    ? after === 0x22
    : after !== 0x2e && (after | 0x20) !== 0x65 && (digit < 0 || digit > 9);
  // A leading zero is left to the token reader, which says what is wrong with it.
  if (
    isPlain &&
    at > firstDigit &&
    (isQuoted || at === firstDigit + 1 || bytes[firstDigit] !== 0x30)
  ) {
    cursor.low = value;
    cursor.high = 0;
    cursor.negative = negative;
    cursor.position = isQuoted ? at + 1 : at;
    return done;
  }
  return readLongInteger(cursor, first, expectation);
}

function readLongInteger(cursor: JsonCursor, first: number, expectation: string): Status {
  if (first === 0x22) {
    if (readText(cursor) === failed) return failed;
  } else if (first === 0x2d || (first >= 0x30 && first <= 0x39)) {
    const start = cursor.position;
    if (readNumberToken(cursor) === failed) return failed;
    cursor.setText(cursor.bytes, start, cursor.position);
    if (integerOfText(cursor)) return done;
    return cursor.failToken(expectation, start, cursor.position);
  } else return failKind(cursor, expectation);
  return integerOfText(cursor) ? done : cursor.failText(expectation);
}

/**
 * The cursor's text as an integer: digits with a sign, a fraction or an exponent (`1.0`, `1e3`), as
 * the ProtoJSON page allows. False when it is no number, no integer, or longer than 64 bits.
 */
export function integerOfText(cursor: JsonCursor): boolean {
  const { text, textStart, textEnd } = cursor;
  let at = textStart;
  const sign = text[at] as number;
  cursor.negative = sign === 0x2d;
  if (at < textEnd && (sign === 0x2d || sign === 0x2b)) at++;
  const end = passTextDigits(text, at, textEnd);
  if (end === textEnd && end > at) return setMagnitude(cursor, text, at, end, 0);
  return setDecimal(cursor, at);
}

/** An integer written with a point or an exponent; only the digits that count are looked at. */
function setDecimal(cursor: JsonCursor, start: number): boolean {
  const { text, textEnd } = cursor;
  const whole = passTextDigits(text, start, textEnd);
  let fraction = whole;
  if (whole < textEnd && text[whole] === 0x2e) fraction = passTextDigits(text, whole + 1, textEnd);
  const fractionDigits = fraction > whole ? fraction - whole - 1 : 0;
  if (whole - start + fractionDigits === 0) return false;
  const exponent = readExponent(text, fraction, textEnd);
  if (Number.isNaN(exponent)) return false;
  const digits = (
    text.toString("latin1", start, whole) +
    text.toString("latin1", whole + 1, whole + 1 + fractionDigits)
  ).replace(/^0+/, "");
  let significant = digits.length;
  while (significant > 0 && digits.charCodeAt(significant - 1) === 0x30) significant--;
  if (significant === 0) return setMagnitude(cursor, zeroText, 0, 1, 0);
  // The value is digits[0..significant] times ten to the power of `zeros`.
  const zeros = exponent - fractionDigits + digits.length - significant;
  if (zeros < 0 || significant + zeros > 20) return false;
  const bytes = Buffer.from(digits.slice(0, significant), "latin1");
  return setMagnitude(cursor, bytes, 0, significant, zeros);
}

const zeroText = Buffer.from("0");

/** `e` with its number from `at` to the end; 0 when nothing is there, NaN when it is something else. */
function readExponent(text: Uint8Array, from: number, end: number): number {
  if (from === end) return 0;
  if (((text[from] as number) | 0x20) !== 0x65) return Number.NaN;
  let at = from + 1;
  const isNegative = text[at] === 0x2d;
  if (at < end && (isNegative || text[at] === 0x2b)) at++;
  if (passTextDigits(text, at, end) !== end || at === end) return Number.NaN;
  let exponent = 0;
  // Bodies are far shorter than 10^9 digits, so that a longer exponent can only overflow or vanish.
  for (; at < end; at++) exponent = Math.min(exponent * 10 + (text[at] as number) - 0x30, 1e9);
  return isNegative ? -exponent : exponent;
}

function passTextDigits(text: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (text[at] as number) >= 0x30 && (text[at] as number) <= 0x39) at++;
  return at;
}

/** Digits and then `zeros` zeros become `low` and `high`; false past 2^64-1. Six digits at a time stay exact in doubles. */
function setMagnitude(
  cursor: JsonCursor,
  text: Uint8Array,
  from: number,
  end: number,
  zeros: number,
): boolean {
  let at = from;
  while (at < end - 1 && text[at] === 0x30) at++;
  const total = end - at + zeros;
  if (total > 20) return false;
  let low = 0;
  let high = 0;
  for (let taken = 0; taken < total; ) {
    const size = Math.min(6, total - taken);
    let chunk = 0;
    for (let i = 0; i < size; i++, taken++) {
      chunk = chunk * 10 + (at < end ? (text[at++] as number) - 0x30 : 0);
    }
    const power = exactPowers[size] as number;
    const sum = low * power + chunk;
    const carry = Math.floor(sum / twoTo32);
    low = sum - carry * twoTo32;
    high = high * power + carry;
  }
  if (high >= twoTo32) return false;
  cursor.low = low | 0;
  cursor.high = high | 0;
  return true;
}

// No integer is -0: a sender who writes it has a number that is not an integer (faults.md, J-10). So a negative
// integer of no magnitude fits none of the types.

/** Whether the last integer fits a signed type of 32 bits; `low` then becomes its two's complement. */
export function toInt32(cursor: JsonCursor): boolean {
  const low = cursor.low >>> 0;
  if (cursor.high !== 0) return false;
  if (!cursor.negative) return low <= 0x7fff_ffff;
  cursor.low = -low | 0;
  return low !== 0 && low <= 0x8000_0000;
}

/** Whether the last integer fits an unsigned type of 32 bits. */
export function toUint32(cursor: JsonCursor): boolean {
  return cursor.high === 0 && !cursor.negative;
}

/** Whether the last integer fits a signed type of 64 bits; `low` and `high` become its two's complement. */
export function toInt64(cursor: JsonCursor): boolean {
  const high = cursor.high;
  if (!cursor.negative) return high >= 0;
  if (high === 0 && cursor.low === 0) return false;
  if (high < 0 && (high !== -0x8000_0000 || cursor.low !== 0)) return false;
  cursor.low = -cursor.low | 0;
  cursor.high = ~high + (cursor.low === 0 ? 1 : 0);
  return true;
}

/** Whether the last integer fits an unsigned type of 64 bits. */
export function toUint64(cursor: JsonCursor): boolean {
  return !cursor.negative;
}

/** The JSON number at the cursor as a double in `number`; Infinity when it is too large for one. */
export function readDouble(cursor: JsonCursor): Status {
  const bytes = cursor.bytes;
  const start = cursor.position;
  const negative = bytes[start] === 0x2d;
  const first = negative ? start + 1 : start;
  let at = first;
  let mantissa = 0;
  let digit = (bytes[at] as number) - 0x30;
  while (digit >= 0 && digit <= 9) {
    mantissa = mantissa * 10 + digit;
    digit = (bytes[++at] as number) - 0x30;
  }
  const whole = at - first;
  let fraction = 0;
  if (digit === -2) {
    const point = at;
    digit = (bytes[++at] as number) - 0x30;
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digit = (bytes[++at] as number) - 0x30;
    }
    fraction = at - point - 1;
  }
  const digits = whole + fraction;
  const isComplete = whole > 0 && ((digit + 0x30) | 0x20) !== 0x65 && bytes[at - 1] !== 0x2e;
  if (isComplete && digits <= exactDigits && (whole === 1 || bytes[first] !== 0x30)) {
    // Both operands are exact, so that the quotient is rounded once, as the decimal would be (Clinger 1990).
    const value = fraction === 0 ? mantissa : mantissa / (exactPowers[fraction] as number);
    cursor.number = negative ? -value : value;
    cursor.position = at;
    return done;
  }
  if (readNumberToken(cursor) === failed) return failed;
  cursor.number = Number(bytes.toString("latin1", start, cursor.position));
  return done;
}

/**
 * A double or float: a JSON number, a string holding one, or one of the strings NaN, Infinity and
 * -Infinity; it becomes `number`. A number too large for a double is refused (ProtoJSON, row "float, double").
 */
export function readFloating(cursor: JsonCursor, expectation: string): Status {
  const first = peek(cursor);
  const start = cursor.position;
  cursor.valueStart = start;
  if (first === 0x22) {
    if (readText(cursor) === failed) return failed;
    return floatingOfText(cursor) ? done : cursor.failText(expectation);
  }
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) return failKind(cursor, expectation);
  if (readDouble(cursor) === failed) return failed;
  if (Number.isFinite(cursor.number)) return done;
  return cursor.failToken(expectation, start, cursor.position);
}

const decimalText = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** The cursor's text as a double in `number`; false when it is none or too large. */
export function floatingOfText(cursor: JsonCursor): boolean {
  const text = cursor.text.toString("latin1", cursor.textStart, cursor.textEnd);
  if (text === "NaN" || text === "Infinity" || text === "-Infinity") {
    cursor.number = Number(text);
    return true;
  }
  if (!decimalText.test(text)) return false;
  cursor.number = Number(text);
  return Number.isFinite(cursor.number);
}
