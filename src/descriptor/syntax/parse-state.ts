import { create, type Message } from "@bufbuild/protobuf";
import {
  type SourceCodeInfo_Location,
  SourceCodeInfo_LocationSchema,
} from "@bufbuild/protobuf/wkt";
import { readComments } from "./comments.ts";
import type { Marks, OptionHolder, PendingOption } from "./parsed-file.ts";
import { spanPositionOf } from "./source-text.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Which of the three languages a file is written in. */
export type Syntax = "proto2" | "proto3" | "editions";

/** What the rules of one file share: where they are, and what they have found. */
export interface ParseState {
  readonly cursor: TokenCursor;
  readonly marks: Map<Message, Marks>;
  readonly pending: Map<OptionHolder, PendingOption[]>;
  readonly locations: SourceCodeInfo_Location[];
  syntax: Syntax;
  /** The number of google.protobuf.Edition; 0 unless `syntax` is "editions". */
  edition: number;
  /** How many messages and groups are open here. */
  depth: number;
}

/** Messages nested deeper than this are refused; protoc's limit is the same order. */
export const maxMessageDepth = 32;

/** Begins the location of a declaration at the cursor: its comments are those before this token. */
export function openLocation(state: ParseState, path: readonly number[]): SourceCodeInfo_Location {
  const { cursor } = state;
  const location = create(SourceCodeInfo_LocationSchema);
  location.path = [...path];
  location.span = [...spanPositionOf(cursor.source, cursor.start)];
  const from = cursor.previousEnd;
  const gap = cursor.source.text.slice(from, cursor.start);
  const { leading } = readComments(gap, false, from === 0);
  if (leading !== undefined) location.leadingComments = leading;
  state.locations.push(location);
  return location;
}

/** Takes the comment behind the token just consumed (`;` or `{`) as the declaration's trailing one. */
function takeTrailingComment(state: ParseState, location: SourceCodeInfo_Location): void {
  const { cursor } = state;
  const gap = cursor.source.text.slice(cursor.previousEnd, cursor.start);
  const endsScope = cursor.is("}") || cursor.isAtEnd;
  const { trailing } = readComments(gap, endsScope, false);
  if (trailing !== undefined) location.trailingComments = trailing;
}

/** Ends the location behind the token just consumed. */
export function closeLocation(state: ParseState, location: SourceCodeInfo_Location): void {
  const [line, column] = spanPositionOf(state.cursor.source, state.cursor.previousEnd);
  if (line !== location.span[0]) location.span.push(line);
  location.span.push(column);
}

/** Consumes the `;` of a declaration with its trailing comment and ends its location. */
export function endStatement(state: ParseState, location: SourceCodeInfo_Location): boolean {
  if (!state.cursor.take(";")) return false;
  takeTrailingComment(state, location);
  closeLocation(state, location);
  return true;
}

/** Runs `statement` until the block closes. A statement that fails is skipped, so that later ones are still read. */
export function parseBlock(
  state: ParseState,
  location: SourceCodeInfo_Location,
  statement: () => boolean,
): boolean {
  const { cursor } = state;
  const opened = cursor.start;
  if (!cursor.take("{")) return false;
  takeTrailingComment(state, location);
  while (!cursor.is("}")) {
    if (cursor.isAtEnd) {
      cursor.problemAt(opened, "this block is never closed");
      return false;
    }
    const before = cursor.start;
    if (statement()) continue;
    cursor.skipStatement();
    if (cursor.start === before && !cursor.is("}")) cursor.next();
  }
  cursor.next();
  closeLocation(state, location);
  return true;
}
