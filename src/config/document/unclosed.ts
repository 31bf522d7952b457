import { Lexer } from "yaml";
import type { Span, SpanProblem } from "./source-node.ts";

interface Opening {
  readonly bracket: "[" | "{";
  readonly offset: number;
}

const names = { "[": "list", "{": "map" } as const;
const closers = { "[": "]", "{": "}" } as const;
// Marks that the lexer puts between the pieces of the text; they stand for no text themselves.
const documentMark = "\u0002";
const scalarMark = "\u001f";
const flowEndMark = "\u0018";

/**
 * Lists, maps and quotes that are opened and never closed. The YAML parser reports them where it gave up,
 * often lines later; a person mends them where they were opened.
 */
export function findUnclosed(text: string): SpanProblem[] {
  const problems: SpanProblem[] = [];
  const quotes: SpanProblem[] = [];
  const open: Opening[] = [];
  const endAll = (noticed: Span) => {
    for (const opening of open.splice(0)) problems.push(unclosedBracket(opening, noticed));
  };
  for (const { token, offset } of markedTokens(text)) {
    if (token === "[" || token === "{") open.push({ bracket: token, offset });
    else if (token === "]" || token === "}") close(open, token, offset, problems);
    else if (token === flowEndMark) endAll({ start: offset, end: offset + 1 });
    else if (isUnclosedQuote(token)) quotes.push(unclosedQuote(token, offset));
  }
  endAll({ start: text.length, end: text.length });
  // An unclosed quote swallows the brackets behind it.
  return quotes.length > 0 ? quotes : problems;
}

/** The lexer's tokens with their places, without the text of plain and block scalars. */
function* markedTokens(
  text: string,
): Generator<{ readonly token: string; readonly offset: number }> {
  let offset = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (!isScalar && token === scalarMark) {
      isScalar = true;
    } else if (isScalar || (token !== documentMark && token !== flowEndMark)) {
      if (!isScalar) yield { token, offset };
      isScalar = false;
      offset += token.length;
    } else if (token === flowEndMark) {
      yield { token, offset };
    }
  }
}

function close(open: Opening[], closer: string, offset: number, problems: SpanProblem[]): void {
  const matching = open.findLastIndex((opening) => closers[opening.bracket] === closer);
  if (matching === -1) return;
  for (const opening of open.splice(matching).slice(1)) {
    problems.push(unclosedBracket(opening, { start: offset, end: offset + 1 }));
  }
}

function unclosedBracket({ bracket, offset }: Opening, noticed: Span): SpanProblem {
  return {
    span: { start: offset, end: offset + 1 },
    rule: "syntax",
    message: `the ${names[bracket]} opened here is not closed`,
    help: `add a "${closers[bracket]}"`,
    note: { span: noticed, message: "it is still open here" },
  };
}

function unclosedQuote(token: string, offset: number): SpanProblem {
  const firstLine = token.split("\n", 1)[0] ?? token;
  return {
    span: { start: offset, end: offset + firstLine.length },
    rule: "syntax",
    message: "the quoted text that begins here is not closed",
    help: `add a ${token[0] === '"' ? "double" : "single"} quote at its end`,
  };
}

function isUnclosedQuote(token: string): boolean {
  if (token[0] === "'") return !/^'(?:[^']|'')*'$/.test(token);
  if (token[0] === '"') return !/^"(?:[^"\\]|\\[\s\S])*"$/.test(token);
  return false;
}
