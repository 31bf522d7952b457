import type { Registry, Schema } from "../../descriptor/index.ts";
import {
  createJsonReaders,
  createJsonWriters,
  type JsonReaders,
  type JsonReadOptions,
  JsonSink,
  type JsonWriters,
} from "../../protojson/index.ts";
import type { DetailsPrinter } from "./fail.ts";
import type { JsonSwitches } from "./options.ts";

/** The compiled codecs that a binding draws from; shared by all bindings with the same switches. */
export interface RestCodecs {
  readonly registry: Registry;
  readonly read: JsonReadOptions;
  readonly readers: JsonReaders;
  readonly writers: JsonWriters;
  readonly printDetails: DetailsPrinter;
}

/**
 * Messages inside each other that a reply may have. Whatever a request may be by default, its echo can be printed:
 * a level of JSON in a google.protobuf.Struct is three messages on the wire. The writer that honours fields in any
 * order takes up to 14 frames a level (maps), and a stack of Node's default size ends at about 700 levels of them.
 */
const replyDepth = 320;

/**
 * Prepares the codecs of a schema for one set of switches. Each message is compiled when it is first named.
 * Without `maxKeysPerObject` the reader's own default holds.
 */
export function compileRestCodecs(
  schema: Schema,
  json: JsonSwitches,
  maxDepth: number,
  maxKeysPerObject?: number,
): RestCodecs {
  const { registry } = schema;
  const read = {
    ignoreUnknownFields: json.ignoreUnknownFields,
    caseInsensitiveEnums: json.caseInsensitiveEnums,
    maxDepth,
    ...(maxKeysPerObject === undefined ? {} : { maxKeysPerObject }),
  };
  const write = {
    emitDefaults: json.emitDefaults,
    enumsAsIntegers: json.enumsAsIntegers,
    preserveProtoNames: json.preserveProtoNames,
    int64AsNumber: json.int64AsNumber,
    pretty: json.pretty,
    maxDepth: replyDepth,
  };
  return {
    registry,
    read,
    readers: createJsonReaders(registry, read),
    writers: createJsonWriters(registry, { ...write, unknownAny: "fail" }),
    printDetails: detailsPrinter(registry),
  };
}

/** Errors are canonical JSON whatever the switches say, and types that nobody knows stay as base64. */
function detailsPrinter(registry: Registry): DetailsPrinter {
  const status = registry.getMessage("google.rpc.Status");
  if (status === undefined) return () => undefined;
  const writer = createJsonWriters(registry, {
    emitDefaults: false,
    enumsAsIntegers: false,
    preserveProtoNames: false,
    int64AsNumber: false,
    pretty: false,
    maxDepth: replyDepth,
    unknownAny: "base64",
  }).message(status);
  return (wire) => {
    const sink = new JsonSink();
    if (writer.write(wire, 0, wire.length, sink) !== undefined) return undefined;
    const printed = JSON.parse(Buffer.from(sink.bytes()).toString("utf8")) as {
      readonly details?: readonly unknown[];
    };
    return printed.details;
  };
}
