// Other wire forms of the same or of a related message, that a protobuf parser takes: fields in another order,
// packed lists cut up, singular fields twice, sub-messages in pieces, unknown fields between the others.
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Random } from "../../../src/base/index.ts";

interface WireField {
  readonly number: number;
  readonly type: WireType;
  readonly data: Uint8Array;
}

/** Splits wire data into its fields; `data` is what follows the tag. */
function splitFields(wire: Uint8Array): WireField[] {
  const reader = new BinaryReader(wire);
  const fields: WireField[] = [];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    fields.push({ number, type, data: reader.skip(type, number) });
  }
  return fields;
}

function joinFields(fields: readonly WireField[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fields) writer.tag(field.number, field.type).raw(field.data);
  return writer.finish();
}

/** What a mutation may do. `merges` also cuts sub-messages up; `drops` may change the message's meaning. */
export interface MutationOptions {
  readonly merges: boolean;
  readonly repeats: boolean;
}

/** Rewrites the wire bytes of a message of `desc`; the outcome is valid for every protobuf parser. */
export function mutateWire(
  desc: DescMessage,
  wire: Uint8Array,
  random: Random,
  options: MutationOptions,
): Uint8Array {
  const known = new Map(desc.fields.map((field) => [field.number, field]));
  const fields = splitFields(wire).flatMap((field) => {
    const descField = known.get(field.number);
    return descField === undefined ? [field] : mutateField(descField, field, random, options);
  });
  if (random() < 0.3)
    fields.push({ number: 29_999, type: WireType.Varint, data: Uint8Array.of(7) });
  shuffle(fields, random);
  if (options.repeats && fields.length > 0 && random() < 0.5) {
    const again = fields[Math.floor(random() * fields.length)];
    if (again !== undefined) fields.push(again);
  }
  return joinFields(fields);
}

function mutateField(
  desc: DescField,
  field: WireField,
  random: Random,
  options: MutationOptions,
): WireField[] {
  if (field.type !== WireType.LengthDelimited) return [field];
  const content = new BinaryReader(field.data).bytes();
  if (desc.message !== undefined && desc.fieldKind !== "map") {
    const inner = mutateWire(desc.message, content, random, options);
    if (desc.fieldKind === "list" || !options.merges || random() < 0.5) {
      return [{ ...field, data: delimited(inner) }];
    }
    const parts = splitFields(inner);
    const cut = Math.floor(random() * (parts.length + 1));
    return [parts.slice(0, cut), parts.slice(cut)].map((part) => ({
      ...field,
      data: delimited(joinFields(part)),
    }));
  }
  if (desc.fieldKind === "map" && random() < 0.5) {
    const parts = splitFields(content);
    shuffle(parts, random);
    return [{ ...field, data: delimited(joinFields(parts)) }];
  }
  return [field];
}

function delimited(bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().bytes(bytes).finish();
}

/**
 * Shuffles fields of different numbers among each other. Those of one number keep their order, so that lists stay
 * the same.
 */
function shuffle(fields: WireField[], random: Random): void {
  for (let i = fields.length - 1; i > 0; i--) {
    const other = fields[i - 1];
    const field = fields[i];
    if (field === undefined || other === undefined || other.number === field.number) continue;
    if (random() < 0.4) {
      fields[i - 1] = field;
      fields[i] = other;
    }
  }
}
