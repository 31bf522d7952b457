import { type DescFile, type Registry, toJson, type UnknownField } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** How many things of each kind were compared. */
export interface Compared {
  files: number;
  fields: number;
  methods: number;
  options: number;
  comments: number;
}

/**
 * Everything two compilers may disagree about in one file, as plain data: the descriptor with its options
 * decoded (extensions by name), the schema model's view of it, and the comments of its declarations.
 */
export function describeFile(file: DescFile, registry: Registry, counts?: Compared): unknown {
  const { sourceCodeInfo: _, ...rest } = file.proto;
  // A custom option that the registry cannot name would be left out silently.
  if (rest.syntax === "proto2") rest.syntax = "";
  const proto = toJson(FileDescriptorProtoSchema, rest, { registry });
  const types = [...nestedTypes(file)].map((type) => {
    if (type.kind === "message") {
      if (counts !== undefined) counts.fields += type.fields.length;
      return type.fields.map(
        (field) =>
          `${field.parent.typeName}.${field.name} ${field.number} ${field.fieldKind} ${field.presence} ` +
          `${field.jsonName} ${field.oneof?.name} ${field.message?.typeName} ${field.enum?.typeName} ${field.scalar} ` +
          `${String(field.fieldKind === "list" && field.packed)} ${String(field.fieldKind === "scalar" || field.fieldKind === "enum" ? field.getDefaultValue() : "")} ` +
          `${"delimitedEncoding" in field ? field.delimitedEncoding : ""}`,
      );
    }
    if (type.kind === "service" && counts !== undefined) counts.methods += type.methods.length;
    return type.kind === "enum" ? `${type.typeName} ${type.open}` : type.typeName;
  });
  if (counts !== undefined) {
    counts.files++;
    counts.options += countOptions(proto);
  }
  return normalize({ proto, types });
}

/** Leading and trailing comments by path, of the declarations (not of their parts, which protoc lists too). */
export function describeComments(proto: FileDescriptorProto, counts?: Compared): unknown {
  const comments: Record<string, string> = {};
  for (const { path, leadingComments, trailingComments } of proto.sourceCodeInfo?.location ?? []) {
    if (!isDeclaration(path)) continue;
    if (leadingComments !== "") comments[`${path.join(".")} leading`] = leadingComments;
    if (trailingComments !== "") comments[`${path.join(".")} trailing`] = trailingComments;
  }
  if (counts !== undefined) counts.comments += Object.keys(comments).length;
  return comments;
}

/** Spans of the declarations by path. */
export function describeSpans(proto: FileDescriptorProto): Record<string, string> {
  const spans: Record<string, string> = {};
  for (const { path, span } of proto.sourceCodeInfo?.location ?? []) {
    if (isDeclaration(path)) spans[path.join(".")] = span.join(",");
  }
  return spans;
}

/** The numbers of the custom options set anywhere in `value`, sorted: nothing is lost unseen. */
export function unknownNumbers(value: unknown): readonly number[] {
  const numbers: number[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null || part instanceof Uint8Array) return;
    const unknown = (part as { $unknown?: readonly UnknownField[] }).$unknown;
    for (const field of unknown ?? []) if (!numbers.includes(field.no)) numbers.push(field.no);
    for (const inner of Object.values(part)) visit(inner);
  };
  visit(value);
  return numbers.toSorted((a, b) => a - b);
}

/** Paths in descriptor.proto: messages 4, enums 5, services 6, extensions 7, and what is in them. */
function isDeclaration(path: readonly number[]): boolean {
  if (path.length % 2 !== 0 || path.length === 0) return false;
  const tags = path.filter((_, index) => index % 2 === 0);
  return /^(?:4(?:,3)*(?:,[2468]|,4,2)?|5(?:,2)?|6(?:,2)?|7)$/.test(tags.join(","));
}

function countOptions(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith("[")) count++;
    count += countOptions(inner);
  }
  return count;
}

/** Defaults of floating point fields are compared as numbers: "1e+10" is "10000000000". */
function normalize(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalize);
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = {};
  const isFloat = "type" in value && (value.type === "TYPE_DOUBLE" || value.type === "TYPE_FLOAT");
  for (const [key, inner] of Object.entries(value)) {
    if (key === "defaultValue" && isFloat) copy[key] = Number(inner);
    else if (inner === null || typeof inner !== "object") copy[key] = inner;
    else copy[key] = normalize(inner);
  }
  return copy;
}
