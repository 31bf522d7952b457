import type { JsonSink } from "./json-sink.ts";
import { isUtf8Text } from "./utf8.ts";

const quote = 0x22;
const backslash = 0x5c;
const hexadecimal = "0123456789abcdef";

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
 * QuoteJSONString). False, with nothing of use written, if the bytes are not UTF-8. `words` is a view of all the
 * memory that `bytes` are in; with it, four bytes go at once.
 */
export function writeText(
  sink: JsonSink,
  bytes: Uint8Array,
  start: number,
  end: number,
  words?: DataView,
): boolean {
  // Three more than the text and its quotes: a word may reach over its end.
  sink.reserve(end - start + 5);
  sink.buffer[sink.length++] = quote;
  const copied = words === undefined ? start : copyWords(sink, bytes.byteOffset, start, end, words);
  const buffer = sink.buffer;
  let length = sink.length;
  let position = copied;
  for (; position < end; position++) {
    const byte = bytes[position] as number;
    if (byte < 0x20 || byte >= 0x80 || byte === quote || byte === backslash) break;
    buffer[length++] = byte;
  }
  sink.length = length;
  if (position < end) return writeRest(sink, bytes, position, end);
  sink.byte(quote);
  return true;
}

/** Copies words of printable ASCII up to the first that needs a closer look; gives the position behind them. */
function copyWords(
  sink: JsonSink,
  offset: number,
  start: number,
  end: number,
  words: DataView,
): number {
  const target = sink.words;
  let length = sink.length;
  let position = start;
  for (const last = end - 3; position < last; position += 4) {
    const word = words.getInt32(offset + position, true);
    // A byte's top bit is set by the first term if it is not ASCII, by the second below a space, by the others
    // for a quote and a backslash. A borrow may set it without need, never leave it clear.
    const marks =
      word |
      (word - 0x20202020) |
      ((word ^ 0x22222222) - 0x01010101) |
      ((word ^ 0x5c5c5c5c) - 0x01010101);
    if ((marks & 0x80808080) !== 0) break;
    target.setInt32(length, word, true);
    length += 4;
  }
  sink.length = length;
  return position;
}

function writeRest(sink: JsonSink, bytes: Uint8Array, start: number, end: number): boolean {
  if (!isUtf8Text(bytes, start, end)) return false;
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
