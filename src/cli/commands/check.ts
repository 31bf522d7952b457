import { type Problem, problemsToJson, problemsToSarif } from "../../config/index.ts";
import { compileFile, reportProblems } from "../load.ts";
import { ExitCode, type Terminal } from "../terminal.ts";
import { version } from "../version.ts";

/** How `check` prints what it found. */
export type CheckFormat = "text" | "json" | "sarif";

/** `diglot check`: everything that `serve` would refuse, without serving. */
export async function check(
  file: string,
  options: { readonly format: CheckFormat },
  terminal: Terminal,
): Promise<ExitCode> {
  const result = await compileFile(file);
  const problems = result.ok ? result.value.loaded.warnings : result.error;
  report(problems, options.format, terminal);
  if (!result.ok) return ExitCode.failed;
  if (options.format === "text") {
    const { config, schema, bindings } = result.value.compiled;
    terminal.out(
      `ok: ${file}: ${config.listeners.length} listeners, ${config.clusters.length} clusters, ` +
        `${schema.services.size} services, ${bindings.length} routes\n`,
    );
  }
  return ExitCode.ok;
}

function report(problems: readonly Problem[], format: CheckFormat, terminal: Terminal): void {
  if (format === "json") terminal.out(`${problemsToJson(problems)}\n`);
  else if (format === "sarif") terminal.out(`${problemsToSarif(problems, version)}\n`);
  else reportProblems(problems, terminal);
}
