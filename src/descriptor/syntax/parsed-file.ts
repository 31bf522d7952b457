import type { Message } from "@bufbuild/protobuf";
import type {
  DescriptorProto,
  DescriptorProto_ExtensionRange,
  EnumDescriptorProto,
  EnumValueDescriptorProto,
  FieldDescriptorProto,
  FileDescriptorProto,
  MethodDescriptorProto,
  OneofDescriptorProto,
  ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import type { SourceText } from "./source-text.ts";

/** An integer or float as written, as a number. */
export function toNumber(value: OptionValue & { readonly kind: "integer" | "float" }): number {
  if (value.kind === "float") return value.value;
  return value.isNegative ? -Number(-value.value) : Number(value.value);
}

/** A declaration that may carry options. */
export type OptionHolder =
  | FileDescriptorProto
  | DescriptorProto
  | DescriptorProto_ExtensionRange
  | FieldDescriptorProto
  | OneofDescriptorProto
  | EnumDescriptorProto
  | EnumValueDescriptorProto
  | ServiceDescriptorProto
  | MethodDescriptorProto;

/** One part of an option's name: `foo`, or `(some.extension)`. */
export interface OptionNamePart {
  readonly text: string;
  readonly isExtension: boolean;
  readonly offset: number;
}

/** The value of an option as written; what it means depends on the option's type. */
export type OptionValue =
  | { readonly kind: "identifier"; readonly text: string }
  /** `isNegative` tells -0 from 0, which a floating point option keeps apart. */
  | { readonly kind: "integer"; readonly value: bigint; readonly isNegative: boolean }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly bytes: Uint8Array }
  /** The text between the braces in protobuf text format, comments removed. */
  | { readonly kind: "aggregate"; readonly text: string };

/** An option that was read, but whose name has not been looked up. */
export interface PendingOption {
  readonly name: readonly OptionNamePart[];
  readonly value: OptionValue;
  readonly offset: number;
  readonly valueOffset: number;
}

/** Offsets of the parts of a declaration that a problem may point at. */
export interface Marks {
  readonly start: number;
  readonly name: number;
  /** The type of a field; the request type of a method. */
  readonly type?: number;
  /** The number of a field or enum value; the response type of a method. */
  readonly second?: number;
  /** The extended message, of an extension. */
  readonly extendee?: number;
}

/** What the parser makes of one file: its descriptor with names as written, and what the linker needs. */
export interface ParsedFile {
  readonly proto: FileDescriptorProto;
  readonly source: SourceText;
  readonly marks: ReadonlyMap<Message, Marks>;
  /** Offsets of the import statements, in the order of `dependency`. */
  readonly importOffsets: readonly number[];
  readonly pending: ReadonlyMap<OptionHolder, readonly PendingOption[]>;
}
