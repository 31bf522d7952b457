import type { DescEnum } from "@bufbuild/protobuf";
import { nearestName } from "../../base/index.ts";
import { done, type failed, type JsonCursor, type Status, skipped } from "./cursor.ts";
import { NameTable } from "./name-table.ts";
import { integerOfText, toInt32 } from "./number.ts";
import { quoteInput } from "./problem.ts";
import { writeInt32 } from "./text-scalars.ts";

/** An enum ready to be read by name or number. */
export interface EnumNames {
  readonly desc: DescEnum;
  readonly names: NameTable<number>;
  /** By name in lower case, when case does not count; undefined otherwise. */
  readonly folded: NameTable<number> | undefined;
  /** The numbers of a closed enum, which has no others; undefined for an open one. */
  readonly closed: ReadonlySet<number> | undefined;
}

/** Names of a custom JSON spelling are taken beside the declared ones. */
export function compileEnumNames(desc: DescEnum, foldsCase: boolean): EnumNames {
  const declared = desc.values.map((value) => [value.name, value.number] as const);
  const custom = desc.values.map((value) => [value.jsonName, value.number] as const);
  const all = [...declared, ...custom];
  const folded = all.map(([name, number]) => [name.toLowerCase(), number] as const);
  return {
    desc,
    names: new NameTable(all),
    folded: foldsCase ? new NameTable(folded) : undefined,
    closed: desc.open ? undefined : new Set(desc.values.map((value) => value.number)),
  };
}

/** Writes the enum value that the cursor's text names. */
export function readEnumText(cursor: JsonCursor, names: EnumNames, tag: number): Status {
  const { text, textStart, textEnd } = cursor;
  const entry = names.names.find(text, textStart, textEnd) ?? findFolded(cursor, names);
  if (entry === undefined) return cursor.ignoreUnknown ? skipped : failName(cursor, names);
  cursor.low = entry.value;
  return writeEnum(cursor, tag);
}

/** As `readEnumText`, or a number: for paths and queries, where both are text. */
export function readEnumNameOrNumber(cursor: JsonCursor, names: EnumNames, tag: number): Status {
  const first = cursor.text[cursor.textStart] as number;
  const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
  if (isNumber && integerOfText(cursor) && toInt32(cursor)) {
    return hasNumber(names, cursor.low) ? writeEnum(cursor, tag) : failName(cursor, names);
  }
  const status = readEnumText(cursor, names, tag);
  return status === skipped ? failName(cursor, names) : status;
}

/** Whether a number may be a value: any int32 of an open enum, a declared one of a closed enum. */
export function hasNumber(names: EnumNames, number: number): boolean {
  return names.closed?.has(number) ?? true;
}

export function writeEnum(cursor: JsonCursor, tag: number): Status {
  if (tag !== 0) cursor.out.varint32(tag);
  writeInt32(cursor);
  return done;
}

function findFolded(cursor: JsonCursor, names: EnumNames): { readonly value: number } | undefined {
  if (names.folded === undefined) return undefined;
  const folded = Buffer.from(cursor.textString().toLowerCase());
  return names.folded.find(folded, 0, folded.length);
}

function failName(cursor: JsonCursor, names: EnumNames): typeof failed {
  const all = names.desc.values.map((value) => value.name);
  const near = nearestName(
    cursor.text.toString(
      "utf8",
      cursor.textStart,
      Math.min(cursor.textEnd, cursor.textStart + 200),
    ),
    all,
  );
  const hint = near === undefined ? "" : ` such as ${quoteInput(near)}`;
  return cursor.failText(`a value of ${names.desc.typeName}${hint}`);
}
