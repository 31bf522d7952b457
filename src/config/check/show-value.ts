import { type PlainValue, type ReferencedValue, valueAt } from "../document/plain-value.ts";
import { type DocumentPath, formatPath } from "../problem.ts";

/** Says values in messages. */
export interface ValueShower {
  /** Whether the value at `path` came from outside the document. */
  isSecret(path: DocumentPath): boolean;
  /** The value at `path` on one short line; of a secret, only where it came from. */
  show(path: DocumentPath): string;
}

/** Shows the values of `root`, but never what a reference stands for. */
export function valueShower(root: PlainValue, referenced: readonly ReferencedValue[]): ValueShower {
  const references = new Map(referenced.map((entry) => [formatPath(entry.path), entry.references]));
  return {
    isSecret: (path) => references.has(formatPath(path)),
    show(path) {
      const written = references.get(formatPath(path));
      if (written !== undefined) return `the value of ${written.join(" and ")}`;
      return shortText(valueAt(root, path) ?? null);
    },
  };
}

function shortText(value: PlainValue): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value);
}
