import type { DescMessage, Message, Registry } from "@bufbuild/protobuf";
import { toText } from "@bufbuild/protobuf/txtpb";
import {
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  ExtensionRangeOptionsSchema,
  FieldOptionsSchema,
  MessageOptionsSchema,
  MethodOptionsSchema,
  OneofOptionsSchema,
  ServiceOptionsSchema,
} from "@bufbuild/protobuf/wkt";

const schemas: ReadonlyMap<string, DescMessage> = new Map(
  [
    EnumOptionsSchema,
    EnumValueOptionsSchema,
    ExtensionRangeOptionsSchema,
    FieldOptionsSchema,
    MessageOptionsSchema,
    MethodOptionsSchema,
    OneofOptionsSchema,
    ServiceOptionsSchema,
  ].map((schema) => [schema.typeName, schema]),
);

/**
 * The options of a declaration as they are written in a `.proto` file: `name = value`, without `option`
 * and `;`. Custom options that `registry` does not know are left out.
 */
export function optionTexts(options: Message | undefined, registry: Registry): readonly string[] {
  const schema = schemas.get(options?.$typeName ?? "");
  if (options === undefined || schema === undefined) return [];
  return splitEntries(toText(schema, options, { registry }))
    .filter(({ name }) => name !== "map_entry")
    .flatMap(writeEntry);
}

interface TextEntry {
  readonly name: string;
  readonly value: string;
}

/** The entries of a message in text format: each begins on a line that is not indented. */
function splitEntries(text: string): readonly TextEntry[] {
  const entries: TextEntry[] = [];
  for (const line of text.split("\n")) {
    const start = /^(\[?)([\w.]+)\]?: (.*)$/.exec(line);
    const last = entries.at(-1);
    if (start !== null) {
      const [, bracket, name = "", value = ""] = start;
      entries.push({ name: bracket === "[" ? `(${name})` : name, value });
    } else if (line !== "" && last !== undefined) {
      entries[entries.length - 1] = { ...last, value: `${last.value}\n${line}` };
    }
  }
  return entries;
}

/** Features are written one by one, as everybody does; for a map field only that form reaches its strings. */
function writeEntry({ name, value }: TextEntry): readonly string[] {
  if (name !== "features") return [`${name} = ${value}`];
  const inner = value.split("\n").slice(1, -1);
  return splitEntries(inner.map((line) => line.slice(2)).join("\n")).map(
    (entry) => `features.${entry.name} = ${entry.value}`,
  );
}

/** `option name = value;` lines of a block. */
export function optionLines(options: Message | undefined, registry: Registry): readonly string[] {
  return optionTexts(options, registry).flatMap((text) => `option ${text};`.split("\n"));
}

/** ` [name = value, ...]` behind a field or enum value; empty without options. */
export function optionList(texts: readonly string[]): string {
  return texts.length === 0 ? "" : ` [${texts.join(", ")}]`;
}
