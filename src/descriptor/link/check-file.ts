import { type DescriptorProto, FieldDescriptorProto_Label as Label } from "@bufbuild/protobuf/wkt";
import { checkEnum } from "./check-enum.ts";
import { checkMessage, checkNumber } from "./check-message.ts";
import { describePlace, type FileUnit, type ProblemLog } from "./file-unit.ts";
import type { SymbolTable } from "./symbol-table.ts";
import type { Declarations, ExtensionDeclaration } from "./walk-declarations.ts";

/** The extensions seen so far, by extended message and number. */
export type ExtensionNumbers = Map<string, { readonly unit: FileUnit } & ExtensionDeclaration>;

const packageName = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/** Checks the rules of the language in one file that need only names and numbers, after resolution. */
export function checkFile(
  unit: FileUnit,
  declarations: Declarations,
  table: SymbolTable,
  numbers: ExtensionNumbers,
  log: ProblemLog,
): void {
  const { package: name } = unit.proto;
  if (name !== "" && !packageName.test(name)) {
    log.addAt(unit, 0, `${JSON.stringify(name)} is not the name of a package`);
  }
  for (const { proto, fullName } of declarations.messages) checkMessage(unit, proto, fullName, log);
  for (const { proto, fullName } of declarations.enums) checkEnum(unit, proto, fullName, log);
  for (const extension of declarations.extensions) {
    checkExtension(unit, extension, table, log);
    checkExtensionNumber(unit, extension, numbers, log);
  }
  for (const service of unit.proto.service) {
    const names = new Set<string>();
    for (const method of service.method) {
      if (names.has(method.name)) {
        log.add(unit, method, `the method "${method.name}" is already declared in ${service.name}`);
      }
      names.add(method.name);
    }
  }
}

function checkExtension(
  unit: FileUnit,
  { proto }: ExtensionDeclaration,
  table: SymbolTable,
  log: ProblemLog,
): void {
  checkNumber(unit, proto, log);
  if (proto.label === Label.REQUIRED) log.add(unit, proto, "an extension cannot be required");
  const extended = table.get(proto.extendee.slice(1));
  if (extended?.kind !== "message") return;
  const message = extended.proto as DescriptorProto;
  const isInRange = message.extensionRange.some(
    ({ start, end }) => proto.number >= start && proto.number < end,
  );
  if (!isInRange) {
    const text = `${extended.fullName} does not leave the number ${proto.number} to extensions`;
    log.add(unit, proto, text, { part: "second" });
  }
  if (unit.proto.syntax === "proto3" && !isOptions(extended.fullName)) {
    const help = "proto3 extends the messages *Options of descriptor.proto only";
    log.add(unit, proto, `proto3 cannot extend ${extended.fullName}`, { part: "extendee", help });
  }
}

function isOptions(fullName: string): boolean {
  return /^google\.protobuf\.(?:\w+Options|StreamOptions|FeatureSet)$/.test(fullName);
}

function checkExtensionNumber(
  unit: FileUnit,
  extension: ExtensionDeclaration,
  numbers: ExtensionNumbers,
  log: ProblemLog,
): void {
  const { proto } = extension;
  const key = `${proto.extendee} ${proto.number}`;
  const other = numbers.get(key);
  if (other === undefined) {
    numbers.set(key, { unit, ...extension });
    return;
  }
  const place = describePlace(other.unit, other.proto);
  const text = `the number ${proto.number} of ${proto.extendee.slice(1)} is already used by "${other.fullName}" at ${place}`;
  log.add(unit, proto, text, { part: "second" });
}
