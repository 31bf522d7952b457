// The usual case: fields in the order of their numbers, each once, written as they come. Whatever else is found
// is a surprise, and the message is begun again by the thorough writer.
import { malformed, wireType } from "../wire-reader.ts";
import { isKeyRepeated } from "./map-keys.ts";
import {
  container,
  type FieldPlan,
  fieldOfTag,
  type MessagePlan,
  messageShape,
  valueKind,
} from "./plan.ts";
import { writeWellKnown } from "./well-known.ts";
import { writeKey, writeScalar } from "./write-scalar.ts";
import { outcome, type WriteState } from "./write-state.ts";

const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Writes the message from the reader's position to `end`, or to the end tag of `group` if that is not 0. The
 * reader is then behind it.
 */
export function writeMessage(
  state: WriteState,
  plan: MessagePlan,
  end: number,
  group: number,
  depth: number,
): number {
  if (depth > state.maxDepth) return state.refuse("nested too deeply");
  const { reader, sink } = state;
  const start = reader.position;
  const mark = sink.length;
  const keyCount = state.keyCount;
  if (!state.isThorough) {
    if (writeInOnePass(state, plan, end, group, depth) === outcome.done) return outcome.done;
    sink.length = mark;
    state.keyCount = keyCount;
    reader.position = start;
  }
  let contentEnd = end;
  let behind = end;
  if (group !== 0) {
    contentEnd = reader.skipGroup(group, end, state.maxDepth - depth + 1);
    if (contentEnd === malformed) return outcome.failed;
    behind = reader.position;
  }
  if (!state.isThorough) {
    state.rewriteBudget -= contentEnd - start;
    if (state.rewriteBudget < 0) return outcome.failed;
  }
  const result = state.thoroughly(state, plan, start, contentEnd, depth);
  reader.position = behind;
  return result;
}

function writeInOnePass(
  state: WriteState,
  plan: MessagePlan,
  end: number,
  group: number,
  depth: number,
): number {
  if (plan.shape === messageShape.ordinary) return writeFields(state, plan, end, group, depth);
  if (group !== 0) return outcome.surprise;
  switch (plan.shape) {
    case messageShape.struct:
    case messageShape.list:
      return writeOnlyField(state, plan, end, depth);
    case messageShape.value:
      return writeValue(state, plan, end, depth);
    default:
      return writeWellKnown(state, plan, state.reader.position, end, writeMessage, depth);
  }
}

/** Puts braces or brackets around `,a,b` that was written since `start`. */
function enclose(state: WriteState, start: number, open: number, close: number): void {
  const sink = state.sink;
  if (sink.length === start) sink.byte(open);
  else sink.buffer[start] = open;
  sink.byte(close);
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the loop that every field of every reply goes through
function writeFields(
  state: WriteState,
  plan: MessagePlan,
  end: number,
  group: number,
  depth: number,
): number {
  const { reader, sink } = state;
  const fields = plan.fields;
  const start = sink.length;
  let next = 0;
  let oneofs = 0;
  let isOpen = group !== 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === malformed) return outcome.surprise;
    let field = next < fields.length ? fields[next] : undefined;
    if (field === undefined || field.tag !== tag) {
      field = fieldOfTag(plan, tag);
      if (field === undefined) {
        if ((tag & 7) === wireType.endGroup && tag >>> 3 === group) {
          isOpen = false;
          break;
        }
        if (!reader.skip(tag, end, state.maxDepth - depth)) return outcome.surprise;
        continue;
      }
      if (field.index < next) return outcome.surprise;
      if (plan.hasAbsent && !writeAbsent(state, plan, next, field.index)) return outcome.surprise;
    }
    next = field.index + 1;
    if (field.oneof >= 0) {
      // Oneofs that share a bit cost a second pass, not correctness.
      const bit = 1 << (field.oneof & 31);
      if ((oneofs & bit) !== 0) return outcome.surprise;
      oneofs |= bit;
    }
    const fieldStart = sink.length;
    sink.literal(field.key);
    const valueStart = sink.length;
    const result =
      field.container === container.singular
        ? writeSingle(state, field, end, depth)
        : writeMany(state, field, tag, end, depth);
    if (result !== outcome.done) return result;
    if (field.unprinted !== undefined && isDefault(state, field, field.unprinted, valueStart)) {
      sink.length = fieldStart;
    }
  }
  if (isOpen) return outcome.surprise;
  if (plan.hasAbsent && !writeAbsent(state, plan, next, fields.length)) return outcome.surprise;
  enclose(state, start, openBrace, closeBrace);
  return outcome.done;
}

/** Whether the value that was just read, and written since `start`, is the one that is not printed. */
export function isDefault(
  state: WriteState,
  field: FieldPlan,
  text: Uint8Array,
  start: number,
): boolean {
  const { buffer, length } = state.sink;
  if (length - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (buffer[start + i] !== text[i]) return false;
  // All numbers of NullValue print the same.
  return field.names?.isNull !== true || state.reader.low === 0;
}

/** Prints the fields between two that came; false if one of them is required. */
function writeAbsent(state: WriteState, plan: MessagePlan, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const field = plan.fields[i];
    if (field === undefined || field.isRequired) return false;
    if (field.absent !== undefined) state.sink.literal(field.absent);
  }
  return true;
}

/** Writes one value of a field: the reader is behind its tag. */
function writeSingle(state: WriteState, field: FieldPlan, end: number, depth: number): number {
  const message = field.message;
  if (message === undefined) return writeScalar(state.reader, state.sink, field, end);
  if (field.kind === valueKind.group) {
    return writeMessage(state, message, end, field.number, depth + 1);
  }
  const length = state.reader.length(end);
  if (length === malformed) return outcome.surprise;
  return writeMessage(state, message, state.reader.position + length, 0, depth + 1);
}

function writeMany(
  state: WriteState,
  field: FieldPlan,
  tag: number,
  end: number,
  depth: number,
): number {
  if (field.container === container.map) return writeMap(state, field, tag, end, depth);
  const start = state.sink.length;
  do {
    const result =
      tag === field.packedTag
        ? writePacked(state, field, end)
        : writeItem(state, field, end, depth);
    if (result !== outcome.done) return result;
  } while (isFollowedBy(state, tag, end));
  enclose(state, start, openBracket, closeBracket);
  return dropEmpty(state, field, start);
}

/** Lists can end up empty where a packed one was, or where all its closed enums were unknown. */
function dropEmpty(state: WriteState, field: FieldPlan, start: number): number {
  if (state.sink.length - start > 2 || field.absent !== undefined) return outcome.done;
  return outcome.surprise;
}

function writeItem(state: WriteState, field: FieldPlan, end: number, depth: number): number {
  const start = state.sink.length;
  state.sink.byte(comma);
  const result = writeSingle(state, field, end, depth);
  if (result !== outcome.surprise || field.names === undefined) return result;
  state.sink.length = start;
  return outcome.done;
}

function writePacked(state: WriteState, field: FieldPlan, end: number): number {
  const { reader, sink } = state;
  const length = reader.length(end);
  if (length === malformed) return outcome.surprise;
  const stop = reader.position + length;
  while (reader.position < stop) {
    const start = sink.length;
    sink.byte(comma);
    const result = writeScalar(reader, sink, field, stop);
    if (result === outcome.failed) return result;
    if (result === outcome.surprise) sink.length = start;
  }
  return outcome.done;
}

/** Whether the next field has the same tag; the reader is then behind it. */
function isFollowedBy(state: WriteState, tag: number, end: number): boolean {
  const reader = state.reader;
  const position = reader.position;
  if (position >= end) return false;
  if (tag < 0x80) {
    if (reader.bytes[position] !== tag) return false;
    reader.position = position + 1;
    return true;
  }
  if (reader.tag(end) === tag) return true;
  reader.position = position;
  return false;
}

function writeMap(
  state: WriteState,
  field: FieldPlan,
  tag: number,
  end: number,
  depth: number,
): number {
  const reader = state.reader;
  const start = state.sink.length;
  const firstKey = state.keyCount;
  const key = field.message?.fields[0];
  const value = field.message?.fields[1];
  if (key === undefined || value === undefined) return outcome.surprise;
  do {
    const length = reader.length(end);
    if (length === malformed) return outcome.surprise;
    const stop = reader.position + length;
    const result = writeEntry(state, key, value, firstKey, stop, depth);
    if (result !== outcome.done) return result;
    if (reader.position !== stop) return outcome.surprise;
  } while (isFollowedBy(state, tag, end));
  state.keyCount = firstKey;
  enclose(state, start, openBrace, closeBrace);
  return outcome.done;
}

function writeEntry(
  state: WriteState,
  key: FieldPlan,
  value: FieldPlan,
  firstKey: number,
  end: number,
  depth: number,
): number {
  const { reader, sink } = state;
  if (reader.tag(end) !== key.tag) return outcome.surprise;
  sink.byte(comma);
  const start = sink.length;
  const result = writeKey(reader, sink, key, end);
  if (result !== outcome.done) return result;
  if (isKeyRepeated(state, firstKey, start)) return outcome.surprise;
  sink.byte(colon);
  if (reader.tag(end) !== value.tag) return outcome.surprise;
  return writeSingle(state, value, end, depth);
}

/** Struct and ListValue print as their one field. */
function writeOnlyField(state: WriteState, plan: MessagePlan, end: number, depth: number): number {
  const field = plan.fields[0];
  if (field === undefined) return outcome.surprise;
  const isMap = field.container === container.map;
  if (state.reader.position === end) {
    const start = state.sink.length;
    enclose(state, start, isMap ? openBrace : openBracket, isMap ? closeBrace : closeBracket);
    return outcome.done;
  }
  const tag = state.reader.tag(end);
  if (tag !== field.tag) return outcome.surprise;
  const result = writeMany(state, field, tag, end, depth);
  if (result !== outcome.done) return result;
  return state.reader.position === end ? outcome.done : outcome.surprise;
}

/** Value prints as the one member of its oneof that is set. */
function writeValue(state: WriteState, plan: MessagePlan, end: number, depth: number): number {
  const { reader, sink } = state;
  const tag = reader.tag(end);
  const field = tag === malformed ? undefined : fieldOfTag(plan, tag);
  if (field === undefined) return outcome.surprise;
  const start = sink.length;
  const result = writeSingle(state, field, end, depth);
  if (result !== outcome.done) return result;
  if (reader.position !== end) return outcome.surprise;
  // NaN and the infinities are strings elsewhere; a Value cannot hold them (struct.proto).
  if (field.kind === valueKind.double && sink.buffer[start] === 0x22) return outcome.surprise;
  return outcome.done;
}
