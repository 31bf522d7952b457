import path from "node:path";
import type { DescField, DescMessage, FileRegistry } from "@bufbuild/protobuf";
import { loadSchema } from "../../../src/descriptor/index.ts";

/** The types of `protos`. */
export async function loadKinds(): Promise<FileRegistry> {
  const loaded = await loadSchema([
    { kind: "protos", path: path.join(import.meta.dirname, "protos") },
  ]);
  if (!loaded.ok) throw new Error(loaded.error.map((problem) => problem.message).join("\n"));
  return loaded.value.registry;
}

/** A type that must be there. */
export function messageOf(registry: FileRegistry, typeName: string): DescMessage {
  const desc = registry.getMessage(typeName);
  if (desc === undefined) throw new Error(`no ${typeName}`);
  return desc;
}

/** A field that must be there. */
export function fieldOf(desc: DescMessage, name: string): DescField {
  const field = desc.fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`no ${name}`);
  return field;
}

/** Bytes from hexadecimal digits; spaces are for the reader. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(" ", ""), "hex"));
}
