import type { DescMessage } from "@bufbuild/protobuf";
import type { JsonCursor, Status } from "./cursor.ts";
import type { NameTable } from "./name-table.ts";

/** Reads one JSON value and writes it behind `tag`; a tag of 0 writes the value alone, as inside a packed field. */
export type ElementReader = (cursor: JsonCursor, tag: number) => Status;

/** Reads one JSON value and writes the content of its message: no tag, no length. */
export type ContentReader = (cursor: JsonCursor) => Status;

/** Writes the cursor's text behind `tag`, for values that are a string in JSON or stand in a path or query. */
export type TextReader = (cursor: JsonCursor, tag: number) => Status;

export const singularShape = 0;
export const listShape = 1;
export const packedShape = 2;
export const mapShape = 3;

/** One field, ready to be read. */
export interface FieldPlan {
  /** Name for problems: the JSON name, or `[package.name]` of an extension. */
  readonly name: string;
  readonly number: number;
  readonly shape: 0 | 1 | 2 | 3;
  /** Field number and wire type of one element, of the packed whole, or of a map entry. */
  readonly tag: number;
  readonly element: ElementReader;
  /** Reads a key from the cursor's text; only for maps. */
  readonly key: TextReader | undefined;
  /** Whether `null` is a value of the element (Value, NullValue) rather than its absence. */
  readonly takesNull: boolean;
  /** Tag of the key inside a map entry. */
  readonly keyTag: number;
  /** Tag of the value inside a map entry. */
  readonly valueTag: number;
  /** Word and bit that say the field was set, counted from the message's first word. */
  readonly seenWord: number;
  readonly seenBit: number;
  /** The same for its oneof; bit 0 when it is in none. */
  readonly oneofWord: number;
  readonly oneofBit: number;
  readonly oneof: string;
  readonly isRequired: boolean;
  /** The message of a singular field whose JSON is an object of fields, which a guard can look into. */
  readonly inner: MessagePlan | undefined;
}

/** One message whose JSON form is an object of its fields. */
export interface MessagePlan {
  readonly desc: DescMessage;
  readonly fields: readonly FieldPlan[];
  /** Fields by JSON name, proto name, and `[extension]`. */
  readonly names: NameTable<FieldPlan>;
  readonly seenWords: number;
  /** proto2 `required` and editions' LEGACY_REQUIRED. */
  readonly required: readonly FieldPlan[];
  /** Bytes that the length of such a message took last time. */
  lengthBytes: number;
}
