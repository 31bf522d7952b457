import { writePadded, writeSafeInteger } from "./decimal.ts";
import type { JsonSink } from "./json-sink.ts";

const quote = 0x22;
const dash = 0x2d;
const colon = 0x3a;
const point = 0x2e;
const secondsPerDay = 86_400;
// timestamp.proto: from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
const firstSecond = -62_135_596_800;
const lastSecond = 253_402_300_799;
// duration.proto: about 10,000 years.
const longestDuration = 315_576_000_000;

/** Whether a Timestamp of these fields has a JSON form (timestamp.proto, "JSON Mapping"). */
export function isTimestamp(seconds: number, nanos: number): boolean {
  return seconds >= firstSecond && seconds <= lastSecond && nanos >= 0 && nanos <= 999_999_999;
}

/** Whether a Duration of these fields has a JSON form: the signs agree and the size is in range. */
export function isDuration(seconds: number, nanos: number): boolean {
  if (Math.abs(seconds) > longestDuration || Math.abs(nanos) > 999_999_999) return false;
  return !((seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0));
}

/** Writes `"2026-01-02T03:04:05.678Z"` with 0, 3, 6 or 9 decimals. */
export function writeTimestamp(sink: JsonSink, seconds: number, nanos: number): void {
  const days = Math.floor(seconds / secondsPerDay);
  const second = seconds - days * secondsPerDay;
  // Days to date, in years that begin in March (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  sink.byte(quote);
  writePadded(sink, yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4);
  sink.byte(dash);
  writePadded(sink, month, 2);
  sink.byte(dash);
  writePadded(sink, dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1, 2);
  sink.byte(0x54);
  writePadded(sink, Math.floor(second / 3_600), 2);
  sink.byte(colon);
  writePadded(sink, Math.floor(second / 60) % 60, 2);
  sink.byte(colon);
  writePadded(sink, second % 60, 2);
  writeNanos(sink, nanos);
  sink.byte(0x5a);
  sink.byte(quote);
}

/** Writes `"1.5s"` with 0, 3, 6 or 9 decimals. */
export function writeDuration(sink: JsonSink, seconds: number, nanos: number): void {
  sink.byte(quote);
  if (seconds < 0 || nanos < 0) sink.byte(dash);
  writeSafeInteger(sink, Math.abs(seconds));
  writeNanos(sink, Math.abs(nanos));
  sink.byte(0x73);
  sink.byte(quote);
}

function writeNanos(sink: JsonSink, nanos: number): void {
  if (nanos === 0) return;
  sink.byte(point);
  if (nanos % 1_000_000 === 0) writePadded(sink, nanos / 1_000_000, 3);
  else if (nanos % 1_000 === 0) writePadded(sink, nanos / 1_000, 6);
  else writePadded(sink, nanos, 9);
}
