import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { err, ok, type Result } from "../../base/index.ts";
import type { OptionValue } from "./parsed-file.ts";
import { decodeUtf8, escapeBytes } from "./string-literal.ts";

const integerLimits: ReadonlyMap<Type, readonly [bigint, bigint]> = new Map([
  ...[Type.INT32, Type.SINT32, Type.SFIXED32].map((type) => signed(type, 31n)),
  ...[Type.INT64, Type.SINT64, Type.SFIXED64].map((type) => signed(type, 63n)),
  ...[Type.UINT32, Type.FIXED32].map((type) => unsigned(type, 32n)),
  ...[Type.UINT64, Type.FIXED64].map((type) => unsigned(type, 64n)),
]);

function signed(type: Type, bits: bigint): [Type, readonly [bigint, bigint]] {
  return [type, [-(1n << bits), (1n << bits) - 1n]];
}

function unsigned(type: Type, bits: bigint): [Type, readonly [bigint, bigint]] {
  return [type, [0n, (1n << bits) - 1n]];
}

/**
 * The spelling of `[default = value]` in a descriptor. `type` is undefined for a type that is a name, and
 * then must be an enum. Fails with what was expected. Source: descriptor.proto, `default_value`.
 */
export function formatDefault(type: Type | undefined, value: OptionValue): Result<string, string> {
  if (type === undefined) {
    return value.kind === "identifier"
      ? ok(value.text)
      : err("the default of an enum field is the name of a value");
  }
  if (type === Type.GROUP || type === Type.MESSAGE) return err("a message has no default value");
  if (type === Type.BOOL) {
    const isBool = value.kind === "identifier" && /^(?:true|false)$/.test(value.text);
    return isBool ? ok(value.text) : err("the default of a bool field is true or false");
  }
  if (type === Type.STRING) {
    const text = value.kind === "string" ? decodeUtf8(value.bytes) : undefined;
    return text === undefined
      ? err("the default of a string field is a string of UTF-8")
      : ok(text);
  }
  if (type === Type.BYTES) {
    return value.kind === "string"
      ? ok(escapeBytes(value.bytes))
      : err("the default of a bytes field is a string");
  }
  const isFloat = type === Type.FLOAT || type === Type.DOUBLE;
  return isFloat ? formatFloat(value) : formatInteger(type, value);
}

function formatFloat(value: OptionValue): Result<string, string> {
  if (value.kind === "integer") return ok(String(Number(value.value)));
  if (value.kind === "identifier" && /^(?:inf|nan)$/.test(value.text)) return ok(value.text);
  if (value.kind !== "float") return err("the default of this field is a number");
  if (value.value === Number.NEGATIVE_INFINITY) return ok("-inf");
  if (Number.isNaN(value.value)) return ok("nan");
  return ok(value.value === Number.POSITIVE_INFINITY ? "inf" : shortestDecimal(value.value));
}

/** JavaScript's spelling, but with the sign of zero kept. */
function shortestDecimal(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function formatInteger(type: Type, value: OptionValue): Result<string, string> {
  const limits = integerLimits.get(type);
  if (value.kind !== "integer" || limits === undefined) {
    return err("the default of this field is an integer");
  }
  const [low, high] = limits;
  if (value.value < low || value.value > high) {
    return err(`the default is outside ${low} to ${high}`);
  }
  return ok(value.value.toString());
}
