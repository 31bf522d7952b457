import { err, nearestName, ok, type Result } from "../../base/index.ts";
import type { SourceNode, SpanProblem } from "./source-node.ts";

/** Where referenced values come from. */
export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Bytes of a file, at most `maxBytes` of them wanted; rejects when it cannot be read. */
  readFile(path: string): Promise<Uint8Array>;
  /** Turns the path in `${file:path}` into one that `readFile` takes. */
  resolvePath(path: string): string;
}

/** What the references of one scalar stand for. */
export interface Resolved {
  /** The whole text of the scalar, references replaced. Never shown to anyone. */
  readonly text: string;
  /** The references as written, such as `${env:TOKEN}`. */
  readonly references: readonly string[];
}

/** Scalars with a `$` and what became of them; undefined where a reference stands for nothing. */
export interface Resolutions {
  readonly resolved: ReadonlyMap<SourceNode, Resolved | undefined>;
  readonly problems: readonly SpanProblem[];
}

type Piece =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "env";
      readonly written: string;
      readonly name: string;
      readonly fallback: string | undefined;
    }
  | { readonly kind: "file"; readonly written: string; readonly path: string };

interface Complaint {
  readonly written: string;
  readonly message: string;
  readonly help: string | undefined;
}

/** A key or a token is far smaller; more than this was meant to be something else. */
const mostFileBytes = 64 * 1024;

/**
 * Replaces `${env:NAME}`, `${env:NAME:-default}`, `${file:path}` and `$$` in the values of the document.
 * What a reference stands for is never part of a problem.
 */
export async function resolveReferences(
  root: SourceNode,
  source: string,
  sources: ReferenceSources,
): Promise<Resolutions> {
  const resolved = new Map<SourceNode, Resolved | undefined>();
  const problems: SpanProblem[] = [];
  for (const node of scalarsOf(root)) {
    if (node.kind !== "scalar" || typeof node.value !== "string" || !node.value.includes("$"))
      continue;
    const outcome = await resolveText(node.value, sources);
    resolved.set(node, outcome.ok ? outcome.value : undefined);
    if (!outcome.ok)
      problems.push(...outcome.error.map((complaint) => atReference(node, complaint, source)));
  }
  return { resolved, problems };
}

function scalarsOf(root: SourceNode): ReadonlySet<SourceNode> {
  const found = new Set<SourceNode>();
  const visit = (node: SourceNode) => {
    if (found.has(node)) return;
    found.add(node);
    if (node.kind === "list") node.items.forEach(visit);
    if (node.kind === "map") for (const entry of node.entries.values()) visit(entry.value);
  };
  visit(root);
  return found;
}

async function resolveText(
  text: string,
  sources: ReferenceSources,
): Promise<Result<Resolved, readonly Complaint[]>> {
  const pieces = parsePieces(text);
  if (!pieces.ok) return err([pieces.error]);
  const values = await Promise.all(pieces.value.map((piece) => pieceValue(piece, sources)));
  const complaints = values.flatMap((value) => (value.ok ? [] : [value.error]));
  if (complaints.length > 0) return err(complaints);
  return ok({
    text: values.map((value) => (value.ok ? value.value : "")).join(""),
    references: pieces.value.flatMap((piece) => (piece.kind === "text" ? [] : [piece.written])),
  });
}

function parsePieces(text: string): Result<readonly Piece[], Complaint> {
  const pieces: Piece[] = [];
  for (const match of text.matchAll(/\$\$|\$\{[^}]*\}?|\$|[^$]+/g)) {
    const written = match[0];
    if (!written.startsWith("${")) {
      pieces.push({ kind: "text", text: written === "$$" ? "$" : written });
      continue;
    }
    const piece = parseReference(written);
    if (!piece.ok) return piece;
    pieces.push(piece.value);
  }
  return ok(pieces);
}

function parseReference(written: string): Result<Piece, Complaint> {
  if (!written.endsWith("}")) {
    return err({
      written,
      message: "the reference is not closed",
      help: 'add a "}", or write "$$" for a dollar sign',
    });
  }
  const inside = written.slice(2, -1);
  const variable = /^env:([A-Za-z_]\w*)(?::-([\s\S]*))?$/.exec(inside);
  if (variable?.[1] !== undefined) {
    return ok({ kind: "env", written, name: variable[1], fallback: variable[2] });
  }
  if (inside.startsWith("file:") && inside.length > 5) {
    return ok({ kind: "file", written, path: inside.slice(5) });
  }
  const isName = /^[A-Za-z_]\w*$/.test(inside);
  return err({
    written,
    message: `${written} is not a reference`,
    help: isName
      ? `did you mean "\${env:${inside}}"?`
      : `write \${env:NAME} or \${file:path}, or "$$" for a dollar sign`,
  });
}

function pieceValue(
  piece: Piece,
  sources: ReferenceSources,
): Result<string, Complaint> | Promise<Result<string, Complaint>> {
  switch (piece.kind) {
    case "text":
      return ok(piece.text);
    case "env":
      return environmentValue(piece, sources.env);
    case "file":
      return fileValue(piece, sources);
  }
}

function environmentValue(
  { name, fallback, written }: Piece & { readonly kind: "env" },
  env: ReferenceSources["env"],
): Result<string, Complaint> {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (fallback !== undefined) return ok(value === undefined || value === "" ? fallback : value);
  if (value !== undefined) return ok(value);
  const near = nearestName(name, Object.keys(env));
  return err({
    written,
    message: `the environment variable ${name} is not set`,
    help:
      near === undefined
        ? `set it, or give a default: \${env:${name}:-default}`
        : `did you mean "\${env:${near}}"?`,
  });
}

async function fileValue(
  { path, written }: Piece & { readonly kind: "file" },
  sources: ReferenceSources,
): Promise<Result<string, Complaint>> {
  const refuse = (message: string, help: string | undefined) => err({ written, message, help });
  let bytes: Uint8Array;
  try {
    bytes = await sources.readFile(sources.resolvePath(path));
  } catch (error) {
    return refuse(`the file ${path} cannot be read: ${fileErrorText(error)}`, undefined);
  }
  if (bytes.length > mostFileBytes) {
    return refuse(
      `the file ${path} is over ${mostFileBytes / 1024} KiB`,
      "a referenced file holds one value",
    );
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return ok(text.replace(/\r?\n$/, ""));
  } catch {
    return refuse(`the file ${path} is not UTF-8 text`, undefined);
  }
}

/** What the system said about a file, in words where the code is a usual one. */
export function fileErrorText(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const words: Readonly<Partial<Record<string, string>>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of its path is not a folder",
  };
  return words[code] ?? (code === "" ? "the system gave no reason" : code);
}

function atReference(
  node: SourceNode,
  { written, message, help }: Complaint,
  source: string,
): SpanProblem {
  const at = source.indexOf(written, node.span.start);
  const isInside = at !== -1 && at < node.span.end;
  const span = isInside ? { start: at, end: at + written.length } : node.span;
  return { span, rule: "reference", message, help };
}
