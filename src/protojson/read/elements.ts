// Readers of one value by its type: scalars and enums here, messages through their content.

import { ScalarType } from "@bufbuild/protobuf";
import { done, failed, type JsonCursor, type Status } from "./cursor.ts";
import { type EnumNames, hasNumber, readEnumText, writeEnum } from "./enum-names.ts";
import { readFloating, readInteger, toInt32 } from "./number.ts";
import type { ContentReader, ElementReader, MessagePlan } from "./plan.ts";
import { readMessage } from "./read-message.ts";
import { readString } from "./read-string.ts";
import { failKind, failUnexpected, peek, readBoolWord, readNull, readText } from "./scan.ts";
import {
  fitsFloat,
  type IntegerType,
  integerType,
  readBytesText,
  writeDouble,
  writeFloat,
} from "./text-scalars.ts";

/** The reader of a scalar type. */
export function scalarElement(scalar: ScalarType): ElementReader {
  const integer = integerType(scalar);
  if (integer !== undefined) return integerElement(integer);
  if (scalar === ScalarType.BOOL) return readBool;
  if (scalar === ScalarType.STRING) return readString;
  if (scalar === ScalarType.BYTES) return readBytes;
  return scalar === ScalarType.FLOAT ? readFloat : readDoubleElement;
}

function integerElement(type: IntegerType): ElementReader {
  const { name, fits, write } = type;
  return (cursor, tag) => {
    if (readInteger(cursor, name) === failed) return failed;
    if (!fits(cursor)) return failRange(cursor, name);
    if (tag !== 0) cursor.out.varint32(tag);
    write(cursor);
    return done;
  };
}

/** An integer that its type does not hold; the value is read again, for the message. */
function failRange(cursor: JsonCursor, name: string): Status {
  cursor.position = cursor.valueStart;
  return failKind(cursor, name);
}

function readDoubleElement(cursor: JsonCursor, tag: number): Status {
  if (readFloating(cursor, "a number") === failed) return failed;
  return writeDouble(cursor, tag);
}

function readFloat(cursor: JsonCursor, tag: number): Status {
  if (readFloating(cursor, "a number") === failed) return failed;
  if (!fitsFloat(cursor.number)) return failRange(cursor, "a number that fits a float");
  return writeFloat(cursor, tag);
}

function readBool(cursor: JsonCursor, tag: number): Status {
  const first = peek(cursor);
  const word = first === 0x74 || first === 0x66 ? readBoolWord(cursor) : -1;
  if (word < 0) return failKind(cursor, "true or false");
  const { out } = cursor;
  if (tag !== 0) out.varint32(tag);
  out.varint32(word);
  return done;
}

function readBytes(cursor: JsonCursor, tag: number): Status {
  if (peek(cursor) !== 0x22) return failKind(cursor, "base64");
  cursor.valueStart = cursor.position;
  if (readText(cursor) === failed) return failed;
  return readBytesText(cursor, tag);
}

/** The reader of an enum: a name, an integer, and `null` for google.protobuf.NullValue. */
export function enumElement(names: EnumNames): ElementReader {
  const isNullValue = names.desc.typeName === "google.protobuf.NullValue";
  const expectation = `a value of ${names.desc.typeName}`;
  return (cursor, tag) => {
    const first = peek(cursor);
    cursor.valueStart = cursor.position;
    if (first === 0x22) {
      return readText(cursor) === failed ? failed : readEnumText(cursor, names, tag);
    }
    if (first === 0x6e && isNullValue) {
      if (!readNull(cursor)) return failed;
      cursor.low = 0;
      return writeEnum(cursor, tag);
    }
    if (readInteger(cursor, expectation) === failed) return failed;
    if (!toInt32(cursor) || !hasNumber(names, cursor.low)) return failRange(cursor, expectation);
    return writeEnum(cursor, tag);
  };
}

/** The reader of a message whose JSON form is an object of its fields. */
export function messageElement(plan: MessagePlan): ElementReader {
  return (cursor, tag) => {
    const { out } = cursor;
    out.varint32(tag);
    const reserved = plan.lengthBytes;
    const length = out.openLength(reserved);
    if (readMessage(cursor, plan, false) === failed) return failed;
    plan.lengthBytes = out.closeLength(length, reserved);
    return done;
  };
}

/** The reader of a group: fields between a start tag and an end tag (encoding, "Groups"). */
export function groupElement(content: ContentReader, endTag: number): ElementReader {
  return (cursor, tag) => {
    cursor.out.varint32(tag);
    if (content(cursor) === failed) return failed;
    cursor.out.varint32(endTag);
    return done;
  };
}

/** The reader of a message with a JSON form of its own. */
export function contentElement(content: ContentReader): ElementReader {
  return (cursor, tag) => {
    const { out } = cursor;
    out.varint32(tag);
    const length = out.openLength(1);
    if (content(cursor) === failed) return failed;
    out.closeLength(length, 1);
    return done;
  };
}

/** The content of a message that is a string in JSON. */
export function textContent(
  expectation: string,
  read: (cursor: JsonCursor) => Status,
): ContentReader {
  return (cursor) => {
    if (peek(cursor) !== 0x22) return failKind(cursor, expectation);
    cursor.valueStart = cursor.position;
    return readText(cursor) === failed ? failed : read(cursor);
  };
}

/** Fails unless nothing but white space is left of the text. */
export function readEnd(cursor: JsonCursor): Status {
  peek(cursor);
  return cursor.position === cursor.end ? done : failUnexpected(cursor, "the end of the text");
}
