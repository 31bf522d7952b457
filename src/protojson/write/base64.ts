import type { JsonSink } from "./json-sink.ts";

const quote = 0x22;
const padding = 0x3d;
const alphabet = new Uint8Array(64);
for (const [index, character] of [
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
].entries()) {
  alphabet[index] = character.charCodeAt(0);
}

// Both characters of each twelve bits, as the word that stores them in that order.
const pairs = new Uint16Array(4096);
for (let i = 0; i < 4096; i++) {
  pairs[i] = (alphabet[i >> 6] as number) | ((alphabet[i & 63] as number) << 8);
}

/** Writes bytes `start` to `end` as a JSON string of padded base64 (RFC 4648 §4). */
export function writeBase64(sink: JsonSink, bytes: Uint8Array, start: number, end: number): void {
  sink.reserve(Math.ceil((end - start) / 3) * 4 + 2);
  const { buffer, words } = sink;
  let length = sink.length;
  buffer[length++] = quote;
  let position = start;
  for (; position + 2 < end; position += 3) {
    const group =
      ((bytes[position] as number) << 16) |
      ((bytes[position + 1] as number) << 8) |
      (bytes[position + 2] as number);
    words.setUint16(length, pairs[group >> 12] as number, true);
    words.setUint16(length + 2, pairs[group & 4095] as number, true);
    length += 4;
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
