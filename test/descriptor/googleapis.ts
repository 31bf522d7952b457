// Compiles all of googleapis with our compiler and with protoc, and compares every file.
// npm google-proto-files is installed below .cache/, protoc comes from PyPI grpcio-tools in a virtual
// environment there (python3), or is the one PROTOC names. Run: node --import tsx test/descriptor/googleapis.ts
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { type FileRegistry, formatProblem, loadSchema } from "../../src/descriptor/index.ts";
import {
  type Compared,
  describeComments,
  describeFile,
  describeSpans,
  unknownNumbers,
} from "./compare-files.ts";

const protosVersion = "5.0.3";
const toolsVersion = "1.85.1";
const root = fileURLToPath(new URL("../../", import.meta.url));
const cache = path.join(root, ".cache", "googleapis");
const builtins = path.join(root, "src/descriptor/builtin/protos");
const image = path.join(cache, "protoc.binpb");

function run(command: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) {
    throw new Error(`${command} ${args.slice(0, 4).join(" ")} failed: ${done.stderr.slice(-2000)}`);
  }
  return done.stdout;
}

/** Installs google-proto-files and gives the folder that is compiled. */
function installProtos(): string {
  const home = path.join(cache, "npm");
  const corpus = path.join(home, "node_modules", "google-proto-files");
  if (existsSync(corpus)) return corpus;
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, "package.json"), "{}");
  const wanted = `google-proto-files@${protosVersion}`;
  run("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", wanted], home);
  // Not googleapis but protobuf's own tests, of which some are meant to fail and some miss their imports.
  rmSync(path.join(corpus, "google", "protobuf"), { recursive: true });
  return corpus;
}

/** The command and first arguments that run protoc, and the folder of its well-known types. */
function installProtoc(): { command: string; args: readonly string[]; include: readonly string[] } {
  const given = process.env["PROTOC"];
  if (given !== undefined) return { command: given, args: [], include: [] };
  const home = path.join(cache, "python");
  const python = path.join(home, "bin", "python");
  if (!existsSync(python)) {
    run("python3", ["-m", "venv", home], root);
    run(python, ["-m", "pip", "install", "--quiet", `grpcio-tools==${toolsVersion}`], root);
  }
  const code =
    "import grpc_tools, os; print(os.path.join(os.path.dirname(grpc_tools.__file__), '_proto'))";
  const include = run(python, ["-c", code], root).trim();
  return { command: python, args: ["-m", "grpc_tools.protoc"], include: [`-I${include}`] };
}

function runProtoc(folder: string): number {
  const { command, args, include } = installProtoc();
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".proto") && !name.startsWith("node_modules"))
    .toSorted();
  const list = path.join(cache, "files.txt");
  writeFileSync(list, files.join("\n"));
  const flags = ["--include_imports", "--include_source_info", "--retain_options"];
  const start = performance.now();
  const roots = ["-I.", ...include];
  run(command, [...args, ...roots, ...flags, `--descriptor_set_out=${image}`, `@${list}`], folder);
  return performance.now() - start;
}

async function load(
  kind: "protos" | "set",
  source: string,
): Promise<{ registry: FileRegistry; milliseconds: number; report: object | undefined }> {
  const limits = { setBytes: 1024 * 1024 * 1024 };
  const schema = await loadSchema([{ kind, path: source }], { limits });
  if (!schema.ok) throw new Error(schema.error.slice(0, 20).map(formatProblem).join("\n"));
  const { registry, report } = schema.value;
  return { registry, milliseconds: report.milliseconds, report: report.sources[0] };
}

/** Compares every file of `theirs` that ours has compiled from text; returns the names that differ. */
function compare(ours: FileRegistry, theirs: FileRegistry, counts: Compared): readonly string[] {
  const different: string[] = [];
  for (const reference of theirs.files) {
    const mine = ours.getFile(reference.proto.name);
    if (mine === undefined) {
      different.push(`${reference.proto.name}: not compiled`);
      continue;
    }
    // Built in on our side, without comments.
    if (mine.proto.sourceCodeInfo === undefined) continue;
    const views: readonly [string, unknown, unknown][] = [
      ["descriptor", describeFile(mine, ours, counts), describeFile(reference, theirs)],
      ["options", unknownNumbers(mine.proto), unknownNumbers(reference.proto)],
      ["comments", describeComments(mine.proto, counts), describeComments(reference.proto)],
      ["spans", describeSpans(mine.proto), describeSpans(reference.proto)],
    ];
    for (const [what, a, b] of views) {
      if (isDeepStrictEqual(a, b)) continue;
      different.push(`${reference.proto.name}: ${what}`);
      if (different.length === 1) console.log(explain(a, b));
    }
  }
  return different;
}

function explain(a: unknown, b: unknown): string {
  try {
    assert.deepEqual(a, b);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 3000) : String(error);
  }
}

async function main(): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const different: string[] = [];
  const total: Compared = { files: 0, fields: 0, methods: 0, options: 0, comments: 0 };
  for (const folder of [installProtos(), builtins]) {
    const protocMs = runProtoc(folder);
    const ours = await load("protos", folder);
    const theirs = await load("set", image);
    console.log(path.relative(root, folder), ours.report);
    console.log({
      oursMs: Math.round(ours.milliseconds),
      protocMs: Math.round(protocMs),
      setMs: Math.round(theirs.milliseconds),
    });
    different.push(...compare(ours.registry, theirs.registry, total));
  }
  console.log("compared", total);
  console.log(different.length === 0 ? "no file differs from protoc" : different.join("\n"));
  if (different.length > 0) process.exitCode = 1;
}

await main();
