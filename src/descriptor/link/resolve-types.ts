import type { Message } from "@bufbuild/protobuf";
import {
  type FieldDescriptorProto,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { nearestName } from "../../base/index.ts";
import { builtinDefining } from "../builtin/builtin-files.ts";
import { defaultJsonName } from "../syntax/names.ts";
import { isScalar } from "../syntax/parse-field.ts";
import type { Marks } from "../syntax/parsed-file.ts";
import type { FileUnit, ProblemLog } from "./file-unit.ts";
import { type Lookup, lookup, type Visibility } from "./lookup.ts";
import type { SymbolTable } from "./symbol-table.ts";
import { type Declarations, joinName } from "./walk-declarations.ts";

/** What resolving the names of one file needs. */
export interface ResolveContext {
  readonly table: SymbolTable;
  readonly unit: FileUnit;
  readonly visibility: Visibility;
  readonly log: ProblemLog;
}

/**
 * Replaces every type name in the file by its full name with a leading dot, and sets the kind of the
 * fields that have one. Reports names that do not exist, are not imported, or are of the wrong kind.
 */
export function resolveTypes(context: ResolveContext, declarations: Declarations): void {
  for (const { proto, fullName } of declarations.messages) {
    for (const field of proto.field) {
      resolveField(context, field, joinName(fullName, field.name));
    }
  }
  for (const { proto, fullName } of declarations.extensions) {
    resolveField(context, proto, fullName);
    const extendee = resolve(context, proto, proto.extendee, fullName, "extendee", ["message"]);
    if (extendee !== undefined) proto.extendee = extendee.name;
  }
  for (const service of context.unit.proto.service) {
    const serviceName = joinName(context.unit.proto.package, service.name);
    for (const method of service.method) {
      const from = joinName(serviceName, method.name);
      const input = resolve(context, method, method.inputType, from, "type", ["message"]);
      const output = resolve(context, method, method.outputType, from, "second", ["message"]);
      if (input !== undefined) method.inputType = input.name;
      if (output !== undefined) method.outputType = output.name;
    }
  }
}

function resolveField(context: ResolveContext, field: FieldDescriptorProto, from: string): void {
  // Not every tool that writes descriptors fills this in.
  if (field.jsonName === "") field.jsonName = defaultJsonName(field.name);
  if (field.typeName === "") {
    const needsName = field.type === Type.MESSAGE || field.type === Type.GROUP;
    const isSet =
      Object.hasOwn(field, "type") && field.type >= Type.DOUBLE && field.type <= Type.SINT64;
    if (isSet && !needsName && field.type !== Type.ENUM) return;
    context.log.add(context.unit, field, `the field "${from}" has no type`);
    return;
  }
  const found = resolve(context, field, field.typeName, from, "type", ["message", "enum"]);
  if (found === undefined) return;
  field.typeName = found.name;
  if (Object.hasOwn(field, "type")) checkKind(context, field, from, found.kind);
  else field.type = found.kind === "enum" ? Type.ENUM : Type.MESSAGE;
}

/** A descriptor names the kind of its fields itself, and may lie. */
function checkKind(
  context: ResolveContext,
  field: FieldDescriptorProto,
  from: string,
  kind: string,
): void {
  if ((field.type === Type.ENUM) === (kind === "enum")) return;
  context.log.add(
    context.unit,
    field,
    `the type of "${from}", ${field.typeName}, is of kind ${kind}`,
  );
}

function resolve(
  context: ResolveContext,
  declaration: Message,
  name: string,
  from: string,
  part: keyof Marks,
  kinds: readonly string[],
): { readonly name: string; readonly kind: string } | undefined {
  const found = lookup(context.table, context.visibility, name, from, part !== "extendee");
  if (found.kind === "found" && kinds.includes(found.symbol.kind)) {
    return { name: `.${found.symbol.fullName}`, kind: found.symbol.kind };
  }
  const { message, help } = explainLookup(context, found, name, kinds);
  context.log.add(context.unit, declaration, message, { part, help });
  return undefined;
}

/** Says in words why a name did not lead to a declaration of one of `kinds`. */
export function explainLookup(
  context: ResolveContext,
  found: Lookup,
  name: string,
  kinds: readonly string[],
): { readonly message: string; readonly help?: string } {
  const wanted = kinds.join(" or ");
  switch (found.kind) {
    case "found":
      return {
        message: `"${name}" is ${article(found.symbol.kind)}, and ${article(wanted)} is needed`,
      };
    case "notImported":
      return {
        message: `"${name}" is defined in ${found.symbol.unit.proto.name}, which is not imported`,
        help: `add: import "${found.symbol.unit.proto.name}";`,
      };
    case "shadowed":
      return {
        message: `"${name}" means "${found.tried}" here, which is not defined`,
        help: `write ".${name}" to start from the outermost scope`,
      };
    case "missing": {
      if (isScalar(name))
        return { message: `"${name}" is a scalar, and ${article(wanted)} is needed` };
      const file = builtinDefining(name.replace(/^\./, ""));
      if (file !== undefined) {
        return { message: `"${name}" is not defined`, help: `add: import "${file}";` };
      }
      const nearest = suggest(context, name, kinds);
      return {
        message: `"${name}" is not defined`,
        ...(nearest === undefined ? {} : { help: `did you mean "${nearest}"?` }),
      };
    }
  }
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

/** The nearest full name, or the nearest last part, of a declaration of the right kind. */
function suggest(
  context: ResolveContext,
  name: string,
  kinds: readonly string[],
): string | undefined {
  const wanted = name.replace(/^\./, "");
  // Any short name is near to any other.
  if (lastPart(wanted).length < 3) return undefined;
  const full: string[] = [];
  const byLastPart = new Map<string, string>();
  for (const symbol of context.table.values()) {
    const isInReach = symbol.unit.isBuiltIn !== true || context.visibility.units.has(symbol.unit);
    if (!isInReach || !kinds.includes(symbol.kind)) continue;
    full.push(symbol.fullName);
    byLastPart.set(lastPart(symbol.fullName), symbol.fullName);
    if (full.length >= suggestionLimit) break;
  }
  const near = nearestName(lastPart(wanted), byLastPart.keys());
  return nearestName(wanted, full) ?? (near === undefined ? undefined : byLastPart.get(near));
}

/** Names looked through for a suggestion; more would make a thousand mistakes slow. */
const suggestionLimit = 5000;

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
