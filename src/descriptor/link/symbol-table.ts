import type { Message } from "@bufbuild/protobuf";
import { describePlace, type FileUnit, type ProblemLog } from "./file-unit.ts";
import { type Declarations, joinName } from "./walk-declarations.ts";

/** What a full name can stand for. */
export type SymbolKind = "package" | "message" | "enum" | "enum value" | "extension" | "service";

/** What a full name stands for. */
export interface SymbolEntry {
  readonly fullName: string;
  readonly kind: SymbolKind;
  readonly unit: FileUnit;
  readonly proto: Message;
}

/** Every full name of a set of files. */
export type SymbolTable = Map<string, SymbolEntry>;

/**
 * Adds what `unit` declares to `table`. A name that is taken already is reported with both places.
 */
export function declareSymbols(
  table: SymbolTable,
  unit: FileUnit,
  declarations: Declarations,
  log: ProblemLog,
): void {
  declarePackage(table, unit, log);
  const declare = (fullName: string, kind: SymbolKind, proto: Message) => {
    const taken = table.get(fullName);
    if (taken === undefined) table.set(fullName, { fullName, kind, unit, proto });
    else reportClash(taken, fullName, kind, unit, proto, log);
  };
  for (const { fullName, proto } of declarations.messages) declare(fullName, "message", proto);
  for (const { fullName, proto, scope } of declarations.enums) {
    declare(fullName, "enum", proto);
    for (const value of proto.value) declare(joinName(scope, value.name), "enum value", value);
  }
  for (const { fullName, proto } of declarations.extensions) declare(fullName, "extension", proto);
  for (const proto of unit.proto.service) {
    declare(joinName(unit.proto.package, proto.name), "service", proto);
  }
}

function declarePackage(table: SymbolTable, unit: FileUnit, log: ProblemLog): void {
  for (const name of packagePrefixes(unit.proto.package)) {
    const taken = table.get(name);
    if (taken === undefined) {
      table.set(name, { fullName: name, kind: "package", unit, proto: unit.proto });
    } else if (taken.kind !== "package") {
      const place = describePlace(taken.unit, taken.proto);
      log.addAt(unit, 0, `the package "${name}" has the name of the ${taken.kind} at ${place}`);
    }
  }
}

/** `a`, `a.b` and `a.b.c` of `a.b.c`. */
export function packagePrefixes(name: string): readonly string[] {
  const prefixes: string[] = [];
  for (let at = name.indexOf("."); at !== -1; at = name.indexOf(".", at + 1)) {
    prefixes.push(name.slice(0, at));
  }
  if (name !== "") prefixes.push(name);
  return prefixes;
}

function reportClash(
  taken: SymbolEntry,
  fullName: string,
  kind: SymbolKind,
  unit: FileUnit,
  proto: Message,
  log: ProblemLog,
): void {
  const what = taken.kind === kind ? "" : ` as a ${taken.kind}`;
  const place = describePlace(taken.unit, taken.proto);
  const help = clashHelp(kind, taken, unit);
  log.add(unit, proto, `"${fullName}" is already defined${what} at ${place}`, { help });
}

function clashHelp(kind: SymbolKind, taken: SymbolEntry, unit: FileUnit): string | undefined {
  if (kind === "enum value" && taken.kind === "enum value") {
    return "the values of an enum belong to the scope around the enum";
  }
  return importRootHelp(unit, taken.unit) ?? importRootHelp(taken.unit, unit);
}

/** The same file reached under two names is a missing import root. */
function importRootHelp(long: FileUnit, short: FileUnit): string | undefined {
  const suffix = `/${short.proto.name}`;
  if (!long.proto.name.endsWith(suffix)) return undefined;
  const root = long.proto.name.slice(0, -suffix.length);
  return `${long.proto.name} looks like a copy of ${short.proto.name}: name ${root} in imports`;
}
