import { compileFile, reportProblems } from "../load.ts";
import { bold, ExitCode, formatTable, type Terminal } from "../terminal.ts";

/** `diglot routes`: every method and path that is served, and what it leads to. */
export async function routes(
  file: string,
  options: { readonly json?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const result = await compileFile(file);
  if (!result.ok) {
    reportProblems(result.error, terminal);
    return ExitCode.failed;
  }
  const rows = result.value.compiled.bindings.map(({ rule, method, cluster }) => ({
    method: rule.kind,
    path: rule.template,
    body: rule.body,
    responseBody: rule.responseBody,
    rpc: `${method.parent.typeName}/${method.name}`,
    streaming: method.methodKind,
    cluster,
  }));
  if (options.json === true) {
    terminal.out(`${JSON.stringify(rows, undefined, 2)}\n`);
    return ExitCode.ok;
  }
  const heading = ["METHOD", "PATH", "RPC", "CLUSTER", ""];
  const table = formatTable([
    heading,
    ...rows.map(({ method, path, rpc, cluster, streaming }) => [
      method,
      path,
      rpc,
      cluster,
      streaming === "unary" ? "" : streaming.replace("_", " "),
    ]),
  ]);
  const end = table.indexOf("\n");
  terminal.out(bold(table.slice(0, end), terminal.colourOut) + table.slice(end));
  return ExitCode.ok;
}
