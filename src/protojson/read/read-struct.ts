// google.protobuf.Struct, Value and ListValue: any JSON as a message (struct.proto).

import { done, failed, type JsonCursor, type Status } from "./cursor.ts";
import { readDouble } from "./number.ts";
import { addKey, withinKey } from "./read-field.ts";
import { readString } from "./read-string.ts";
import {
  failKind,
  failUnexpected,
  peek,
  readBoolWord,
  readColon,
  readNull,
  readSeparator,
} from "./scan.ts";

// Field number and wire type of the members of Value.
const nullTag = 0x08;
const numberTag = 0x11;
const stringTag = 0x1a;
const boolTag = 0x20;
const structTag = 0x2a;
const listTag = 0x32;
// The one field of Struct and of ListValue, and the two of a map entry, all length-delimited.
const firstTag = 0x0a;
const secondTag = 0x12;

/** Checks the value at the cursor as JSON and throws it away. */
export function discardValue(cursor: JsonCursor): Status {
  const { out, isDiscarding } = cursor;
  const start = out.position;
  cursor.isDiscarding = true;
  const status = readValueContent(cursor);
  cursor.isDiscarding = isDiscarding;
  out.position = start;
  return status;
}

/** Any JSON value as the content of a google.protobuf.Value. */
export function readValueContent(cursor: JsonCursor): Status {
  const { out } = cursor;
  const byte = peek(cursor);
  switch (byte) {
    case 0x22:
      return readString(cursor, stringTag);
    case 0x7b:
      return readNested(cursor, structTag, readStructContent);
    case 0x5b:
      return readNested(cursor, listTag, readListContent);
    case 0x6e:
      if (!readNull(cursor)) return failed;
      out.varint32(nullTag);
      out.varint32(0);
      return done;
    case 0x74:
    case 0x66: {
      const word = readBoolWord(cursor);
      if (word < 0) return failUnexpected(cursor, "a value");
      out.varint32(boolTag);
      out.varint32(word);
      return done;
    }
    default:
      return readNumberValue(cursor, byte);
  }
}

/** Value has only doubles: a number that no double can come near is refused (struct.proto, number_value). */
function readNumberValue(cursor: JsonCursor, byte: number): Status {
  if (byte !== 0x2d && (byte < 0x30 || byte > 0x39)) return failUnexpected(cursor, "a value");
  const start = cursor.position;
  if (readDouble(cursor) === failed) return failed;
  if (!Number.isFinite(cursor.number) && !cursor.isDiscarding) {
    return cursor.failToken("a number that fits a double", start, cursor.position);
  }
  cursor.out.varint32(numberTag);
  cursor.out.double(cursor.number);
  return done;
}

function readNested(
  cursor: JsonCursor,
  tag: number,
  content: (cursor: JsonCursor) => Status,
): Status {
  const { out } = cursor;
  out.varint32(tag);
  const length = out.openLength(1);
  if (content(cursor) === failed) return failed;
  out.closeLength(length, 1);
  return done;
}

/** A JSON object as the content of a google.protobuf.Struct. */
export function readStructContent(cursor: JsonCursor): Status {
  if (peek(cursor) !== 0x7b) return failKind(cursor, "an object");
  if (!cursor.enter()) return failed;
  cursor.position++;
  if (peek(cursor) === 0x7d) {
    cursor.position++;
    cursor.depth--;
    return done;
  }
  const { out } = cursor;
  const keys = cursor.openKeys();
  for (;;) {
    if (peek(cursor) !== 0x22) return failUnexpected(cursor, "a key in quotes");
    const start = cursor.position;
    out.varint32(firstTag);
    const entry = out.openLength(1);
    if (readString(cursor, firstTag) === failed) return failed;
    if (!addKey(cursor, keys, entry + 1, start)) return failed;
    if (!readColon(cursor)) return failed;
    if (readNested(cursor, secondTag, readValueContent) === failed) return withinKey(cursor, start);
    out.closeLength(entry, 1);
    const separator = readSeparator(cursor, 0x7d);
    if (separator === 0) return failed;
    if (separator === 2) break;
  }
  cursor.closeKeys(keys);
  cursor.depth--;
  return done;
}

/** A JSON array as the content of a google.protobuf.ListValue. */
export function readListContent(cursor: JsonCursor): Status {
  if (peek(cursor) !== 0x5b) return failKind(cursor, "an array");
  if (!cursor.enter()) return failed;
  cursor.position++;
  if (peek(cursor) === 0x5d) {
    cursor.position++;
    cursor.depth--;
    return done;
  }
  for (let index = 0; ; index++) {
    if (readNested(cursor, firstTag, readValueContent) === failed) {
      return cursor.within(`[${index}]`);
    }
    const separator = readSeparator(cursor, 0x5d);
    if (separator === 0) return failed;
    if (separator === 2) break;
  }
  cursor.depth--;
  return done;
}
