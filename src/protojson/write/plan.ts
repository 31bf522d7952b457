import type { Literal } from "./literal.ts";

/** How a value is read and printed. Ordered by wire form, because the writers compare for each value. */
export const valueKind = {
  bool: 0,
  int32: 1,
  uint32: 2,
  sint32: 3,
  int64: 4,
  sint64: 5,
  uint64: 6,
  fixed32: 7,
  sfixed32: 8,
  float: 9,
  fixed64: 10,
  sfixed64: 11,
  double: 12,
  text: 13,
  /** A string field whose schema does not ask for UTF-8: what is not is replaced by U+FFFD. */
  looseText: 14,
  bytes: 15,
  enumeration: 16,
  message: 17,
  group: 18,
} as const;

/** Which JSON a message becomes: an object of its fields, or the form of a well-known type. */
export const messageShape = {
  ordinary: 0,
  timestamp: 1,
  duration: 2,
  fieldMask: 3,
  wrapper: 4,
  any: 5,
  struct: 6,
  value: 7,
  list: 8,
} as const;

/** One value or many. */
export const container = { singular: 0, list: 1, map: 2 } as const;

/** The texts of an enum's values. */
export interface EnumNames {
  /** Texts of the numbers from 0; the frequent ones. */
  readonly dense: readonly (Literal | undefined)[];
  readonly sparse: ReadonlyMap<number, Literal>;
  /** A closed enum drops the numbers it does not know; an open one prints them. */
  readonly isClosed: boolean;
  /** google.protobuf.NullValue: null whatever the number is. */
  readonly isNull: boolean;
}

/** One field, with everything about it that the schema and the options decide. */
export interface FieldPlan {
  /** Place in the printing order of its message. */
  readonly index: number;
  readonly number: number;
  /** The name that it is printed under. */
  readonly name: string;
  readonly container: number;
  readonly kind: number;
  /** The tag that the schema makes writers use. A list may come under `packedTag` and `itemTag` alike. */
  readonly tag: number;
  readonly itemTag: number;
  /** -1 for what cannot be packed. */
  readonly packedTag: number;
  /** `,"name":` */
  readonly key: Literal;
  /** The text of the value that implicit presence does not print. */
  readonly unprinted: Uint8Array | undefined;
  /** What is printed, with the key, for a field that is not there. */
  readonly absent: Literal | undefined;
  readonly isRequired: boolean;
  /** What the field is worth where it is asked for and not there. */
  readonly fallback: Literal;
  /** Index of its oneof in the message, or -1. */
  readonly oneof: number;
  /** Of the message, or of a map's entry. */
  readonly message: MessagePlan | undefined;
  readonly names: EnumNames | undefined;
  /** As a map key: whether quotes are to be put around what the kind prints. */
  readonly isQuoted: boolean;
  /** 64-bit integers: whether they print as numbers. */
  readonly isBare: boolean;
}

/** One message type. The arrays are filled after the object exists, because types refer to each other. */
export interface MessagePlan {
  readonly typeName: string;
  readonly shape: number;
  /** By number, the fields of the message first, then its extensions. */
  readonly fields: FieldPlan[];
  /** Fields by tag, both tags of a list; tags from 4096 are in `sparse`. */
  readonly dense: (FieldPlan | undefined)[];
  readonly sparse: Map<number, FieldPlan>;
  /** Whether a field that is not there prints something or is a problem. */
  hasAbsent: boolean;
  oneofCount: number;
}

/** The field that `tag` is for, if its wire type suits the field; protobuf takes others for unknown fields. */
export function fieldOfTag(plan: MessagePlan, tag: number): FieldPlan | undefined {
  return tag < plan.dense.length ? plan.dense[tag] : plan.sparse.get(tag);
}
