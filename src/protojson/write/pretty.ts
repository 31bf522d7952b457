import type { JsonSink } from "./json-sink.ts";

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const newline = 0x0a;
const space = 0x20;

/**
 * Rewrites the compact JSON that a sink holds from `start` on with line breaks and two spaces a level, as
 * JSON.stringify(value, null, 2) prints it.
 */
export function makePretty(sink: JsonSink, start: number): void {
  const compact = Uint8Array.prototype.slice.call(sink.buffer, start, sink.length);
  sink.length = start;
  let level = 0;
  let position = 0;
  while (position < compact.length) {
    const byte = compact[position] as number;
    if (byte === quote) {
      position = copyString(sink, compact, position);
      continue;
    }
    position++;
    if (isOpening(byte)) {
      sink.byte(byte);
      if (isClosing(compact[position] as number)) sink.byte(compact[position++] as number);
      else breakLine(sink, ++level);
      continue;
    }
    if (isClosing(byte)) breakLine(sink, --level);
    sink.byte(byte);
    if (byte === comma) breakLine(sink, level);
    else if (byte === colon) sink.byte(space);
  }
}

/** Copies the string that begins at `start`; gives the position behind it. */
function copyString(sink: JsonSink, compact: Uint8Array, start: number): number {
  let end = start + 1;
  while (compact[end] !== quote) end += compact[end] === backslash ? 2 : 1;
  end++;
  sink.reserve(end - start);
  sink.buffer.set(compact.subarray(start, end), sink.length);
  sink.length += end - start;
  return end;
}

function isOpening(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b;
}

function isClosing(byte: number): boolean {
  return byte === 0x7d || byte === 0x5d;
}

function breakLine(sink: JsonSink, level: number): void {
  sink.reserve(level * 2 + 1);
  sink.buffer[sink.length++] = newline;
  for (let i = 0; i < level * 2; i++) sink.buffer[sink.length++] = space;
}
