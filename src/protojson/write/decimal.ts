import type { JsonSink } from "./json-sink.ts";

const twoTo32 = 0x1_0000_0000;
const zero = 0x30;
const minus = 0x2d;

// Both characters of 0 to 99, so that a division gives two digits.
const pairs = new Uint8Array(200);
for (let i = 0; i < 100; i++) {
  pairs[i * 2] = zero + Math.floor(i / 10);
  pairs[i * 2 + 1] = zero + (i % 10);
}

function digitsOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1_000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : 10;
}

/** Writes exactly `digits` digits of an integer below 2^32, with zeros in front. */
export function writePadded(sink: JsonSink, value: number, digits: number): void {
  sink.reserve(digits);
  const buffer = sink.buffer;
  let position = sink.length + digits;
  sink.length = position;
  let left = digits;
  let rest = value;
  if (value >= 1_000_000_000) {
    // Below 2^31 the divisions are of integers, which is faster.
    rest = Math.floor(value / 100);
    const pair = (value - rest * 100) * 2;
    buffer[--position] = pairs[pair + 1] as number;
    buffer[--position] = pairs[pair] as number;
    left -= 2;
  }
  rest |= 0;
  for (; left > 1; left -= 2) {
    const quotient = (rest / 100) | 0;
    const pair = (rest - quotient * 100) << 1;
    buffer[--position] = pairs[pair + 1] as number;
    buffer[--position] = pairs[pair] as number;
    rest = quotient;
  }
  if (left === 1) buffer[--position] = zero + (rest % 10);
}

/** Writes an integer from 0 to 2^32 - 1. */
export function writeUint32(sink: JsonSink, value: number): void {
  if (value < 10) {
    sink.reserve(1);
    sink.buffer[sink.length++] = zero + value;
  } else writePadded(sink, value, digitsOf(value));
}

/** Writes an integer from -2^31 to 2^31 - 1. */
export function writeInt32(sink: JsonSink, value: number): void {
  if (value < 0) {
    sink.byte(minus);
    writeUint32(sink, -value);
  } else writeUint32(sink, value);
}

/** Writes an integer from 0 to 2^53 - 1. */
export function writeSafeInteger(sink: JsonSink, value: number): void {
  if (value < twoTo32) {
    writeUint32(sink, value);
    return;
  }
  const upper = Math.floor(value / 1_000_000_000);
  writeUint32(sink, upper);
  writePadded(sink, value - upper * 1_000_000_000, 9);
}

/** Writes the unsigned 64-bit integer of two halves, exactly. */
export function writeUint64(sink: JsonSink, low: number, high: number): void {
  const upper = high >>> 0;
  const lower = low >>> 0;
  if (upper < 0x20_0000) {
    writeSafeInteger(sink, upper * twoTo32 + lower);
    return;
  }
  // 2^32 is 42 * 10^8 + 94 967 296, and 2^48 is 2 814 749 * 10^8 + 76 710 656: with the upper half in two limbs of
  // 16 bits, all sums stay below 2^53.
  const top = upper >>> 16;
  const middle = upper & 0xffff;
  const sum = middle * 94_967_296 + top * 76_710_656 + lower;
  const carry = Math.floor(sum / 100_000_000);
  writeSafeInteger(sink, middle * 42 + top * 2_814_749 + carry);
  writePadded(sink, sum - carry * 100_000_000, 8);
}

/** Writes the signed (two's complement) 64-bit integer of two halves, exactly. */
export function writeInt64(sink: JsonSink, low: number, high: number): void {
  if (high >= 0) {
    writeUint64(sink, low, high);
    return;
  }
  sink.byte(minus);
  writeUint64(sink, -low | 0, (low === 0 ? -high : ~high) | 0);
}
