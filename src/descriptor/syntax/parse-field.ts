import { clearField, clone, create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  MessageOptionsSchema,
  type SourceCodeInfo_Location,
  SourceCodeInfo_LocationSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { formatDefault } from "./default-value.ts";
import { defaultJsonName, mapEntryName } from "./names.ts";
import { parseOptionList } from "./parse-option.ts";
import { endStatement, openLocation, type ParseState } from "./parse-state.ts";
import type { PendingOption } from "./parsed-file.ts";
import { decodeUtf8 } from "./string-literal.ts";

/** Where the fields of a block go, and what is special about them there. */
export interface FieldPlace {
  readonly fields: FieldDescriptorProto[];
  /** Path of the element that holds `fields`, with the field's number in it. */
  readonly path: readonly number[];
  /** Takes the message types that maps and groups bring along. */
  readonly nested: DescriptorProto[];
  readonly nestedPath: readonly number[];
  readonly oneofIndex?: number;
  readonly extendee?: { readonly name: string };
  /** Reads the body of a group; passed in, since groups hold messages' statements. */
  readonly parseGroupBody: GroupBody;
}

/** Reads `{ ... }` of a group into `message`. */
export type GroupBody = (
  state: ParseState,
  message: DescriptorProto,
  location: SourceCodeInfo_Location,
) => boolean;

const scalarTypes: ReadonlyMap<string, Type> = new Map([
  ["double", Type.DOUBLE],
  ["float", Type.FLOAT],
  ["int64", Type.INT64],
  ["uint64", Type.UINT64],
  ["int32", Type.INT32],
  ["fixed64", Type.FIXED64],
  ["fixed32", Type.FIXED32],
  ["bool", Type.BOOL],
  ["string", Type.STRING],
  ["bytes", Type.BYTES],
  ["uint32", Type.UINT32],
  ["sfixed32", Type.SFIXED32],
  ["sfixed64", Type.SFIXED64],
  ["sint32", Type.SINT32],
  ["sint64", Type.SINT64],
]);
/** Whether `name` is the keyword of a scalar type. */
export function isScalar(name: string): boolean {
  return scalarTypes.has(name);
}

const labels: ReadonlyMap<string, Label> = new Map([
  ["optional", Label.OPTIONAL],
  ["required", Label.REQUIRED],
  ["repeated", Label.REPEATED],
]);

/** One field, map field or group, at the cursor. */
export function parseField(state: ParseState, place: FieldPlace): boolean {
  const { cursor } = state;
  const location = openLocation(state, [...place.path, place.fields.length]);
  const start = cursor.start;
  const field = create(FieldDescriptorProtoSchema);
  const label = parseLabel(state, place, field);
  if (!hasLabel(state, place, label)) return false;
  field.label = label ?? Label.OPTIONAL;
  const type = cursor.start;
  if (cursor.is("group") && !cursor.isAhead(1, ".")) {
    return parseGroup(state, place, field, location, start);
  }
  const keyType = parseMapKey(state);
  if (keyType === null || !parseType(state, field)) return false;
  if (keyType !== undefined && !cursor.take(">")) return false;
  const nameOffset = cursor.start;
  const name = cursor.takeIdentifier("the name of a field");
  if (name === undefined || !cursor.take("=")) return false;
  field.name = name;
  const second = cursor.start;
  if (!parseNumber(state, field)) return false;
  state.marks.set(field, { start, name: nameOffset, type, second });
  addToPlace(place, field);
  const entry = keyType === undefined ? undefined : makeMap(state, place, field, keyType, label);
  if (!parseFieldOptions(state, field) || !endStatement(state, location)) return false;
  if (entry !== undefined) copyTextFeature(state, field, entry);
  return true;
}

function addToPlace(place: FieldPlace, field: FieldDescriptorProto): void {
  field.jsonName = defaultJsonName(field.name);
  if (place.oneofIndex !== undefined) field.oneofIndex = place.oneofIndex;
  if (place.extendee !== undefined) field.extendee = place.extendee.name;
  place.fields.push(field);
}

function parseLabel(
  state: ParseState,
  place: FieldPlace,
  field: FieldDescriptorProto,
): Label | undefined {
  const { cursor, syntax } = state;
  const word = cursor.kind === "identifier" ? cursor.text : "";
  const label = labels.get(word);
  if (label === undefined) return undefined;
  if (place.oneofIndex !== undefined) {
    cursor.problemHere(`the fields of a oneof have no label, but this one is "${word}"`);
  } else if (syntax === "editions" && label !== Label.REPEATED) {
    const feature = label === Label.REQUIRED ? "LEGACY_REQUIRED" : "EXPLICIT";
    cursor.problemHere(
      `the label "${word}" does not exist in editions`,
      `leave it out, or set features.field_presence = ${feature}`,
    );
  } else if (syntax === "proto3" && label === Label.REQUIRED) {
    cursor.problemHere("required fields do not exist in proto3");
  }
  if (syntax === "proto3" && label === Label.OPTIONAL) field.proto3Optional = true;
  cursor.next();
  return label;
}

function hasLabel(state: ParseState, place: FieldPlace, label: Label | undefined): boolean {
  const { cursor } = state;
  const needsLabel = state.syntax === "proto2" && place.oneofIndex === undefined;
  if (label !== undefined || !needsLabel) return true;
  if (cursor.is("map") && cursor.isAhead(1, "<")) return true;
  return cursor.expected('"optional", "required" or "repeated"');
}

/** The key type of `map<`, undefined when this is no map, null when it is malformed. */
function parseMapKey(state: ParseState): Type | undefined | null {
  const { cursor } = state;
  if (!cursor.is("map") || !cursor.isAhead(1, "<")) return undefined;
  cursor.next();
  cursor.next();
  const word = cursor.text;
  const type = scalarTypes.get(word);
  const isKey =
    type !== undefined && type !== Type.FLOAT && type !== Type.DOUBLE && type !== Type.BYTES;
  if (!isKey) {
    cursor.problemHere(
      `${JSON.stringify(word)} cannot be the key of a map`,
      "keys are integers, bool or string",
    );
    return null;
  }
  cursor.next();
  return cursor.take(",") ? type : null;
}

function parseType(state: ParseState, field: FieldDescriptorProto): boolean {
  const { cursor } = state;
  const scalar = cursor.isAhead(1, ".") ? undefined : scalarTypes.get(cursor.text);
  if (scalar !== undefined) {
    field.type = scalar;
    cursor.next();
    return true;
  }
  const name = cursor.takeName("a type", true);
  if (name === undefined) return false;
  field.typeName = name;
  return true;
}

function parseNumber(state: ParseState, field: FieldDescriptorProto): boolean {
  const { cursor } = state;
  const start = cursor.start;
  const number = cursor.takeInteger("the number of the field");
  if (number === undefined) return false;
  if (number > 2_147_483_647n) {
    cursor.problemAt(start, `the field number ${number} is out of range`);
    return false;
  }
  field.number = Number(number);
  return true;
}

function makeMap(
  state: ParseState,
  place: FieldPlace,
  field: FieldDescriptorProto,
  keyType: Type,
  label: Label | undefined,
): DescriptorProto {
  const marks = state.marks.get(field);
  const at = marks?.start ?? 0;
  if (label !== undefined) state.cursor.problemAt(at, "a map field has no label");
  if (place.oneofIndex !== undefined) state.cursor.problemAt(at, "a oneof cannot hold a map");
  if (place.extendee !== undefined) state.cursor.problemAt(at, "an extension cannot be a map");
  const entry = create(DescriptorProtoSchema, {
    name: mapEntryName(field.name),
    options: create(MessageOptionsSchema, { mapEntry: true }),
  });
  const key = entryField("key", 1);
  key.type = keyType;
  const value = entryField("value", 2);
  if (field.typeName === "") value.type = field.type;
  else value.typeName = field.typeName;
  entry.field = [key, value];
  if (marks !== undefined) {
    for (const part of [entry, key, value]) state.marks.set(part, marks);
  }
  field.label = Label.REPEATED;
  field.type = Type.MESSAGE;
  field.typeName = entry.name;
  place.nested.push(entry);
  return entry;
}

/** A map field's features.utf8_validation is meant for the strings in it (as in protoc's parser). */
function copyTextFeature(
  state: ParseState,
  field: FieldDescriptorProto,
  entry: DescriptorProto,
): void {
  const options = state.pending.get(field)?.filter(({ name }) => {
    const [first, second, ...rest] = name;
    return first?.text === "features" && second?.text === "utf8_validation" && rest.length === 0;
  });
  if (options === undefined || options.length === 0) return;
  for (const part of entry.field) {
    if (part.type === Type.STRING && part.typeName === "") state.pending.set(part, options);
  }
}

function entryField(name: string, number: number): FieldDescriptorProto {
  const field = create(FieldDescriptorProtoSchema);
  field.name = name;
  field.jsonName = name;
  field.number = number;
  field.label = Label.OPTIONAL;
  return field;
}

/** `group Name = 1 { ... }`: a message and a field of that type, named in lower case. */
function parseGroup(
  state: ParseState,
  place: FieldPlace,
  field: FieldDescriptorProto,
  location: SourceCodeInfo_Location,
  start: number,
): boolean {
  const { cursor } = state;
  if (state.syntax !== "proto2") {
    const help =
      state.syntax === "editions" ? "use features.message_encoding = DELIMITED" : undefined;
    cursor.problemHere(`groups do not exist in ${state.syntax}`, help);
  }
  cursor.next();
  const nameOffset = cursor.start;
  const name = cursor.takeIdentifier("the name of a group");
  if (name === undefined || !cursor.take("=")) return false;
  if (!/^[A-Z]/.test(name))
    cursor.problemAt(nameOffset, "the name of a group starts with a capital");
  const second = cursor.start;
  if (!parseNumber(state, field)) return false;
  field.name = name.toLowerCase();
  field.type = Type.GROUP;
  field.typeName = name;
  const marks = { start, name: nameOffset, type: nameOffset, second };
  const message = create(DescriptorProtoSchema);
  message.name = name;
  state.marks.set(field, marks).set(message, marks);
  addToPlace(place, field);
  const path = [...place.nestedPath, place.nested.length];
  place.nested.push(message);
  if (!parseFieldOptions(state, field)) return false;
  // The message takes the comments; both cover the whole statement.
  const messageLocation = clone(SourceCodeInfo_LocationSchema, location);
  messageLocation.path = path;
  clearField(location, SourceCodeInfo_LocationSchema.field.leadingComments);
  state.locations.push(messageLocation);
  if (!place.parseGroupBody(state, message, messageLocation)) return false;
  location.span = [...messageLocation.span];
  return true;
}

function parseFieldOptions(state: ParseState, field: FieldDescriptorProto): boolean {
  const claimed = new Set<string>();
  return parseOptionList(state, field, (option) => {
    const [part, ...rest] = option.name;
    if (part === undefined || rest.length > 0 || part.isExtension) return false;
    if (part.text !== "default" && part.text !== "json_name") return false;
    if (claimed.has(part.text)) {
      state.cursor.problemAt(option.offset, `option "${part.text}" is set twice`);
    }
    claimed.add(part.text);
    if (part.text === "default") claimDefault(state, field, option);
    else claimJsonName(state, field, option);
    return true;
  });
}

function claimDefault(state: ParseState, field: FieldDescriptorProto, option: PendingOption): void {
  const { cursor } = state;
  if (state.syntax === "proto3") {
    cursor.problemAt(option.offset, "default values do not exist in proto3");
    return;
  }
  if (field.label === Label.REPEATED) {
    cursor.problemAt(option.offset, "a repeated field has no default value");
    return;
  }
  const isNamed = field.typeName !== "" && field.type !== Type.GROUP;
  const formatted = formatDefault(isNamed ? undefined : field.type, option.value);
  if (formatted.ok) field.defaultValue = formatted.value;
  else cursor.problemAt(option.valueOffset, formatted.error);
}

function claimJsonName(
  state: ParseState,
  field: FieldDescriptorProto,
  option: PendingOption,
): void {
  const { cursor } = state;
  if (field.extendee !== "") {
    cursor.problemAt(option.offset, "an extension has no json_name");
    return;
  }
  const name = option.value.kind === "string" ? decodeUtf8(option.value.bytes) : undefined;
  if (name === undefined) cursor.problemAt(option.valueOffset, "json_name is a string");
  else if (name.startsWith("[") && name.endsWith("]")) {
    cursor.problemAt(option.valueOffset, "a json_name in brackets means an extension in JSON");
  } else if (name.includes("\0")) {
    cursor.problemAt(option.valueOffset, "a json_name holds no NUL");
  } else field.jsonName = name;
}
