import {
  type DescExtension,
  type DescField,
  ScalarType as Scalar,
  type ScalarType,
} from "@bufbuild/protobuf";
import { writeBase64 } from "./base64.ts";
import { writeDouble, writeFloat } from "./floating.ts";
import { JsonSink } from "./json-sink.ts";
import type { JsonWriteOptions } from "./options.ts";

const encoder = new TextEncoder();
const longs: ReadonlySet<ScalarType> = new Set([
  Scalar.INT64,
  Scalar.UINT64,
  Scalar.SINT64,
  Scalar.FIXED64,
  Scalar.SFIXED64,
]);

/**
 * The JSON of a field that is not there: the default its schema states, else the zero of its type, the first
 * value of an enum, an empty list or map, null for a message. `ofEntry` asks for the value of a map's entry.
 */
export function fallbackText(
  field: DescField | DescExtension,
  options: JsonWriteOptions,
  ofEntry = false,
): Uint8Array {
  if (field.fieldKind === "list") return encoder.encode("[]");
  if (field.fieldKind === "map" && !ofEntry) return encoder.encode("{}");
  const stated = field.fieldKind === "map" ? undefined : field.getDefaultValue();
  if (field.enum !== undefined) {
    const number = typeof stated === "number" ? stated : (field.enum.values[0]?.number ?? 0);
    if (field.enum.typeName === "google.protobuf.NullValue") return encoder.encode("null");
    const name = field.enum.value[number]?.jsonName;
    const asNumber = options.enumsAsIntegers || name === undefined;
    return encoder.encode(asNumber ? String(number) : JSON.stringify(name));
  }
  if (field.scalar === undefined) return encoder.encode("null");
  return scalarText(field.scalar, stated, options);
}

function scalarText(scalar: ScalarType, stated: unknown, options: JsonWriteOptions): Uint8Array {
  if (scalar === Scalar.STRING) {
    return encoder.encode(JSON.stringify(typeof stated === "string" ? stated : ""));
  }
  const sink = new JsonSink();
  if (scalar === Scalar.BYTES) {
    const bytes = stated instanceof Uint8Array ? stated : new Uint8Array(0);
    writeBase64(sink, bytes, 0, bytes.length);
  } else if (scalar === Scalar.BOOL) sink.ascii(stated === true ? "true" : "false");
  else if (longs.has(scalar)) sink.ascii(longText(stated, options));
  else {
    const number = typeof stated === "number" ? stated : 0;
    if (scalar === Scalar.FLOAT) writeFloat(sink, Math.fround(number));
    else writeDouble(sink, number);
  }
  return sink.bytes();
}

function longText(stated: unknown, options: JsonWriteOptions): string {
  const digits = typeof stated === "bigint" || typeof stated === "string" ? `${stated}` : "0";
  return options.int64AsNumber ? digits : `"${digits}"`;
}
