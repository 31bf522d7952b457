import {
  create,
  type DescExtension,
  type DescField,
  type DescMessage,
  fromJson,
  getExtension,
  hasExtension,
  type JsonValue,
  type Message,
  type Registry,
  setExtension,
  toJson,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { mergeFromText } from "@bufbuild/protobuf/txtpb";
import { FieldOptions_OptionTargetType as Target } from "@bufbuild/protobuf/wkt";
import { nearestName } from "../../base/index.ts";
import type { OptionNamePart, PendingOption } from "../syntax/parsed-file.ts";
import { enumOption, type OptionScalar, scalarOption } from "./option-value.ts";

/** What setting an option needs to know of the world. */
export interface OptionContext {
  /** Resolves extensions and Any inside values in braces. */
  readonly registry: Registry | undefined;
  /** The kind of declaration that has the option. */
  readonly target: Target;
  /** Finds an extension by the name as written, or reports why not. */
  findExtension(part: OptionNamePart): DescExtension | undefined;
  fail(offset: number, message: string, help?: string): void;
}

/** Sets what `option` says on an options message; reports what is wrong with it. */
export function setOption(
  context: OptionContext,
  message: ReflectMessage,
  option: PendingOption,
): void {
  setPart(context, message, option, 0);
}

/** Sets the part at `index`; true when the value of this message changed. */
function setPart(
  context: OptionContext,
  message: ReflectMessage,
  option: PendingOption,
  index: number,
): boolean {
  const part = option.name[index];
  if (part === undefined) return false;
  const field = findField(context, message.desc, part);
  if (field === undefined || !mayStandHere(context, field, part)) return false;
  const isLast = index === option.name.length - 1;
  if (isLast && field.fieldKind !== "list" && field.fieldKind !== "map" && isSet(message, field)) {
    context.fail(option.offset, `option "${nameUpTo(option, index)}" is set twice`);
    return false;
  }
  if (!isLast && field.fieldKind !== "message") {
    const name = nameUpTo(option, index);
    context.fail(part.offset, `option "${name}" is not a single message, and has no parts to set`);
    return false;
  }
  if (field.fieldKind === "message") {
    const inner = messageOf(message, field, field.message);
    const changed = isLast
      ? mergeAggregate(context, inner, option)
      : setPart(context, inner, option, index + 1);
    if (changed) storeMessage(message, field, inner);
    return changed;
  }
  return setValue(context, message, field, option);
}

/** Options may say, with `targets`, what they are for. */
function mayStandHere(context: OptionContext, field: OptionField, part: OptionNamePart): boolean {
  const targets = field.proto.options?.targets ?? [];
  if (targets.length === 0 || targets.includes(context.target)) return true;
  const place = Target[context.target]
    .replace("TARGET_TYPE_", "")
    .toLowerCase()
    .replaceAll("_", " ");
  context.fail(part.offset, `the option "${part.text}" is not for a declaration of kind ${place}`);
  return false;
}

type OptionField = DescField | DescExtension;

function findField(
  context: OptionContext,
  desc: DescMessage,
  part: OptionNamePart,
): OptionField | undefined {
  if (part.isExtension) {
    const extension = context.findExtension(part);
    if (extension === undefined || extension.extendee.typeName === desc.typeName) return extension;
    const message = `"${part.text}" extends ${extension.extendee.typeName}, and this is ${desc.typeName}`;
    context.fail(part.offset, message);
    return undefined;
  }
  const field = desc.fields.find((candidate) => candidate.name === part.text);
  if (field !== undefined && field.name !== "uninterpreted_option") return field;
  const nearest = nearestName(
    part.text,
    desc.fields.map((candidate) => candidate.name),
  );
  const help =
    nearest === undefined
      ? "custom options are written in parentheses"
      : `did you mean "${nearest}"?`;
  context.fail(part.offset, `there is no option "${part.text}" in ${desc.typeName}`, help);
  return undefined;
}

function setValue(
  context: OptionContext,
  message: ReflectMessage,
  field: OptionField,
  option: PendingOption,
): boolean {
  const fail = (problem: string): false => {
    context.fail(option.valueOffset, `option "${nameUpTo(option)}": ${problem}`);
    return false;
  };
  if (field.fieldKind === "list" && field.listKind === "message") {
    const inner = reflect(field.message);
    if (!mergeAggregate(context, inner, option)) return false;
    addItem(message, field, inner);
    return true;
  }
  const scalar =
    field.fieldKind === "scalar" || field.fieldKind === "list" ? field.scalar : undefined;
  const desc = field.fieldKind === "enum" || field.fieldKind === "list" ? field.enum : undefined;
  if (scalar !== undefined) {
    const value = scalarOption(scalar, option.value);
    return value.ok ? storeScalar(message, field, value.value) : fail(value.error);
  }
  if (desc === undefined) return addEntry(context, message, field, option);
  const value = enumOption(desc, option.value);
  return value.ok ? storeScalar(message, field, value.value) : fail(value.error);
}

/** `map = { key: ... value: ... }` adds one entry. */
function addEntry(
  context: OptionContext,
  message: ReflectMessage,
  field: OptionField,
  option: PendingOption,
): boolean {
  const { value } = option;
  if (value.kind !== "aggregate") return mergeAggregate(context, message, option);
  const text = `${field.name} {${value.text}}`;
  return mergeAggregate(context, message, { ...option, value: { kind: "aggregate", text } });
}

function storeScalar(message: ReflectMessage, field: OptionField, value: OptionScalar): true {
  if (field.fieldKind === "list") addItem(message, field, value);
  else if (field.kind === "field") message.set(field, value);
  else {
    const isLongText = field.fieldKind === "scalar" && field.longAsString;
    setExtension(message.message, field, isLongText ? String(value) : value);
  }
  return true;
}

function addItem(
  message: ReflectMessage,
  field: OptionField & { readonly fieldKind: "list" },
  item: ReflectMessage | OptionScalar,
): void {
  if (field.kind === "field") {
    message.get(field).add(item);
    return;
  }
  const before = getExtension(message.message, field) as unknown[];
  const isLongText = field.listKind === "scalar" && field.longAsString;
  const scalar = isLongText && !isReflected(item) ? String(item) : item;
  const value = isReflected(scalar) ? scalar.message : scalar;
  setExtension(message.message, field, [...before, value]);
}

function isReflected(item: unknown): item is ReflectMessage {
  return typeof item === "object" && item !== null && "message" in item;
}

/** `= { ... }`: the text between the braces, merged into `message`. */
function mergeAggregate(
  context: OptionContext,
  message: ReflectMessage,
  option: PendingOption,
): boolean {
  if (option.value.kind !== "aggregate") {
    const name = nameUpTo(option);
    const help = `write ${name} = { field: value }, or ${name}.field = value`;
    context.fail(option.valueOffset, `option "${name}" is a message`, help);
    return false;
  }
  try {
    mergeFromText(message.desc, message.message, option.value.text, {
      registry: context.registry,
    });
    return true;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    context.fail(option.valueOffset, `option "${nameUpTo(option)}": ${problem}`);
    return false;
  }
}

function isSet(message: ReflectMessage, field: OptionField): boolean {
  return field.kind === "field" ? message.isSet(field) : hasExtension(message.message, field);
}

/** The message a field or extension holds, or a fresh one. */
function messageOf(
  message: ReflectMessage,
  field: OptionField & { readonly fieldKind: "message" },
  desc: DescMessage,
): ReflectMessage {
  if (field.kind === "field") return message.isSet(field) ? message.get(field) : reflect(desc);
  if (!hasExtension(message.message, field)) return reflect(desc);
  return reflect(desc, fromLocal(desc, getExtension(message.message, field)));
}

function storeMessage(
  message: ReflectMessage,
  field: OptionField & { readonly fieldKind: "message" },
  value: ReflectMessage,
): void {
  if (field.kind === "field") message.set(field, value);
  else setExtension(message.message, field, toLocal(value));
}

// The library holds wrappers and Struct of extensions as plain values, not as messages.
const wrapper = /^google\.protobuf\.(?:(?:U?Int(?:32|64)|Bool|String|Bytes|Double|Float)Value)$/;

function toLocal(value: ReflectMessage): unknown {
  const { typeName } = value.desc;
  if (typeName === "google.protobuf.Struct") return toJson(value.desc, value.message);
  const field = wrapper.test(typeName) ? value.fields[0] : undefined;
  return field === undefined ? value.message : value.get(field);
}

function fromLocal(desc: DescMessage, value: unknown): Message {
  if (desc.typeName === "google.protobuf.Struct") return fromJson(desc, value as JsonValue);
  return wrapper.test(desc.typeName) ? create(desc, { value }) : (value as Message);
}

function nameUpTo(option: PendingOption, last = option.name.length - 1): string {
  return option.name
    .slice(0, last + 1)
    .map((part) => (part.isExtension ? `(${part.text})` : part.text))
    .join(".");
}
