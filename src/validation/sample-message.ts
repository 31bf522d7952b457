import { create, type Message, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { DescField, DescMessage } from "../descriptor/index.ts";
import { messagesIn } from "./has-rules.ts";

/** What a sample reaches down to; a type that holds itself ends here. */
const depth = 4;

/** Types whose content no descriptor tells, so that a sample of them would say nothing. */
const openTypes: ReadonlySet<string> = new Set([
  "google.protobuf.Any",
  "google.protobuf.Struct",
  "google.protobuf.Value",
  "google.protobuf.ListValue",
]);

/**
 * Messages of a type in which every field is set, to evaluate rules on: text is "a", numbers are 1, lists and maps
 * have one element. Of each oneof one member is set; there are as many samples as the largest has members.
 */
export function sampleMessages(message: DescMessage): readonly Message[] {
  const largest = Math.max(1, ...message.oneofs.map(({ fields }) => fields.length));
  return Array.from({ length: largest }, (_, choice) => sample(message, depth, choice).message);
}

/** Whether messages of a type hold, at some depth, what no descriptor tells the type of. */
export function isOpen(message: DescMessage): boolean {
  return messagesIn(message).some(({ typeName }) => openTypes.has(typeName));
}

/** Whether messages of a type hold, at some depth, a map: which keys it has is up to who sends it. */
export function hasMap(message: DescMessage): boolean {
  return messagesIn(message).some(({ fields }) =>
    fields.some((field) => field.fieldKind === "map"),
  );
}

function sample(desc: DescMessage, levels: number, choice: number): ReflectMessage {
  // One sample of a type serves wherever it stands on its level: a wide schema is not multiplied out.
  return sampleOf(desc, levels, choice, new Map());
}

function sampleOf(
  desc: DescMessage,
  levels: number,
  choice: number,
  made: Map<string, ReflectMessage>,
): ReflectMessage {
  const key = `${levels} ${desc.typeName}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const filled = reflect(desc, create(desc));
  made.set(key, filled);
  for (const field of desc.fields) {
    const { oneof } = field;
    if (oneof !== undefined && oneof.fields[choice % oneof.fields.length] !== field) continue;
    fill(filled, field, (inner) =>
      levels === 0 || openTypes.has(inner.typeName)
        ? undefined
        : sampleOf(inner, levels - 1, choice, made),
    );
  }
  return filled;
}

function fill(
  into: ReflectMessage,
  field: DescField,
  messageOf: (desc: DescMessage) => ReflectMessage | undefined,
): void {
  const value = sampleValue(field, messageOf);
  if (value === undefined) return;
  if (field.fieldKind === "list") into.get(field).add(value);
  else if (field.fieldKind === "map") {
    into.get(field).set(sampleScalar(field.mapKey) as string | number | bigint | boolean, value);
  } else into.set(field, value);
}

function sampleValue(
  field: DescField,
  messageOf: (desc: DescMessage) => ReflectMessage | undefined,
): unknown {
  if (field.message !== undefined) return messageOf(field.message);
  if (field.enum !== undefined) {
    return field.enum.values.find(({ number }) => number !== 0)?.number ?? 0;
  }
  return sampleScalar(field.scalar);
}

function sampleScalar(scalar: ScalarType): unknown {
  switch (scalar) {
    case ScalarType.STRING:
      return "a";
    case ScalarType.BYTES:
      return new Uint8Array([0x61]);
    case ScalarType.BOOL:
      return true;
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 1n;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.SINT32:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return 1;
  }
}
