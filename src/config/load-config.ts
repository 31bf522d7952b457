import { err, ok, type Result } from "../base/index.ts";
import { checkAdmin } from "./check/admin.ts";
import { checkBounds } from "./check/bounds.ts";
import { checkCodings } from "./check/codings.ts";
import { checkRelations } from "./check/relations.ts";
import { valueShower } from "./check/show-value.ts";
import { validate } from "./check/validate.ts";
import { LoadedDocument } from "./document/loaded-document.ts";
import { parseDocument } from "./document/parse-document.ts";
import { type PlainValue, plainValues, type ReferencedValue } from "./document/plain-value.ts";
import { redactDocument } from "./document/redact-document.ts";
import { fileErrorText, resolveReferences } from "./document/references.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import { type ConfigProblems, formatPath, type Problem, sortProblems } from "./problem.ts";
import { resolveConfig, within } from "./resolve-config.ts";

/** What loading a configuration needs from outside. */
export interface ConfigSources {
  /** The bytes of a file; rejects when it cannot be read. */
  readFile(path: string): Promise<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A configuration that can be served, and the document that it was read from. */
export interface LoadedConfig {
  readonly file: string;
  readonly config: GatewayConfig;
  /** In the order of the text. */
  readonly warnings: readonly Problem[];
  /** For placing what later stages find. */
  readonly document: LoadedDocument;
  /** The values as they were written, references not replaced and secrets left out: what may be shown to an operator. */
  readonly written: PlainValue;
  /** The values that came from outside the document, and so are secret. */
  readonly referenced: readonly ReferencedValue[];
}

/** A configuration is written by hand; more than this is another file. */
const mostBytes = 1024 * 1024;

/**
 * Reads, checks and completes the configuration in `file` (YAML 1.2 or JSON). Fails with every error that
 * was found, in the order of the text.
 */
export async function loadConfig(
  file: string,
  sources: ConfigSources,
): Promise<Result<LoadedConfig, ConfigProblems>> {
  let bytes: Uint8Array;
  try {
    bytes = await sources.readFile(file);
  } catch (error) {
    return err(unreadable(file, `cannot be read: ${fileErrorText(error)}`));
  }
  if (bytes.length > mostBytes) return err(unreadable(file, "is over 1 MiB"));
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return err(unreadable(file, "is not UTF-8 text"));
  }
  return parseConfig(text, file, sources);
}

/** As {@link loadConfig}, of a text; `file` names it in messages, and its folder is what paths start from. */
export async function parseConfig(
  text: string,
  file: string,
  sources: ConfigSources,
): Promise<Result<LoadedConfig, ConfigProblems>> {
  const tree = parseDocument(text);
  const document = new LoadedDocument(file, text, tree.root);
  const structure = tree.problems.map((problem) => document.spanProblem(problem));
  const failed = (found: readonly Problem[]) =>
    err({ file, source: text, problems: sortProblems(found) });
  if (tree.root === undefined) return failed(structure);

  const resolvePath = (path: string) => within(file, path);
  const references = await resolveReferences(tree.root, text, { ...sources, resolvePath });
  const unresolved = references.problems.map((problem) => document.spanProblem(problem));
  const plain = plainValues(tree.root, references.resolved);
  const shower = valueShower(plain.value, plain.referenced);
  const checked = validate(plain.value, shower);
  const findings = [
    ...(checked.ok
      ? [
          ...checkBounds(checked.value),
          ...checkCodings(checked.value),
          ...checkAdmin(checked.value, shower),
        ]
      : checked.error),
    ...checkRelations(plain.value, shower),
  ];
  const silent = new Set(plain.unresolved.map(formatPath));
  const judged = findings
    .filter((finding) => !silent.has(formatPath(finding.path)))
    .map((finding) => document.problem(finding));
  const problems = [...structure, ...unresolved, ...judged];
  if (!checked.ok || problems.some(({ severity }) => severity === "error")) return failed(problems);
  return ok({
    file,
    config: deepFreeze(resolveConfig(checked.value, file)),
    warnings: sortProblems(problems),
    document,
    written: redactDocument(plainValues(tree.root, new Map()).value),
    referenced: plain.referenced,
  });
}

function unreadable(file: string, message: string): ConfigProblems {
  const place = { line: 0, column: 1, length: 1 };
  const problem: Problem = {
    severity: "error",
    rule: "unreadable",
    file,
    ...place,
    message: `${file} ${message}`,
    help: undefined,
    note: undefined,
  };
  return { file, source: undefined, problems: [problem] };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
