/** A stretch of one line of a text, or a file as a whole. */
export interface Place {
  /** 1-based; 0 is the file as a whole, for files that are not text or cannot be read. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** In UTF-16 units; at least 1. */
  readonly length: number;
}

/** A second place that explains the first one. */
export interface Note extends Place {
  readonly message: string;
}

/**
 * One thing that is wrong, where it is and what to do about it. Every stage of loading says what it found
 * in this shape, so that a route that the descriptors refuse is shown as a misspelled key is.
 */
export interface Problem extends Place {
  readonly severity: "error" | "warning";
  /** Stable name of the kind of problem, in kebab-case: the rule id of SARIF. */
  readonly rule: string;
  /** The file as the operator named it. */
  readonly file: string;
  /** Names the place and what is wrong with it. */
  readonly message: string;
  /** The remedy, when one is known. */
  readonly help: string | undefined;
  readonly note: Note | undefined;
}

/** Why a document gave no configuration: at least one error, and what else was found. */
export interface ConfigProblems {
  readonly file: string;
  /** The text that the places refer to; undefined when the file could not be read. */
  readonly source: string | undefined;
  /** In the order of the text. */
  readonly problems: readonly Problem[];
}

/** Something wrong at a path of the document; it becomes a problem once the document says where that is. */
export interface Finding {
  readonly path: DocumentPath;
  /** What to point at: the key, or the value (a key stands in for a value of many lines). */
  readonly part: "key" | "value";
  readonly severity: "error" | "warning";
  readonly rule: string;
  readonly message: string;
  readonly help: string | undefined;
}

/** Keys and list indexes from the root of the document. */
export type DocumentPath = readonly (string | number)[];

/** `routes[0].http.get`, the way in which messages name a path; "the document" for the root. */
export function formatPath(path: DocumentPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\w$-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text === "" ? "the document" : text;
}

/** Puts `problems` in the order of the text, errors before warnings on the same spot. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (a, b) =>
      a.line - b.line ||
      a.column - b.column ||
      Number(b.severity === "error") - Number(a.severity === "error"),
  );
}
