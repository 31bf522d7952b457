import type { DescField, DescMessage } from "../../descriptor/index.ts";
import type { Exchange } from "../../exchange/index.ts";
import type { WireWriter } from "../../protojson/index.ts";
import { fieldsByName } from "./field-path.ts";

/** Appends a field mask that names what the body of a request sets. */
export type MaskFiller = (json: Uint8Array, exchange: Exchange, out: WireWriter) => void;

/**
 * Compiles the mask of a PATCH that gives none: every field that its body has, leaf by leaf, as grpc-gateway
 * fills it (AIP-134). Undefined where the message has no mask beside the body field.
 */
export function compileMaskFiller(input: DescMessage, body: DescField): MaskFiller | undefined {
  const mask = input.fields.find(
    (field) =>
      field.fieldKind === "message" && field.message.typeName === "google.protobuf.FieldMask",
  );
  if (mask === undefined || body.fieldKind !== "message") return undefined;
  const root = body.message;
  return (json, exchange, out) => {
    if (isGiven(exchange.query, mask)) return;
    const paths: string[] = [];
    collectPaths(parseObject(json), root, "", paths);
    writeMask(paths, mask.number, out);
  };
}

function isGiven(query: string, mask: DescField): boolean {
  for (const name of new URLSearchParams(query).keys()) {
    if (name === mask.name || name === mask.jsonName) return true;
  }
  return false;
}

/** The body, which its reader has found good. */
function parseObject(json: Uint8Array): unknown {
  const text = new TextDecoder().decode(json);
  return text.trim() === "" ? {} : JSON.parse(text);
}

function collectPaths(value: unknown, message: DescMessage, prefix: string, paths: string[]): void {
  if (typeof value !== "object" || value === null) return;
  const fields = fieldsByName(message);
  for (const [key, inner] of Object.entries(value)) {
    const field = fields.get(key);
    if (field === undefined) continue;
    const path = `${prefix}${field.name}`;
    const nested = nestedMessage(field);
    const before = paths.length;
    if (nested !== undefined) collectPaths(inner, nested, `${path}.`, paths);
    if (paths.length === before) paths.push(path);
  }
}

/** The message whose fields a mask may name one by one; those with a JSON form of their own have none. */
function nestedMessage(field: DescField): DescMessage | undefined {
  if (field.fieldKind !== "message") return undefined;
  return field.message.typeName.startsWith("google.protobuf.") ? undefined : field.message;
}

const wireTypeBytes = 2;
/** google.protobuf.FieldMask: repeated string paths = 1. */
const pathsTag = (1 << 3) | wireTypeBytes;

function writeMask(paths: readonly string[], fieldNumber: number, out: WireWriter): void {
  out.varint32((fieldNumber << 3) | wireTypeBytes);
  const length = out.openLength(1);
  for (const path of paths) {
    const bytes = Buffer.from(path);
    out.varint32(pathsTag);
    out.varint32(bytes.length);
    out.bytes(bytes);
  }
  out.closeLength(length, 1);
}
