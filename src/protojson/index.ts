// JSON text to protobuf wire bytes and back, compiled per message from descriptors.
// It knows no HTTP, no routes and no calls: bytes in, bytes out, or a problem with its place.

export {
  createJsonReaders,
  type JsonReader,
  type JsonReaders,
  type JsonReadOptions,
} from "./read/create-json-readers.ts";
export { compileGuard, type Guard } from "./read/guard.ts";
export { compileMissingRequired, type MissingRequired } from "./read/missing-required.ts";
export { formatJsonProblem, type JsonProblem } from "./read/problem.ts";
export {
  compileTextField,
  compileTextMapEntry,
  isTextBindable,
} from "./read/text-field.ts";
export { varintSize, WireWriter } from "./wire-writer.ts";
export { JsonSink } from "./write/json-sink.ts";
export {
  createJsonWriters,
  type JsonWriter,
  type JsonWriters,
  type WireProblem,
} from "./write/json-writers.ts";
export { defaultJsonWriteOptions, type JsonWriteOptions } from "./write/options.ts";
