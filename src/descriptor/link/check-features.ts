import type { DescEnum, DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import {
  Edition,
  FeatureSet_JsonFormat as JsonFormat,
  FeatureSet_FieldPresence as Presence,
} from "@bufbuild/protobuf/wkt";
import { nearestName } from "../../base/index.ts";
import { defaultJsonName } from "../syntax/names.ts";
import { checkFieldOptions } from "./check-field-options.ts";
import type { FileUnit, ProblemLog } from "./file-unit.ts";

/**
 * Checks the rules that depend on features, which the schema model has resolved: open enums start at
 * zero, implicit presence knows no defaults and no closed enums, JSON names are used once.
 */
export function checkFeatures(file: DescFile, unit: FileUnit, log: ProblemLog): void {
  for (const type of nestedTypes(file)) {
    if (type.kind === "enum") checkEnum(type, unit, log);
    if (type.kind === "extension") checkFieldOptions(type, unit, log);
    if (type.kind !== "message") continue;
    for (const field of type.fields) {
      checkPresence(field, unit, log);
      checkDefault(field, unit, log);
      checkFieldOptions(field, unit, log);
    }
    checkJsonNames(type, unit, log);
  }
}

function checkEnum(desc: DescEnum, unit: FileUnit, log: ProblemLog): void {
  const first = desc.proto.value[0];
  if (!desc.open || first === undefined) return;
  if (first.number !== 0) {
    const text = `the first value of ${desc.typeName} is ${first.number}, and of an open enum it is 0`;
    log.add(unit, first, text, { part: "second" });
  }
}

function checkDefault(field: DescField, unit: FileUnit, log: ProblemLog): void {
  const { proto } = field;
  if (field.fieldKind !== "enum" || !Object.hasOwn(proto, "defaultValue")) return;
  const names = field.enum.values.map((value) => value.name);
  if (names.includes(proto.defaultValue)) return;
  const nearest = nearestName(proto.defaultValue, names);
  const help = nearest === undefined ? undefined : `did you mean "${nearest}"?`;
  const text = `"${field.name}" has the default "${proto.defaultValue}", which ${field.enum.typeName} has not`;
  log.add(unit, proto, text, { help });
}

function checkPresence(field: DescField, unit: FileUnit, log: ProblemLog): void {
  if (field.fieldKind === "map" && field.enum !== undefined && field.enum.values[0]?.number !== 0) {
    const text = `the values of "${field.name}" are of ${field.enum.typeName}, whose first value is not 0`;
    log.add(unit, field.proto, text, { part: "type" });
  }
  if (field.presence !== Presence.IMPLICIT || field.fieldKind === "map") return;
  if (field.fieldKind !== "list" && Object.hasOwn(field.proto, "defaultValue")) {
    log.add(unit, field.proto, `"${field.name}" has implicit presence, so it has no default value`);
  }
  // Repeated fields of proto3 are held to this as well; other repeated fields are not (protoc).
  const isProto3 = unit.proto.syntax === "proto3";
  if (field.enum !== undefined && !field.enum.open && (field.fieldKind === "enum" || isProto3)) {
    const text = `"${field.name}" has implicit presence, but its enum ${field.enum.typeName} is closed`;
    log.add(unit, field.proto, text, { part: "type" });
  }
}

function checkJsonNames(desc: DescMessage, unit: FileUnit, log: ProblemLog): void {
  const isStrict = jsonFormatOf(desc) === JsonFormat.ALLOW && !allowsConflicts(desc);
  const taken = new Map<string, DescField>();
  for (const field of desc.fields) {
    const other = taken.get(field.jsonName);
    taken.set(field.jsonName, other ?? field);
    if (other === undefined) continue;
    if (!isStrict && !(isCustom(field) && isCustom(other))) continue;
    const text = `"${field.name}" and "${other.name}" have the same JSON name, "${field.jsonName}"`;
    log.add(unit, field.proto, text, { help: "set json_name on one of them" });
  }
}

function isCustom(field: DescField): boolean {
  return field.jsonName !== defaultJsonName(field.name);
}

/** MessageOptions.deprecated_legacy_json_field_conflicts: deprecated, and still obeyed by protoc. */
function allowsConflicts(desc: DescMessage): boolean {
  // Not through MessageOptions, where the name is marked as deprecated.
  const options: { readonly deprecatedLegacyJsonFieldConflicts?: boolean } | undefined =
    desc.proto.options;
  return options?.deprecatedLegacyJsonFieldConflicts === true;
}

function jsonFormatOf(desc: DescMessage): JsonFormat {
  for (let at: DescMessage | undefined = desc; at !== undefined; at = at.parent) {
    const own = at.proto.options?.features?.jsonFormat;
    if (own !== undefined && own !== JsonFormat.JSON_FORMAT_UNKNOWN) return own;
  }
  const ofFile = desc.file.proto.options?.features?.jsonFormat;
  if (ofFile !== undefined && ofFile !== JsonFormat.JSON_FORMAT_UNKNOWN) return ofFile;
  return desc.file.edition === Edition.EDITION_PROTO2
    ? JsonFormat.LEGACY_BEST_EFFORT
    : JsonFormat.ALLOW;
}
