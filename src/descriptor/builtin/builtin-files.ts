import { inflateRawSync } from "node:zlib";
import { type DescFile, fromBinary } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  file_google_protobuf_api,
  file_google_protobuf_compiler_plugin,
  file_google_protobuf_cpp_features,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_go_features,
  file_google_protobuf_java_features,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";
import type { FileUnit } from "../link/file-unit.ts";
import { builtinData } from "./builtin-data.ts";

const wellKnown: ReadonlyMap<string, DescFile> = new Map(
  [
    file_google_protobuf_any,
    file_google_protobuf_api,
    file_google_protobuf_compiler_plugin,
    file_google_protobuf_cpp_features,
    file_google_protobuf_descriptor,
    file_google_protobuf_duration,
    file_google_protobuf_empty,
    file_google_protobuf_field_mask,
    file_google_protobuf_go_features,
    file_google_protobuf_java_features,
    file_google_protobuf_source_context,
    file_google_protobuf_struct,
    file_google_protobuf_timestamp,
    file_google_protobuf_type,
    file_google_protobuf_wrappers,
  ].map((file) => [file.proto.name, file]),
);

/**
 * Files every schema has, imported or not: the details of errors are Any, and can only be printed when
 * their types are known.
 */
export const alwaysPresent: readonly string[] = [
  ...[...wellKnown.keys()].filter((name) => !name.includes("features") && !name.includes("plugin")),
  "google/api/annotations.proto",
  "google/api/httpbody.proto",
  "google/rpc/code.proto",
  "google/rpc/error_details.proto",
  "google/rpc/status.proto",
];

/** Whether `name` is a file of protobuf itself, which a source cannot replace by another version. */
export function isWellKnownFile(name: string): boolean {
  return wellKnown.has(name);
}

const decoded = new Map<string, FileUnit>();

/** The import paths of all built-in files. */
export function builtinNames(): readonly string[] {
  return [...wellKnown.keys(), ...builtinData.keys()];
}

/** The built-in file of that import path. Vendored ones are decoded when first asked for. */
export function findBuiltin(name: string): FileUnit | undefined {
  const known = decoded.get(name);
  if (known !== undefined) return known;
  const proto = wellKnown.get(name)?.proto ?? decodeVendored(name);
  if (proto === undefined) return undefined;
  const unit: FileUnit = { proto, origin: name, isBuiltIn: true };
  decoded.set(name, unit);
  return unit;
}

function decodeVendored(name: string): FileUnit["proto"] | undefined {
  const data = builtinData.get(name);
  if (data === undefined) return undefined;
  return fromBinary(FileDescriptorProtoSchema, inflateRawSync(Buffer.from(data, "base64")));
}

/** The built-in file that defines the top-level symbol `fullName`; for saying which import is missing. */
export function builtinDefining(fullName: string): string | undefined {
  return builtinNames().find((name) => {
    const proto = findBuiltin(name)?.proto;
    if (proto === undefined || !fullName.startsWith(`${proto.package}.`)) return false;
    const own = fullName.slice(proto.package.length + 1);
    return [...proto.messageType, ...proto.enumType, ...proto.extension].some(
      (declaration) => declaration.name === own,
    );
  });
}

/** Adds to `units` the built-ins that they import and have not got, and those that these import. */
export function addBuiltins(units: Map<string, FileUnit>): void {
  // A Map also visits what is added while it is walked.
  for (const { proto } of units.values()) {
    for (const name of proto.dependency) {
      if (units.has(name)) continue;
      const builtin = findBuiltin(name);
      if (builtin !== undefined) units.set(name, builtin);
    }
  }
}
