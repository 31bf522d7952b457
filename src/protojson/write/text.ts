import { isUtf8 } from "node:buffer";
import type { JsonSink } from "./json-sink.ts";

const quote = 0x22;
const backslash = 0x5c;
const hexadecimal = "0123456789abcdef";
// Above this, a native copy costs less than the loop.
const longText = 256;

// What becomes of a byte: 0 is copied, 1 begins a character of several bytes, others are the escape's letter.
const treatment = new Uint8Array(256);
treatment.fill("u".charCodeAt(0), 0, 0x20);
treatment.fill(1, 0x80);
for (const [character, letter] of [
  ["\b", "b"],
  ["\t", "t"],
  ["\n", "n"],
  ["\f", "f"],
  ["\r", "r"],
  ['"', '"'],
  ["\\", "\\"],
] as const) {
  treatment[character.charCodeAt(0)] = letter.charCodeAt(0);
}

/**
 * Writes bytes `start` to `end` as a JSON string with its quotes, escaped as JSON.stringify does (ECMA-262
 * QuoteJSONString). False, with nothing of use written, if the bytes are not UTF-8.
 */
export function writeText(sink: JsonSink, bytes: Uint8Array, start: number, end: number): boolean {
  const count = end - start;
  sink.reserve(count + 2);
  const buffer = sink.buffer;
  let length = sink.length;
  buffer[length++] = quote;
  let position = start;
  if (count < longText) {
    for (; position < end; position++) {
      const byte = bytes[position] as number;
      if (treatment[byte] !== 0) break;
      buffer[length++] = byte;
    }
  } else {
    while (position < end && treatment[bytes[position] as number] === 0) position++;
    buffer.set(bytes.subarray(start, position), length);
    length += position - start;
  }
  if (position < end) {
    sink.length = length;
    return writeRest(sink, bytes, position, end);
  }
  buffer[length++] = quote;
  sink.length = length;
  return true;
}

function writeRest(sink: JsonSink, bytes: Uint8Array, start: number, end: number): boolean {
  if (!isUtf8(bytes.subarray(start, end))) return false;
  // \u001f is the longest escape: six bytes for one.
  sink.reserve((end - start) * 6 + 1);
  const buffer = sink.buffer;
  let length = sink.length;
  for (let position = start; position < end; position++) {
    const byte = bytes[position] as number;
    const letter = treatment[byte] as number;
    if (letter <= 1) {
      buffer[length++] = byte;
      continue;
    }
    buffer[length++] = backslash;
    buffer[length++] = letter;
    if (letter !== 0x75) continue;
    buffer[length++] = 0x30;
    buffer[length++] = 0x30;
    buffer[length++] = hexadecimal.charCodeAt(byte >> 4);
    buffer[length++] = hexadecimal.charCodeAt(byte & 15);
  }
  buffer[length++] = quote;
  sink.length = length;
  return true;
}
