// google.protobuf.Any: an object whose `@type` says which message its other keys are (any.proto, "JSON").

import type { DescMessage } from "@bufbuild/protobuf";
import { done, failed, type JsonCursor, type Status } from "./cursor.ts";
import type { ContentReader } from "./plan.ts";
import { quoteInput } from "./problem.ts";
import { discardValue } from "./read-struct.ts";
import { failKind, failUnexpected, peek, readColon, readSeparator, readText } from "./scan.ts";

const typeUrlTag = 0x0a;
const valueTag = 0x12;
const quotedType = Buffer.from('"@type"');

/** How the message an Any names is read: as the object itself, or as its member `value`. */
export interface AnyPayload {
  readonly desc: DescMessage;
  readonly form: "fields" | "value";
  /** The content; with `fields` the object it reads holds `@type` as well. */
  readonly read: ContentReader;
}

/** Finds the payload of a type name; undefined when the schema has no such type. Nothing is ever fetched. */
export type AnyPayloads = (typeName: string) => AnyPayload | undefined;

/** Reads an Any of any type that `payloads` knows. The empty object is an Any that holds nothing. */
export function readAnyContent(cursor: JsonCursor, payloads: AnyPayloads): Status {
  if (peek(cursor) !== 0x7b) return failKind(cursor, "an object");
  const start = cursor.position;
  const typeAt = findType(cursor, start);
  cursor.position = start + 1;
  if (typeAt < 0) return readUntyped(cursor, start);
  cursor.position = typeAt;
  if (peek(cursor) !== 0x22) return within(failKind(cursor, "a type URL"), cursor);
  cursor.valueStart = cursor.position;
  if (readText(cursor) === failed) return failed;
  const url = cursor.textString();
  const slash = url.lastIndexOf("/");
  if (slash < 0 || slash === url.length - 1) {
    return within(
      cursor.failText('a type URL such as "type.googleapis.com/package.Message"'),
      cursor,
    );
  }
  const payload = payloads(url.slice(slash + 1));
  if (payload === undefined) return within(cursor.failText("a type of the schema"), cursor);
  const { out } = cursor;
  out.varint32(typeUrlTag);
  out.varint32(cursor.textEnd - cursor.textStart);
  out.bytes(cursor.text, cursor.textStart, cursor.textEnd);
  out.varint32(valueTag);
  const length = out.openLength(1);
  cursor.position = start;
  const status =
    payload.form === "fields" ? payload.read(cursor) : readValueMember(cursor, payload);
  if (status === failed) return failed;
  out.closeLength(length, 1);
  return done;
}

function within(status: Status, cursor: JsonCursor): Status {
  cursor.within("@type");
  return status;
}

function readUntyped(cursor: JsonCursor, start: number): Status {
  if (peek(cursor) === 0x7d) {
    cursor.position++;
    return done;
  }
  // The search for a "@type" ends where the object is no JSON or too deep, and then that is what is wrong.
  cursor.position = start;
  if (discardValue(cursor) === failed) return failed;
  return cursor.failValue('the object has no "@type", which an Any needs', start);
}

const typeKey = 1;
const valueKey = 2;
const otherKey = 4;

/** The object of a type with a JSON form of its own: `@type` and `value`, in any order, and nothing else. */
function readValueMember(cursor: JsonCursor, payload: AnyPayload): Status {
  const start = cursor.position;
  if (!cursor.enter()) return failed;
  cursor.position++;
  let seen = 0;
  for (;;) {
    const key = readMemberKey(cursor, payload, seen);
    if (key === 0) return failed;
    seen |= key;
    if (key !== valueKey) {
      if (discardValue(cursor) === failed) return failed;
    } else if (payload.read(cursor) === failed) return cursor.within("value");
    const separator = readSeparator(cursor, 0x7d);
    if (separator === 0) return failed;
    if (separator === 2) break;
  }
  cursor.depth--;
  // Empty is written both ways: as no further key (C++, Java) and as an empty value (Go).
  if ((seen & valueKey) !== 0 || payload.desc.fields.length === 0) return done;
  return cursor.failValue(`an Any of ${payload.desc.typeName} needs the key "value"`, start);
}

/** A key of such an object and its colon; 0 after a failure. */
function readMemberKey(cursor: JsonCursor, payload: AnyPayload, seen: number): number {
  if (peek(cursor) !== 0x22) return failUnexpected(cursor, "a key in quotes");
  const start = cursor.position;
  if (readText(cursor) === failed) return failed;
  const name = cursor.textString();
  const key = name === "@type" ? typeKey : name === "value" ? valueKey : otherKey;
  if (key === otherKey && !cursor.ignoreUnknown) {
    const type = payload.desc.typeName;
    return cursor.failValue(`an Any of ${type} has no field ${quoteInput(name)}`, start);
  }
  if (key !== otherKey && (seen & key) !== 0) {
    return cursor.failValue(`the key "${name}" is there twice`, start);
  }
  return readColon(cursor) ? key : failed;
}

/**
 * The position of the value of `@type` in the object at `start`; -1 when it has none. Usually it is the first key. If not,
 * one pass over the object notes the `@type` of every object inside as well, so that no part is searched twice.
 */
function findType(cursor: JsonCursor, start: number): number {
  if (start < cursor.typesKnownUntil) return cursor.typePositions.get(start) ?? -1;
  const { bytes } = cursor;
  cursor.position = start + 1;
  if (peek(cursor) === 0x22 && isTypeKey(bytes, cursor.position)) {
    cursor.position += quotedType.length;
    if (peek(cursor) === 0x3a) return cursor.position + 1;
  }
  noteTypes(cursor, start);
  return cursor.typePositions.get(start) ?? -1;
}

function isTypeKey(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < quotedType.length; i++) if (bytes[at + i] !== quotedType[i]) return false;
  return true;
}

/** Follows brackets and strings only; what is wrong with the rest is found when it is read. */
function noteTypes(cursor: JsonCursor, start: number): void {
  const { bytes, end, typePositions } = cursor;
  const open: number[] = [];
  let at = start;
  do {
    const byte = bytes[at] as number;
    if (byte === 0x7b || byte === 0x5b) open.push(at);
    else if (byte === 0x7d || byte === 0x5d) open.pop();
    else if (byte === 0x22) {
      const closing = endOfString(bytes, at + 1, end);
      const colon = isTypeString(bytes, at, closing) ? colonAfter(cursor, closing + 1) : -1;
      const owner = open[open.length - 1];
      if (colon >= 0 && owner !== undefined && bytes[owner] === 0x7b && !typePositions.has(owner)) {
        typePositions.set(owner, colon + 1);
      }
      at = closing;
    }
    at++;
  } while (at < end && open.length > 0 && open.length <= cursor.maxDepth);
  cursor.typesKnownUntil = at;
}

function endOfString(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
  return Math.min(at, end);
}

/** Whether the string between two quotes is `@type`, escapes included. */
function isTypeString(bytes: Buffer, opening: number, closing: number): boolean {
  if (isTypeKey(bytes, opening)) return true;
  const size = closing - opening - 1;
  if (size < 10 || size > 30 || bytes.indexOf(0x5c, opening) >= closing) return false;
  try {
    return JSON.parse(bytes.toString("utf8", opening, closing + 1)) === "@type";
  } catch {
    return false;
  }
}

function colonAfter(cursor: JsonCursor, from: number): number {
  cursor.position = from;
  return peek(cursor) === 0x3a ? cursor.position : -1;
}
