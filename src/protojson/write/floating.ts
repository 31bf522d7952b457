import { writeSafeInteger } from "./decimal.ts";
import type { JsonSink } from "./json-sink.ts";

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

/**
 * Writes a double as ECMAScript prints it (shortest digits that read back as the same number); NaN and the
 * infinities as strings (ProtoJSON). -0 is `-0`, so that it reads back.
 */
export function writeDouble(sink: JsonSink, value: number): void {
  if (!writeShortDecimal(sink, value, 1e15, false)) writeAny(sink, value, String(value));
}

/** Writes the value of a float with the fewest digits that read back as the same 32-bit number. */
export function writeFloat(sink: JsonSink, value: number): void {
  if (writeShortDecimal(sink, value, 1e6, true)) return;
  writeAny(sink, value, Number.isFinite(value) ? shortestFloat(value) : String(value));
}

function shortestFloat(value: number): string {
  // Six digits always survive a float (FLT_DIG) unless it is subnormal; nine always tell it from its neighbours.
  let precision = Math.abs(value) < 1.1754943508222875e-38 ? 1 : 6;
  for (; precision < 9; precision++) {
    const candidate = Number(value.toPrecision(precision));
    if (Math.fround(candidate) === value) return String(candidate);
  }
  return String(Number(value.toPrecision(9)));
}

function writeAny(sink: JsonSink, value: number, text: string): void {
  if (Object.is(value, -0)) sink.ascii("-0");
  else if (Number.isFinite(value)) sink.ascii(text);
  else sink.ascii(`"${text}"`);
}

/**
 * Writes integers and numbers of up to three decimals; false for all others. If m / 10^k is the number, and m has
 * at most 15 digits (six for a float), then m with k decimals reads back as it, and nothing shorter does (DBL_DIG).
 */
function writeShortDecimal(sink: JsonSink, value: number, limit: number, single: boolean): boolean {
  const size = Math.abs(value);
  // Written so that NaN is refused too.
  if (!(size < limit) || (value === 0 && 1 / value < 0)) return false;
  let scale = 1;
  for (let decimals = 0; decimals <= 3; decimals++) {
    const scaled = Math.round(size * scale);
    if (scaled >= limit) return false;
    const readBack = scaled / scale;
    if ((single ? Math.fround(readBack) : readBack) === size) {
      if (value < 0) sink.byte(minus);
      writeSafeInteger(sink, Math.floor(readBack));
      if (decimals > 0) writeFraction(sink, scaled % scale, decimals);
      return true;
    }
    scale *= 10;
  }
  return false;
}

/** Writes a point and exactly `digits` decimals. */
function writeFraction(sink: JsonSink, fraction: number, digits: number): void {
  sink.reserve(digits + 1);
  sink.buffer[sink.length] = point;
  let rest = fraction;
  for (let i = digits; i > 0; i--) {
    sink.buffer[sink.length + i] = zero + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  sink.length += digits + 1;
}
