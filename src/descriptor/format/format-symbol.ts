import type {
  DescEnum,
  DescExtension,
  DescField,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
  Registry,
} from "@bufbuild/protobuf";
import {
  Edition,
  FieldDescriptorProto_Label as Label,
  SymbolVisibility,
} from "@bufbuild/protobuf/wkt";
import { commentsOf } from "../source-place.ts";
import { defaultJsonName } from "../syntax/names.ts";
import { optionLines, optionList, optionTexts } from "./option-text.ts";
import { typeText } from "./type-text.ts";

/**
 * The declaration called `name` as `.proto` text with its comments and options, or undefined when there is
 * none of that name. Messages, enums, services, extensions, and methods as `package.Service.Method`.
 */
export function formatSymbol(registry: Registry, name: string): string | undefined {
  const desc = registry.get(name);
  if (desc !== undefined) return `${formatDeclaration(desc, registry).join("\n")}\n`;
  const dot = name.lastIndexOf(".");
  const method = registry
    .getService(name.slice(0, dot))
    ?.methods.find((candidate) => candidate.name === name.slice(dot + 1));
  return method === undefined ? undefined : `${formatMethod(method, registry).join("\n")}\n`;
}

function formatDeclaration(
  desc: DescMessage | DescEnum | DescService | DescExtension,
  registry: Registry,
): readonly string[] {
  switch (desc.kind) {
    case "message":
      return formatMessage(desc, registry);
    case "enum":
      return formatEnum(desc, registry);
    case "service":
      return formatService(desc, registry);
    case "extension":
      return block(`extend ${desc.extendee.typeName}`, formatField(desc, registry));
  }
}

function formatMessage(desc: DescMessage, registry: Registry): readonly string[] {
  return [
    ...commentLines(desc),
    ...block(`${visibilityText(desc)}message ${desc.name}`, formatBody(desc, registry)),
  ];
}

function formatBody(desc: DescMessage, registry: Registry): readonly string[] {
  const { proto } = desc;
  const lines = [...optionLines(proto.options, registry)];
  for (const member of desc.members) {
    if (member.kind === "field") lines.push(...formatField(member, registry));
    else lines.push(...formatOneof(member, registry));
  }
  const groups = new Set(desc.fields.map((field) => (isGroup(field) ? field.message : undefined)));
  for (const nested of desc.nestedMessages) {
    if (!groups.has(nested)) lines.push(...formatMessage(nested, registry));
  }
  for (const nested of desc.nestedEnums) lines.push(...formatEnum(nested, registry));
  for (const extension of desc.nestedExtensions) {
    lines.push(...formatDeclaration(extension, registry));
  }
  const numbers = proto.reservedRange.map(({ start, end }) => rangeText(start, end - 1));
  // Ranges of one statement share their options; one statement a range says the same.
  const ranges = proto.extensionRange.flatMap(({ start, end, options }) =>
    `extensions ${rangeText(start, end - 1)}${optionList(optionTexts(options, registry))};`.split(
      "\n",
    ),
  );
  return [...lines, ...reservedLines(numbers, proto.reservedName, desc.file.edition), ...ranges];
}

function formatOneof(desc: DescOneof, registry: Registry): readonly string[] {
  const fields = desc.fields.flatMap((field) => formatField(field, registry));
  const lines = [...optionLines(desc.proto.options, registry), ...fields];
  return [...commentLines(desc), ...block(`oneof ${desc.name}`, lines)];
}

function formatField(desc: DescField | DescExtension, registry: Registry): readonly string[] {
  const head = `${labelText(desc)}${typeText(desc)}`;
  const options = optionList(fieldOptions(desc, registry));
  const comments = commentLines(desc);
  if (isGroup(desc)) {
    const title = `${labelText(desc)}group ${desc.message.name} = ${desc.number}${options}`;
    return [...comments, ...block(title, formatBody(desc.message, registry))];
  }
  return [...comments, ...`${head} ${desc.name} = ${desc.number}${options};`.split("\n")];
}

function isGroup(
  desc: DescField | DescExtension,
): desc is (DescField | DescExtension) & { readonly message: DescMessage } {
  return desc.message !== undefined && desc.proto.type === 10;
}

function labelText(desc: DescField | DescExtension): string {
  const { proto } = desc;
  const edition = (desc.kind === "field" ? desc.parent.file : desc.file).edition;
  if (desc.fieldKind === "map" || desc.oneof !== undefined) return "";
  if (proto.label === Label.REPEATED) return "repeated ";
  if (edition === Edition.EDITION_PROTO2) {
    return proto.label === Label.REQUIRED ? "required " : "optional ";
  }
  return proto.proto3Optional ? "optional " : "";
}

function fieldOptions(desc: DescField | DescExtension, registry: Registry): readonly string[] {
  const { proto } = desc;
  const texts = [...optionTexts(proto.options, registry)];
  if (Object.hasOwn(proto, "defaultValue")) texts.unshift(`default = ${defaultText(desc)}`);
  if (desc.kind === "field" && proto.jsonName !== defaultJsonName(proto.name)) {
    texts.unshift(`json_name = ${JSON.stringify(proto.jsonName)}`);
  }
  return texts;
}

function defaultText({ proto }: DescField | DescExtension): string {
  const isString = proto.type === 9;
  const isBytes = proto.type === 12;
  // The default of a bytes field is escaped in the descriptor already.
  if (isBytes) return `"${proto.defaultValue}"`;
  return isString ? JSON.stringify(proto.defaultValue) : proto.defaultValue;
}

function formatEnum(desc: DescEnum, registry: Registry): readonly string[] {
  const { proto } = desc;
  const values = desc.values.flatMap((value) => {
    const options = optionList(optionTexts(value.proto.options, registry));
    return [...commentLines(value), ...`${value.name} = ${value.number}${options};`.split("\n")];
  });
  const numbers = proto.reservedRange.map(({ start, end }) => rangeText(start, end));
  return [
    ...commentLines(desc),
    ...block(`${visibilityText(desc)}enum ${desc.name}`, [
      ...optionLines(proto.options, registry),
      ...values,
      ...reservedLines(numbers, proto.reservedName, desc.file.edition),
    ]),
  ];
}

function formatService(desc: DescService, registry: Registry): readonly string[] {
  const methods = desc.methods.flatMap((method) => formatMethod(method, registry));
  const lines = [...optionLines(desc.proto.options, registry), ...methods];
  return [...commentLines(desc), ...block(`service ${desc.name}`, lines)];
}

function formatMethod(desc: DescMethod, registry: Registry): readonly string[] {
  const { proto } = desc;
  const input = `${proto.clientStreaming ? "stream " : ""}${desc.input.typeName}`;
  const output = `${proto.serverStreaming ? "stream " : ""}${desc.output.typeName}`;
  const title = `rpc ${desc.name}(${input}) returns (${output})`;
  const options = optionLines(proto.options, registry);
  return [...commentLines(desc), ...(options.length === 0 ? [`${title};`] : block(title, options))];
}

/** The keyword of edition 2024, when it was written. */
function visibilityText({ proto }: DescMessage | DescEnum): string {
  if (proto.visibility === SymbolVisibility.VISIBILITY_LOCAL) return "local ";
  return proto.visibility === SymbolVisibility.VISIBILITY_EXPORT ? "export " : "";
}

function reservedLines(
  numbers: readonly string[],
  names: readonly string[],
  edition: Edition,
): readonly string[] {
  const isQuoted = edition < Edition.EDITION_2023;
  const shown = names.map((name) => (isQuoted ? JSON.stringify(name) : name));
  return [numbers, shown].flatMap((list) =>
    list.length === 0 ? [] : [`reserved ${list.join(", ")};`],
  );
}

function rangeText(first: number, last: number): string {
  if (first === last) return String(first);
  // The largest field number, the largest of a message set, and the largest enum number.
  const isMax = last === 536_870_911 || last >= 2_147_483_646;
  return `${first} to ${isMax ? "max" : last}`;
}

function commentLines(desc: Parameters<typeof commentsOf>[0]): readonly string[] {
  const { leading } = commentsOf(desc);
  if (leading === "") return [];
  return leading
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => `//${line}`.trimEnd());
}

function block(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [`${title} {}`];
  return [`${title} {`, ...lines.map((line) => (line === "" ? "" : `  ${line}`)), "}"];
}
