import type { ParseState } from "./parse-state.ts";
import type { OptionHolder, OptionNamePart, OptionValue, PendingOption } from "./parsed-file.ts";
import { parseInteger, type TokenCursor } from "./token-cursor.ts";

/** `option name = value;` of `holder`, with the keyword at the cursor. */
export function parseOptionStatement(state: ParseState, holder: OptionHolder): boolean {
  state.cursor.next();
  const option = parseOption(state.cursor);
  if (option === undefined) return false;
  addPending(state, holder, option);
  return state.cursor.take(";");
}

/**
 * `[name = value, ...]` of `holder`, when there is one. `claim` may take an option for itself (the
 * pseudo-options `default` and `json_name`) by returning true.
 */
export function parseOptionList(
  state: ParseState,
  holder: OptionHolder,
  claim: (option: PendingOption) => boolean = () => false,
): boolean {
  const { cursor } = state;
  if (!cursor.takeIf("[")) return true;
  do {
    const option = parseOption(cursor);
    if (option === undefined) return false;
    if (!claim(option)) addPending(state, holder, option);
  } while (cursor.takeIf(","));
  return cursor.take("]");
}

function addPending(state: ParseState, holder: OptionHolder, option: PendingOption): void {
  const list = state.pending.get(holder);
  if (list === undefined) state.pending.set(holder, [option]);
  else list.push(option);
}

function parseOption(cursor: TokenCursor): PendingOption | undefined {
  const offset = cursor.start;
  const name: OptionNamePart[] = [];
  do {
    const part = parseNamePart(cursor);
    if (part === undefined) return undefined;
    name.push(part);
  } while (cursor.takeIf("."));
  if (!cursor.take("=")) return undefined;
  const valueOffset = cursor.start;
  const value = parseOptionValue(cursor);
  return value === undefined ? undefined : { name, value, offset, valueOffset };
}

function parseNamePart(cursor: TokenCursor): OptionNamePart | undefined {
  const offset = cursor.start;
  if (!cursor.takeIf("(")) {
    const text = cursor.takeIdentifier("the name of an option");
    return text === undefined ? undefined : { text, isExtension: false, offset };
  }
  const text = cursor.takeName("the name of an extension", true);
  if (text === undefined || !cursor.take(")")) return undefined;
  return { text, isExtension: true, offset };
}

function parseOptionValue(cursor: TokenCursor): OptionValue | undefined {
  if (cursor.is("{")) return parseAggregate(cursor);
  if (cursor.kind === "string") {
    const bytes = cursor.takeString("a string");
    return bytes === undefined ? undefined : { kind: "string", bytes };
  }
  const isNegative = cursor.takeIf("-");
  const { kind, text } = cursor;
  if (kind === "identifier" && (!isNegative || text === "inf" || text === "nan")) {
    cursor.next();
    if (isNegative) {
      return { kind: "float", value: text === "inf" ? Number.NEGATIVE_INFINITY : Number.NaN };
    }
    return { kind: "identifier", text };
  }
  if (kind === "integer") {
    cursor.next();
    const value = parseInteger(text);
    return { kind: "integer", value: isNegative ? -value : value, isNegative };
  }
  if (kind === "float") {
    cursor.next();
    return { kind: "float", value: isNegative ? -Number(text) : Number(text) };
  }
  cursor.expected("the value of an option");
  return undefined;
}

/** The text between balanced braces. Comments become blanks: text format has other ones. */
function parseAggregate(cursor: TokenCursor): OptionValue | undefined {
  const opened = cursor.start;
  let depth = 0;
  let text = "";
  do {
    if (cursor.isAtEnd) {
      cursor.problemAt(opened, "this value is never closed");
      return undefined;
    }
    if (cursor.is("{")) depth++;
    if (cursor.is("}")) depth--;
    const gap = cursor.source.text.slice(cursor.previousEnd, cursor.start);
    text += (gap.includes("/") ? " " : gap) + cursor.text;
    cursor.next();
  } while (depth > 0);
  const open = text.indexOf("{");
  return { kind: "aggregate", text: text.slice(open + 1, -1) };
}
