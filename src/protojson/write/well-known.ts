// Well-known types that print as one string or one scalar. They are read in one scan, in which the last
// occurrence of a field wins, so the segments of a merged message can be scanned one after the other.
import { malformed, type WireReader } from "../wire-reader.ts";
import { writeAny } from "./any.ts";
import { writeFieldMaskPath } from "./field-mask.ts";
import { fieldOfTag, type MessagePlan, messageShape, valueKind } from "./plan.ts";
import { isDuration, isTimestamp, writeDuration, writeTimestamp } from "./time.ts";
import { checkText, writeScalar } from "./write-scalar.ts";
import { outcome, type WriteState } from "./write-state.ts";

/** Writes a message of `plan` that lies from the reader's position to `end`. */
export type NestedWriter = (
  state: WriteState,
  plan: MessagePlan,
  end: number,
  group: number,
  depth: number,
) => number;

const quote = 0x22;
const twoTo32 = 0x1_0000_0000;
const secondsTag = 8;
const nanosTag = 16;

/** What a scan leaves: the fields of Timestamp and Duration, or where the value of the others lies. */
export interface Found {
  secondsLow: number;
  secondsHigh: number;
  nanos: number;
  /** Where the values of the fields 1 and 2 begin and where their message ends; -1 for none. */
  first: number;
  firstEnd: number;
  second: number;
  secondEnd: number;
}

/** Nothing found yet. */
export function emptyFound(): Found {
  return {
    secondsLow: 0,
    secondsHigh: 0,
    nanos: 0,
    first: -1,
    firstEnd: -1,
    second: -1,
    secondEnd: -1,
  };
}

/** Writes a message that is in one piece, from `start` to `end`. The reader is then at the end. */
export function writeWellKnown(
  state: WriteState,
  plan: MessagePlan,
  start: number,
  end: number,
  nested: NestedWriter,
  depth: number,
): number {
  const found = emptyFound();
  state.reader.position = start;
  const mark = state.sink.length;
  if (!scanWellKnown(state, plan, end, found, depth)) return outcome.failed;
  const result = writeFound(state, plan, found, mark, nested, depth);
  state.reader.position = end;
  return result;
}

/** Reads one piece of the message, from the reader's position to `end`, into `found`. */
export function scanWellKnown(
  state: WriteState,
  plan: MessagePlan,
  end: number,
  found: Found,
  depth: number,
): boolean {
  const reader = state.reader;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === malformed) return false;
    const field = fieldOfTag(plan, tag);
    const isScanned =
      field === undefined
        ? reader.skip(tag, end, state.maxDepth - depth)
        : plan.shape === messageShape.fieldMask
          ? writeFieldMaskPath(state, end)
          : scanField(reader, plan, tag, end, found);
    if (!isScanned) return false;
  }
  return true;
}

function scanField(
  reader: WireReader,
  plan: MessagePlan,
  tag: number,
  end: number,
  found: Found,
): boolean {
  const start = reader.position;
  if (plan.shape === messageShape.timestamp || plan.shape === messageShape.duration) {
    if (!reader.varint(end)) return false;
    if (tag === secondsTag) {
      found.secondsLow = reader.low;
      found.secondsHigh = reader.high;
    } else if (tag === nanosTag) found.nanos = reader.low | 0;
    return true;
  }
  if (tag >>> 3 === 1) {
    found.first = start;
    found.firstEnd = end;
    return plan.fields[0]?.kind === valueKind.text
      ? checkText(reader, end)
      : reader.skip(tag, end, 0);
  }
  found.second = start;
  found.secondEnd = end;
  return reader.skip(tag, end, 0);
}

/** Prints what was found; `mark` is where the message began in the sink. */
export function writeFound(
  state: WriteState,
  plan: MessagePlan,
  found: Found,
  mark: number,
  nested: NestedWriter,
  depth: number,
): number {
  switch (plan.shape) {
    case messageShape.timestamp:
    case messageShape.duration:
      return writeTime(state, plan, found);
    case messageShape.fieldMask:
      // Each path was written with a comma before it.
      if (state.sink.length === mark) state.sink.byte(quote);
      else state.sink.buffer[mark] = quote;
      state.sink.byte(quote);
      return outcome.done;
    case messageShape.wrapper:
      return writeWrapper(state, plan, found);
    default:
      return writeAny(state, found, nested, depth);
  }
}

function writeTime(state: WriteState, plan: MessagePlan, found: Found): number {
  const seconds = found.secondsHigh * twoTo32 + (found.secondsLow >>> 0);
  if (plan.shape === messageShape.timestamp) {
    if (!isTimestamp(seconds, found.nanos)) return state.refuse("Timestamp out of range");
    writeTimestamp(state.sink, seconds, found.nanos);
    return outcome.done;
  }
  if (!isDuration(seconds, found.nanos)) return state.refuse("Duration out of range");
  writeDuration(state.sink, seconds, found.nanos);
  return outcome.done;
}

function writeWrapper(state: WriteState, plan: MessagePlan, found: Found): number {
  const field = plan.fields[0];
  if (field === undefined) return outcome.failed;
  if (found.first < 0) {
    state.sink.literal(field.fallback);
    return outcome.done;
  }
  state.reader.position = found.first;
  return writeScalar(state.reader, state.sink, field, found.firstEnd);
}
