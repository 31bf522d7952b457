// A value that a later one replaces is not printed, but malformed data is refused wherever it lies, as a parser
// that builds objects refuses it.
import { malformed, wireType } from "../wire-reader.ts";
import { type FieldPlan, fieldOfTag, type MessagePlan, valueKind } from "./plan.ts";
import { checkText } from "./write-scalar.ts";
import type { WriteState } from "./write-state.ts";

/** Where a value lies: content for messages, behind the tag for others. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** Whether a value that is not printed is well-formed. The reader's position stays as it was. */
export function checkDropped(
  state: WriteState,
  field: FieldPlan,
  place: Place,
  depth: number,
): boolean {
  const reader = state.reader;
  const behind = reader.position;
  reader.position = place.start;
  let isRight = true;
  if (field.message !== undefined) {
    isRight = checkMessage(state, field.message, place.end, 0, depth + 1);
  } else if (field.kind === valueKind.text) isRight = checkText(reader, place.end);
  reader.position = behind;
  return isRight;
}

function checkMessage(
  state: WriteState,
  plan: MessagePlan,
  end: number,
  group: number,
  depth: number,
): boolean {
  const reader = state.reader;
  if (depth > state.maxDepth) {
    reader.problem = "nested too deeply";
    return false;
  }
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === malformed) return false;
    if (group !== 0 && tag === group * 8 + wireType.endGroup) return true;
    const field = fieldOfTag(plan, tag);
    const isRight =
      field === undefined
        ? reader.skip(tag, end, state.maxDepth - depth)
        : checkField(state, field, tag, end, depth);
    if (!isRight) return false;
  }
  if (group === 0) return true;
  reader.problem = `group ${group} has no end`;
  return false;
}

function checkField(
  state: WriteState,
  field: FieldPlan,
  tag: number,
  end: number,
  depth: number,
): boolean {
  const reader = state.reader;
  if (field.kind === valueKind.group && field.message !== undefined) {
    return checkMessage(state, field.message, end, field.number, depth + 1);
  }
  if (field.kind === valueKind.text) return checkText(reader, end);
  const isPacked = tag === field.packedTag;
  if (field.message === undefined && !isPacked) return reader.skip(tag, end, 0);
  const length = reader.length(end);
  if (length === malformed) return false;
  const stop = reader.position + length;
  if (field.message !== undefined) {
    // A map's entry is no level of its own: protobuf counts messages that a schema names.
    const inner = field.container === 2 ? depth : depth + 1;
    return checkMessage(state, field.message, stop, 0, inner);
  }
  while (reader.position < stop) if (!reader.skip(field.itemTag, stop, 0)) return false;
  return true;
}
