import { create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProto_ExtensionRangeSchema,
  DescriptorProto_ReservedRangeSchema,
  type EnumDescriptorProto,
  EnumDescriptorProto_EnumReservedRangeSchema,
} from "@bufbuild/protobuf/wkt";
import { parseOptionList } from "./parse-option.ts";
import type { ParseState } from "./parse-state.ts";
import { decodeUtf8 } from "./string-literal.ts";

const maxFieldNumber = 536_870_911;
const maxInt32 = 2_147_483_647;

interface NumberRange {
  readonly first: number;
  readonly last: number;
  readonly start: number;
}

/** `extensions 100 to 199, 500 [options];` with the keyword at the cursor. */
export function parseExtensions(state: ParseState, message: DescriptorProto): boolean {
  const { cursor } = state;
  if (state.syntax === "proto3") {
    cursor.problemHere("extension ranges do not exist in proto3");
  }
  cursor.next();
  const ranges = parseRangeList(state, maxFieldNumber, false);
  if (ranges === undefined) return false;
  const added = ranges.map((range) => {
    const proto = create(DescriptorProto_ExtensionRangeSchema);
    proto.start = range.first;
    proto.end = range.last + 1;
    state.marks.set(proto, { start: range.start, name: range.start });
    message.extensionRange.push(proto);
    return proto;
  });
  // One list of options belongs to every range of the statement.
  const [head, ...others] = added;
  if (head === undefined || !parseOptionList(state, head)) return false;
  const options = state.pending.get(head);
  if (options !== undefined) for (const other of others) state.pending.set(other, [...options]);
  return cursor.take(";");
}

/** In a message set, whose numbers are not on the wire as tags, `max` is the largest int32. */
export function widenMessageSet(state: ParseState, message: DescriptorProto): void {
  const isMessageSet = state.pending.get(message)?.some(({ name, value }) => {
    const isOption = name.length === 1 && name[0]?.text === "message_set_wire_format";
    return isOption && value.kind === "identifier" && value.text === "true";
  });
  if (isMessageSet !== true) return;
  for (const range of message.extensionRange) {
    if (range.end === maxFieldNumber + 1) range.end = maxInt32;
  }
}

/** `reserved 2, 9 to 11;` or `reserved "a", "b";` (identifiers in editions) of a message. */
export function parseMessageReserved(state: ParseState, message: DescriptorProto): boolean {
  state.cursor.next();
  if (isNameHere(state)) return parseReservedNames(state, message.reservedName);
  const ranges = parseRangeList(state, maxFieldNumber, false);
  if (ranges === undefined) return false;
  for (const range of ranges) {
    const proto = create(DescriptorProto_ReservedRangeSchema);
    proto.start = range.first;
    proto.end = range.last + 1;
    state.marks.set(proto, { start: range.start, name: range.start });
    message.reservedRange.push(proto);
  }
  return state.cursor.take(";");
}

/** The same of an enum, whose ranges include their end and may be negative. */
export function parseEnumReserved(state: ParseState, proto: EnumDescriptorProto): boolean {
  state.cursor.next();
  if (isNameHere(state)) return parseReservedNames(state, proto.reservedName);
  const ranges = parseRangeList(state, maxInt32, true);
  if (ranges === undefined) return false;
  for (const range of ranges) {
    const reserved = create(EnumDescriptorProto_EnumReservedRangeSchema);
    reserved.start = range.first;
    reserved.end = range.last;
    state.marks.set(reserved, { start: range.start, name: range.start });
    proto.reservedRange.push(reserved);
  }
  return state.cursor.take(";");
}

function isNameHere(state: ParseState): boolean {
  return state.cursor.kind === "string" || state.cursor.kind === "identifier";
}

function parseReservedNames(state: ParseState, names: string[]): boolean {
  const { cursor } = state;
  do {
    const isString = cursor.kind === "string";
    if (isString === (state.syntax === "editions")) {
      const form = isString ? "identifiers, without quotes," : "strings, in quotes,";
      cursor.problemHere(`reserved names are ${form} in ${state.syntax}`);
    }
    const bytes = isString ? cursor.takeString("a reserved name") : undefined;
    const name = bytes === undefined ? cursor.takeIdentifier("a reserved name") : decodeUtf8(bytes);
    if (name === undefined) return false;
    names.push(name);
  } while (cursor.takeIf(","));
  return cursor.take(";");
}

function parseRangeList(
  state: ParseState,
  max: number,
  mayBeNegative: boolean,
): readonly NumberRange[] | undefined {
  const { cursor } = state;
  const ranges: NumberRange[] = [];
  do {
    const start = cursor.start;
    const first = parseSigned(state, mayBeNegative);
    if (first === undefined) return undefined;
    let last: number | undefined = first;
    if (cursor.takeIf("to")) {
      last = cursor.takeIf("max") ? max : parseSigned(state, mayBeNegative);
      if (last === undefined) return undefined;
    }
    if (last < first)
      cursor.problemAt(start, `the range ${first} to ${last} ends before it starts`);
    else if (!mayBeNegative && first < 1) cursor.problemAt(start, "field numbers start at 1");
    else ranges.push({ first, last, start });
  } while (cursor.takeIf(","));
  return ranges;
}

/** An int32, with its sign where `mayBeNegative`. */
export function parseSigned(state: ParseState, mayBeNegative: boolean): number | undefined {
  const { cursor } = state;
  const start = cursor.start;
  const isNegative = mayBeNegative && cursor.takeIf("-");
  const value = cursor.takeInteger("a number");
  if (value === undefined) return undefined;
  const limit = isNegative ? 2_147_483_648n : 2_147_483_647n;
  if (value > limit) {
    cursor.problemAt(start, `${value} does not fit in 32 bits`);
    return undefined;
  }
  return Number(isNegative ? -value : value);
}
