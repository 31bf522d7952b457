import type { Problem } from "../problem.ts";

/** The problems as one JSON value, for scripts. */
export function problemsToJson(problems: readonly Problem[]): string {
  const rows = problems.map((problem) => ({
    severity: problem.severity,
    rule: problem.rule,
    file: problem.file,
    line: problem.line,
    column: problem.column,
    length: problem.length,
    message: problem.message,
    help: problem.help ?? null,
    note: problem.note ?? null,
  }));
  return `${JSON.stringify({ problems: rows }, null, 2)}\n`;
}

/** The problems as SARIF 2.1.0, which code hosts show beside the changed lines. */
export function problemsToSarif(problems: readonly Problem[], version: string): string {
  const rules = [...new Set(problems.map((problem) => problem.rule))];
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "diglot",
            version,
            rules: rules.map((id) => ({ id })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: problems.map((problem) => sarifResult(problem, rules)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function sarifResult(problem: Problem, rules: readonly string[]): object {
  const { rule, severity, message, help, note, file } = problem;
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: severity,
    message: { text: help === undefined ? message : `${message} (${help})` },
    locations: [sarifLocation(file, problem)],
    ...(note && {
      relatedLocations: [{ ...sarifLocation(file, note), message: { text: note.message } }],
    }),
  };
}

function sarifLocation(
  file: string,
  {
    line,
    column,
    length,
  }: { readonly line: number; readonly column: number; readonly length: number },
): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(file.replaceAll("\\", "/")) },
      ...(line > 0 && {
        region: { startLine: line, startColumn: column, endColumn: column + length },
      }),
    },
  };
}
