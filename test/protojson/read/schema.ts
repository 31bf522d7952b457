// The schema of the tables: one message with a field of every kind, and one of proto2.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import path from "node:path";
import { type DescField, type DescMessage, fromBinary, toJson } from "@bufbuild/protobuf";
import { loadSchema } from "../../../src/descriptor/index.ts";
import {
  createJsonReaders,
  type JsonProblem,
  type JsonReadOptions,
  WireWriter,
} from "../../../src/protojson/index.ts";

const loaded = await loadSchema([
  { kind: "protos", path: path.join(import.meta.dirname, "protos") },
]);
if (!loaded.ok) throw new Error(loaded.error[0]?.message ?? "the schema did not load");

export const { registry } = loaded.value;

export function messageOf(typeName: string): DescMessage {
  const desc = registry.getMessage(typeName);
  assert.ok(desc, typeName);
  return desc;
}

export const everything: DescMessage = messageOf("everything.v1.Everything");
export const legacy: DescMessage = messageOf("everything.v1.Legacy");
export const plain: DescMessage = messageOf("everything.v1.Plain");

/** The fields that a dotted path of proto names goes through. */
export function pathOf(desc: DescMessage, dotted: string): readonly DescField[] {
  let message: DescMessage | undefined = desc;
  return dotted.split(".").map((name) => {
    const field: DescField | undefined = message?.fields.find((one) => one.name === name);
    assert.ok(field, dotted);
    message = field.message;
    return field;
  });
}

/** What `json` became: wire bytes, or the problem. */
export function read(
  desc: DescMessage,
  json: string | Uint8Array,
  options: Partial<JsonReadOptions> = {},
): Uint8Array | JsonProblem {
  const out = new WireWriter();
  const reader = createJsonReaders(registry, options).message(desc);
  const bytes = typeof json === "string" ? Buffer.from(json) : json;
  return reader.read(bytes, out) ?? out.finish();
}

/** What `json` became, as protobuf-es prints it. */
export function readBack(
  desc: DescMessage,
  json: string,
  options: Partial<JsonReadOptions> = {},
): unknown {
  const wire = read(desc, json, options);
  assert.ok(wire instanceof Uint8Array, JSON.stringify(wire));
  return toJson(desc, fromBinary(desc, wire), { registry });
}

/** The problem of a text that must have one. */
export function problemOf(
  desc: DescMessage,
  json: string,
  options: Partial<JsonReadOptions> = {},
): JsonProblem {
  const result = read(desc, json, options);
  assert.ok(!(result instanceof Uint8Array), `accepted: ${json}`);
  return result;
}
