// google.protobuf.Timestamp and Duration from their strings (timestamp.proto, duration.proto; RFC 3339 §5.6).

import { done, type JsonCursor, type Status } from "./cursor.ts";

const secondsField = 0x08;
const nanosField = 0x10;
const secondsPerDay = 86_400;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const firstSecond = -62_135_596_800;
const lastSecond = 253_402_300_799;
/** About 10,000 years, the most that duration.proto allows. */
const mostSeconds = 315_576_000_000;
const twoTo32 = 0x1_0000_0000;
const nanosPerDigit = [0, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1];

/** An RFC 3339 time with upper-case T and Z, a zone, and up to nine digits of a second, as the content of a Timestamp. */
export function readTimestampText(cursor: JsonCursor): Status {
  const { text, textStart: at, textEnd: end } = cursor;
  const isShaped =
    end - at >= 20 &&
    end - at <= 35 &&
    text[at + 4] === 0x2d &&
    text[at + 7] === 0x2d &&
    text[at + 10] === 0x54 &&
    text[at + 13] === 0x3a &&
    text[at + 16] === 0x3a;
  if (!isShaped) return failTimestamp(cursor);
  const year = twoDigits(text, at) * 100 + twoDigits(text, at + 2);
  const month = twoDigits(text, at + 5);
  const day = twoDigits(text, at + 8);
  const hour = twoDigits(text, at + 11);
  const minute = twoDigits(text, at + 14);
  const second = twoDigits(text, at + 17);
  const isTime = hour <= 23 && minute <= 59 && second <= 59;
  // A NaN of a wrong digit makes every comparison false.
  if (!(isTime && year >= 0 && month >= 1 && month <= 12 && day >= 1)) return failTimestamp(cursor);
  if (day > daysOfMonth(year, month)) return failTimestamp(cursor);
  const fraction = fractionEnd(text, at + 19, end);
  const zone = zoneSeconds(text, fraction, end);
  if (fraction < 0 || Number.isNaN(zone)) return failTimestamp(cursor);
  const days = daysSinceEpoch(year, month, day);
  const seconds = days * secondsPerDay + hour * 3600 + minute * 60 + second - zone;
  if (seconds < firstSecond || seconds > lastSecond) {
    return cursor.failText("a time from year 1 to year 9999");
  }
  writeSeconds(cursor, seconds, fractionNanos(text, at + 19, fraction));
  return done;
}

/** Seconds with up to nine digits of a fraction and the letter s, as the content of a Duration. */
export function readDurationText(cursor: JsonCursor): Status {
  const { text, textStart, textEnd } = cursor;
  const isNegative = text[textStart] === 0x2d;
  const first = isNegative ? textStart + 1 : textStart;
  let at = first;
  let seconds = 0;
  for (; at < textEnd && isDigit(text[at] as number); at++) {
    seconds = Math.min(seconds * 10 + (text[at] as number) - 0x30, 1e15);
  }
  const fraction = fractionEnd(text, at, textEnd);
  if (at === first || fraction < 0 || fraction !== textEnd - 1 || text[fraction] !== 0x73) {
    return cursor.failText('a duration such as "1.5s"');
  }
  if (seconds > mostSeconds) return cursor.failText(`a duration of at most ${mostSeconds}s`);
  const nanos = fractionNanos(text, at, fraction);
  // Adding 0 makes the -0 of "-0s" an ordinary zero.
  writeSeconds(cursor, isNegative ? -seconds + 0 : seconds, isNegative ? -nanos + 0 : nanos);
  return done;
}

function failTimestamp(cursor: JsonCursor): Status {
  return cursor.failText('a time such as "2024-05-17T08:30:00Z"');
}

function writeSeconds(cursor: JsonCursor, seconds: number, nanos: number): void {
  const { out } = cursor;
  if (seconds !== 0) {
    out.varint32(secondsField);
    out.varint64(seconds | 0, Math.floor(seconds / twoTo32));
  }
  if (nanos !== 0) {
    out.varint32(nanosField);
    out.varint64(nanos, nanos < 0 ? -1 : 0);
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function twoDigits(text: Uint8Array, at: number): number {
  const tens = text[at] as number;
  const ones = text[at + 1] as number;
  return isDigit(tens) && isDigit(ones) ? (tens - 0x30) * 10 + ones - 0x30 : Number.NaN;
}

/** Behind a point with one to nine digits at `from`, or `from` itself when there is no point; -1 otherwise. */
function fractionEnd(text: Uint8Array, from: number, end: number): number {
  if (from >= end || text[from] !== 0x2e) return from;
  let at = from + 1;
  while (at < end && isDigit(text[at] as number)) at++;
  const digits = at - from - 1;
  return digits >= 1 && digits <= 9 ? at : -1;
}

function fractionNanos(text: Uint8Array, from: number, end: number): number {
  let value = 0;
  for (let at = from + 1; at < end; at++) value = value * 10 + (text[at] as number) - 0x30;
  return end > from ? value * (nanosPerDigit[end - from - 1] as number) : 0;
}

/** `Z` or `+hh:mm` from `at` to the end, in seconds; NaN when it is neither. */
function zoneSeconds(text: Uint8Array, at: number, end: number): number {
  if (at < 0) return Number.NaN;
  const sign = text[at];
  if (end - at === 1) return sign === 0x5a ? 0 : Number.NaN;
  if (end - at !== 6 || text[at + 3] !== 0x3a) return Number.NaN;
  if (sign !== 0x2b && sign !== 0x2d) return Number.NaN;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  const seconds = hours * 3600 + minutes * 60;
  return sign === 0x2d ? -seconds : seconds;
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar; years begin in March so that leap days end them. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
