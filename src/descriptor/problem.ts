/** One thing that is wrong with a descriptor source, with the place where a person mends it. */
export interface DescriptorProblem {
  /** The path as the operator gave it, or the name of the set. */
  readonly file: string;
  /** 1-based; absent where the source has no text (descriptor sets). */
  readonly line?: number;
  /** 1-based, in UTF-16 units. */
  readonly column?: number;
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly help?: string;
}

/** A position in a text, both parts 1-based. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** `problem` on one line, as compilers print it: `file:line:column: message (help)`. */
export function formatProblem(problem: DescriptorProblem): string {
  const line = problem.line === undefined ? "" : `:${problem.line}`;
  const column = problem.column === undefined ? "" : `:${problem.column}`;
  const help = problem.help === undefined ? "" : ` (${problem.help})`;
  return `${problem.file}${line}${column}: ${problem.message}${help}`;
}

/** Sorts problems by file and place, and drops repetitions. */
export function sortProblems(problems: readonly DescriptorProblem[]): readonly DescriptorProblem[] {
  const sorted = problems.toSorted(
    (a, b) =>
      compareText(a.file, b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
  return sorted.filter((problem, index) => {
    const before = sorted[index - 1];
    return (
      before?.file !== problem.file ||
      before.line !== problem.line ||
      before.column !== problem.column ||
      before.message !== problem.message
    );
  });
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
