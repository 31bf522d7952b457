import { isAlias, isMap, isPair, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import type { ScalarValue, SourceEntry, SourceNode, Span, SpanProblem } from "./source-node.ts";

/** Maps and lists inside one another; far above what the schema holds. */
const deepest = 64;
/** Values after aliases are written out: 1 KiB of nested aliases can stand for billions. */
const mostValues = 50_000;

export interface SourceTree {
  /** Undefined when a part of the document is missing here, so that its meaning cannot be judged. */
  readonly root: SourceNode | undefined;
  readonly problems: readonly SpanProblem[];
}

/** Turns the library's nodes into ours, with aliases resolved. */
export function buildTree(contents: unknown): SourceTree {
  const builder = new TreeBuilder();
  const root = builder.build(contents, 0);
  return { root: builder.isWhole ? root : undefined, problems: builder.problems };
}

class TreeBuilder {
  readonly problems: SpanProblem[] = [];
  isWhole = true;
  readonly #anchors = new Map<string, SourceNode>();
  readonly #sizes = new Map<SourceNode, number>();
  #values = 0;

  build(node: unknown, depth: number): SourceNode | undefined {
    if (isAlias(node)) return this.#alias(node.source, spanOf(node));
    if (depth > deepest) {
      return this.#cut(spanOf(node), `the document is nested more than ${deepest} deep`, undefined);
    }
    const before = this.#values;
    this.#values += 1;
    const built = this.#value(node, depth);
    if (built === undefined) return undefined;
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) {
      this.#anchors.set(anchor, built);
      this.#sizes.set(built, this.#values - before);
    }
    return built;
  }

  #value(node: unknown, depth: number): SourceNode | undefined {
    const span = spanOf(node);
    if (isMap(node)) return { kind: "map", span, entries: this.#entries(node, depth) };
    if (isSeq(node)) {
      const items = node.items.map((item) => this.build(item, depth + 1));
      return { kind: "list", span, items: items.filter((item) => item !== undefined) };
    }
    if (!isScalar(node)) return nothingAt(span);
    return isScalarValue(node.value)
      ? { kind: "scalar", span, value: node.value }
      : this.#cut(
          span,
          "this kind of value is not used here",
          "write text, a number, true or false",
        );
  }

  #entries(map: YAMLMap, depth: number): ReadonlyMap<string, SourceEntry> {
    const entries = new Map<string, SourceEntry>();
    for (const pair of map.items) {
      const key = isPair(pair) ? this.#key(pair) : undefined;
      if (key === undefined) continue;
      const value = pair.value === null ? nothingAt(key.span) : this.build(pair.value, depth + 1);
      const first = entries.get(key.name);
      if (first !== undefined) {
        this.problems.push({
          span: key.span,
          rule: "duplicate-key",
          message: `the key "${key.name}" is given twice`,
          help: "remove one of them",
          note: { span: first.key, message: "it is given here first" },
        });
      } else if (value !== undefined) {
        entries.set(key.name, { key: key.span, value });
      }
    }
    return entries;
  }

  #key(pair: Pair): { readonly name: string; readonly span: Span } | undefined {
    const { key } = pair;
    const span = spanOf(key);
    if (isScalar(key) && typeof key.value === "string") {
      if (key.value !== "__proto__") return { name: key.value, span };
      this.#refuse(span, '"__proto__" cannot be a key', "choose another name");
      return undefined;
    }
    const isSimple = isScalar(key) && key.value !== null && isScalarValue(key.value);
    this.#refuse(
      span,
      "a key must be text",
      isSimple ? `put it in quotes: "${String(key.value)}"` : "write a name before the colon",
    );
    return undefined;
  }

  #alias(name: string, span: Span): SourceNode | undefined {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      return this.#cut(span, `no anchor "&${name}" is above this alias`, undefined);
    }
    const before = this.#values;
    this.#values += this.#sizes.get(target) ?? 1;
    if (before > mostValues) return undefined;
    if (this.#values > mostValues) {
      const message = `aliases make the document larger than ${mostValues} values`;
      return this.#cut(span, message, "write the values out");
    }
    return target;
  }

  #cut(span: Span, message: string, help: string | undefined): undefined {
    this.isWhole = false;
    this.#refuse(span, message, help);
    return undefined;
  }

  #refuse(span: Span, message: string, help: string | undefined): void {
    this.problems.push({ span, rule: "structure", message, help });
  }
}

function nothingAt(span: Span): SourceNode {
  return { kind: "scalar", span, value: null };
}

function isScalarValue(value: unknown): value is ScalarValue {
  return (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  );
}

function spanOf(node: unknown): Span {
  const hasRange = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
  const range = hasRange ? node.range : undefined;
  if (range === undefined || range === null) return { start: 0, end: 1 };
  return { start: range[0], end: Math.max(range[1], range[0] + 1) };
}
