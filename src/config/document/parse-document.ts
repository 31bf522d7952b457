import { parseDocument as parseYaml, type YAMLError } from "yaml";
import type { SpanProblem } from "./source-node.ts";
import { buildTree, type SourceTree } from "./source-tree.ts";
import { findUnclosed } from "./unclosed.ts";

/**
 * Reads one YAML 1.2 document, which JSON is a part of, into nodes with their places. Keys given twice, keys
 * that are not text, tags, undefined or boundless aliases and too deep nesting are problems; so is a text
 * that is not YAML. Never throws.
 */
export function parseDocument(text: string): SourceTree {
  const encoding = encodingProblem(text);
  if (encoding !== undefined) return withoutRoot([encoding]);
  const unclosed = findUnclosed(text);
  // The library compares every key with every other one; buildTree finds doubles in one pass.
  const document = parseYaml(text, { prettyErrors: false, uniqueKeys: false, version: "1.2" });
  const bare = bareReference(document.errors, text) ?? bareBraces(document.errors, text);
  if (bare !== undefined) return withoutRoot([bare]);
  const firstUnclosed = Math.min(...unclosed.map((problem) => problem.span.start), text.length + 1);
  const syntax = [...document.errors, ...document.warnings]
    .filter((error) => error.pos[0] < firstUnclosed)
    .map((error) => syntaxProblem(error, text));
  if (syntax.length + unclosed.length > 0) return withoutRoot(distinct([...syntax, ...unclosed]));
  if (document.contents === null) {
    return withoutRoot([spanProblem(0, 1, "the document is empty", 'start with "version: 1"')]);
  }
  return buildTree(document.contents);
}

function withoutRoot(problems: readonly SpanProblem[]): SourceTree {
  return { root: undefined, problems };
}

function encodingProblem(text: string): SpanProblem | undefined {
  if (text.startsWith("\uFEFF")) {
    return {
      span: { start: 0, end: 1 },
      rule: "encoding",
      message: "the file begins with a byte order mark",
      help: "save it as UTF-8 without one",
    };
  }
  const control = /(?![\t\n\r\u0085])\p{Cc}/u.exec(text); // YAML 1.2 §5.1
  if (control === null) return undefined;
  const code = control[0].charCodeAt(0).toString(16).padStart(4, "0").toUpperCase();
  return {
    span: { start: control.index, end: control.index + 1 },
    rule: "encoding",
    message: `the control character U+${code} is not allowed in YAML`,
    help: "remove it, or write it as an escape in double quotes",
  };
}

/** What the library's codes mean in gateway.yaml's words; others keep the library's sentence. */
const sentences: Readonly<Partial<Record<string, readonly [message: string, help: string]>>> = {
  TAB_AS_INDENT: ["a tab cannot indent", "use spaces"],
  MULTIPLE_DOCS: ["the file holds more than one document", 'remove this "---" and what follows'],
  BLOCK_AS_IMPLICIT_KEY: [
    "a key and its value are on the line of another key",
    "put it on a line of its own, or quote the value if the colon belongs to it",
  ],
  MULTILINE_IMPLICIT_KEY: [
    "a key goes over several lines",
    'a ":" is missing after a key, or the line is indented wrongly',
  ],
  BAD_INDENT: ["this line is indented wrongly", "align it with the lines of the same map or list"],
  TAG_RESOLVE_FAILED: ["tags are not used here", "remove the word with the exclamation mark"],
  BAD_SCALAR_START: ["a value cannot begin with this character", "put the value in quotes"],
  RESOURCE_EXHAUSTION: ["the document is nested too deeply", "check for repeated brackets"],
};

function syntaxProblem(error: YAMLError, text: string): SpanProblem {
  const [start, end] = error.pos;
  const known = sentences[error.code];
  if (known === undefined) return spanProblem(start, end, lowerFirst(error.message), undefined);
  // The library points at the blank before the tab.
  const tab = error.code === "TAB_AS_INDENT" ? text.indexOf("\t", Math.max(0, start - 1)) : -1;
  const at = tab === -1 ? start : tab;
  return spanProblem(at, tab === -1 ? end : tab + 1, known[0], known[1]);
}

function spanProblem(
  start: number,
  end: number,
  message: string,
  help: string | undefined,
): SpanProblem {
  return { span: { start, end: Math.max(end, start + 1) }, rule: "syntax", message, help };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** YAML reads the brace of `${` between brackets as a map of its own, and all that follows goes wrong. */
function bareReference(errors: readonly YAMLError[], text: string): SpanProblem | undefined {
  const error = errors.find(({ pos: [at] }) => text.startsWith("${", at - 1));
  if (error === undefined) return undefined;
  const start = error.pos[0] - 1;
  const [reference = "$"] = /^\$\{[^}\n]*\}?/.exec(text.slice(start)) ?? [];
  const message = "a reference between brackets must be in quotes";
  return spanProblem(start, start + reference.length, message, `write "${reference}"`);
}

/** So it does with the brace inside a text, such as that of a variable in a path template. */
function bareBraces(errors: readonly YAMLError[], text: string): SpanProblem | undefined {
  for (const { pos } of errors) {
    const [brace] = pos;
    if (text[brace] !== "{") continue;
    const before = /[^\s,[\]{}"'][^\s,[\]{}]*$/.exec(text.slice(Math.max(brace - 256, 0), brace));
    if (before === null) continue;
    const [behind = ""] = /^(?:\{[^{}\n]*\}|[^\s,[\]{}])*/.exec(text.slice(brace)) ?? [];
    const value = before[0] + behind;
    const message = "a text with braces between brackets must be in quotes";
    return spanProblem(brace - before[0].length, brace + behind.length, message, quoted(value));
  }
  return undefined;
}

function quoted(value: string): string {
  return value.includes('"') ? "put it in quotes" : `put it in quotes: "${value}"`;
}

/** One problem a place: of a broken line the library says several things, the first one nearest the truth. */
function distinct(problems: readonly SpanProblem[]): SpanProblem[] {
  const seen = new Map<number, SpanProblem>();
  for (const problem of problems) {
    if (!seen.has(problem.span.start)) seen.set(problem.span.start, problem);
  }
  return [...seen.values()];
}
