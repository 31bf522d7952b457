// The way that honours everything a protobuf parser does with fields that come late, twice or in pieces: first
// find where each field's values lie, then print the fields in their order.
import { malformed, wireType } from "../wire-reader.ts";
import { checkDropped } from "./check-dropped.ts";
import { findOccurrences, type Occurrence, type Occurrences } from "./occurrences.ts";
import { isDefault, writeMessage } from "./one-pass.ts";
import { container, type FieldPlan, type MessagePlan, messageShape, valueKind } from "./plan.ts";
import { emptyFound, scanWellKnown, writeFound } from "./well-known.ts";
import { writeKey, writeScalar } from "./write-scalar.ts";
import { outcome, type WriteState } from "./write-state.ts";

const comma = 0x2c;
const colon = 0x3a;
const quote = 0x22;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Writes the message that lies from `start` to `end`. */
export function writeThoroughly(
  state: WriteState,
  plan: MessagePlan,
  start: number,
  end: number,
  depth: number,
): number {
  return writePieces(state, plan, { start, end, tag: 0, next: undefined }, depth);
}

/** Writes the value of one field of the message from `start` to `end`, or what the field is worth unset. */
export function writeOneField(
  state: WriteState,
  plan: MessagePlan,
  field: FieldPlan,
  start: number,
  end: number,
): number {
  const found = findOccurrences(state, plan, { start, end, tag: 0, next: undefined }, 1);
  if (found === undefined) return outcome.failed;
  const occurrence = found.first[field.index];
  if (occurrence === undefined) {
    state.sink.literal(field.fallback);
    return outcome.done;
  }
  return writeField(state, field, occurrence, 1);
}

function writePieces(
  state: WriteState,
  plan: MessagePlan,
  pieces: Occurrence,
  depth: number,
): number {
  if (depth > state.maxDepth) return state.refuse("nested too deeply");
  switch (plan.shape) {
    case messageShape.ordinary:
    case messageShape.struct:
    case messageShape.list:
    case messageShape.value:
      break;
    default:
      return writeForm(state, plan, pieces, depth);
  }
  const found = findOccurrences(state, plan, pieces, depth);
  if (found === undefined) return outcome.failed;
  if (plan.shape === messageShape.ordinary) return writeObject(state, plan, found, depth);
  if (plan.shape === messageShape.value) return writeValue(state, plan, found, depth);
  return writeSoleField(state, plan, found, depth);
}

function writeForm(
  state: WriteState,
  plan: MessagePlan,
  pieces: Occurrence,
  depth: number,
): number {
  const found = emptyFound();
  const mark = state.sink.length;
  for (let piece: Occurrence | undefined = pieces; piece !== undefined; piece = piece.next) {
    state.reader.position = piece.start;
    if (!scanWellKnown(state, plan, piece.end, found, depth)) return outcome.failed;
  }
  return writeFound(state, plan, found, mark, writeMessage, depth);
}

function writeObject(
  state: WriteState,
  plan: MessagePlan,
  found: Occurrences,
  depth: number,
): number {
  const sink = state.sink;
  const start = sink.length;
  for (const field of plan.fields) {
    const first = found.first[field.index];
    if (first === undefined) {
      if (field.isRequired) return refuseInside(state, field, "required field is not set");
      if (field.absent !== undefined) sink.literal(field.absent);
      continue;
    }
    const fieldStart = sink.length;
    sink.literal(field.key);
    const valueStart = sink.length;
    const result = writeField(state, field, first, depth);
    if (result !== outcome.done) return result;
    if (isUnprinted(state, field, valueStart)) sink.length = fieldStart;
  }
  enclose(state, start, openBrace, closeBrace);
  return outcome.done;
}

function refuseInside(state: WriteState, field: FieldPlan, problem: string): number {
  state.refuse(problem);
  return state.inside(field.name);
}

/** Implicit defaults are left out, and lists and maps that turned out to be empty. */
function isUnprinted(state: WriteState, field: FieldPlan, start: number): boolean {
  if (field.container !== container.singular) {
    return state.sink.length - start === 2 && field.absent === undefined;
  }
  return field.unprinted !== undefined && isDefault(state, field, field.unprinted, start);
}

/** Struct and ListValue. */
function writeSoleField(
  state: WriteState,
  plan: MessagePlan,
  found: Occurrences,
  depth: number,
): number {
  const field = plan.fields[0];
  if (field === undefined) return outcome.failed;
  return field.container === container.map
    ? writeMap(state, field, found.first[0], depth)
    : writeList(state, field, found.first[0], depth);
}

function writeValue(
  state: WriteState,
  plan: MessagePlan,
  found: Occurrences,
  depth: number,
): number {
  for (const field of plan.fields) {
    const occurrence = found.first[field.index];
    if (occurrence === undefined) continue;
    const start = state.sink.length;
    const result = writeField(state, field, occurrence, depth);
    if (field.kind === valueKind.double && state.sink.buffer[start] === quote) {
      return state.refuse("a Value cannot be NaN or Infinity");
    }
    return result;
  }
  return state.refuse("a Value without a kind");
}

function writeField(state: WriteState, field: FieldPlan, first: Occurrence, depth: number): number {
  if (field.container === container.map)
    return insideOf(state, field, writeMap(state, field, first, depth));
  if (field.container === container.list) {
    return insideOf(state, field, writeList(state, field, first, depth));
  }
  return insideOf(state, field, writeSingle(state, field, first, depth));
}

function insideOf(state: WriteState, field: FieldPlan, result: number): number {
  if (result === outcome.failed) state.inside(field.name);
  return result;
}

function writeSingle(
  state: WriteState,
  field: FieldPlan,
  first: Occurrence,
  depth: number,
): number {
  if (field.message === undefined) {
    state.reader.position = first.start;
    return writeScalar(state.reader, state.sink, field, first.end);
  }
  if (first.next !== undefined) return writePieces(state, field.message, first, depth + 1);
  return writeContent(state, field.message, first, depth);
}

/** Writes a message that is in one piece, in one pass if that is possible. */
function writeContent(
  state: WriteState,
  plan: MessagePlan,
  piece: Occurrence,
  depth: number,
): number {
  state.reader.position = piece.start;
  return writeMessage(state, plan, piece.end, 0, depth + 1);
}

function writeList(
  state: WriteState,
  field: FieldPlan,
  first: Occurrence | undefined,
  depth: number,
): number {
  const start = state.sink.length;
  let count = 0;
  for (let item = first; item !== undefined; item = item.next) {
    if (item.tag === field.packedTag && field.message === undefined) {
      count = writePacked(state, field, item, count);
      if (count < 0) return outcome.failed;
      continue;
    }
    const mark = state.sink.length;
    state.sink.byte(comma);
    const result =
      field.message === undefined
        ? writeSingle(state, field, item, depth)
        : writeContent(state, field.message, item, depth);
    if (result === outcome.failed) return state.inside(`[${count}]`);
    if (result === outcome.surprise) state.sink.length = mark;
    else count++;
  }
  enclose(state, start, openBracket, closeBracket);
  return outcome.done;
}

/** Writes the items of one packed run; gives how many items the list then has, or -1. */
function writePacked(
  state: WriteState,
  field: FieldPlan,
  item: Occurrence,
  before: number,
): number {
  const { reader, sink } = state;
  let count = before;
  reader.position = item.start;
  if (reader.length(item.end) === malformed) return -1;
  while (reader.position < item.end) {
    const mark = sink.length;
    sink.byte(comma);
    const result = writeScalar(reader, sink, field, item.end);
    if (result === outcome.failed) {
      state.inside(`[${count}]`);
      return -1;
    }
    if (result === outcome.surprise) sink.length = mark;
    else count++;
  }
  return count;
}

interface Entry {
  readonly place: Occurrence;
  readonly keyText: string;
}

/** Prints the entries where their keys came first, each with the value that came last. */
function writeMap(
  state: WriteState,
  field: FieldPlan,
  first: Occurrence | undefined,
  depth: number,
): number {
  const entries = new Map<string, Entry>();
  const start = state.sink.length;
  const plan = field.message;
  if (plan === undefined) return outcome.failed;
  for (let place = first; place !== undefined; place = place.next) {
    const found = findOccurrences(state, plan, { ...place, next: undefined }, depth);
    if (found === undefined) return outcome.failed;
    const keyText = readKey(state, plan, found);
    if (keyText === undefined) return outcome.failed;
    // An entry whose value is a closed enum's unknown number is an unknown field as a whole.
    if (found.hasUnknownEnum) continue;
    const replaced = entries.get(keyText);
    if (replaced !== undefined && !checkDropped(state, field, replaced.place, depth - 1)) {
      return outcome.failed;
    }
    entries.set(keyText, { place, keyText });
  }
  for (const entry of entries.values()) {
    const result = writeEntry(state, plan, entry, depth);
    if (result !== outcome.done) return result;
  }
  enclose(state, start, openBrace, closeBrace);
  return outcome.done;
}

/** The key as JSON, one character a byte. */
function readKey(state: WriteState, plan: MessagePlan, found: Occurrences): string | undefined {
  const { reader, sink } = state;
  const field = plan.fields[0];
  const place = found.first[0];
  if (field === undefined) return undefined;
  const mark = sink.length;
  if (place === undefined) sink.literal(field.fallback);
  else {
    reader.position = place.start;
    if (writeKey(reader, sink, field, place.end) !== outcome.done) {
      state.inside("[key]");
      return undefined;
    }
  }
  const text = sink.buffer.toString("latin1", mark, sink.length);
  sink.length = mark;
  return text;
}

function writeEntry(state: WriteState, plan: MessagePlan, entry: Entry, depth: number): number {
  const { sink } = state;
  const field = plan.fields[1];
  const found = findOccurrences(state, plan, { ...entry.place, next: undefined }, depth);
  if (found === undefined || field === undefined) return outcome.failed;
  sink.byte(comma);
  sink.ascii(entry.keyText);
  sink.byte(colon);
  const value = found.first[1];
  const result =
    value === undefined
      ? writeMissing(state, field, entry.place, depth)
      : writeSingle(state, field, value, depth);
  if (result === outcome.failed) {
    const name = Buffer.from(entry.keyText, "latin1").toString();
    return state.inside(`[${name}]`);
  }
  return result;
}

/** An entry without a value has the default: for messages, the empty one. */
function writeMissing(
  state: WriteState,
  field: FieldPlan,
  entry: Occurrence,
  depth: number,
): number {
  if (field.message === undefined) {
    state.sink.literal(field.fallback);
    return outcome.done;
  }
  const nothing: Occurrence = {
    start: entry.end,
    end: entry.end,
    tag: wireType.delimited,
    next: undefined,
  };
  return writeContent(state, field.message, nothing, depth);
}

function enclose(state: WriteState, start: number, open: number, close: number): void {
  const sink = state.sink;
  if (sink.length === start) sink.byte(open);
  else sink.buffer[start] = open;
  sink.byte(close);
}
