import type { Message } from "@bufbuild/protobuf";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import type { DescriptorProblem } from "../problem.ts";
import type { Marks, ParsedFile } from "../syntax/parsed-file.ts";
import { problemIn } from "../syntax/source-text.ts";

/** One file on its way into a schema: parsed from text, taken from a set, or built in. */
export interface FileUnit {
  readonly proto: FileDescriptorProto;
  /** What people know the file by: a path, or the name of the set it is in. */
  readonly origin: string;
  /** Absent for files that came as descriptors, which are linked already. */
  readonly parsed?: ParsedFile;
  /** Whether the file is one of ours, used because no source had it. */
  readonly isBuiltIn?: boolean;
}

/** Collects problems about the declarations of files. */
export interface ProblemLog {
  readonly problems: DescriptorProblem[];
  /** Adds a problem at `part` of a declaration; `part` falls back to the name. */
  add(
    unit: FileUnit,
    declaration: Message,
    message: string,
    options?: { readonly part?: keyof Marks; readonly help?: string | undefined },
  ): void;
  addAt(unit: FileUnit, offset: number | undefined, message: string, help?: string): void;
}

/** A log that writes to `problems`. */
export function createProblemLog(problems: DescriptorProblem[]): ProblemLog {
  const addAt = (unit: FileUnit, offset: number | undefined, message: string, help?: string) => {
    if (unit.parsed !== undefined && offset !== undefined) {
      problems.push(problemIn(unit.parsed.source, offset, message, help));
      return;
    }
    // In a set, the file inside it is part of the place.
    const isNamed = unit.origin === unit.proto.name;
    const where = isNamed ? message : `${unit.proto.name}: ${message}`;
    problems.push({ file: unit.origin, message: where, ...(help === undefined ? {} : { help }) });
  };
  return {
    problems,
    addAt,
    add(unit, declaration, message, options = {}) {
      const marks = unit.parsed?.marks.get(declaration);
      const offset = marks?.[options.part ?? "name"] ?? marks?.name;
      addAt(unit, offset, message, options.help);
    },
  };
}

/** Where a declaration stands, for naming it inside another problem's message. */
export function describePlace(unit: FileUnit, declaration: Message): string {
  const offset = unit.parsed?.marks.get(declaration)?.name;
  if (unit.parsed === undefined || offset === undefined) {
    if (unit.isBuiltIn === true) return `the built-in ${unit.proto.name}`;
    return unit.origin === unit.proto.name ? unit.origin : `${unit.origin} (${unit.proto.name})`;
  }
  const { file, line } = problemIn(unit.parsed.source, offset, "");
  return `${file}:${line}`;
}
