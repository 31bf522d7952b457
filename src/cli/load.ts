import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { err, ok, type Result, systemClock } from "../base/index.ts";
import { formatProblems, type LoadedConfig, loadConfig, type Problem } from "../config/index.ts";
import { type CompiledConfig, compileConfig, uncalledClusters } from "../gateway/index.ts";
import type { Terminal } from "./terminal.ts";

/** A configuration that was read and compiled, without being served. */
export interface CompiledFile {
  readonly loaded: LoadedConfig;
  readonly compiled: CompiledConfig;
}

/** The file that is read when a command names none. */
export const defaultFile = "gateway.yaml";

/** Reads a configuration file; `-` is standard input. */
export async function loadFile(file: string): Promise<Result<LoadedConfig, readonly Problem[]>> {
  const readInput = (path: string): Promise<Uint8Array> =>
    path === "-" ? Promise.resolve(readFileSync(0)) : readFile(path);
  const loaded = await loadConfig(file, { readFile: readInput, env: process.env });
  return loaded.ok ? loaded : err(loaded.error.problems);
}

/** Reads and compiles a configuration file. */
export async function compileFile(file: string): Promise<Result<CompiledFile, readonly Problem[]>> {
  const loaded = await loadFile(file);
  if (!loaded.ok) return loaded;
  const compiled = await compileConfig(loaded.value, {
    clock: systemClock,
    clusters: uncalledClusters(loaded.value.config),
  });
  return compiled.ok ? ok({ loaded: loaded.value, compiled: compiled.value }) : compiled;
}

/** Writes problems to standard error, each with its line and caret. */
export function reportProblems(problems: readonly Problem[], terminal: Terminal): void {
  terminal.error(formatProblems(problems, { colour: terminal.colourError, sourceOf }));
}

/** The text of a file that a problem is in; undefined when it cannot be shown. */
function sourceOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
