import type { Message } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
} from "@bufbuild/protobuf/wkt";
import { describePlace, type FileUnit, type ProblemLog } from "./file-unit.ts";
import { findOverlap, type NumberSpan } from "./number-spans.ts";

const maxFieldNumber = 536_870_911;
const firstInternalNumber = 19_000;
const lastInternalNumber = 19_999;
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Checks one message as protoc does: names and numbers used once, numbers in range and not reserved, oneofs
 * with members, what proto3 leaves out.
 */
export function checkMessage(
  unit: FileUnit,
  message: DescriptorProto,
  fullName: string,
  log: ProblemLog,
): void {
  checkNames(unit, message, fullName, log);
  checkNumbers(unit, message, fullName, log);
  checkReserved(unit, message, log);
  checkRanges(unit, message, log);
  checkOneofs(unit, message, log);
  for (const field of message.field) checkLabel(unit, field, log);
}

function checkNames(
  unit: FileUnit,
  message: DescriptorProto,
  fullName: string,
  log: ProblemLog,
): void {
  const taken = new Map<string, Message>();
  const take = (name: string, declaration: Message) => {
    const other = taken.get(name);
    if (!identifier.test(name)) log.add(unit, declaration, `${JSON.stringify(name)} is not a name`);
    if (other === undefined) taken.set(name, declaration);
    else {
      const place = describePlace(unit, other);
      log.add(unit, declaration, `"${name}" is already used in ${fullName}, at ${place}`);
    }
  };
  for (const field of message.field) take(field.name, field);
  for (const oneof of message.oneofDecl) take(oneof.name, oneof);
  for (const extension of message.extension) take(extension.name, extension);
  // Types clash with each other in the symbol table; here only with fields.
  for (const type of [...message.nestedType, ...message.enumType]) {
    const other = taken.get(type.name);
    if (other === undefined) continue;
    const place = describePlace(unit, other);
    log.add(unit, type, `"${type.name}" is already used in ${fullName}, at ${place}`);
  }
}

function checkNumbers(
  unit: FileUnit,
  message: DescriptorProto,
  fullName: string,
  log: ProblemLog,
): void {
  const taken = new Map<number, FieldDescriptorProto>();
  const highest = message.field.reduce((max, field) => Math.max(max, field.number), 0);
  for (const field of message.field) {
    checkNumber(unit, field, log);
    const other = taken.get(field.number);
    if (other === undefined) taken.set(field.number, field);
    else {
      const text = `the number ${field.number} of "${field.name}" is already used in ${fullName} by "${other.name}"`;
      log.add(unit, field, text, { part: "second", help: `${highest + 1} is free` });
    }
  }
}

/** Reports a field number that the wire format or protobuf itself does not leave to users. */
export function checkNumber(unit: FileUnit, field: FieldDescriptorProto, log: ProblemLog): void {
  const { number } = field;
  const isMessageSet = field.extendee !== "" && number > maxFieldNumber;
  if (number < 1 || (number > maxFieldNumber && !isMessageSet)) {
    const text = `the field number ${number} is outside 1 to ${maxFieldNumber}`;
    log.add(unit, field, text, { part: "second" });
  } else if (number >= firstInternalNumber && number <= lastInternalNumber) {
    const text = `the field numbers ${firstInternalNumber} to ${lastInternalNumber} belong to protobuf itself`;
    log.add(unit, field, text, { part: "second" });
  }
}

function spansOf(message: DescriptorProto): readonly NumberSpan[] {
  const reserved = message.reservedRange.map((proto) => ({
    first: proto.start,
    last: proto.end - 1,
    kind: "reserved",
    proto,
  }));
  const extensions = message.extensionRange.map((proto) => ({
    first: proto.start,
    last: proto.end - 1,
    kind: "for extensions",
    proto,
  }));
  return [...reserved, ...extensions];
}

function checkReserved(unit: FileUnit, message: DescriptorProto, log: ProblemLog): void {
  const spans = spansOf(message);
  const names = new Set(message.reservedName);
  for (const field of message.field) {
    const span = spans.find(({ first, last }) => field.number >= first && field.number <= last);
    if (span !== undefined) {
      const text = `the number ${field.number} of "${field.name}" is ${span.kind}`;
      log.add(unit, field, text, { part: "second" });
    }
    if (names.has(field.name)) log.add(unit, field, `the name "${field.name}" is reserved`);
  }
  if (names.size < message.reservedName.length) {
    log.add(unit, message, `${message.name} reserves a name twice`);
  }
}

function checkRanges(unit: FileUnit, message: DescriptorProto, log: ProblemLog): void {
  const overlap = findOverlap(spansOf(message));
  if (overlap === undefined) return;
  const [a, b] = overlap;
  const text = `the range ${b.first} to ${b.last} overlaps ${a.first} to ${a.last}`;
  log.add(unit, b.proto, text);
}

function checkOneofs(unit: FileUnit, message: DescriptorProto, log: ProblemLog): void {
  const members = message.oneofDecl.map(() => 0);
  for (const field of message.field) {
    if (!Object.hasOwn(field, "oneofIndex")) continue;
    const count = members[field.oneofIndex];
    if (count === undefined)
      log.add(unit, field, `"${field.name}" is in a oneof that is not there`);
    else members[field.oneofIndex] = count + 1;
    if (field.label !== Label.OPTIONAL) {
      log.add(unit, field, `"${field.name}" is in a oneof and not singular`);
    }
  }
  message.oneofDecl.forEach((oneof, index) => {
    if (members[index] === 0) log.add(unit, oneof, `the oneof "${oneof.name}" has no fields`);
  });
}

function checkLabel(unit: FileUnit, field: FieldDescriptorProto, log: ProblemLog): void {
  if (unit.proto.syntax !== "proto3") return;
  if (field.label === Label.REQUIRED)
    log.add(unit, field, "required fields do not exist in proto3");
}
