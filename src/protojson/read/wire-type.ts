import { ScalarType } from "@bufbuild/protobuf";

/** Wire types (encoding, "Message Structure"). */
export const varintType = 0;
const fixed64Type = 1;
export const lengthType = 2;
export const startGroupType = 3;
export const endGroupType = 4;
const fixed32Type = 5;

const scalarWireTypes: ReadonlyMap<ScalarType, number> = new Map([
  [ScalarType.DOUBLE, fixed64Type],
  [ScalarType.FIXED64, fixed64Type],
  [ScalarType.SFIXED64, fixed64Type],
  [ScalarType.FLOAT, fixed32Type],
  [ScalarType.FIXED32, fixed32Type],
  [ScalarType.SFIXED32, fixed32Type],
  [ScalarType.STRING, lengthType],
  [ScalarType.BYTES, lengthType],
]);

/** The wire type of a scalar outside a packed field. */
export function wireTypeOf(scalar: ScalarType): number {
  return scalarWireTypes.get(scalar) ?? varintType;
}

/** Field number and wire type as one varint; unsigned, because the largest number needs the 32nd bit. */
export function tagOf(number: number, wireType: number): number {
  return ((number << 3) | wireType) >>> 0;
}
