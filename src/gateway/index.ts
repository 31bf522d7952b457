// The composition root: compiles a configuration into snapshots, starts them, drains them.
// It has no logic of its own: it joins rooms that do not know each other.
export {
  type ExplainedRequest,
  explainRequest,
  type RequestExplanation,
  type UnroutedAnswer,
} from "./explain.ts";
export {
  type Gateway,
  type GatewayDependencies,
  type StartFailure,
  startGateway,
} from "./gateway.ts";
export type { PlannedBinding } from "./plan.ts";
export {
  type CompileDependencies,
  type CompiledConfig,
  compileConfig,
  uncalledClusters,
} from "./snapshot.ts";
