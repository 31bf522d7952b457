// Finds what protobuf-es reads in its own way although protobuf says otherwise, so that the rest of random bytes
// can be held to the same outcome. An independent and slow walk over the wire.
import type { DescExtension, DescField, DescMessage, Registry } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/**
 * Each difference by its name, and the clause that decides for ours:
 * - "wire type": a known field of another wire type is an unknown field (encoding guide, "Unknown Fields"; all of
 *   Google's parsers). protobuf-es reads its bytes as if the type were right.
 * - "overrun": a value may not cross the end of its message (encoding guide, "Length-Delimited Records").
 *   protobuf-es reads on into the bytes behind it.
 * - "long length": a length has at most 32 bits; protobuf-es ignores those above.
 * - "closed enum": a closed enum's unknown number in a list or map is an unknown field (enum guide, "Definitions of
 *   Open and Closed Enums"). protobuf-es keeps the number.
 * - "long varint": a varint has at most ten bytes; protobuf-es skips longer ones in unknown fields.
 * - "extension twice": of a singular extension, protobuf-es reads the last value only, and keeps what the others
 *   hold unread. We refuse what is malformed wherever it lies.
 * - "depth": levels inside an Any count like others. protobuf-es begins again at 0.
 */
export type Irregularity =
  | "wire type"
  | "overrun"
  | "long length"
  | "long varint"
  | "extension twice"
  | "closed enum"
  | "depth";

interface Walk {
  readonly registry: Registry;
  readonly found: Set<Irregularity>;
}

type AnyField = DescField | DescExtension;

/** The irregularities of wire bytes that may be of any kind; what cannot be walked is left to both parsers. */
export function irregularitiesOf(
  registry: Registry,
  desc: DescMessage,
  wire: Uint8Array,
): ReadonlySet<Irregularity> {
  const walk: Walk = { registry, found: new Set() };
  try {
    walkMessage(walk, desc, new BinaryReader(wire), wire.length, 0, 1);
  } catch {
    // Malformed where protobuf-es stops as well.
  }
  return walk.found;
}

function walkMessage(
  walk: Walk,
  desc: DescMessage,
  reader: BinaryReader,
  end: number,
  group: number,
  depth: number,
): void {
  if (depth > 100) {
    walk.found.add("depth");
    return;
  }
  const extensions = new Set<number>();
  while (reader.pos < end) {
    const [number, type] = reader.tag();
    if (type === WireType.EndGroup && number === group) return;
    const field =
      desc.fields.find((one) => one.number === number) ??
      walk.registry.getExtensionFor(desc, number);
    if (field?.kind === "extension") {
      if (extensions.has(number) && field.fieldKind !== "list") walk.found.add("extension twice");
      extensions.add(number);
    }
    if (field === undefined) skip(walk, reader, type, number, depth);
    else walkField(walk, desc, field, reader, end, type, depth);
    if (reader.pos > end) walk.found.add("overrun");
  }
  // protobuf-es looks for the end of a group behind the message that the group is in.
  if (group !== 0) walk.found.add("overrun");
}

function walkField(
  walk: Walk,
  desc: DescMessage,
  field: AnyField,
  reader: BinaryReader,
  end: number,
  type: WireType,
  depth: number,
): void {
  const expected = expectedType(field);
  const isPacked =
    field.fieldKind === "list" &&
    type === WireType.LengthDelimited &&
    expected !== WireType.LengthDelimited &&
    field.message === undefined;
  if (type !== expected && !isPacked) {
    walk.found.add("wire type");
    skip(walk, reader, type, field.number, depth);
    return;
  }
  if (type === WireType.StartGroup && field.message !== undefined) {
    walkMessage(walk, field.message, reader, end, field.number, depth + 1);
    return;
  }
  if (type !== WireType.LengthDelimited) {
    walkScalar(walk, field, reader, type);
    return;
  }
  const start = reader.pos;
  const stop = readLength(walk, reader) + reader.pos;
  if (stop > end) walk.found.add("overrun");
  if (isPacked) {
    while (reader.pos < stop) walkScalar(walk, field, reader, expected);
    if (reader.pos > stop) walk.found.add("overrun");
  } else if (field.fieldKind === "map") walkEntry(walk, field, reader, stop, depth);
  else if (field.message !== undefined) {
    walkMessage(walk, field.message, reader, stop, 0, depth + 1);
  } else {
    reader.pos = start;
    const bytes = reader.bytes();
    if (desc.typeName === "google.protobuf.Any") walkAny(walk, bytes, depth);
  }
}

function skip(
  walk: Walk,
  reader: BinaryReader,
  type: WireType,
  number: number,
  depth: number,
): void {
  const start = reader.pos;
  if (type === WireType.LengthDelimited) {
    readLength(walk, reader);
    reader.pos = start;
  }
  if (type === WireType.StartGroup) {
    while (reader.pos < reader.len) {
      const [inner, innerType] = reader.tag();
      if (innerType === WireType.EndGroup) break;
      skip(walk, reader, innerType, inner, depth);
    }
    reader.pos = start;
  }
  reader.skip(type, number, 100 - depth);
  if (type === WireType.Varint && reader.pos - start > 10) walk.found.add("long varint");
}

function readLength(walk: Walk, reader: BinaryReader): number {
  const start = reader.pos;
  const length = reader.uint32();
  if (reader.pos - start > 4) walk.found.add("long length");
  return length;
}

function walkScalar(walk: Walk, field: AnyField, reader: BinaryReader, type: WireType): void {
  if (field.enum === undefined || field.enum.open) {
    reader.skip(type, field.number);
    return;
  }
  const value = reader.int32();
  const isKnown = field.enum.values.some((one) => one.number === value);
  if (!isKnown && field.fieldKind !== "enum") walk.found.add("closed enum");
}

function walkEntry(
  walk: Walk,
  field: DescField & { readonly fieldKind: "map" },
  reader: BinaryReader,
  end: number,
  depth: number,
): void {
  while (reader.pos < end) {
    const [number, type] = reader.tag();
    if (number > 2) {
      skip(walk, reader, type, number, depth);
      continue;
    }
    const wanted = number === 1 ? scalarType(field.mapKey) : valueType(field);
    if (type !== wanted) {
      walk.found.add("wire type");
      reader.skip(type, number);
    } else if (number === 2 && field.message !== undefined) {
      const stop = readLength(walk, reader) + reader.pos;
      if (stop > end) walk.found.add("overrun");
      walkMessage(walk, field.message, reader, stop, 0, depth + 1);
    } else if (number === 2) walkScalar(walk, field, reader, type);
    else reader.skip(type, number);
  }
  if (reader.pos > end) walk.found.add("overrun");
}

/** The payload of any Any that may be one: every bytes field is tried as each type is not known here. */
function walkAny(walk: Walk, bytes: Uint8Array, depth: number): void {
  for (const desc of walk.registry) {
    if (desc.kind !== "message" || depth > 8) continue;
    const inner = new Set<Irregularity>();
    try {
      walkMessage(
        { registry: walk.registry, found: inner },
        desc,
        new BinaryReader(bytes),
        bytes.length,
        0,
        depth + 1,
      );
    } catch {
      continue;
    }
    for (const one of inner) walk.found.add(one);
  }
}

function expectedType(field: AnyField): WireType {
  if (field.fieldKind === "map") return WireType.LengthDelimited;
  return valueType(field);
}

function valueType(field: AnyField): WireType {
  if (field.message !== undefined) {
    return field.fieldKind !== "map" && field.delimitedEncoding
      ? WireType.StartGroup
      : WireType.LengthDelimited;
  }
  return field.enum !== undefined ? WireType.Varint : scalarType(field.scalar);
}

function scalarType(scalar: ScalarType): WireType {
  if (scalar === ScalarType.STRING || scalar === ScalarType.BYTES) return WireType.LengthDelimited;
  const is64 = [ScalarType.DOUBLE, ScalarType.FIXED64, ScalarType.SFIXED64].includes(scalar);
  if (is64) return WireType.Bit64;
  const is32 = [ScalarType.FLOAT, ScalarType.FIXED32, ScalarType.SFIXED32].includes(scalar);
  return is32 ? WireType.Bit32 : WireType.Varint;
}
