import type { DocumentPath } from "../problem.ts";
import type { Resolved } from "./references.ts";
import type { SourceNode } from "./source-node.ts";

/** A value of the document as plain data; maps have no prototype. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | PlainValue[]
  | { [key: string]: PlainValue };

/** A value that came, at least in part, from outside the document. */
export interface ReferencedValue {
  readonly path: DocumentPath;
  /** The references as written, such as `${env:TOKEN}`. */
  readonly references: readonly string[];
}

/** The document as plain data, and where it differs from what is written. */
export interface PlainDocument {
  readonly value: PlainValue;
  readonly referenced: readonly ReferencedValue[];
  /** Paths of values whose references stand for nothing; a word about their value says nothing new. */
  readonly unresolved: readonly DocumentPath[];
}

/** The document's values with references replaced. */
export function plainValues(
  root: SourceNode,
  resolved: ReadonlyMap<SourceNode, Resolved | undefined>,
): PlainDocument {
  const referenced: ReferencedValue[] = [];
  const unresolved: DocumentPath[] = [];
  const visit = (node: SourceNode, path: DocumentPath): PlainValue => {
    if (node.kind === "list") return node.items.map((item, index) => visit(item, [...path, index]));
    if (node.kind === "map") {
      const map = Object.create(null) as { [key: string]: PlainValue };
      for (const [key, entry] of node.entries) map[key] = visit(entry.value, [...path, key]);
      return map;
    }
    const resolution = resolved.get(node);
    if (resolution === undefined) {
      if (resolved.has(node)) unresolved.push(path);
      return node.value;
    }
    if (resolution.references.length > 0) {
      referenced.push({ path, references: resolution.references });
    }
    return resolution.text;
  };
  return { value: visit(root, []), referenced, unresolved };
}

/** The value at `path`; undefined where there is none. */
export function valueAt(root: PlainValue, path: DocumentPath): PlainValue | undefined {
  let value: PlainValue | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (typeof value === "object" && value !== null) value = value[String(step)];
    else return undefined;
  }
  return value;
}
