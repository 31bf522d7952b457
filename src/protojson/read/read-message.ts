// The object of a message: its keys, found by guessing the next one, and its fields.

import { nearestName } from "../../base/index.ts";
import { done, failed, type JsonCursor, type Status, skipped } from "./cursor.ts";
import { equalsBound, type GuardEntry, type GuardNode } from "./guard.ts";
import type { KeySet } from "./key-set.ts";
import type { NameEntry, NameTable } from "./name-table.ts";
import type { FieldPlan, MessagePlan } from "./plan.ts";
import { quoteInput } from "./problem.ts";
import { readField } from "./read-field.ts";
import { discardValue } from "./read-struct.ts";
import { failKind, failUnexpected, peek, readColon, readSeparator, readText } from "./scan.ts";

/**
 * Reads the object at the cursor as the fields of a message. With `isAny` the object may also hold `@type`, which the
 * caller has read. Fails on duplicate keys by any spelling, unknown keys, a second member of a
 * oneof and a missing required field.
 */
export function readMessage(cursor: JsonCursor, plan: MessagePlan, isAny: boolean): Status {
  const guard = cursor.guard;
  cursor.guard = undefined;
  if (peek(cursor) !== 0x7b) return failKind(cursor, "an object");
  const start = cursor.position;
  if (!cursor.enter()) return failed;
  cursor.position++;
  const seen = cursor.openSeen(plan.seenWords);
  if (readMembers(cursor, plan, seen, guard, isAny) === failed) return failed;
  if (plan.required.length > 0 && !hasRequired(cursor, plan, seen, guard, start)) return failed;
  cursor.closeSeen(seen);
  cursor.depth--;
  return done;
}

function readMembers(
  cursor: JsonCursor,
  plan: MessagePlan,
  seen: number,
  guard: GuardNode | undefined,
  isAny: boolean,
): Status {
  let byte = peek(cursor);
  if (byte === 0x7d) {
    cursor.position++;
    return done;
  }
  let unknown: KeySet | undefined;
  let last: NameEntry<FieldPlan> | undefined;
  for (;;) {
    if (byte !== 0x22) return failUnexpected(cursor, "a key in quotes");
    const start = cursor.position;
    let entry = matchKey(cursor, plan.names, last);
    if (entry === undefined) {
      unknown ??= cursor.openKeys();
      entry = readOther(cursor, plan, unknown, isAny);
    }
    if (entry !== undefined) {
      last = entry;
      if (readKnown(cursor, entry.value, seen, guard, start) === failed) {
        return cursor.within(entry.value.name);
      }
    } else if (cursor.hasFailed) return failed;
    const separator = readSeparator(cursor, 0x7d);
    if (separator === 0) return failed;
    if (separator === 2) break;
    byte = peek(cursor);
  }
  if (unknown !== undefined) cursor.closeKeys(unknown);
  return done;
}

/** The colon and the value of a field whose key has been read. */
function readKnown(
  cursor: JsonCursor,
  field: FieldPlan,
  seen: number,
  guard: GuardNode | undefined,
  start: number,
): Status {
  const word = seen + field.seenWord;
  if (cursor.isSeen(word, field.seenBit)) {
    return cursor.failValue("the field is set twice", start);
  }
  if (!readColon(cursor)) return failed;
  const status =
    guard === undefined ? readField(cursor, field) : readGuarded(cursor, field, guard, start);
  if (status === failed) return failed;
  if (status === skipped && field.isRequired) {
    return cursor.failValue("the field is required", start);
  }
  cursor.markSeen(word, field.seenBit);
  // A null or an ignored enum name sets nothing, so that it does not count for the oneof.
  if (field.oneofBit !== 0 && status === done) {
    if (!cursor.markSeen(seen + field.oneofWord, field.oneofBit)) {
      return cursor.failValue(`another field of the oneof "${field.oneof}" is set`, start);
    }
  }
  return done;
}

/**
 * The entry of the key at the cursor; undefined when it has none, and then the cursor has not moved.
 * `last` is the entry before: the key that came after it last time is tried first.
 */
function matchKey(
  cursor: JsonCursor,
  names: NameTable<FieldPlan>,
  last: NameEntry<FieldPlan> | undefined,
): NameEntry<FieldPlan> | undefined {
  const guess = last === undefined ? names.first : last.next;
  if (guess === undefined) return undefined;
  const bytes = cursor.bytes;
  const from = cursor.position + 1;
  const name = guess.bytes;
  const size = name.length;
  let i = 0;
  while (i < size && bytes[from + i] === name[i]) i++;
  if (i === size) {
    cursor.position = from + size;
    return guess;
  }
  const found = findKey(cursor, names);
  if (found !== undefined) {
    if (last === undefined) names.first = found;
    else last.next = found;
  }
  return found;
}

function findKey(
  cursor: JsonCursor,
  names: NameTable<FieldPlan>,
): NameEntry<FieldPlan> | undefined {
  const bytes = cursor.bytes;
  const from = cursor.position + 1;
  let at = from;
  let byte = bytes[at] as number;
  while (byte !== 0x22 && byte !== 0x5c && byte >= 0x20) byte = bytes[++at] as number;
  if (byte !== 0x22) return undefined;
  const found = names.find(bytes, from, at);
  if (found !== undefined) cursor.position = at + 1;
  return found;
}

/** A key that is written with escapes, `@type` of an Any, or a key that no field has. */
function readOther(
  cursor: JsonCursor,
  plan: MessagePlan,
  unknown: KeySet,
  isAny: boolean,
): NameEntry<FieldPlan> | undefined {
  const start = cursor.position;
  if (readText(cursor) === failed) return undefined;
  const { text, textStart, textEnd } = cursor;
  const entry = plan.names.find(text, textStart, textEnd);
  if (entry !== undefined) return entry;
  const isType = isAny && textEnd - textStart === 5 && cursor.textString() === "@type";
  if (!isType && !cursor.ignoreUnknown) {
    failUnknown(cursor, plan, start);
    return undefined;
  }
  if (unknown.count >= cursor.maxKeys) {
    cursor.failValue(`the object has more than ${cursor.maxKeys} keys`, start);
  } else if (!unknown.add(text, textStart, textEnd)) {
    cursor.failValue(`the key ${quoteInput(cursor.textString())} is there twice`, start);
  } else if (readColon(cursor)) discardValue(cursor);
  return undefined;
}

function failUnknown(cursor: JsonCursor, plan: MessagePlan, start: number): void {
  const name = cursor.text.toString(
    "utf8",
    cursor.textStart,
    Math.min(cursor.textEnd, cursor.textStart + 200),
  );
  const near = nearestName(
    name,
    plan.fields.map((field) => field.name),
  );
  const hint = near === undefined ? "" : `; did you mean ${quoteInput(near)}?`;
  cursor.failValue(`${plan.desc.typeName} has no field ${quoteInput(name)}${hint}`, start);
}

/** A field of a message in which the request's path has bound something: it must be absent or equal. */
function readGuarded(
  cursor: JsonCursor,
  field: FieldPlan,
  guard: GuardNode,
  start: number,
): Status {
  const bound = guard.fields.get(field.number);
  const other = guard.oneofs.get(field.oneof);
  if (bound === undefined && other === undefined) return readField(cursor, field);
  if (bound?.kind === "message" && field.inner !== undefined) cursor.guard = bound.node;
  const from = cursor.out.position;
  const status = readField(cursor, field);
  cursor.guard = undefined;
  if (status !== done) return status;
  if (other !== undefined && other !== field.number) {
    return cursor.failConflict(
      `the path of the request sets another field of the oneof "${field.oneof}"`,
      start,
    );
  }
  return isAsBound(cursor, field, bound, from)
    ? done
    : cursor.failConflict("the field differs from the path of the request", start);
}

function isAsBound(
  cursor: JsonCursor,
  field: FieldPlan,
  bound: GuardEntry | undefined,
  from: number,
): boolean {
  if (bound === undefined) return true;
  // A path into a message that JSON writes as one string cannot be compared; saying both is refused.
  if (bound.kind === "message") return field.inner !== undefined;
  const value = cursor.guardValues[bound.leaf.index];
  return value === undefined || equalsBound(cursor.out, from, value, bound.leaf.groups);
}

function hasRequired(
  cursor: JsonCursor,
  plan: MessagePlan,
  seen: number,
  guard: GuardNode | undefined,
  start: number,
): boolean {
  for (const field of plan.required) {
    if (cursor.isSeen(seen + field.seenWord, field.seenBit)) continue;
    if (guard?.fields.has(field.number) === true) continue;
    cursor.failValue(`the required field "${field.name}" is missing`, start);
    return false;
  }
  return true;
}
