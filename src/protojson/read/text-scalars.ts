// Scalars from the cursor's text: strings of a JSON body, keys of maps, and values of a path or a query.

import { ScalarType } from "@bufbuild/protobuf";
import { base64End, base64Size, decodeBase64 } from "./base64.ts";
import { done, type JsonCursor, type Status } from "./cursor.ts";
import { floatingOfText, integerOfText, toInt32, toInt64, toUint32, toUint64 } from "./number.ts";
import type { TextReader } from "./plan.ts";

/** An integer type: whether the last integer fits it, and how it goes on the wire. */
export interface IntegerType {
  readonly name: string;
  readonly fits: (cursor: JsonCursor) => boolean;
  readonly write: (cursor: JsonCursor) => void;
}

const int32Name = "a 32-bit integer";
const uint32Name = "an unsigned 32-bit integer";
const int64Name = "a 64-bit integer";
const uint64Name = "an unsigned 64-bit integer";

const integerTypes: ReadonlyMap<ScalarType, IntegerType> = new Map([
  // A negative int32 takes ten bytes, as an int64 does (encoding, "Signed Integers").
  [ScalarType.INT32, { name: int32Name, fits: toInt32, write: writeInt32 }],
  [ScalarType.SINT32, { name: int32Name, fits: toInt32, write: writeSint32 }],
  [ScalarType.SFIXED32, { name: int32Name, fits: toInt32, write: writeFixed32 }],
  [ScalarType.UINT32, { name: uint32Name, fits: toUint32, write: writeUint32 }],
  [ScalarType.FIXED32, { name: uint32Name, fits: toUint32, write: writeFixed32 }],
  [ScalarType.INT64, { name: int64Name, fits: toInt64, write: writeVarint64 }],
  [ScalarType.SINT64, { name: int64Name, fits: toInt64, write: writeSint64 }],
  [ScalarType.SFIXED64, { name: int64Name, fits: toInt64, write: writeFixed64 }],
  [ScalarType.UINT64, { name: uint64Name, fits: toUint64, write: writeVarint64 }],
  [ScalarType.FIXED64, { name: uint64Name, fits: toUint64, write: writeFixed64 }],
]);

/** How an integer type is read and written; undefined for types that are no integers. */
export function integerType(scalar: ScalarType): IntegerType | undefined {
  return integerTypes.get(scalar);
}

/** Writes the integer the cursor holds as an int32 varint. */
export function writeInt32(cursor: JsonCursor): void {
  const low = cursor.low;
  if (low >= 0) cursor.out.varint32(low);
  else cursor.out.varint64(low, -1);
}

function writeUint32(cursor: JsonCursor): void {
  cursor.out.varint32(cursor.low);
}

function writeSint32(cursor: JsonCursor): void {
  cursor.out.varint32((cursor.low << 1) ^ (cursor.low >> 31));
}

function writeFixed32(cursor: JsonCursor): void {
  cursor.out.fixed32(cursor.low);
}

function writeVarint64(cursor: JsonCursor): void {
  cursor.out.varint64(cursor.low, cursor.high);
}

function writeSint64(cursor: JsonCursor): void {
  const { low, high } = cursor;
  const sign = high >> 31;
  cursor.out.varint64((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
}

function writeFixed64(cursor: JsonCursor): void {
  cursor.out.fixed64(cursor.low, cursor.high);
}

/** The reader of a scalar type from text. */
export function scalarTextReader(scalar: ScalarType): TextReader {
  const integer = integerType(scalar);
  if (integer !== undefined) return integerTextReader(integer);
  if (scalar === ScalarType.BOOL) return readBoolText;
  if (scalar === ScalarType.STRING) return readStringText;
  if (scalar === ScalarType.BYTES) return readBytesText;
  return scalar === ScalarType.FLOAT ? readFloatText : readDoubleText;
}

/** The reader of a map key: integers there have digits only. */
export function keyTextReader(scalar: ScalarType): TextReader {
  const read = scalarTextReader(scalar);
  const integer = integerType(scalar);
  if (integer === undefined) return read;
  return (cursor, tag) =>
    isDigits(cursor) ? read(cursor, tag) : cursor.failText(`${integer.name} as the key`);
}

function isDigits(cursor: JsonCursor): boolean {
  const { text, textStart, textEnd } = cursor;
  const first = text[textStart] === 0x2d ? textStart + 1 : textStart;
  for (let at = first; at < textEnd; at++) {
    const byte = text[at] as number;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return first < textEnd;
}

function integerTextReader(type: IntegerType): TextReader {
  return (cursor, tag) => {
    if (!integerOfText(cursor) || !type.fits(cursor)) return cursor.failText(type.name);
    if (tag !== 0) cursor.out.varint32(tag);
    type.write(cursor);
    return done;
  };
}

function readDoubleText(cursor: JsonCursor, tag: number): Status {
  if (!floatingOfText(cursor)) return cursor.failText("a number");
  return writeDouble(cursor, tag);
}

function readFloatText(cursor: JsonCursor, tag: number): Status {
  if (!floatingOfText(cursor) || !fitsFloat(cursor.number)) return cursor.failText("a number");
  return writeFloat(cursor, tag);
}

/** Whether a number is a float, rounding included: what would round to infinity does not fit. */
export function fitsFloat(value: number): boolean {
  return Number.isFinite(Math.fround(value)) || !Number.isFinite(value);
}

export function writeDouble(cursor: JsonCursor, tag: number): Status {
  if (tag !== 0) cursor.out.varint32(tag);
  cursor.out.double(cursor.number);
  return done;
}

export function writeFloat(cursor: JsonCursor, tag: number): Status {
  if (tag !== 0) cursor.out.varint32(tag);
  cursor.out.float(cursor.number);
  return done;
}

function readBoolText(cursor: JsonCursor, tag: number): Status {
  const { out, textStart, textEnd } = cursor;
  const size = textEnd - textStart;
  const word = size === 4 || size === 5 ? cursor.text.toString("latin1", textStart, textEnd) : "";
  if (word !== "true" && word !== "false") return cursor.failText("true or false");
  if (tag !== 0) out.varint32(tag);
  out.varint32(word === "true" ? 1 : 0);
  return done;
}

function readStringText(cursor: JsonCursor, tag: number): Status {
  const { out, text, textStart, textEnd } = cursor;
  if (tag !== 0) out.varint32(tag);
  out.varint32(textEnd - textStart);
  out.bytes(text, textStart, textEnd);
  return done;
}

/** Base64 in either alphabet, decoded straight into the message. */
export function readBytesText(cursor: JsonCursor, tag: number): Status {
  const { out, text, textStart, textEnd } = cursor;
  const end = base64End(text, textStart, textEnd);
  if (end < 0) return cursor.failText("base64");
  const size = base64Size(end - textStart);
  out.ensure(size + 16);
  if (tag !== 0) out.varint32(tag);
  out.varint32(size);
  if (!decodeBase64(text, textStart, end, out.buffer, out.position))
    return cursor.failText("base64");
  out.position += size;
  return done;
}
