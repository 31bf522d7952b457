import type { Place, Problem } from "../problem.ts";

export interface FormatOptions {
  /** Whether to colour by ANSI escapes. */
  readonly colour: boolean;
  /** The text of a file, to show the line; undefined shows none. */
  sourceOf(file: string): string | undefined;
}

/** Longer lines are cut around the place, so that a JSON document on one line stays readable. */
const widestLine = 120;

/**
 * The problems as text, in the form of design.md: what is wrong, where, the line, and the remedy under it;
 * then how many there are. Empty without problems.
 */
export function formatProblems(problems: readonly Problem[], options: FormatOptions): string {
  if (problems.length === 0) return "";
  const linesOf = new Map<string, readonly string[] | undefined>();
  for (const { file } of problems) {
    if (!linesOf.has(file)) linesOf.set(file, options.sourceOf(file)?.split(/\r?\n/));
  }
  const paint = options.colour ? painted : plain;
  const blocks = problems.map((problem) =>
    formatProblem(problem, linesOf.get(problem.file), paint),
  );
  return `${blocks.join("\n")}\n${summary(problems)}\n`;
}

function formatProblem(
  problem: Problem,
  lines: readonly string[] | undefined,
  paint: Paint,
): string {
  const { severity, message, file, line, column, help, note } = problem;
  const width = String(Math.max(line, note?.line ?? 0)).length;
  const margin = " ".repeat(width);
  const where = line === 0 ? file : `${file}:${line}:${column}`;
  const head = `${paint(severity, severity)}: ${paint("bold", clean(message))}\n${margin}${paint("frame", "-->")} ${clean(where)}\n`;
  const text = lines?.[line - 1];
  if (text === undefined) return head + remedy(margin, help);
  const bar = paint("frame", `${margin} |`);
  let block = `${head}${bar}\n`;
  block += snippet(text, problem, width, paint, severity, "^", help);
  const noteText = note && lines?.[note.line - 1];
  if (note !== undefined && noteText !== undefined) {
    block += `${bar}\n${snippet(noteText, note, width, paint, "frame", "-", note.message)}`;
  }
  return block;
}

function remedy(margin: string, help: string | undefined): string {
  return help === undefined ? "" : `${margin} = ${clean(help)}\n`;
}

function snippet(
  text: string,
  place: Place,
  width: number,
  paint: Paint,
  style: Style,
  mark: string,
  help: string | undefined,
): string {
  const view = visiblePart(text, place);
  const number = paint("frame", `${String(place.line).padStart(width)} |`);
  const shown = view.text.trimEnd();
  const bar = paint("frame", `${" ".repeat(width)} |`);
  const before = view.text.slice(0, view.column);
  const marked = view.text.slice(view.column, view.column + place.length);
  const carets = mark.repeat(Math.max(1, displayWidth(marked)));
  const words = help === undefined ? "" : ` ${clean(help)}`;
  return `${number}${shown === "" ? "" : ` ${shown}`}\n${bar} ${indentLike(before)}${paint(style, `${carets}${words}`)}\n`;
}

/** The line as a terminal may show it, and the 0-based column of the place in it. */
function visiblePart(text: string, { column, length }: Place): { text: string; column: number } {
  const safe = clean(text);
  const start = column - 1;
  if (safe.length <= widestLine) return { text: safe, column: start };
  const from = Math.max(0, Math.min(start - 40, safe.length - widestLine));
  const to = Math.max(from + widestLine, Math.min(start + length, from + 2 * widestLine));
  const left = from > 0 ? "…" : "";
  const right = to < safe.length ? "…" : "";
  return { text: `${left}${safe.slice(from, to)}${right}`, column: start - from + left.length };
}

/** Blanks as wide as `text`; a tab stays one, so that the mark stands under its place at any tab width. */
function indentLike(text: string): string {
  return [...text].map((c) => (c === "\t" ? "\t" : " ".repeat(displayWidth(c)))).join("");
}

const wide =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}/u;

function displayWidth(text: string): number {
  let width = 0;
  for (const c of text) width += wide.test(c) ? 2 : /\p{Mark}/u.test(c) ? 0 : 1;
  return width;
}

// Control characters but tabs, line separators and those that turn the direction of text.
const unsafe = /(?!\t)\p{Cc}|[\ufeff\u2028-\u202e\u2066-\u2069]/gu;

/** A file must not be able to write escape sequences to the operator's terminal. */
function clean(text: string): string {
  return text.replace(unsafe, "·");
}

function summary(problems: readonly Problem[]): string {
  const files = [...new Set(problems.map((problem) => problem.file))];
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const counts = [count(errors, "error"), count(problems.length - errors, "warning")];
  const where = files.length === 1 ? files[0] : `${files.length} files`;
  return `${counts.filter((text) => text !== "").join(" and ")} in ${where}`;
}

function count(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}

type Style = "error" | "warning" | "bold" | "frame";
type Paint = (style: Style, text: string) => string;

const codes: Readonly<Record<Style, string>> = {
  error: "31;1",
  warning: "33;1",
  bold: "1",
  frame: "34;1",
};
const painted: Paint = (style, text) => `\u001b[${codes[style]}m${text}\u001b[0m`;
const plain: Paint = (_style, text) => text;
