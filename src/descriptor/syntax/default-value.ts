import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { err, ok, type Result } from "../../base/index.ts";
import { type OptionValue, toNumber } from "./parsed-file.ts";
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
  return isFloat ? formatFloat(value, type === Type.FLOAT) : formatInteger(type, value);
}

function formatFloat(value: OptionValue, isSingle: boolean): Result<string, string> {
  if (value.kind === "integer") return ok(shortestDecimal(toNumber(value), isSingle));
  if (value.kind === "identifier" && /^(?:inf|nan)$/.test(value.text)) return ok(value.text);
  if (value.kind !== "float") return err("the default of this field is a number");
  if (value.value === Number.NEGATIVE_INFINITY) return ok("-inf");
  if (Number.isNaN(value.value)) return ok("nan");
  return ok(
    value.value === Number.POSITIVE_INFINITY ? "inf" : shortestDecimal(value.value, isSingle),
  );
}

/** The shortest spelling that reads back as the same double, or the same float; the sign of zero is kept. */
function shortestDecimal(value: number, isSingle: boolean): string {
  if (Object.is(value, -0)) return "-0";
  if (!isSingle) return String(value);
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? "inf" : "-inf";
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) return String(shorter);
  }
  return String(Number(single.toPrecision(9)));
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
