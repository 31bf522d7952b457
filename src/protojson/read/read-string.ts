import { varintSize } from "../wire-writer.ts";
import { done, failed, type JsonCursor, type Status } from "./cursor.ts";
import { decodeEscapes, failKind, findStringEnd, peek } from "./scan.ts";

/** Bytes whose length takes one byte, and that are copied faster one by one than by a native call. */
const shortBytes = 127;

/** Reads a string and writes it behind `tag`. Its bytes are copied while the closing quote is looked for. */
export function readString(cursor: JsonCursor, tag: number): Status {
  if (peek(cursor) !== 0x22) return failKind(cursor, "a string");
  const { bytes, out } = cursor;
  out.ensure(shortBytes + 6);
  if (tag !== 0) out.varint32(tag);
  const lengthAt = out.position;
  const start = cursor.position + 1;
  const buffer = out.buffer;
  const last = lengthAt + shortBytes;
  let to = lengthAt;
  let from = start;
  let byte = bytes[from] as number;
  while (byte !== 0x22 && byte !== 0x5c && byte >= 0x20 && to < last) {
    buffer[++to] = byte;
    byte = bytes[++from] as number;
  }
  if (byte !== 0x22) return readLongString(cursor, start, from);
  buffer[lengthAt] = to - lengthAt;
  out.position = to + 1;
  cursor.position = from + 1;
  return done;
}

/** A string that is longer, has escapes or is wrong; `from` is where its first plain bytes end. */
function readLongString(cursor: JsonCursor, start: number, from: number): Status {
  const { bytes, out } = cursor;
  let end = from;
  let byte = bytes[end] as number;
  while (byte !== 0x22 && byte !== 0x5c && byte >= 0x20) byte = bytes[++end] as number;
  if (byte === 0x22) {
    out.varint32(end - start);
    out.bytes(bytes, start, end);
    cursor.position = end + 1;
    return done;
  }
  end = findStringEnd(cursor, end);
  if (end < 0) return failed;
  const most = end - start;
  out.ensure(most + 5);
  const reserved = varintSize(most);
  const length = out.openLength(reserved);
  const size = decodeEscapes(cursor, start, end, out.buffer, out.position);
  if (size < 0) return failed;
  out.position = size;
  out.closeLength(length, reserved);
  cursor.position = end + 1;
  return done;
}
