import { type DescEnum, ScalarType } from "@bufbuild/protobuf";
import { err, nearestName, ok, type Result } from "../../base/index.ts";
import { type OptionValue, toNumber } from "../syntax/parsed-file.ts";
import { decodeUtf8 } from "../syntax/string-literal.ts";

/** The value a scalar or enum option holds in memory. */
export type OptionScalar = string | number | bigint | boolean | Uint8Array;

const limits: ReadonlyMap<ScalarType, readonly [bigint, bigint]> = new Map([
  ...[ScalarType.INT32, ScalarType.SINT32, ScalarType.SFIXED32].map((type) =>
    limit(type, -(1n << 31n), (1n << 31n) - 1n),
  ),
  ...[ScalarType.UINT32, ScalarType.FIXED32].map((type) => limit(type, 0n, (1n << 32n) - 1n)),
  ...[ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64].map((type) =>
    limit(type, -(1n << 63n), (1n << 63n) - 1n),
  ),
  ...[ScalarType.UINT64, ScalarType.FIXED64].map((type) => limit(type, 0n, (1n << 64n) - 1n)),
]);

function limit(
  type: ScalarType,
  low: bigint,
  high: bigint,
): [ScalarType, readonly [bigint, bigint]] {
  return [type, [low, high]];
}

/** The written value as a value of `type`, or what was wrong with it. 64-bit integers stay exact. */
export function scalarOption(type: ScalarType, value: OptionValue): Result<OptionScalar, string> {
  if (type === ScalarType.STRING) {
    const text = value.kind === "string" ? decodeUtf8(value.bytes) : undefined;
    return text === undefined ? err("expected a string of UTF-8") : ok(text);
  }
  if (type === ScalarType.BYTES) {
    return value.kind === "string" ? ok(value.bytes) : err("expected a string");
  }
  if (type === ScalarType.BOOL) {
    const isBool = value.kind === "identifier" && /^(?:true|false)$/.test(value.text);
    return isBool ? ok(value.text === "true") : err("expected true or false");
  }
  const isFloat = type === ScalarType.FLOAT || type === ScalarType.DOUBLE;
  return isFloat ? floatOption(type, value) : integerOption(type, value);
}

function floatOption(type: ScalarType, value: OptionValue): Result<OptionScalar, string> {
  const number = numberOf(value);
  if (number === undefined) return err("expected a number");
  return ok(type === ScalarType.FLOAT ? Math.fround(number) : number);
}

function numberOf(value: OptionValue): number | undefined {
  if (value.kind === "float" || value.kind === "integer") return toNumber(value);
  if (value.kind !== "identifier") return undefined;
  if (value.text === "inf") return Number.POSITIVE_INFINITY;
  return value.text === "nan" ? Number.NaN : undefined;
}

function integerOption(type: ScalarType, value: OptionValue): Result<OptionScalar, string> {
  if (value.kind !== "integer") return err("expected an integer");
  const [low, high] = limits.get(type) ?? [0n, 0n];
  if (value.value < low || value.value > high) return err(`expected ${low} to ${high}`);
  const is64 = high > 0xffff_ffffn;
  return ok(is64 ? value.value : Number(value.value));
}

/** The number of the enum value that is named. */
export function enumOption(desc: DescEnum, value: OptionValue): Result<number, string> {
  if (value.kind !== "identifier") return err(`expected a value of the enum ${desc.typeName}`);
  const found = desc.values.find((candidate) => candidate.name === value.text);
  if (found !== undefined) return ok(found.number);
  const nearest = nearestName(
    value.text,
    desc.values.map((candidate) => candidate.name),
  );
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return err(`${desc.typeName} has no value "${value.text}"${hint}`);
}
