import type { FileUnit } from "./file-unit.ts";
import { packagePrefixes, type SymbolEntry, type SymbolTable } from "./symbol-table.ts";

/** What a file can see: itself, its imports, and what those import publicly. */
export interface Visibility {
  readonly units: ReadonlySet<FileUnit>;
  readonly packages: ReadonlySet<string>;
}

/** The outcome of looking a name up. */
export type Lookup =
  | { readonly kind: "found"; readonly symbol: SymbolEntry }
  /** Its first part was found, and then nothing of that name in it. */
  | { readonly kind: "shadowed"; readonly tried: string }
  /** It exists, but in a file that is not imported. */
  | { readonly kind: "notImported"; readonly symbol: SymbolEntry }
  | { readonly kind: "missing" };

/** What `unit` sees, given the units of its closure by import path. */
export function visibilityOf(
  unit: FileUnit,
  unitsByName: ReadonlyMap<string, FileUnit>,
): Visibility {
  const units = new Set<FileUnit>();
  const add = (name: string | undefined) => {
    const file = unitsByName.get(name ?? "");
    if (file !== undefined) units.add(file);
  };
  for (const name of unit.proto.dependency) add(name);
  for (const name of unit.proto.optionDependency) add(name);
  // A Set also visits what is added while it is walked: public imports of public imports.
  for (const file of units) {
    for (const index of file.proto.publicDependency) add(file.proto.dependency[index]);
  }
  units.add(unit);
  const packages = new Set<string>();
  for (const file of units) {
    for (const prefix of packagePrefixes(file.proto.package)) packages.add(prefix);
  }
  return { units, packages };
}

/**
 * Looks `name` up as seen from the declaration called `from`, innermost scope first. The scope is chosen
 * by the first part alone, as in C++; with `typesOnly`, a single name skips what is no type.
 * Source: the language specification, "Relative references", and protoc's LookupSymbol.
 */
export function lookup(
  table: SymbolTable,
  visibility: Visibility,
  name: string,
  from: string,
  typesOnly: boolean,
): Lookup {
  if (name.startsWith(".")) return lookupExact(table, visibility, name.slice(1));
  const dot = name.indexOf(".");
  const first = dot === -1 ? name : name.slice(0, dot);
  for (let end = from.lastIndexOf("."); end !== -1; end = from.lastIndexOf(".", end - 1)) {
    const prefix = from.slice(0, end + 1);
    const symbol = findVisible(table, visibility, prefix + first);
    if (symbol === undefined) continue;
    if (dot === -1) {
      if (!typesOnly || isType(symbol)) return { kind: "found", symbol };
      continue;
    }
    if (!isAggregate(symbol)) continue;
    const whole = lookupExact(table, visibility, prefix + name);
    return whole.kind === "missing" ? { kind: "shadowed", tried: prefix + name } : whole;
  }
  return lookupExact(table, visibility, name);
}

function lookupExact(table: SymbolTable, visibility: Visibility, name: string): Lookup {
  const symbol = table.get(name);
  if (symbol === undefined) return { kind: "missing" };
  return isVisible(symbol, visibility)
    ? { kind: "found", symbol }
    : { kind: "notImported", symbol };
}

function findVisible(
  table: SymbolTable,
  visibility: Visibility,
  name: string,
): SymbolEntry | undefined {
  const symbol = table.get(name);
  return symbol !== undefined && isVisible(symbol, visibility) ? symbol : undefined;
}

function isVisible(symbol: SymbolEntry, visibility: Visibility): boolean {
  return symbol.kind === "package"
    ? visibility.packages.has(symbol.fullName)
    : visibility.units.has(symbol.unit);
}

function isType(symbol: SymbolEntry): boolean {
  return symbol.kind === "message" || symbol.kind === "enum";
}

function isAggregate(symbol: SymbolEntry): boolean {
  return isType(symbol) || symbol.kind === "package" || symbol.kind === "service";
}
