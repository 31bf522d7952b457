import { err, ok, type Result } from "../base/index.ts";
import { checkAreStatic, checkEndpoints } from "./check/endpoints.ts";
import { valueShower } from "./check/show-value.ts";
import { validateBy } from "./check/validate.ts";
import { LoadedDocument } from "./document/loaded-document.ts";
import { parseDocument } from "./document/parse-document.ts";
import { plainValues } from "./document/plain-value.ts";
import type { EndpointConfig } from "./gateway-config.ts";
import { type Problem, sortProblems } from "./problem.ts";
import { resolveAddress } from "./resolve-config.ts";
import { endpointList, staticEndpoints } from "./schema/endpoint.ts";

/** How many things that are wrong one line of the log holds. */
const mostProblems = 8;

/**
 * Reads a list of endpoints (YAML 1.2 or JSON), as `endpoints` of a cluster has them, addresses only. References are
 * not replaced. `file` names it, and its folder is what socket paths start from. Fails with what is wrong, each
 * thing as `file:line:column: message`.
 */
export function parseEndpoints(
  text: string,
  file: string,
): Result<readonly EndpointConfig[], string> {
  const tree = parseDocument(text);
  const document = new LoadedDocument(file, text, tree.root);
  const structure = tree.problems.map((problem) => document.spanProblem(problem));
  if (tree.root === undefined) return err(textOf(structure));
  const { value } = plainValues(tree.root, new Map());
  const checked = validateBy(endpointList, value, valueShower(value, []));
  const findings = [
    ...(checked.ok ? [] : checked.error),
    ...checkEndpoints(value, []),
    ...checkAreStatic(value),
  ];
  const problems = [...structure, ...findings.map((finding) => document.problem(finding))];
  if (!checked.ok || problems.length > 0) return err(textOf(problems));
  return ok(
    staticEndpoints(checked.value).map((endpoint) => ({
      ...endpoint,
      address: resolveAddress(endpoint.address, file),
    })),
  );
}

function textOf(problems: readonly Problem[]): string {
  const lines = sortProblems(problems).map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
  const more = lines.length - mostProblems;
  return [...lines.slice(0, mostProblems), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
