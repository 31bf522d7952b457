import type { DescMessage } from "../../descriptor/index.ts";
import { varintSize, type WireWriter } from "../../protojson/index.ts";

/** What a google.api.HttpBody says, its extensions aside. */
export interface HttpBody {
  readonly contentType: string;
  readonly data: Uint8Array;
}

/** Whether a message is google.api.HttpBody: a body that is not JSON (google/api/httpbody.proto). */
export function isHttpBody(message: DescMessage | undefined): boolean {
  return message?.typeName === "google.api.HttpBody";
}

const contentTypeTag = (1 << 3) | 2;
const dataTag = (2 << 3) | 2;

/** Appends a google.api.HttpBody: as the field with this number, or, for 0, its fields themselves. */
export function writeHttpBody(body: HttpBody, fieldNumber: number, out: WireWriter): void {
  const contentType = Buffer.from(body.contentType, "latin1");
  const head =
    contentType.length === 0 ? 0 : 1 + varintSize(contentType.length) + contentType.length;
  if (fieldNumber > 0) {
    const length = head + 1 + varintSize(body.data.length) + body.data.length;
    out.varint32((fieldNumber << 3) | 2);
    out.varint32(length);
  }
  if (contentType.length > 0) {
    out.varint32(contentTypeTag);
    out.varint32(contentType.length);
    out.bytes(contentType);
  }
  out.varint32(dataTag);
  out.varint32(body.data.length);
  out.bytes(body.data);
}

/** Reads a serialized google.api.HttpBody between two offsets; undefined when it is malformed. */
export function readHttpBody(wire: Uint8Array, start: number, end: number): HttpBody | undefined {
  let contentType = "";
  let data: Uint8Array = wire.subarray(end, end);
  const cursor = { at: start };
  while (cursor.at < end) {
    const tag = readVarint(wire, cursor, end);
    if (tag === undefined || tag >>> 3 === 0) return undefined;
    const length = skipTo(wire, cursor, end, tag & 7);
    if (length === undefined) return undefined;
    const value = wire.subarray(cursor.at - length, cursor.at);
    if (tag === contentTypeTag) contentType = Buffer.from(value).toString("latin1");
    else if (tag === dataTag) data = value;
  }
  return { contentType, data };
}

/** Reads the google.api.HttpBody in a field of a serialized message; the field's parts follow each other on the wire. */
export function readHttpBodyField(
  fieldNumber: number,
  wire: Uint8Array,
  start: number,
): HttpBody | undefined {
  const wanted = ((fieldNumber << 3) | 2) >>> 0;
  const cursor = { at: start };
  let body: HttpBody = { contentType: "", data: wire.subarray(wire.length) };
  while (cursor.at < wire.length) {
    const tag = readVarint(wire, cursor, wire.length);
    if (tag === undefined || tag >>> 3 === 0) return undefined;
    const length = skipTo(wire, cursor, wire.length, tag & 7);
    if (length === undefined) return undefined;
    if (tag !== wanted) continue;
    const part = readHttpBody(wire, cursor.at - length, cursor.at);
    if (part === undefined) return undefined;
    body = {
      contentType: part.contentType === "" ? body.contentType : part.contentType,
      data: part.data.length === 0 ? body.data : part.data,
    };
  }
  return body;
}

interface Cursor {
  at: number;
}

/** Moves behind a value of the given wire type and gives how many bytes its content had. */
function skipTo(
  wire: Uint8Array,
  cursor: Cursor,
  end: number,
  wireType: number,
): number | undefined {
  const start = cursor.at;
  if (wireType === 0) {
    if (readVarint(wire, cursor, end) === undefined) return undefined;
    return cursor.at - start;
  }
  let length: number | undefined;
  if (wireType === 1) length = 8;
  else if (wireType === 5) length = 4;
  else if (wireType === 2) length = readVarint(wire, cursor, end);
  if (length === undefined || length > end - cursor.at) return undefined;
  cursor.at += length;
  return length;
}

function readVarint(wire: Uint8Array, cursor: Cursor, end: number): number | undefined {
  let value = 0;
  for (let shift = 0; shift < 70 && cursor.at < end; shift += 7) {
    const byte = wire[cursor.at] ?? 0;
    cursor.at++;
    if (shift < 35) value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value <= 0xffff_ffff ? value : undefined;
  }
  return undefined;
}
