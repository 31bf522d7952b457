/** How messages are printed. */
export interface JsonWriteOptions {
  /** Prints fields without presence that hold their default, empty lists and empty maps. */
  readonly emitDefaults: boolean;
  /** Prints enums by number. NullValue stays null. */
  readonly enumsAsIntegers: boolean;
  /** Uses `field_name` as the schema has it, not `fieldName`. */
  readonly preserveProtoNames: boolean;
  /** Prints 64-bit integers as JSON numbers. JavaScript readers then round those beyond 2^53. */
  readonly int64AsNumber: boolean;
  /** Prints line breaks and two spaces a level. */
  readonly pretty: boolean;
  /** How many messages may be inside each other, the outermost included; protobuf's own default is 100. */
  readonly maxDepth: number;
  /**
   * What becomes of an Any whose type the registry lacks or whose bytes are not of that type: a problem, or
   * `{"@type": ..., "value": base64}` as error details want it.
   */
  readonly unknownAny: "fail" | "base64";
}

/** Canonical ProtoJSON. */
export const defaultJsonWriteOptions: JsonWriteOptions = {
  emitDefaults: false,
  enumsAsIntegers: false,
  preserveProtoNames: false,
  int64AsNumber: false,
  pretty: false,
  maxDepth: 100,
  unknownAny: "fail",
};
