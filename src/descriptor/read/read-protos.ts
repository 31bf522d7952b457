import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { err, nearestName, ok, type Result } from "../../base/index.ts";
import { builtinNames, findBuiltin, isWellKnownFile } from "../builtin/builtin-files.ts";
import type { FileUnit } from "../link/file-unit.ts";
import type { DescriptorProblem } from "../problem.ts";
import { parseFile } from "../syntax/parse-file.ts";
import type { ParsedFile } from "../syntax/parsed-file.ts";
import { problemIn } from "../syntax/source-text.ts";
import { decodeUtf8 } from "../syntax/string-literal.ts";
import type { Turns } from "../turns.ts";
import { listProtos } from "./list-protos.ts";
import { explainFileError, fileErrorCode } from "./read-error.ts";
import type { SourceFiles, SourceLimits } from "./source.ts";

interface Reading {
  readonly roots: readonly string[];
  readonly limits: SourceLimits;
  readonly problems: DescriptorProblem[];
  /** Files by import path; undefined while one is on its way, or when it could not be read. */
  readonly units: Map<string, FileUnit | undefined>;
  /** The import paths that are still to be read, with the path on disk when that is known. */
  readonly queue: Wanted[];
  /** What was not found; reported at the end, when all names are known that may have been meant. */
  readonly missing: Wanted[];
  /** Files whose import path another file has, of an earlier root. */
  readonly shadowed: { readonly name: string; readonly disk: string }[];
  bytes: number;
}

interface Wanted {
  readonly name: string;
  readonly disk: string | undefined;
  readonly by: Importer | undefined;
}

interface Importer {
  readonly file: ParsedFile;
  readonly offset: number;
}

/**
 * Reads and parses the `.proto` files of a folder (all below it) or one file, and what they import: from
 * the folder, then from `imports` in order, then built in. Reports every problem of every file.
 */
export async function readProtos(
  source: { readonly path: string; readonly imports?: readonly string[] },
  limits: SourceLimits,
  turns: Turns,
): Promise<Result<SourceFiles, readonly DescriptorProblem[]>> {
  const listed = await listSource(source, limits);
  if (!listed.ok) return listed;
  const { files, roots } = listed.value;
  const problems: DescriptorProblem[] = [];
  const reading: Reading = {
    roots,
    limits,
    problems,
    units: new Map(),
    queue: [],
    missing: [],
    shadowed: [],
    bytes: 0,
  };
  for (const disk of files) enqueueListed(reading, disk);
  for (let item = reading.queue.pop(); item !== undefined; item = reading.queue.pop()) {
    const found = await findFile(reading, item.name, item.disk, item.by);
    if (found !== undefined) addFile(reading, item.name, found);
    await turns.take();
  }
  for (const { name, disk } of reading.shadowed) await checkShadowed(reading, name, disk);
  for (const { name, disk, by } of reading.missing) reportMissing(reading, name, disk, by);
  if (problems.length > 0) return err(problems);
  const units = [...reading.units.values()].filter((unit) => unit !== undefined);
  return ok({ units: dropCopies(units), bytes: reading.bytes });
}

async function listSource(
  source: { readonly path: string; readonly imports?: readonly string[] },
  limits: SourceLimits,
): Promise<
  Result<
    { readonly files: readonly string[]; readonly roots: readonly string[] },
    readonly DescriptorProblem[]
  >
> {
  const imports = source.imports ?? [];
  const problems: DescriptorProblem[] = [];
  for (const root of imports) {
    const info = await stat(root).catch(() => undefined);
    if (info?.isDirectory() !== true) {
      problems.push({ file: root, message: "this import root is not a folder" });
    }
  }
  if (problems.length > 0) return err(problems);
  try {
    const info = await stat(source.path);
    if (info.isFile()) {
      const holders = imports.filter((root) => nameBelow(root, source.path) !== undefined);
      const roots = holders.length > 0 ? imports : [path.dirname(source.path), ...imports];
      return ok({ files: [source.path], roots });
    }
    if (!info.isDirectory()) {
      return err([{ file: source.path, message: "this is neither a file nor a folder" }]);
    }
  } catch (error) {
    return err([{ file: source.path, message: explainFileError(error) }]);
  }
  const files = await listProtos(source.path, limits.files);
  if (!files.ok) return files;
  if (files.value.length === 0) {
    return err([{ file: source.path, message: "there are no .proto files in this folder" }]);
  }
  return ok({ files: files.value, roots: [source.path, ...imports] });
}

/** The import path of `file` below `root`, or undefined when it is not below. */
function nameBelow(root: string, file: string): string | undefined {
  const relative = path.relative(root, file);
  const isBelow =
    relative !== "" && !path.isAbsolute(relative) && !/^\.\.(?:[\\/]|$)/.test(relative);
  return isBelow ? relative.split(path.sep).join("/") : undefined;
}

/** A listed file is called by its path below the innermost root that holds it. */
function enqueueListed(reading: Reading, disk: string): void {
  const names = reading.roots.flatMap((root) => nameBelow(root, disk) ?? []);
  const name = names.toSorted((a, b) => a.length - b.length)[0];
  if (name === undefined || isWellKnownFile(name)) return;
  if (reading.units.has(name)) {
    reading.shadowed.push({ name, disk });
    return;
  }
  reading.units.set(name, undefined);
  reading.queue.push({ name, disk, by: undefined });
}

async function findFile(
  reading: Reading,
  name: string,
  disk: string | undefined,
  by: Importer | undefined,
): Promise<FoundFile | undefined> {
  const candidates =
    disk === undefined ? reading.roots.map((root) => path.join(root, name)) : [disk];
  for (const candidate of candidates) {
    try {
      return { disk: candidate, bytes: await readCapped(reading, candidate) };
    } catch (error) {
      const code = fileErrorCode(error);
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      if (!(error instanceof Error)) throw error;
      const message = code === undefined ? error.message : explainFileError(error);
      reading.problems.push({ file: candidate, message });
      return undefined;
    }
  }
  const builtin = findBuiltin(name);
  if (builtin !== undefined) {
    reading.units.set(name, builtin);
    for (const dependency of builtin.proto.dependency)
      enqueueImport(reading, dependency, undefined);
    return undefined;
  }
  reading.missing.push({ name, disk, by });
  return undefined;
}

/** Two roots may hold the same file, but not two files of one import path. */
async function checkShadowed(reading: Reading, name: string, disk: string): Promise<void> {
  const unit = reading.units.get(name);
  const found = await findFile(reading, name, disk, undefined);
  if (unit?.parsed === undefined || found === undefined) return;
  if (decodeUtf8(found.bytes) === unit.parsed.source.text) return;
  const message = `"${name}" is also ${unit.origin}, with different content`;
  reading.problems.push({ file: disk, message });
}

interface FoundFile {
  readonly disk: string;
  readonly bytes: Uint8Array;
}

/** A file that is over a limit; its message is for people. */
class LimitError extends Error {}

async function readCapped(reading: Reading, disk: string): Promise<Uint8Array> {
  const { limits } = reading;
  const info = await stat(disk);
  if (!info.isFile()) throw new LimitError("this is not a regular file");
  if (info.size > limits.protoBytes) {
    throw new LimitError(
      `${info.size} bytes are more than a .proto file may have, ${limits.protoBytes}`,
    );
  }
  const bytes = await readFile(disk);
  reading.bytes += bytes.length;
  if (reading.bytes > limits.totalBytes) {
    throw new LimitError(`with this file, the source has more than ${limits.totalBytes} bytes`);
  }
  return bytes;
}

function addFile(reading: Reading, name: string, { disk, bytes }: FoundFile): void {
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    reading.problems.push({ file: disk, message: "this file is not UTF-8" });
    return;
  }
  const { file, problems } = parseFile(name, disk, text);
  reading.problems.push(...problems);
  reading.units.set(name, { proto: file.proto, origin: disk, parsed: file });
  const { dependency, optionDependency } = file.proto;
  dependency.forEach((dependencyName, index) => {
    enqueueImport(reading, dependencyName, { file, offset: file.importOffsets[index] ?? 0 });
  });
  for (const optional of optionDependency) enqueueImport(reading, optional, { file, offset: 0 });
}

function enqueueImport(reading: Reading, name: string, by: Importer | undefined): void {
  if (reading.units.has(name)) return;
  if (!isSafeImport(name)) {
    if (by === undefined) return;
    const message = `"${name}" is not the path of a file below an import root`;
    const help = "imports are written from the root, with / and without . or ..";
    reading.problems.push(problemIn(by.file.source, by.offset, message, help));
    return;
  }
  // What protobuf itself defines is never taken from disk.
  const builtin = isWellKnownFile(name) ? findBuiltin(name) : undefined;
  reading.units.set(name, builtin);
  if (builtin === undefined) reading.queue.push({ name, disk: undefined, by });
  else for (const inner of builtin.proto.dependency) enqueueImport(reading, inner, undefined);
}

/** Import paths may not lead out of their root: no `..`, no absolute path, no drive, no NUL. */
function isSafeImport(name: string): boolean {
  if (name === "" || /[\\\0:]/.test(name)) return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function reportMissing(
  reading: Reading,
  name: string,
  disk: string | undefined,
  by: Importer | undefined,
): void {
  if (by === undefined) {
    reading.problems.push({ file: disk ?? name, message: "there is no such file" });
    return;
  }
  const message = `the import "${name}" is not found in ${reading.roots.join(", ")} and is not built in`;
  const known = [...reading.units].flatMap(([other, unit]) => (unit === undefined ? [] : other));
  const nearest = nearestName(name, [...known, ...builtinNames()]);
  const help = nearest === undefined ? "name its root in imports" : `did you mean "${nearest}"?`;
  reading.problems.push(problemIn(by.file.source, by.offset, message, help));
}

/**
 * Leaves out a file whose text another file has too (a vendored copy beside the original), and lets those
 * that import it import the other.
 */
function dropCopies(units: readonly FileUnit[]): readonly FileUnit[] {
  const byText = new Map<string, string>();
  const copies = new Map<string, string>();
  for (const { proto, parsed } of units) {
    if (parsed === undefined) continue;
    const first = byText.get(parsed.source.text);
    if (first === undefined) byText.set(parsed.source.text, proto.name);
    else copies.set(proto.name, first);
  }
  if (copies.size === 0) return units;
  const kept = units.filter((unit) => !copies.has(unit.proto.name));
  for (const { proto, parsed } of kept) {
    if (parsed === undefined) continue;
    proto.dependency = proto.dependency.map((name) => copies.get(name) ?? name);
  }
  return kept;
}
