import type { JsonSink } from "./json-sink.ts";

const quote = 0x22;
const padding = 0x3d;
const alphabet = new Uint8Array(64);
for (const [index, character] of [
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
].entries()) {
  alphabet[index] = character.charCodeAt(0);
}

/** Writes bytes `start` to `end` as a JSON string of padded base64 (RFC 4648 §4). */
export function writeBase64(sink: JsonSink, bytes: Uint8Array, start: number, end: number): void {
  sink.reserve(Math.ceil((end - start) / 3) * 4 + 2);
  const buffer = sink.buffer;
  let length = sink.length;
  buffer[length++] = quote;
  let position = start;
  for (; position + 2 < end; position += 3) {
    const group =
      ((bytes[position] as number) << 16) |
      ((bytes[position + 1] as number) << 8) |
      (bytes[position + 2] as number);
    buffer[length++] = alphabet[group >> 18] as number;
    buffer[length++] = alphabet[(group >> 12) & 63] as number;
    buffer[length++] = alphabet[(group >> 6) & 63] as number;
    buffer[length++] = alphabet[group & 63] as number;
  }
  if (position < end) {
    const first = bytes[position] as number;
    const isPair = position + 1 < end;
    const second = isPair ? (bytes[position + 1] as number) : 0;
    buffer[length++] = alphabet[first >> 2] as number;
    buffer[length++] = alphabet[((first & 3) << 4) | (second >> 4)] as number;
    buffer[length++] = isPair ? (alphabet[(second & 15) << 2] as number) : padding;
    buffer[length++] = padding;
  }
  buffer[length++] = quote;
  sink.length = length;
}
