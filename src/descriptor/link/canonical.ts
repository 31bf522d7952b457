import {
  clone,
  type DescMessage,
  type Message,
  type MessageShape,
  toBinary,
  type UnknownField,
} from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { defaultJsonName } from "../syntax/names.ts";

/**
 * Whether two files say the same, apart from their comments, the spelling of what is the default (JSON names,
 * proto2), and what tools add to files.
 */
export function isSameFile(a: FileDescriptorProto, b: FileDescriptorProto): boolean {
  return equalBytes(canonicalFile(a), canonicalFile(b));
}

/** Whether two declarations of one kind say the same. */
export function isSameDeclaration<Schema extends DescMessage>(
  schema: Schema,
  a: MessageShape<Schema>,
  b: MessageShape<Schema>,
): boolean {
  return equalBytes(canonicalDeclaration(schema, a), canonicalDeclaration(schema, b));
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function canonicalFile(file: FileDescriptorProto): Uint8Array {
  const copy = clone(FileDescriptorProtoSchema, file);
  // buf adds a field of its own to the files of an image.
  delete copy.$unknown;
  delete copy.sourceCodeInfo;
  if (copy.syntax === "proto2") copy.syntax = "";
  sortUnknown(copy.options);
  copy.messageType.forEach(normalizeMessage);
  copy.enumType.forEach(normalizeEnum);
  copy.extension.forEach(normalizeField);
  copy.service.forEach(normalizeService);
  const text = toBinary(FileDescriptorProtoSchema, { ...copy, syntax: "" });
  return Buffer.concat([Buffer.from(`${copy.syntax}\0`), text]);
}

function canonicalDeclaration<Schema extends DescMessage>(
  schema: Schema,
  declaration: MessageShape<Schema>,
): Uint8Array {
  const copy: Message = clone(schema, declaration);
  if (copy.$typeName === DescriptorProtoSchema.typeName) normalizeMessage(copy as DescriptorProto);
  else if (copy.$typeName === "google.protobuf.EnumDescriptorProto") {
    normalizeEnum(copy as EnumDescriptorProto);
  } else if (copy.$typeName === "google.protobuf.FieldDescriptorProto") {
    normalizeField(copy as FieldDescriptorProto);
  } else normalizeService(copy as ServiceDescriptorProto);
  return toBinary(schema, copy as MessageShape<Schema>);
}

function normalizeMessage(message: DescriptorProto): void {
  const all = [message];
  // Walked as a list: what is appended is visited too.
  for (const proto of all) {
    all.push(...proto.nestedType);
    sortUnknown(proto.options);
    proto.field.forEach(normalizeField);
    proto.extension.forEach(normalizeField);
    proto.enumType.forEach(normalizeEnum);
    for (const part of [...proto.oneofDecl, ...proto.extensionRange]) sortUnknown(part.options);
  }
}

function normalizeField(field: FieldDescriptorProto): void {
  if (field.jsonName === "") field.jsonName = defaultJsonName(field.name);
  sortUnknown(field.options);
}

function normalizeEnum(proto: EnumDescriptorProto): void {
  sortUnknown(proto.options);
  for (const value of proto.value) sortUnknown(value.options);
}

function normalizeService(service: ServiceDescriptorProto): void {
  sortUnknown(service.options);
  for (const method of service.method) sortUnknown(method.options);
}

/** Custom options are unknown fields, in the order they were written; their order says nothing. */
function sortUnknown(options: Message | undefined): void {
  options?.$unknown?.sort((a: UnknownField, b: UnknownField) => a.no - b.no);
}
