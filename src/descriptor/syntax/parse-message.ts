import { create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type FieldDescriptorProto,
  OneofDescriptorProtoSchema,
  type SourceCodeInfo_Location,
  SymbolVisibility,
} from "@bufbuild/protobuf/wkt";
import { parseEnum } from "./parse-enum.ts";
import { type FieldPlace, parseField } from "./parse-field.ts";
import { parseOptionStatement } from "./parse-option.ts";
import { parseExtensions, parseMessageReserved, widenMessageSet } from "./parse-ranges.ts";
import { maxMessageDepth, openLocation, type ParseState, parseBlock } from "./parse-state.ts";

/** `message Name { ... }` with the keyword at the cursor; added to `messages` even when its body has problems. */
export function parseMessage(
  state: ParseState,
  messages: DescriptorProto[],
  path: readonly number[],
): DescriptorProto | undefined {
  const { cursor } = state;
  const start = cursor.start;
  const ownPath = [...path, messages.length];
  const location = openLocation(state, ownPath);
  cursor.next();
  const nameOffset = cursor.start;
  const name = cursor.takeIdentifier("the name of a message");
  if (name === undefined) return undefined;
  const message = create(DescriptorProtoSchema);
  message.name = name;
  state.marks.set(message, { start, name: nameOffset });
  messages.push(message);
  const isWhole = parseBody(state, message, ownPath, location);
  return isWhole ? message : undefined;
}

/** `extend Type { fields }` with the keyword at the cursor. */
export function parseExtend(
  state: ParseState,
  place: Pick<FieldPlace, "fields" | "path" | "nested" | "nestedPath">,
): boolean {
  const { cursor } = state;
  const location = openLocation(state, place.path);
  cursor.next();
  const offset = cursor.start;
  const name = cursor.takeName("the message to extend", true);
  if (name === undefined) return false;
  const first = place.fields.length;
  const field: FieldPlace = { ...place, extendee: { name }, parseGroupBody };
  const isWhole = parseBlock(state, location, () => cursor.takeIf(";") || parseField(state, field));
  for (const extension of place.fields.slice(first)) {
    const marks = state.marks.get(extension);
    if (marks !== undefined) state.marks.set(extension, { ...marks, extendee: offset });
  }
  if (isWhole && place.fields.length === first) {
    cursor.problemAt(offset, `this block extends ${name} with nothing`);
  }
  return isWhole;
}

function parseGroupBody(
  state: ParseState,
  message: DescriptorProto,
  location: SourceCodeInfo_Location,
): boolean {
  return parseBody(state, message, location.path, location);
}

function parseBody(
  state: ParseState,
  message: DescriptorProto,
  path: readonly number[],
  location: SourceCodeInfo_Location,
): boolean {
  if (state.depth >= maxMessageDepth) {
    state.cursor.problemHere(`messages are nested more than ${maxMessageDepth} deep`);
    return false;
  }
  state.depth++;
  const place: FieldPlace = {
    fields: message.field,
    path: [...path, 2],
    nested: message.nestedType,
    nestedPath: [...path, 3],
    parseGroupBody,
  };
  const isWhole = parseBlock(state, location, () =>
    parseMessageStatement(state, message, path, place),
  );
  state.depth--;
  addSyntheticOneofs(message);
  widenMessageSet(state, message);
  return isWhole;
}

function parseMessageStatement(
  state: ParseState,
  message: DescriptorProto,
  path: readonly number[],
  place: FieldPlace,
): boolean {
  const { cursor } = state;
  if (cursor.takeIf(";")) return true;
  switch (cursor.text) {
    case "message":
      return parseMessage(state, message.nestedType, [...path, 3]) !== undefined;
    case "enum":
      return parseEnum(state, message.enumType, [...path, 4]) !== undefined;
    case "extend":
      return parseExtend(state, { ...place, fields: message.extension, path: [...path, 6] });
    case "extensions":
      return parseExtensions(state, message);
    case "reserved":
      return parseMessageReserved(state, message);
    case "option":
      return parseOptionStatement(state, message);
    case "oneof":
      return parseOneof(state, message, path, place);
    case "export":
    case "local":
      if (isVisibilityHere(state)) {
        return parseVisible(state, message.nestedType, message.enumType, path, [3, 4]);
      }
  }
  return parseField(state, place);
}

/** Whether `export` or `local` at the cursor is the keyword of edition 2024, not the name of a type. */
export function isVisibilityHere(state: ParseState): boolean {
  const { cursor } = state;
  return cursor.isAhead(1, "message") || cursor.isAhead(1, "enum");
}

/** `export message`, `local enum` and so on (edition 2024), with the keyword at the cursor. */
export function parseVisible(
  state: ParseState,
  messages: DescriptorProto[],
  enums: DescriptorProto["enumType"],
  path: readonly number[],
  [messageField, enumField]: readonly [number, number],
): boolean {
  const { cursor } = state;
  const visibility = cursor.is("export")
    ? SymbolVisibility.VISIBILITY_EXPORT
    : SymbolVisibility.VISIBILITY_LOCAL;
  if (state.edition < 1001) {
    cursor.problemHere(`"${cursor.text}" needs edition 2024 or newer`);
  }
  cursor.next();
  const declared = cursor.is("message")
    ? parseMessage(state, messages, [...path, messageField])
    : parseEnum(state, enums, [...path, enumField]);
  if (declared === undefined) return false;
  declared.visibility = visibility;
  return true;
}

function parseOneof(
  state: ParseState,
  message: DescriptorProto,
  path: readonly number[],
  place: FieldPlace,
): boolean {
  const { cursor } = state;
  const start = cursor.start;
  const oneofIndex = message.oneofDecl.length;
  const location = openLocation(state, [...path, 8, oneofIndex]);
  cursor.next();
  const nameOffset = cursor.start;
  const name = cursor.takeIdentifier("the name of a oneof");
  if (name === undefined) return false;
  const proto = create(OneofDescriptorProtoSchema);
  proto.name = name;
  state.marks.set(proto, { start, name: nameOffset });
  message.oneofDecl.push(proto);
  return parseBlock(state, location, () => {
    if (cursor.takeIf(";")) return true;
    if (cursor.is("option")) return parseOptionStatement(state, proto);
    return parseField(state, { ...place, oneofIndex });
  });
}

/** A proto3 `optional` field is the only member of a oneof nobody wrote (descriptor.proto, proto3_optional). */
function addSyntheticOneofs(message: DescriptorProto): void {
  const optional = message.field.filter((field) => field.proto3Optional);
  if (optional.length === 0) return;
  const names = new Set<string>();
  for (const field of message.field) names.add(field.name);
  for (const other of [...message.oneofDecl, ...message.nestedType, ...message.enumType]) {
    names.add(other.name);
  }
  for (const field of optional) addSyntheticOneof(message, field, names);
}

function addSyntheticOneof(
  message: DescriptorProto,
  field: FieldDescriptorProto,
  names: Set<string>,
): void {
  let name = field.name.startsWith("_") ? field.name : `_${field.name}`;
  while (names.has(name)) name = `X${name}`;
  names.add(name);
  const oneof = create(OneofDescriptorProtoSchema);
  oneof.name = name;
  field.oneofIndex = message.oneofDecl.length;
  message.oneofDecl.push(oneof);
}
