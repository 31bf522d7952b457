// protobuf-es and protobufjs ext/protojson as oracles: JSON → object, and our reader on the same text.
import { Buffer } from "node:buffer";
import { createRequire } from "node:module";
import {
  create,
  type DescMessage,
  fromBinary,
  fromJsonString,
  type Registry,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import protobuf, { type Root, type Type } from "protobufjs";
import {
  createJsonReaders,
  type JsonProblem,
  type JsonReadOptions,
  WireWriter,
} from "../../../src/protojson/index.ts";
import { wellKnownFiles } from "../support/well-known.ts";

const require = createRequire(import.meta.url);
const protojson = require("protobufjs/ext/protojson.js") as {
  fromJsonString(type: Type, json: string, options?: object): Record<string, unknown>;
};
// The extension adds a way to make a root from descriptors to the library itself.
require("protobufjs/ext/descriptor.js");
const RootClass = protobuf.Root as unknown as { fromDescriptor(set: Uint8Array): Root };

/** A message as JSON that only differs when the message does, or why there is none. */
export type Reading =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "refused"; readonly reason: string };

/** Our wire bytes, or the problem. */
function readOurs(
  registry: Registry,
  desc: DescMessage,
  json: string | Uint8Array,
  options: Partial<JsonReadOptions> = {},
): Uint8Array | JsonProblem {
  const out = new WireWriter();
  const bytes = typeof json === "string" ? Buffer.from(json) : json;
  return createJsonReaders(registry, options).message(desc).read(bytes, out) ?? out.finish();
}

/** Our reading, decoded by protobuf-es. */
export function oursAsValue(
  registry: Registry,
  desc: DescMessage,
  json: string,
  options: Partial<JsonReadOptions> = {},
): Reading {
  const read = readOurs(registry, desc, json, options);
  if (!(read instanceof Uint8Array)) {
    return { kind: "refused", reason: `${read.kind} ${read.path}: ${read.message}` };
  }
  // Wire bytes that do not decode, or do not print, are a bug of ours: let that throw.
  return { kind: "value", value: toJson(desc, fromBinary(desc, read), { registry }) };
}

/** The reading of protobuf-es. */
export function esAsValue(
  registry: Registry,
  desc: DescMessage,
  json: string,
  ignoreUnknownFields = false,
): Reading {
  return attempt(() => {
    const message = fromJsonString(desc, json, { registry, ignoreUnknownFields });
    // Through the wire, where required fields are checked.
    return toJson(desc, fromBinary(desc, toBinary(desc, message)), { registry });
  });
}

/** The reading of protobufjs, printed by protobuf-es. */
export function jsAsValue(
  registry: Registry,
  desc: DescMessage,
  type: Type,
  json: string,
  ignoreUnknownFields = false,
): Reading {
  return attempt(() => {
    const message = protojson.fromJsonString(type, json, { ignoreUnknownFields });
    const wire = type.encode(message).finish();
    return toJson(desc, fromBinary(desc, wire), { registry });
  });
}

/** A type for protobufjs, of files that are complete but for the well-known types. */
export function protobufjsType(
  files: readonly FileDescriptorProto[],
  typeName: string,
  addsWellKnown = true,
): Type {
  const known = addsWellKnown ? wellKnownFiles.map((file) => file.proto) : [];
  const list = create(FileDescriptorSetSchema, { file: [...known, ...files] });
  const root = RootClass.fromDescriptor(toBinary(FileDescriptorSetSchema, list));
  root.resolveAll();
  return root.lookupType(typeName);
}

function attempt(read: () => unknown): Reading {
  try {
    return { kind: "value", value: read() };
  } catch (error) {
    return { kind: "refused", reason: String(error) };
  }
}
