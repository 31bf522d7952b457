import { isUtf8 } from "node:buffer";
import { malformed } from "../wire-reader.ts";
import { writeText } from "./text.ts";
import type { WriteState } from "./write-state.ts";

const comma = 0x2c;
const encoder = new TextEncoder();
/** A name of no characters in a path: no path at all, a dot at an end, or two dots side by side. */
const emptyName = /^$|^\.|\.\.|\.$/;

/**
 * Writes a comma and the path at the reader's position in lowerCamelCase. False if the path is not UTF-8, or
 * could not be read back as it was: its case would change, a name is empty, or a comma makes two paths of it
 * (field_mask.proto, "JSON Encoding of Field Masks").
 */
export function writeFieldMaskPath(state: WriteState, end: number): boolean {
  const { reader, sink } = state;
  const length = reader.length(end);
  if (length === malformed) return false;
  const path = reader.bytes.subarray(reader.position, reader.position + length);
  reader.position += length;
  if (!isUtf8(path)) {
    reader.problem = "not UTF-8";
    return false;
  }
  const snake = new TextDecoder("utf-8", { ignoreBOM: true }).decode(path);
  const camel = snake.replace(/_+(.?)/g, (_, letter: string) => letter.toUpperCase());
  const back = camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (back !== snake || emptyName.test(snake) || snake.includes(",")) {
    reader.problem = `path ${JSON.stringify(snake.slice(0, 40))} has no lowerCamelCase form`;
    return false;
  }
  // A path can hold characters that JSON escapes, so it goes the way of other texts; its first quote becomes the
  // comma and its last one is taken back.
  const bytes = encoder.encode(camel);
  const start = sink.length;
  writeText(sink, bytes, 0, bytes.length);
  sink.buffer[start] = comma;
  sink.length--;
  return true;
}
