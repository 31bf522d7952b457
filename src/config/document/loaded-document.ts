import type { DocumentPath, Finding, Place, Problem } from "../problem.ts";
import { LineIndex } from "./line-index.ts";
import type { SourceNode, Span, SpanProblem } from "./source-node.ts";

/** A document that was read: its values, and where in the text each of them stands. */
export class LoadedDocument {
  readonly file: string;
  readonly source: string;
  readonly #root: SourceNode | undefined;
  readonly #lines: LineIndex;

  constructor(file: string, source: string, root: SourceNode | undefined) {
    this.file = file;
    this.source = source;
    this.#root = root;
    this.#lines = new LineIndex(source);
  }

  /**
   * Where `path` is written. A path that is not in the document is placed at its nearest parent that is; a
   * value of several lines is placed at its key.
   */
  locate(path: DocumentPath, part: "key" | "value" = "value"): Place {
    let node = this.#root;
    let key: Span | undefined;
    for (const [index, step] of path.entries()) {
      const child = childOf(node, step);
      if (child === undefined) return this.#lines.place(key ?? this.#firstSpan(node));
      node = child.node;
      key = child.key ?? (index === path.length - 1 ? undefined : key);
    }
    if (node === undefined) return this.#lines.place({ start: 0, end: 1 });
    const isOneLine = node.kind === "scalar" ? node.value !== null : this.#isOneLine(node.span);
    if (key !== undefined && (part === "key" || !isOneLine)) return this.#lines.place(key);
    return this.#lines.place(isOneLine ? node.span : this.#firstSpan(node));
  }

  /** Gives `finding` its place. */
  problem(finding: Finding): Problem {
    const { severity, rule, message, help } = finding;
    const place = this.locate(finding.path, finding.part);
    return { severity, rule, file: this.file, ...place, message, help, note: undefined };
  }

  /** Gives a problem of the text its place. */
  spanProblem({ span, rule, message, help, note }: SpanProblem): Problem {
    return {
      severity: "error",
      rule,
      file: this.file,
      ...this.#lines.place(span),
      message,
      help,
      note: note && { ...this.#lines.place(note.span), message: note.message },
    };
  }

  #isOneLine(span: Span): boolean {
    return !this.source.slice(span.start, span.end).trimEnd().includes("\n");
  }

  /** The first thing written of a value that goes over several lines. */
  #firstSpan(node: SourceNode | undefined): Span {
    if (node?.kind === "map") {
      for (const entry of node.entries.values()) return entry.key;
    }
    if (
      node?.kind === "list" &&
      node.items[0] !== undefined &&
      this.source[node.span.start] === "-"
    ) {
      return this.#firstSpan(node.items[0]);
    }
    return node?.span ?? { start: 0, end: 1 };
  }
}

function childOf(
  node: SourceNode | undefined,
  step: string | number,
): { readonly node: SourceNode; readonly key: Span | undefined } | undefined {
  if (node?.kind === "map") {
    const entry = node.entries.get(String(step));
    return entry && { node: entry.value, key: entry.key };
  }
  if (node?.kind !== "list") return undefined;
  const item = node.items[Number(step)];
  return item && { node: item, key: undefined };
}
