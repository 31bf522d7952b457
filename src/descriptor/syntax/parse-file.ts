import { create } from "@bufbuild/protobuf";
import {
  Edition,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  SourceCodeInfoSchema,
} from "@bufbuild/protobuf/wkt";
import type { DescriptorProblem } from "../problem.ts";
import { parseEnum } from "./parse-enum.ts";
import { isVisibilityHere, parseExtend, parseMessage, parseVisible } from "./parse-message.ts";
import { parseOptionStatement } from "./parse-option.ts";
import { parseService } from "./parse-service.ts";
import type { ParseState } from "./parse-state.ts";
import type { ParsedFile } from "./parsed-file.ts";
import { createSourceText } from "./source-text.ts";
import { decodeUtf8 } from "./string-literal.ts";
import { TokenCursor } from "./token-cursor.ts";

/** What came of reading one file. Nothing may be made of `file` when there are problems. */
export interface ParseOutcome {
  readonly file: ParsedFile;
  readonly problems: readonly DescriptorProblem[];
}

const editions: ReadonlyMap<string, Edition> = new Map([
  ["2023", Edition.EDITION_2023],
  ["2024", Edition.EDITION_2024],
]);

/**
 * Parses the text of one `.proto` file (proto2, proto3, editions 2023 and 2024) into a descriptor whose
 * type names and options are still as written. `name` is the file's import path, `path` what problems
 * show. After a problem the parser goes on with the next statement, so one pass reports them all.
 * Source: the language specification at protobuf.com/docs/language-spec and protoc's parser.
 */
export function parseFile(name: string, path: string, text: string): ParseOutcome {
  const source = createSourceText(path, text);
  const problems: DescriptorProblem[] = [];
  const cursor = new TokenCursor(source, problems);
  const proto = create(FileDescriptorProtoSchema);
  proto.name = name;
  const state: ParseState = {
    cursor,
    marks: new Map(),
    pending: new Map(),
    locations: [],
    syntax: "proto2",
    edition: 0,
    depth: 0,
  };
  const importOffsets: number[] = [];
  parseSyntax(state, proto);
  while (!cursor.isAtEnd) {
    const before = cursor.start;
    if (parseTopLevel(state, proto, importOffsets)) continue;
    cursor.skipStatement();
    if (cursor.start === before) cursor.next();
  }
  proto.sourceCodeInfo = create(SourceCodeInfoSchema);
  proto.sourceCodeInfo.location = state.locations;
  const { marks, pending } = state;
  return { file: { proto, source, marks, importOffsets, pending }, problems };
}

/** `syntax = "proto3";` or `edition = "2023";`, which is allowed as the first statement only. */
function parseSyntax(state: ParseState, proto: FileDescriptorProto): void {
  const { cursor } = state;
  const isEdition = cursor.is("edition");
  if (!isEdition && !cursor.is("syntax")) return;
  cursor.next();
  if (!cursor.take("=")) {
    cursor.skipStatement();
    return;
  }
  const at = cursor.start;
  const bytes = cursor.takeString(isEdition ? "an edition in quotes" : "a syntax in quotes");
  const value = bytes === undefined ? "" : (decodeUtf8(bytes) ?? "");
  if (isEdition) applyEdition(state, proto, value, at);
  else if (value === "proto3") {
    state.syntax = "proto3";
    proto.syntax = "proto3";
  } else if (value !== "proto2" && bytes !== undefined) {
    cursor.problemAt(at, `"${value}" is not a syntax`, 'the syntaxes are "proto2" and "proto3"');
  }
  if (bytes === undefined || !cursor.take(";")) cursor.skipStatement();
}

function applyEdition(
  state: ParseState,
  proto: FileDescriptorProto,
  value: string,
  at: number,
): void {
  const edition = editions.get(value);
  state.syntax = "editions";
  proto.syntax = "editions";
  if (edition === undefined) {
    const known = [...editions.keys()].join(" and ");
    // Read on as the newest one, or its new words would be reported as well.
    state.edition = Edition.EDITION_2024;
    state.cursor.problemAt(at, `the edition "${value}" is not supported`, `${known} are`);
    return;
  }
  state.edition = edition;
  proto.edition = edition;
}

function parseTopLevel(
  state: ParseState,
  proto: FileDescriptorProto,
  importOffsets: number[],
): boolean {
  const { cursor } = state;
  if (cursor.takeIf(";")) return true;
  switch (cursor.text) {
    case "package":
      return parsePackage(state, proto);
    case "import":
      return parseImport(state, proto, importOffsets);
    case "option":
      return parseOptionStatement(state, proto);
    case "message":
      return parseMessage(state, proto.messageType, [4]) !== undefined;
    case "enum":
      return parseEnum(state, proto.enumType, [5]) !== undefined;
    case "service":
      return parseService(state, proto);
    case "extend":
      return parseExtend(state, {
        fields: proto.extension,
        path: [7],
        nested: proto.messageType,
        nestedPath: [4],
      });
    case "export":
    case "local":
      if (isVisibilityHere(state)) {
        return parseVisible(state, proto.messageType, proto.enumType, [], [4, 5]);
      }
      break;
    case "syntax":
    case "edition":
      cursor.problemHere(`"${cursor.text}" is the first statement of a file or absent`);
      return false;
  }
  return cursor.expected("a top-level statement (message, enum, service, extend, import, option)");
}

function parsePackage(state: ParseState, proto: FileDescriptorProto): boolean {
  const { cursor } = state;
  const start = cursor.start;
  cursor.next();
  const name = cursor.takeName("the name of a package", false);
  if (name === undefined) return false;
  if (proto.package !== "") cursor.problemAt(start, "a file has one package statement");
  proto.package = name;
  return cursor.take(";");
}

function parseImport(
  state: ParseState,
  proto: FileDescriptorProto,
  importOffsets: number[],
): boolean {
  const { cursor } = state;
  cursor.next();
  const kind = cursor.kind === "identifier" ? cursor.text : "";
  if (kind === "public" || kind === "weak") cursor.next();
  else if (kind === "option" && state.edition >= 1001) cursor.next();
  const start = cursor.start;
  const bytes = cursor.takeString("the path of a file in quotes");
  if (bytes === undefined) return false;
  const path = decodeUtf8(bytes);
  if (path === undefined) {
    cursor.problemAt(start, "the path of an import is UTF-8");
    return false;
  }
  if (kind === "option") {
    proto.optionDependency.push(path);
    return cursor.take(";");
  }
  if (proto.dependency.includes(path)) cursor.problemAt(start, `"${path}" is imported twice`);
  if (kind === "public") proto.publicDependency.push(proto.dependency.length);
  if (kind === "weak") proto.weakDependency.push(proto.dependency.length);
  proto.dependency.push(path);
  importOffsets.push(start);
  return cursor.take(";");
}
