// The value of a field by its shape: one value, a list, a packed list or a map.

import { done, failed, type JsonCursor, type Status, skipped } from "./cursor.ts";
import type { KeySet } from "./key-set.ts";
import { type FieldPlan, listShape, mapShape, packedShape, singularShape } from "./plan.ts";
import { quoteInput } from "./problem.ts";
import {
  failKind,
  failUnexpected,
  peek,
  readColon,
  readNull,
  readSeparator,
  readText,
} from "./scan.ts";

/** Reads the value at the cursor and writes the field. `skipped` when nothing is set: null, or an ignored enum name. */
export function readField(cursor: JsonCursor, field: FieldPlan): Status {
  if (peek(cursor) === 0x6e && !(field.takesNull && field.shape === singularShape)) {
    return readNull(cursor) ? skipped : failed;
  }
  if (field.shape === singularShape) return field.element(cursor, field.tag);
  if (field.shape === mapShape) return readMap(cursor, field);
  return field.shape === listShape ? readList(cursor, field) : readPacked(cursor, field, undefined);
}

/** As `readField`; what is no array is one element of a list, for where each of them is given apart. */
export function readFieldOrElement(cursor: JsonCursor, field: FieldPlan): Status {
  const isList = field.shape === listShape || field.shape === packedShape;
  if (!isList || peek(cursor) === 0x5b) return readField(cursor, field);
  if (peek(cursor) === 0x6e && !field.takesNull) return failKind(cursor, "a value");
  return field.shape === listShape
    ? field.element(cursor, field.tag)
    : readPacked(cursor, field, field.element);
}

/** Elements of a packed field share one tag and one length; an empty list writes nothing. */
function readPacked(
  cursor: JsonCursor,
  field: FieldPlan,
  one: FieldPlan["element"] | undefined,
): Status {
  const { out } = cursor;
  const start = out.position;
  out.varint32(field.tag);
  const length = out.openLength(1);
  const status = one === undefined ? readElements(cursor, field, 0) : one(cursor, 0);
  if (status === failed) return failed;
  if (out.position === length + 1) out.position = start;
  else out.closeLength(length, 1);
  return done;
}

function readList(cursor: JsonCursor, field: FieldPlan): Status {
  return readElements(cursor, field, field.tag);
}

function readElements(cursor: JsonCursor, field: FieldPlan, tag: number): Status {
  if (peek(cursor) !== 0x5b) return failKind(cursor, "an array");
  if (!cursor.enter()) return failed;
  cursor.position++;
  if (peek(cursor) === 0x5d) {
    cursor.position++;
    cursor.depth--;
    return done;
  }
  const { element, takesNull } = field;
  for (let index = 0; ; index++) {
    if (!takesNull && peek(cursor) === 0x6e) {
      failKind(cursor, "a value");
      return cursor.within(`[${index}]`);
    }
    if (element(cursor, tag) === failed) return cursor.within(`[${index}]`);
    const separator = readSeparator(cursor, 0x5d);
    if (separator === 0) return failed;
    if (separator === 2) break;
  }
  cursor.depth--;
  return done;
}

/** A map is a list of entries, each a message of key 1 and value 2; its keys are compared as they are on the wire. */
function readMap(cursor: JsonCursor, field: FieldPlan): Status {
  if (peek(cursor) !== 0x7b) return failKind(cursor, "an object");
  if (!cursor.enter()) return failed;
  cursor.position++;
  if (peek(cursor) === 0x7d) {
    cursor.position++;
    cursor.depth--;
    return done;
  }
  const keys = cursor.openKeys();
  for (;;) {
    if (peek(cursor) !== 0x22) return failUnexpected(cursor, "a key in quotes");
    if (readEntry(cursor, field, keys) === failed) return failed;
    const separator = readSeparator(cursor, 0x7d);
    if (separator === 0) return failed;
    if (separator === 2) break;
  }
  cursor.closeKeys(keys);
  cursor.depth--;
  return done;
}

function readEntry(cursor: JsonCursor, field: FieldPlan, keys: KeySet): Status {
  const { out } = cursor;
  const start = cursor.position;
  const entryStart = out.position;
  out.varint32(field.tag);
  const length = out.openLength(1);
  cursor.valueStart = start;
  if (readText(cursor) === failed) return failed;
  const key = field.key;
  if (key === undefined || key(cursor, field.keyTag) === failed) return withinKey(cursor, start);
  if (!addKey(cursor, keys, length + 1, start)) return failed;
  if (!readColon(cursor)) return failed;
  if (!field.takesNull && peek(cursor) === 0x6e) {
    failKind(cursor, "a value");
    return withinKey(cursor, start);
  }
  const status = field.element(cursor, field.valueTag);
  if (status === failed) return withinKey(cursor, start);
  if (status === skipped) out.position = entryStart;
  else out.closeLength(length, 1);
  return done;
}

/** Notes the key that was written from `from` on; false when the object has it already, or has too many. */
export function addKey(cursor: JsonCursor, keys: KeySet, from: number, start: number): boolean {
  if (keys.count >= cursor.maxKeys) {
    cursor.failValue(`the object has more than ${cursor.maxKeys} keys`, start);
    return false;
  }
  if (keys.add(cursor.out.buffer, from, cursor.out.position)) return true;
  cursor.failValue(`the key ${keyAt(cursor, start)} is there twice`, start);
  return false;
}

/** Adds the key at `start` to the path of the failure. */
export function withinKey(cursor: JsonCursor, start: number): typeof failed {
  return cursor.within(`[${keyAt(cursor, start)}]`);
}

/** The key that begins with the quote at `start`, short and in quotes. The failure is already noted. */
function keyAt(cursor: JsonCursor, start: number): string {
  cursor.position = start;
  if (readText(cursor) === failed) return '"..."';
  return quoteInput(
    cursor.text.toString(
      "utf8",
      cursor.textStart,
      Math.min(cursor.textEnd, cursor.textStart + 200),
    ),
  );
}
