import type { DescEnum, DescExtension, DescField, DescMessage, Registry } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { JsonCursor, Status } from "./cursor.ts";
import {
  contentElement,
  enumElement,
  groupElement,
  messageElement,
  scalarElement,
  textContent,
} from "./elements.ts";
import { compileEnumNames, type EnumNames } from "./enum-names.ts";
import { NameTable } from "./name-table.ts";
import {
  type ContentReader,
  type ElementReader,
  type FieldPlan,
  listShape,
  type MessagePlan,
  mapShape,
  packedShape,
  singularShape,
} from "./plan.ts";
import { type AnyPayload, readAnyContent } from "./read-any.ts";
import { readFieldMaskText } from "./read-field-mask.ts";
import { readMessage } from "./read-message.ts";
import { readListContent, readStructContent, readValueContent } from "./read-struct.ts";
import { readDurationText, readTimestampText } from "./read-time.ts";
import { keyTextReader } from "./text-scalars.ts";
import {
  endGroupType,
  lengthType,
  startGroupType,
  tagOf,
  varintType,
  wireTypeOf,
} from "./wire-type.ts";

type AnyField = DescField | DescExtension;

const wrapperNames: ReadonlySet<string> = new Set(
  ["Bool", "Bytes", "Double", "Float", "Int32", "Int64", "String", "UInt32", "UInt64"].map(
    (name) => `google.protobuf.${name}Value`,
  ),
);

/** The field a wrapper message wraps; undefined for other messages. */
export function wrappedField(desc: DescMessage): DescField | undefined {
  return wrapperNames.has(desc.typeName) ? desc.fields[0] : undefined;
}

/** Compiles messages on first use and keeps what it has compiled. */
export class PlanBook {
  readonly #registry: Registry;
  readonly #foldsCase: boolean;
  readonly #plans = new Map<DescMessage, MessagePlan>();
  readonly #enums = new Map<DescEnum, EnumNames>();
  readonly #contents = new Map<DescMessage, ContentReader>();
  readonly #payloads = new Map<string, AnyPayload | undefined>();
  #extensions: ReadonlyMap<string, readonly DescExtension[]> | undefined;

  constructor(registry: Registry, foldsCase: boolean) {
    this.#registry = registry;
    this.#foldsCase = foldsCase;
  }

  enumNames(desc: DescEnum): EnumNames {
    let names = this.#enums.get(desc);
    if (names === undefined) {
      names = compileEnumNames(desc, this.#foldsCase);
      this.#enums.set(desc, names);
    }
    return names;
  }

  /** The reader of a message's content from its JSON form, whatever that is. */
  content(desc: DescMessage): ContentReader {
    let content = this.#contents.get(desc);
    if (content === undefined) {
      const plan = this.#plan(desc);
      content = this.#ownForm(desc) ?? ((cursor) => readMessage(cursor, plan, false));
      this.#contents.set(desc, content);
    }
    return content;
  }

  /** The plan of one field on its own. */
  field(field: AnyField): FieldPlan {
    if (field.kind === "field") {
      const known = this.#plan(field.parent).fields.find((plan) => plan.number === field.number);
      if (known !== undefined) return known;
    }
    return this.#compileField(field, 0, new Map());
  }

  #plan(desc: DescMessage): MessagePlan {
    const known = this.#plans.get(desc);
    if (known !== undefined) return known;
    const extensions = this.#extensionsOf(desc);
    const all: readonly AnyField[] = [...desc.fields, ...extensions];
    const oneofs = new Map(desc.oneofs.map((oneof, i) => [oneof.name, all.length + i]));
    const fields: FieldPlan[] = [];
    const names: (readonly [string, FieldPlan])[] = [];
    // The plan is known before its fields are, because a message may contain itself.
    const plan = {
      desc,
      fields,
      names: new NameTable<FieldPlan>([]),
      seenWords: Math.ceil((all.length + desc.oneofs.length) / 31) || 1,
      required: [] as FieldPlan[],
      lengthBytes: 1,
    };
    this.#plans.set(desc, plan);
    all.forEach((field, index) => {
      fields.push(this.#compileField(field, index, oneofs));
    });
    for (const field of fields) names.push([field.name, field]);
    desc.fields.forEach((field, i) => {
      const compiled = fields[i];
      if (compiled !== undefined) names.push([field.name, compiled]);
    });
    plan.names = new NameTable(names);
    plan.required = fields.filter((field) => field.isRequired);
    return plan;
  }

  #compileField(field: AnyField, index: number, oneofs: ReadonlyMap<string, number>): FieldPlan {
    const { element, wireType, takesNull, inner } = this.#compileValue(field);
    const shape = shapeOf(field);
    const oneof = oneofs.get(field.oneof?.name ?? "") ?? -1;
    const isWhole = shape === packedShape || shape === mapShape;
    return {
      name: field.kind === "extension" ? `[${field.typeName}]` : field.jsonName,
      number: field.number,
      shape,
      tag: tagOf(field.number, isWhole ? lengthType : wireType),
      element,
      key: field.fieldKind === "map" ? keyTextReader(field.mapKey) : undefined,
      keyTag: field.fieldKind === "map" ? tagOf(1, wireTypeOf(field.mapKey)) : 0,
      takesNull,
      valueTag: tagOf(2, wireType),
      seenWord: Math.floor(index / 31),
      seenBit: 1 << (index % 31),
      oneofWord: Math.floor(Math.max(oneof, 0) / 31),
      oneofBit: oneof < 0 ? 0 : 1 << (oneof % 31),
      oneof: field.oneof?.name ?? "",
      isRequired: field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED,
      inner: field.fieldKind === "message" ? inner : undefined,
    };
  }

  #compileValue(field: AnyField): CompiledValue {
    if (field.message !== undefined) return this.#compileMessage(field, field.message);
    if (field.enum !== undefined) {
      return {
        element: enumElement(this.enumNames(field.enum)),
        wireType: varintType,
        takesNull: field.enum.typeName === "google.protobuf.NullValue",
        inner: undefined,
      };
    }
    return {
      element: scalarElement(field.scalar),
      wireType: wireTypeOf(field.scalar),
      takesNull: false,
      inner: undefined,
    };
  }

  #compileMessage(field: AnyField, message: DescMessage): CompiledValue {
    const plan = this.#plan(message);
    const content = this.#ownForm(message);
    const takesNull = message.typeName === "google.protobuf.Value";
    const inner = content === undefined ? plan : undefined;
    const isGroup = isDelimited(field);
    if (isGroup) {
      const read = content ?? ((cursor: JsonCursor): Status => readMessage(cursor, plan, false));
      const element = groupElement(read, tagOf(field.number, endGroupType));
      return { element, wireType: startGroupType, takesNull, inner };
    }
    const element = content === undefined ? messageElement(plan) : contentElement(content);
    return { element, wireType: lengthType, takesNull, inner };
  }

  /** The content of a well-known type with a JSON form of its own; undefined for all other messages. */
  #ownForm(desc: DescMessage): ContentReader | undefined {
    const wrapped = wrappedField(desc);
    if (wrapped?.scalar !== undefined && wrapped.fieldKind === "scalar") {
      const element = scalarElement(wrapped.scalar);
      const tag = tagOf(wrapped.number, wireTypeOf(wrapped.scalar));
      return (cursor) => element(cursor, tag);
    }
    switch (desc.typeName) {
      case "google.protobuf.Timestamp":
        return textContent("a time", readTimestampText);
      case "google.protobuf.Duration":
        return textContent("a duration", readDurationText);
      case "google.protobuf.FieldMask":
        return textContent("a field mask", (cursor) => readFieldMaskText(cursor, false));
      case "google.protobuf.Struct":
        return readStructContent;
      case "google.protobuf.Value":
        return readValueContent;
      case "google.protobuf.ListValue":
        return readListContent;
      case "google.protobuf.Any":
        return (cursor) => readAnyContent(cursor, this.#payloadOf);
      default:
        return undefined;
    }
  }

  /** Types inside an Any are compiled when a body first names them. */
  readonly #payloadOf = (typeName: string): AnyPayload | undefined => {
    const known = this.#payloads.get(typeName);
    if (known !== undefined) return known;
    const desc = this.#registry.getMessage(typeName);
    if (desc === undefined) return undefined;
    const own = this.#ownForm(desc);
    const plan = this.#plan(desc);
    // Empty has no form of its own, but an empty `value` is how Go writes it.
    const isEmpty = desc.typeName === "google.protobuf.Empty";
    const read = own ?? ((cursor: JsonCursor): Status => readMessage(cursor, plan, !isEmpty));
    const form = own === undefined && !isEmpty ? "fields" : "value";
    const payload: AnyPayload = { desc, form, read };
    this.#payloads.set(typeName, payload);
    return payload;
  };

  #extensionsOf(desc: DescMessage): readonly DescExtension[] {
    if (this.#extensions === undefined) {
      const found = new Map<string, DescExtension[]>();
      for (const type of this.#registry) {
        if (type.kind !== "extension") continue;
        const of = found.get(type.extendee.typeName) ?? [];
        of.push(type);
        found.set(type.extendee.typeName, of);
      }
      this.#extensions = found;
    }
    return this.#extensions.get(desc.typeName) ?? [];
  }
}

interface CompiledValue {
  readonly element: ElementReader;
  readonly wireType: number;
  readonly takesNull: boolean;
  readonly inner: MessagePlan | undefined;
}

function shapeOf(field: AnyField): FieldPlan["shape"] {
  if (field.fieldKind === "map") return mapShape;
  if (field.fieldKind !== "list") return singularShape;
  return field.packed ? packedShape : listShape;
}

/** Whether the messages of a field are groups. */
export function isDelimited(field: AnyField): boolean {
  if (field.fieldKind === "message") return field.delimitedEncoding;
  return field.fieldKind === "list" && field.listKind === "message" && field.delimitedEncoding;
}
