import { type DescExtension, type DescField, ScalarType } from "@bufbuild/protobuf";

/** The type of a field as written in `.proto` text, with full names: `map<string, pkg.Message>`. */
export function typeText(field: DescField | DescExtension): string {
  const value = field.message?.typeName ?? field.enum?.typeName ?? scalarText(field.scalar);
  return field.fieldKind === "map" ? `map<${scalarText(field.mapKey)}, ${value}>` : value;
}

function scalarText(type: ScalarType | undefined): string {
  return type === undefined ? "" : ScalarType[type].toLowerCase();
}
