import {
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescMessage,
  type Registry,
  ScalarType,
} from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { wireType } from "../wire-reader.ts";
import { fallbackText } from "./fallback.ts";
import { type Literal, literal } from "./literal.ts";
import type { JsonWriteOptions } from "./options.ts";
import {
  container,
  type EnumNames,
  type FieldPlan,
  type MessagePlan,
  messageShape,
  valueKind,
} from "./plan.ts";

type AnyField = DescField | DescExtension;

// FeatureSet.FieldPresence
const presenceImplicit = 2;
const presenceRequired = 3;
const denseLimit = 4096;

const kindOfScalar: Readonly<Record<ScalarType, number>> = {
  [ScalarType.DOUBLE]: valueKind.double,
  [ScalarType.FLOAT]: valueKind.float,
  [ScalarType.INT64]: valueKind.int64,
  [ScalarType.UINT64]: valueKind.uint64,
  [ScalarType.INT32]: valueKind.int32,
  [ScalarType.FIXED64]: valueKind.fixed64,
  [ScalarType.FIXED32]: valueKind.fixed32,
  [ScalarType.BOOL]: valueKind.bool,
  [ScalarType.STRING]: valueKind.text,
  [ScalarType.BYTES]: valueKind.bytes,
  [ScalarType.UINT32]: valueKind.uint32,
  [ScalarType.SFIXED32]: valueKind.sfixed32,
  [ScalarType.SFIXED64]: valueKind.sfixed64,
  [ScalarType.SINT32]: valueKind.sint32,
  [ScalarType.SINT64]: valueKind.sint64,
};

const shapeOfType: Readonly<Record<string, number>> = {
  "google.protobuf.Timestamp": messageShape.timestamp,
  "google.protobuf.Duration": messageShape.duration,
  "google.protobuf.FieldMask": messageShape.fieldMask,
  "google.protobuf.Any": messageShape.any,
  "google.protobuf.Struct": messageShape.struct,
  "google.protobuf.Value": messageShape.value,
  "google.protobuf.ListValue": messageShape.list,
};

/** Gives the plan of a message type, and of all it refers to; each is compiled once. */
export interface PlanCompiler {
  plan(desc: DescMessage): MessagePlan;
}

/** Starts a compiler that keeps its plans, for the types and the extensions of `registry`. */
export function createPlanCompiler(registry: Registry, options: JsonWriteOptions): PlanCompiler {
  const plans = new Map<DescMessage, MessagePlan>();
  const extensions = extensionsByType(registry);
  const plan = (desc: DescMessage): MessagePlan => {
    const known = plans.get(desc);
    if (known !== undefined) return known;
    const fresh = emptyPlan(desc.typeName, shapeOf(desc));
    plans.set(desc, fresh);
    const fields: AnyField[] = desc.fields.toSorted((a, b) => a.number - b.number);
    fields.push(...(extensions.get(desc.typeName) ?? []));
    for (const [index, field] of fields.entries()) {
      addField(fresh, compileField(field, index, options, plan));
    }
    fresh.oneofCount = desc.oneofs.length;
    return fresh;
  };
  return { plan };
}

function extensionsByType(registry: Registry): Map<string, DescExtension[]> {
  const found = new Map<string, DescExtension[]>();
  for (const desc of registry) {
    if (desc.kind !== "extension") continue;
    const list = found.get(desc.extendee.typeName) ?? [];
    list.push(desc);
    found.set(desc.extendee.typeName, list);
  }
  for (const list of found.values()) list.sort((a, b) => a.number - b.number);
  return found;
}

function shapeOf(desc: DescMessage): number {
  if (isWrapperDesc(desc)) return messageShape.wrapper;
  return shapeOfType[desc.typeName] ?? messageShape.ordinary;
}

function emptyPlan(typeName: string, shape: number): MessagePlan {
  return {
    typeName,
    shape,
    fields: [],
    dense: [],
    sparse: new Map(),
    hasAbsent: false,
    oneofCount: 0,
  };
}

function addField(plan: MessagePlan, field: FieldPlan): void {
  plan.fields.push(field);
  if (field.absent !== undefined || field.isRequired) plan.hasAbsent = true;
  for (const tag of [field.itemTag, field.packedTag]) {
    if (tag < 0) continue;
    if (tag >= denseLimit) plan.sparse.set(tag, field);
    else {
      while (plan.dense.length <= tag) plan.dense.push(undefined);
      plan.dense[tag] = field;
    }
  }
}

function compileField(
  field: AnyField,
  index: number,
  options: JsonWriteOptions,
  planOf: (desc: DescMessage) => MessagePlan,
): FieldPlan {
  const name = printedName(field, options);
  const key = literal(`,${JSON.stringify(name)}:`);
  const kind = kindOf(field);
  const itemTag = field.number * 8 + wireTypeOf(kind);
  const isList = field.fieldKind === "list";
  const packedTag = isList && kind < valueKind.text ? packedTagOf(field) : -1;
  const packedEnum = isList && kind === valueKind.enumeration ? packedTagOf(field) : packedTag;
  const fallback = fallbackText(field, options);
  const isImplicit = field.presence === presenceImplicit;
  const printsAbsent = options.emitDefaults && isImplicit && field.kind === "field";
  const isSingular = !isList && field.fieldKind !== "map";
  return {
    index,
    number: field.number,
    name,
    container: isList
      ? container.list
      : field.fieldKind === "map"
        ? container.map
        : container.singular,
    kind,
    tag: isList && field.packed ? packedEnum : itemTag,
    itemTag,
    packedTag: packedEnum,
    key,
    unprinted: isImplicit && isSingular && !options.emitDefaults ? fallback : undefined,
    absent: printsAbsent ? literal(`,${JSON.stringify(name)}:${decode(fallback)}`) : undefined,
    isRequired: field.presence === presenceRequired,
    fallback: literal(fallback),
    oneof: oneofIndex(field),
    message: messageOf(field, options, planOf),
    names:
      field.enum === undefined || field.fieldKind === "map"
        ? undefined
        : namesOf(field.enum, options),
    isQuoted: false,
    isBare: options.int64AsNumber,
  };
}

function packedTagOf(field: AnyField): number {
  return field.number * 8 + wireType.delimited;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function printedName(field: AnyField, options: JsonWriteOptions): string {
  if (field.kind === "extension") return field.jsonName;
  if (options.preserveProtoNames) return field.name;
  return field.jsonName === "" ? camelCase(field.name) : field.jsonName;
}

/** The name protoc gives a field that states none. */
function camelCase(name: string): string {
  return name.replace(/_+(.?)/g, (_, letter: string) => letter.toUpperCase());
}

function oneofIndex(field: AnyField): number {
  return field.kind === "field" && field.oneof !== undefined
    ? field.parent.oneofs.indexOf(field.oneof)
    : -1;
}

function kindOf(field: AnyField): number {
  if (field.fieldKind === "map") return valueKind.message;
  if (field.message !== undefined) {
    return field.delimitedEncoding ? valueKind.group : valueKind.message;
  }
  if (field.enum !== undefined) return valueKind.enumeration;
  return scalarKind(field.scalar, field.utf8Validation);
}

function scalarKind(scalar: ScalarType, isChecked: boolean): number {
  if (scalar === ScalarType.STRING && !isChecked) return valueKind.looseText;
  return kindOfScalar[scalar];
}

function wireTypeOf(kind: number): number {
  switch (kind) {
    case valueKind.fixed64:
    case valueKind.sfixed64:
    case valueKind.double:
      return wireType.fixed64;
    case valueKind.fixed32:
    case valueKind.sfixed32:
    case valueKind.float:
      return wireType.fixed32;
    case valueKind.text:
    case valueKind.looseText:
    case valueKind.bytes:
    case valueKind.message:
      return wireType.delimited;
    case valueKind.group:
      return wireType.startGroup;
    default:
      return wireType.varint;
  }
}

function messageOf(
  field: AnyField,
  options: JsonWriteOptions,
  planOf: (desc: DescMessage) => MessagePlan,
): MessagePlan | undefined {
  if (field.fieldKind === "map") return entryPlan(field, options, planOf);
  return field.message === undefined ? undefined : planOf(field.message);
}

/** A map's entry is a message with a key and a value (protobuf language guide, "Backwards compatibility"). */
function entryPlan(
  field: DescField & { readonly fieldKind: "map" },
  options: JsonWriteOptions,
  planOf: (desc: DescMessage) => MessagePlan,
): MessagePlan {
  const plan = emptyPlan(`${field.parent.typeName}.${field.name}`, messageShape.ordinary);
  const key = scalarKind(field.mapKey, field.utf8Validation);
  const base = { index: 0, container: container.singular, packedTag: -1, oneof: -1 } as const;
  const rest = { key: literal(""), unprinted: undefined, absent: undefined } as const;
  const keyTag = 8 + wireTypeOf(key);
  addField(plan, {
    ...base,
    ...rest,
    number: 1,
    name: "key",
    kind: key,
    tag: keyTag,
    itemTag: keyTag,
    isRequired: false,
    fallback: literal(keyFallback(key)),
    message: undefined,
    names: undefined,
    isQuoted: key < valueKind.int64 || key === valueKind.fixed32 || key === valueKind.sfixed32,
    isBare: false,
  });
  const kind = valueKindOfMap(field);
  const valueTag = 16 + wireTypeOf(kind);
  addField(plan, {
    ...base,
    ...rest,
    index: 1,
    number: 2,
    name: "value",
    kind,
    tag: valueTag,
    itemTag: valueTag,
    isRequired: false,
    fallback: literal(fallbackText(field, options, true)),
    message: field.message === undefined ? undefined : planOf(field.message),
    names: field.enum === undefined ? undefined : namesOf(field.enum, options),
    isQuoted: false,
    isBare: options.int64AsNumber,
  });
  return plan;
}

function valueKindOfMap(field: DescField & { readonly fieldKind: "map" }): number {
  if (field.message !== undefined) return valueKind.message;
  if (field.enum !== undefined) return valueKind.enumeration;
  return scalarKind(field.scalar, field.utf8Validation);
}

function keyFallback(kind: number): string {
  if (kind === valueKind.bool) return '"false"';
  return kind >= valueKind.text ? '""' : '"0"';
}

function namesOf(desc: DescEnum, options: JsonWriteOptions): EnumNames {
  const dense: (Literal | undefined)[] = [];
  const sparse = new Map<number, Literal>();
  for (const value of desc.values) {
    // Of several names of one number, the first declared is printed.
    const name = desc.value[value.number]?.jsonName ?? value.name;
    const text = enumText(desc, value.number, name, options);
    sparse.set(value.number, text);
    if (value.number < 0 || value.number > 255) continue;
    while (dense.length <= value.number) dense.push(undefined);
    dense[value.number] = text;
  }
  const isNull = desc.typeName === "google.protobuf.NullValue";
  return { dense, sparse, isClosed: !desc.open, isNull };
}

function enumText(
  desc: DescEnum,
  number: number,
  name: string,
  options: JsonWriteOptions,
): Literal {
  if (desc.typeName === "google.protobuf.NullValue") return literal("null");
  return literal(options.enumsAsIntegers ? String(number) : JSON.stringify(name));
}
