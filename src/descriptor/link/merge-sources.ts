import { clone, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import type { DescriptorProblem } from "../problem.ts";
import { isSameDeclaration, isSameFile } from "./canonical.ts";
import { createProblemLog, describePlace, type FileUnit, type ProblemLog } from "./file-unit.ts";
import { joinName } from "./walk-declarations.ts";

interface Taken {
  readonly unit: FileUnit;
  readonly schema: DescMessage;
  readonly proto: MessageShape<DescMessage>;
}

/**
 * Puts the linked files of several sources together. A file or a symbol that two sources define alike is
 * kept once; one that they define differently is reported with both places. A file of a source goes
 * before a built-in one.
 */
export function mergeSources(
  sources: readonly (readonly FileUnit[])[],
  problems: DescriptorProblem[],
): readonly FileUnit[] {
  const log = createProblemLog(problems);
  const byName = new Map<string, FileUnit>();
  for (const unit of sources.flat()) {
    const { name } = unit.proto;
    const other = byName.get(name);
    if (other === undefined || (other.isBuiltIn === true && unit.isBuiltIn !== true)) {
      byName.set(name, unit);
    } else if (unit.isBuiltIn !== true && !isSameFile(other.proto, unit.proto)) {
      const text = `the file "${name}" is also in ${other.origin}, with different content`;
      log.addAt(unit, 0, text);
    }
  }
  return dropRepeated([...byName.values()], log);
}

/** Leaves out the declarations that an earlier file has too, and imports that file instead. */
function dropRepeated(units: readonly FileUnit[], log: ProblemLog): readonly FileUnit[] {
  const taken = new Map<string, Taken>();
  return units.map((unit) => {
    const repeats = new Set<FileUnit>();
    const dropped = new Set<object>();
    for (const [schema, protos] of topLevel(unit.proto)) {
      for (const proto of protos) {
        const fullName = joinName(unit.proto.package, proto.name);
        const other = taken.get(fullName);
        if (other === undefined) taken.set(fullName, { unit, schema, proto });
        else if (other.schema === schema && isSameDeclaration(schema, other.proto, proto)) {
          dropped.add(proto);
          repeats.add(other.unit);
        } else {
          const place = describePlace(other.unit, other.proto);
          log.add(unit, proto, `"${fullName}" is already defined, differently, at ${place}`);
        }
      }
    }
    return dropped.size === 0 ? unit : withoutDeclarations(unit, dropped, repeats);
  });
}

type Declaration = MessageShape<DescMessage> & { readonly name: string };

function topLevel(file: FileDescriptorProto): readonly [DescMessage, readonly Declaration[]][] {
  return [
    [DescriptorProtoSchema, file.messageType],
    [EnumDescriptorProtoSchema, file.enumType],
    [FieldDescriptorProtoSchema, file.extension],
    [ServiceDescriptorProtoSchema, file.service],
  ];
}

function withoutDeclarations(
  unit: FileUnit,
  dropped: ReadonlySet<object>,
  repeats: ReadonlySet<FileUnit>,
): FileUnit {
  const { proto } = unit;
  const copy = clone(FileDescriptorProtoSchema, proto);
  const isKept = (declaration: object) => !dropped.has(declaration);
  copy.messageType = proto.messageType.filter(isKept);
  copy.enumType = proto.enumType.filter(isKept);
  copy.extension = proto.extension.filter(isKept);
  copy.service = proto.service.filter(isKept);
  for (const { proto: other } of repeats) {
    if (!copy.dependency.includes(other.name)) copy.dependency.push(other.name);
  }
  return { ...unit, proto: copy };
}
