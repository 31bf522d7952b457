import { formatJsonProblem, type JsonProblem } from "../../protojson/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";

/** The failure for JSON that is not the message it should be; it names the field where there is one. */
export function jsonFailure(problem: JsonProblem): Failure {
  const message = formatJsonProblem(problem);
  if (problem.kind === "grammar") return gatewayFailure("INVALID_JSON", message);
  const reason = problem.conflict ? "CONFLICTING_FIELD" : "INVALID_FIELD";
  const violation = { field: problem.path, description: problem.message };
  return gatewayFailure(reason, message, { violations: [violation] });
}
