import type { EnumDescriptorProto, EnumValueDescriptorProto } from "@bufbuild/protobuf/wkt";
import type { FileUnit, ProblemLog } from "./file-unit.ts";
import { findOverlap, type NumberSpan } from "./number-spans.ts";

/** Checks one enum as protoc does: values, aliases, reserved names and numbers. */
export function checkEnum(
  unit: FileUnit,
  proto: EnumDescriptorProto,
  fullName: string,
  log: ProblemLog,
): void {
  if (proto.value.length === 0) log.add(unit, proto, `the enum ${fullName} has no values`);
  checkAliases(unit, proto, fullName, log);
  checkReserved(unit, proto, log);
}

function checkAliases(
  unit: FileUnit,
  proto: EnumDescriptorProto,
  fullName: string,
  log: ProblemLog,
): void {
  const allowsAlias = proto.options?.allowAlias === true;
  const taken = new Map<number, EnumValueDescriptorProto>();
  for (const value of proto.value) {
    const other = taken.get(value.number);
    if (other === undefined) taken.set(value.number, value);
    else if (!allowsAlias) {
      const text = `"${value.name}" has the number ${value.number} of "${other.name}" in ${fullName}`;
      const help = "set option allow_alias = true in the enum if this is meant";
      log.add(unit, value, text, { part: "second", help });
    }
  }
  if (allowsAlias && taken.size === proto.value.length) {
    log.add(unit, proto, `${fullName} sets allow_alias, but no number is used twice`);
  }
}

function checkReserved(unit: FileUnit, proto: EnumDescriptorProto, log: ProblemLog): void {
  const spans: readonly NumberSpan[] = proto.reservedRange.map((range) => ({
    first: range.start,
    last: range.end,
    kind: "reserved",
    proto: range,
  }));
  const names = new Set(proto.reservedName);
  for (const value of proto.value) {
    const { name, number } = value;
    if (spans.some(({ first, last }) => number >= first && number <= last)) {
      log.add(unit, value, `the number ${number} of "${name}" is reserved`, { part: "second" });
    }
    if (names.has(name)) log.add(unit, value, `the name "${name}" is reserved`);
  }
  const overlap = findOverlap(spans);
  if (overlap === undefined) return;
  const [a, b] = overlap;
  log.add(unit, b.proto, `the range ${b.first} to ${b.last} overlaps ${a.first} to ${a.last}`);
}
