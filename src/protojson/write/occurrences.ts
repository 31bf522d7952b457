// The first pass of the thorough way: where on the wire the values of each field lie.
import { malformed, wireType } from "../wire-reader.ts";
import { checkDropped } from "./check-dropped.ts";
import { container, type FieldPlan, fieldOfTag, type MessagePlan, valueKind } from "./plan.ts";
import { isUnknownOfClosed } from "./write-scalar.ts";
import type { WriteState } from "./write-state.ts";

/**
 * One occurrence of a field. For messages and groups `start` and `end` enclose the content; for others they begin
 * behind the tag. Those of one field are a chain, first to last.
 */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly tag: number;
  next: Occurrence | undefined;
}

/** The occurrences of all fields of a message, by the index of the field. */
export interface Occurrences {
  readonly first: (Occurrence | undefined)[];
  readonly last: (Occurrence | undefined)[];
  /** Which member of each oneof is set. */
  readonly members: (FieldPlan | undefined)[];
  /** Whether a closed enum had a number that it does not know: a map's entry is then an unknown field. */
  hasUnknownEnum: boolean;
}

/**
 * Reads the pieces of one message, as if they were one after the other: that is what merging means. False, with
 * the reason in the reader, if they are malformed.
 */
export function findOccurrences(
  state: WriteState,
  plan: MessagePlan,
  pieces: Occurrence | undefined,
  depth: number,
): Occurrences | undefined {
  const count = plan.fields.length;
  const found: Occurrences = {
    first: new Array<undefined>(count).fill(undefined),
    last: new Array<undefined>(count).fill(undefined),
    members: new Array<undefined>(plan.oneofCount).fill(undefined),
    hasUnknownEnum: false,
  };
  const reader = state.reader;
  for (let piece = pieces; piece !== undefined; piece = piece.next) {
    reader.position = piece.start;
    while (reader.position < piece.end) {
      const tag = reader.tag(piece.end);
      if (tag === malformed) return undefined;
      const field = fieldOfTag(plan, tag);
      const isRead =
        field === undefined
          ? reader.skip(tag, piece.end, state.maxDepth - depth)
          : findOne(state, found, field, tag, piece.end, depth);
      if (!isRead) return undefined;
    }
  }
  return found;
}

function findOne(
  state: WriteState,
  found: Occurrences,
  field: FieldPlan,
  tag: number,
  end: number,
  depth: number,
): boolean {
  const occurrence = readOccurrence(state, field, tag, end, depth);
  if (occurrence === undefined) return false;
  if (field.container === container.singular) {
    if (field.names?.isClosed === true && isUnknown(state, field, occurrence)) {
      found.hasUnknownEnum = true;
      return true;
    }
    if (!leaveOneof(state, found, field, depth)) return false;
  }
  const last = found.last[field.index];
  const isReplaced = field.container === container.singular && field.message === undefined;
  if (last === undefined || isReplaced) {
    if (last !== undefined && !checkDropped(state, field, last, depth)) return false;
    found.first[field.index] = occurrence;
  } else last.next = occurrence;
  found.last[field.index] = occurrence;
  return true;
}

function isUnknown(state: WriteState, field: FieldPlan, occurrence: Occurrence): boolean {
  if (field.names === undefined) return false;
  const behind = state.reader.position;
  state.reader.position = occurrence.start;
  const result = isUnknownOfClosed(state.reader, field.names, occurrence.end);
  state.reader.position = behind;
  return result;
}

function readOccurrence(
  state: WriteState,
  field: FieldPlan,
  tag: number,
  end: number,
  depth: number,
): Occurrence | undefined {
  const reader = state.reader;
  if (field.kind === valueKind.group) {
    const start = reader.position;
    reader.isRemembering = true;
    const contentEnd = reader.skipGroup(field.number, end, state.maxDepth - depth);
    reader.isRemembering = false;
    if (contentEnd === malformed) return undefined;
    return { start, end: contentEnd, tag, next: undefined };
  }
  if (field.message !== undefined && (tag & 7) === wireType.delimited) {
    const length = reader.length(end);
    if (length === malformed) return undefined;
    const start = reader.position;
    reader.position += length;
    return { start, end: reader.position, tag, next: undefined };
  }
  const start = reader.position;
  if (!reader.skip(tag, end, 0)) return undefined;
  return { start, end: reader.position, tag, next: undefined };
}

/** Another member of the same oneof loses its value; false if that value was malformed. */
function leaveOneof(
  state: WriteState,
  found: Occurrences,
  field: FieldPlan,
  depth: number,
): boolean {
  if (field.oneof < 0) return true;
  const member = found.members[field.oneof];
  found.members[field.oneof] = field;
  if (member === undefined || member === field) return true;
  let dropped = found.first[member.index];
  found.first[member.index] = undefined;
  found.last[member.index] = undefined;
  for (; dropped !== undefined; dropped = dropped.next) {
    if (!checkDropped(state, member, dropped, depth)) return false;
  }
  return true;
}
