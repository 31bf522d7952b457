/** A stretch of the text, by offsets in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type ScalarValue = string | number | boolean | null;

/** A value of the document and where it was written. An aliased value is one node in several parents. */
export type SourceNode =
  | { readonly kind: "scalar"; readonly span: Span; readonly value: ScalarValue }
  | { readonly kind: "list"; readonly span: Span; readonly items: readonly SourceNode[] }
  | {
      readonly kind: "map";
      readonly span: Span;
      readonly entries: ReadonlyMap<string, SourceEntry>;
    };

/** One key of a map with its value. */
export interface SourceEntry {
  readonly key: Span;
  readonly value: SourceNode;
}

/** A problem of the text itself, before its values mean anything. */
export interface SpanProblem {
  readonly span: Span;
  readonly rule: string;
  readonly message: string;
  readonly help: string | undefined;
  readonly note?: { readonly span: Span; readonly message: string };
}
