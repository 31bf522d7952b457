import { type DescExtension, type DescField, ScalarType } from "@bufbuild/protobuf";
import {
  type FieldOptions,
  FieldOptions_JSType as JsType,
  FeatureSet_FieldPresence as Presence,
  FeatureSet_RepeatedFieldEncoding as RepeatedEncoding,
} from "@bufbuild/protobuf/wkt";
import type { FileUnit, ProblemLog } from "./file-unit.ts";

type AnyField = DescField | DescExtension;

interface Rule {
  readonly message: string;
  /** Whether the field breaks the rule. Only options set on the field itself count, not inherited ones. */
  isBroken(field: AnyField, options: FieldOptions): boolean;
}

// The rules of protoc's ValidateFieldFeatures and ValidateOptions.
const rules: readonly Rule[] = [
  {
    message: "packed is for repeated numbers, bools and enums",
    isBroken: (field, options) => options.packed && !isPackable(field),
  },
  {
    message: "jstype is for 64-bit integers",
    isBroken: (field, options) => options.jstype !== JsType.JS_NORMAL && !is64Bit(field),
  },
  {
    message: "lazy is for message fields",
    isBroken: (field, options) => (options.lazy || options.unverifiedLazy) && !isMessage(field),
  },
  {
    message: "features.field_presence is not for repeated fields",
    isBroken: (field, { features }) => has(features?.fieldPresence) && isRepeated(field),
  },
  {
    message: "features.field_presence is not for the fields of a oneof",
    isBroken: (field, { features }) => has(features?.fieldPresence) && field.oneof !== undefined,
  },
  {
    message: "features.field_presence is not for extensions",
    isBroken: (field, { features }) =>
      has(features?.fieldPresence) && field.kind === "extension" && !isRepeated(field),
  },
  {
    message: "features.field_presence of a message is not IMPLICIT",
    isBroken: (field, { features }) =>
      features?.fieldPresence === Presence.IMPLICIT && isMessage(field) && !isRepeated(field),
  },
  {
    message: "features.repeated_field_encoding is for repeated fields",
    isBroken: (field, { features }) => has(features?.repeatedFieldEncoding) && !isRepeated(field),
  },
  {
    message: "features.repeated_field_encoding = PACKED is for numbers, bools and enums",
    isBroken: (field, { features }) =>
      features?.repeatedFieldEncoding === RepeatedEncoding.PACKED &&
      isRepeated(field) &&
      !isPackable(field),
  },
  {
    message: "features.utf8_validation is for string fields",
    isBroken: (field, { features }) => has(features?.utf8Validation) && !holdsText(field),
  },
  {
    message: "features.message_encoding is for message fields",
    isBroken: (field, { features }) =>
      has(features?.messageEncoding) && (!isMessage(field) || field.fieldKind === "map"),
  },
];

/** Checks that the options set on a field are for fields of its type. */
export function checkFieldOptions(field: AnyField, unit: FileUnit, log: ProblemLog): void {
  const { options } = field.proto;
  if (options === undefined) return;
  for (const rule of rules) {
    if (!rule.isBroken(field, options)) continue;
    log.add(unit, field.proto, `"${field.name}": ${rule.message}`);
  }
}

/** Whether a feature was set; 0 is the unknown value of all of them. */
function has(feature: number | undefined): boolean {
  return feature !== undefined && feature !== 0;
}

function isRepeated(field: AnyField): boolean {
  return field.fieldKind === "list" || field.fieldKind === "map";
}

function isMessage(field: AnyField): boolean {
  return field.message !== undefined;
}

function isPackable(field: AnyField): boolean {
  if (field.fieldKind !== "list" || field.message !== undefined) return false;
  return field.scalar !== ScalarType.STRING && field.scalar !== ScalarType.BYTES;
}

function holdsText(field: AnyField): boolean {
  const isTextKey = field.fieldKind === "map" && field.mapKey === ScalarType.STRING;
  return isTextKey || field.scalar === ScalarType.STRING;
}

const longTypes: ReadonlySet<ScalarType | undefined> = new Set([
  ScalarType.INT64,
  ScalarType.UINT64,
  ScalarType.SINT64,
  ScalarType.FIXED64,
  ScalarType.SFIXED64,
]);

function is64Bit(field: AnyField): boolean {
  return field.fieldKind !== "map" && longTypes.has(field.scalar);
}
