// Fields from the text of a path variable, a query parameter or a form (transcoding.md §1 and §2).

import type { DescField, DescMessage, Registry } from "@bufbuild/protobuf";
import type { WireWriter } from "../wire-writer.ts";
import { isDelimited, PlanBook, wrappedField } from "./compile-plans.ts";
import type { JsonReadOptions } from "./create-json-readers.ts";
import { done, failed, JsonCursor, type Status } from "./cursor.ts";
import { contentElement, groupElement } from "./elements.ts";
import { readEnumNameOrNumber } from "./enum-names.ts";
import type { TextReader } from "./plan.ts";
import { readFieldMaskText } from "./read-field-mask.ts";
import { readDurationText, readTimestampText } from "./read-time.ts";
import { integerType, keyTextReader, scalarTextReader } from "./text-scalars.ts";
import {
  endGroupType,
  lengthType,
  startGroupType,
  tagOf,
  varintType,
  wireTypeOf,
} from "./wire-type.ts";

// Writing a text never waits, so that one cursor serves all fields.
const cursor = new JsonCursor(100, 1, false);

/** Writes one value of a field from text. */
export interface TextField {
  /** Appends the field inside the messages of its path, or says what was expected: `expected a number, got "abc"`. */
  write(text: string, out: WireWriter): string | undefined;
}

/** Writes one entry of a map field from text. */
export interface TextMapEntry {
  /** The spelling that all spellings of one key share: `1` for `01`. What is no key comes back as anything. */
  nameOf(key: string): string;
  /** Appends the entry inside the messages of its path, or says what was expected. */
  write(key: string, value: string, out: WireWriter): string | undefined;
}

/**
 * Whether a value of the field can be written as text: scalars, enums, and messages whose JSON is a plain
 * string, number or bool; of a list, one element; of a map, one value.
 */
export function isTextBindable(field: DescField): boolean {
  return field.message === undefined || hasTextForm(field.message);
}

function hasTextForm(desc: DescMessage): boolean {
  return textForms.has(desc.typeName) || wrappedField(desc) !== undefined;
}

const textForms: ReadonlyMap<string, (cursor: JsonCursor) => Status> = new Map([
  ["google.protobuf.Timestamp", readTimestampText],
  ["google.protobuf.Duration", readDurationText],
  // A query says update_mask=display_name as often as displayName.
  ["google.protobuf.FieldMask", (reading: JsonCursor) => readFieldMaskText(reading, true)],
]);

/**
 * Compiles the field at the end of `path`, whose other members are singular messages, one inside the other.
 * The field is text-bindable and no map.
 */
export function compileTextField(
  path: readonly DescField[],
  registry: Registry,
  options: JsonReadOptions,
): TextField {
  const { leaf, wrappers } = splitPath(path);
  const book = new PlanBook(registry, options.caseInsensitiveEnums);
  const read = leafReader(leaf, book);
  const tag = tagOf(leaf.number, leafWireType(leaf));
  return {
    write(text, out) {
      cursor.openText(text, out);
      openWrappers(wrappers, out);
      if (read(cursor, tag) === failed) return cursor.close()?.message ?? "cannot be read";
      closeWrappers(wrappers, out);
      cursor.close();
      return undefined;
    },
  };
}

/** Compiles the map at the end of `path` for `map[key]=value`; its values are text-bindable. */
export function compileTextMapEntry(
  path: readonly DescField[],
  registry: Registry,
  options: JsonReadOptions,
): TextMapEntry {
  const { leaf, wrappers } = splitPath(path);
  if (leaf.fieldKind !== "map") throw new Error(`${leaf.name} is no map`);
  const entry: Wrapper = { tag: tagOf(leaf.number, lengthType), endTag: 0, at: 0 };
  const all = [...wrappers, entry];
  const book = new PlanBook(registry, options.caseInsensitiveEnums);
  const readKey = keyTextReader(leaf.mapKey);
  const keyTag = tagOf(1, wireTypeOf(leaf.mapKey));
  const readValue = leafReader(leaf, book);
  const valueTag = tagOf(2, leafWireType(leaf));
  // Of the types of keys only integers have more than one spelling, by their leading zeros.
  const isInteger = integerType(leaf.mapKey) !== undefined;
  return {
    nameOf: (key) => (isInteger ? key.replace(/^(-?)0+(?=[0-9])/, "$1") : key),
    write(key, value, out) {
      cursor.openText(key, out);
      openWrappers(all, out);
      const isRead = readKey(cursor, keyTag) === done;
      const problem = cursor.close();
      if (!isRead) return problem?.message ?? "cannot be read";
      cursor.openText(value, out);
      if (readValue(cursor, valueTag) === failed)
        return cursor.close()?.message ?? "cannot be read";
      closeWrappers(all, out);
      cursor.close();
      return undefined;
    },
  };
}

/** A message around the value; `at` is where its length stands while it is written. */
interface Wrapper {
  readonly tag: number;
  readonly endTag: number;
  at: number;
}

function splitPath(path: readonly DescField[]): { leaf: DescField; wrappers: readonly Wrapper[] } {
  const leaf = path[path.length - 1];
  if (leaf === undefined) throw new Error("a field path has at least one field");
  if (!isTextBindable(leaf)) throw new Error(`${leaf.name} has no form as text`);
  const wrappers = path.slice(0, -1).map((field) => {
    if (field.fieldKind !== "message") throw new Error(`${field.name} is no singular message`);
    const isGroup = isDelimited(field);
    return {
      tag: tagOf(field.number, isGroup ? startGroupType : lengthType),
      endTag: isGroup ? tagOf(field.number, endGroupType) : 0,
      at: 0,
    };
  });
  return { leaf, wrappers };
}

function openWrappers(wrappers: readonly Wrapper[], out: WireWriter): void {
  for (const wrapper of wrappers) {
    out.varint32(wrapper.tag);
    if (wrapper.endTag === 0) wrapper.at = out.openLength(1);
  }
}

function closeWrappers(wrappers: readonly Wrapper[], out: WireWriter): void {
  for (let i = wrappers.length - 1; i >= 0; i--) {
    const wrapper = wrappers[i];
    if (wrapper === undefined) continue;
    if (wrapper.endTag === 0) out.closeLength(wrapper.at, 1);
    else out.varint32(wrapper.endTag);
  }
}

function leafWireType(field: DescField): number {
  if (field.message !== undefined) return isDelimited(field) ? startGroupType : lengthType;
  return field.scalar === undefined ? varintType : wireTypeOf(field.scalar);
}

function leafReader(field: DescField, book: PlanBook): TextReader {
  if (field.enum !== undefined) {
    const names = book.enumNames(field.enum);
    return (reading, tag) => readEnumNameOrNumber(reading, names, tag);
  }
  if (field.message === undefined) return scalarTextReader(field.scalar);
  const content = messageReader(field.message);
  if (isDelimited(field)) {
    const endTag = tagOf(field.number, endGroupType);
    return groupElement(content, endTag);
  }
  return contentElement(content);
}

function messageReader(desc: DescMessage): (cursor: JsonCursor) => Status {
  const own = textForms.get(desc.typeName);
  if (own !== undefined) return own;
  const wrapped = wrappedField(desc);
  if (wrapped?.fieldKind !== "scalar") throw new Error(`${desc.typeName} has no form as text`);
  const read = scalarTextReader(wrapped.scalar);
  const tag = tagOf(wrapped.number, wireTypeOf(wrapped.scalar));
  return (reading) => read(reading, tag);
}
