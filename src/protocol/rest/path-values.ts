import type { WireWriter } from "../../protojson/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";

/** One variable of a template and the field that it sets. */
export interface PathVariable {
  /** The dotted proto path. */
  readonly name: string;
  write(text: string, out: WireWriter): string | undefined;
}

/**
 * Appends the captured values as their fields; the failure names the field (transcoding.md §2). With `written`,
 * the bytes of each go there as well, for comparing a body with them.
 */
export function bindPath(
  variables: readonly PathVariable[],
  captures: readonly string[],
  out: WireWriter,
  written?: Uint8Array[],
): Failure | undefined {
  for (let i = 0; i < variables.length; i++) {
    const variable = variables[i];
    if (variable === undefined) continue;
    const start = out.position;
    const problem = variable.write(captures[i] ?? "", out);
    if (problem !== undefined) return badValue(variable.name, problem);
    written?.push(out.slice(start, out.position));
  }
  return undefined;
}

function badValue(name: string, problem: string): Failure {
  return gatewayFailure("INVALID_PATH_VALUE", `path field ${name}: ${problem}`, {
    violations: [{ field: name, description: problem }],
  });
}
