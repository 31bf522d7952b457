import { malformed, type WireReader } from "../wire-reader.ts";
import { writeBase64 } from "./base64.ts";
import { writeInt32, writeInt64, writeUint32, writeUint64 } from "./decimal.ts";
import { writeDouble, writeFloat } from "./floating.ts";
import type { JsonSink } from "./json-sink.ts";
import { literal } from "./literal.ts";
import { type EnumNames, type FieldPlan, valueKind } from "./plan.ts";
import { writeText } from "./text.ts";
import { isUtf8Text } from "./utf8.ts";
import { outcome } from "./write-state.ts";

const quote = 0x22;
// Shorter texts are copied before a view of the memory is made.
const longText = 24;
const trueText = literal("true");
const falseText = literal("false");
const nullText = literal("null");

/**
 * Writes the scalar or enum at the reader's position as JSON. A closed enum's unknown number is a surprise: the
 * field then counts as unknown. A failure's reason is in the reader.
 */
export function writeScalar(
  reader: WireReader,
  sink: JsonSink,
  field: FieldPlan,
  end: number,
): number {
  const kind = field.kind;
  if (kind <= valueKind.sint32) return writeVarint32(reader, sink, kind, end);
  if (kind <= valueKind.uint64) return writeVarint64(reader, sink, kind, field.isBare, end);
  if (kind <= valueKind.double) return writeFixed(reader, sink, kind, field.isBare, end);
  if (kind <= valueKind.bytes) return writeDelimited(reader, sink, kind, end);
  if (!reader.varint(end)) return outcome.failed;
  return writeEnum(sink, reader.low | 0, field.names);
}

function writeVarint32(reader: WireReader, sink: JsonSink, kind: number, end: number): number {
  if (!reader.varint(end)) return outcome.failed;
  const low = reader.low;
  if (kind === valueKind.int32) writeInt32(sink, low | 0);
  else if (kind === valueKind.bool) {
    sink.literal(low !== 0 || reader.high !== 0 ? trueText : falseText);
  } else if (kind === valueKind.uint32) writeUint32(sink, low >>> 0);
  else writeInt32(sink, (low >>> 1) ^ -(low & 1));
  return outcome.done;
}

function writeVarint64(
  reader: WireReader,
  sink: JsonSink,
  kind: number,
  isBare: boolean,
  end: number,
): number {
  if (!reader.varint(end)) return outcome.failed;
  const { low, high } = reader;
  if (!isBare) sink.byte(quote);
  if (kind === valueKind.int64) writeInt64(sink, low, high);
  else if (kind === valueKind.uint64) writeUint64(sink, low, high);
  else {
    const sign = -(low & 1);
    writeInt64(sink, ((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign);
  }
  if (!isBare) sink.byte(quote);
  return outcome.done;
}

function writeFixed(
  reader: WireReader,
  sink: JsonSink,
  kind: number,
  isBare: boolean,
  end: number,
): number {
  if (kind <= valueKind.float) {
    if (!reader.fixed32(end)) return outcome.failed;
    if (kind === valueKind.float) writeFloat(sink, reader.float());
    else if (kind === valueKind.fixed32) writeUint32(sink, reader.low >>> 0);
    else writeInt32(sink, reader.low);
    return outcome.done;
  }
  if (!reader.fixed64(end)) return outcome.failed;
  if (kind === valueKind.double) {
    writeDouble(sink, reader.double());
    return outcome.done;
  }
  if (!isBare) sink.byte(quote);
  if (kind === valueKind.fixed64) writeUint64(sink, reader.low, reader.high);
  else writeInt64(sink, reader.low, reader.high);
  if (!isBare) sink.byte(quote);
  return outcome.done;
}

function writeDelimited(reader: WireReader, sink: JsonSink, kind: number, end: number): number {
  const length = reader.length(end);
  if (length === malformed) return outcome.failed;
  const start = reader.position;
  const stop = start + length;
  reader.position = stop;
  if (kind === valueKind.bytes) {
    writeBase64(sink, reader.bytes, start, stop);
    return outcome.done;
  }
  const mark = sink.length;
  const words = length < longText ? undefined : reader.words();
  if (writeText(sink, reader.bytes, start, stop, words)) return outcome.done;
  if (kind === valueKind.text) {
    reader.problem = "not UTF-8";
    return outcome.failed;
  }
  sink.length = mark;
  // Bytes that are not UTF-8 are allowed in these fields, but not in JSON.
  const replaced = new TextEncoder().encode(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(reader.bytes.subarray(start, stop)),
  );
  writeText(sink, replaced, 0, replaced.length);
  return outcome.done;
}

function writeEnum(sink: JsonSink, number: number, names: EnumNames | undefined): number {
  if (names === undefined) return outcome.failed;
  const name =
    number >= 0 && number < names.dense.length ? names.dense[number] : names.sparse.get(number);
  if (name !== undefined) sink.literal(name);
  else if (names.isNull) sink.literal(nullText);
  else if (names.isClosed) return outcome.surprise;
  else writeInt32(sink, number);
  return outcome.done;
}

/** Writes a map's key, which is a string whatever its type. */
export function writeKey(
  reader: WireReader,
  sink: JsonSink,
  field: FieldPlan,
  end: number,
): number {
  if (!field.isQuoted) return writeScalar(reader, sink, field, end);
  sink.byte(quote);
  const result = writeScalar(reader, sink, field, end);
  sink.byte(quote);
  return result;
}

/** Whether the number at the reader's position is one that a closed enum does not have. Moves past it. */
export function isUnknownOfClosed(reader: WireReader, names: EnumNames, end: number): boolean {
  return reader.varint(end) && names.isClosed && !names.sparse.has(reader.low | 0);
}

/** Passes over a string that is not printed; false if it should be UTF-8 and is not. */
export function checkText(reader: WireReader, end: number): boolean {
  const length = reader.length(end);
  if (length === malformed) return false;
  const start = reader.position;
  reader.position = start + length;
  if (isUtf8Text(reader.bytes, start, start + length)) return true;
  reader.problem = "not UTF-8";
  return false;
}
