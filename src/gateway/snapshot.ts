import { type Clock, err, ok, type Result } from "../base/index.ts";
import {
  type Finding,
  type GatewayConfig,
  type ListenerConfig,
  type LoadedConfig,
  type Problem,
  sortProblems,
} from "../config/index.ts";
import { type DescriptorProblem, loadSchema, type Schema } from "../descriptor/index.ts";
import {
  compileEncoder,
  type RefusalRules,
  type Snapshot,
  type TargetCluster,
} from "../http/index.ts";
import { plainFailureRules } from "../protocol/index.ts";
import { codeName, type Failure, gatewayFailure } from "../rpc/index.ts";
import { createMeters, type Meters } from "../telemetry/index.ts";
import { type CodecCache, createCodecCache } from "./codecs.ts";
import { createFilters } from "./filters.ts";
import { type PlannedBinding, type PlanProblem, planBindings } from "./plan.ts";
import { type BindingProblem, compileRoutes } from "./routes.ts";
import { checkCertificates } from "./upstream-tls.ts";

/** A configuration, compiled: what `serve` runs on, `check` checks and `routes` lists. */
export interface CompiledConfig {
  readonly config: GatewayConfig;
  readonly schema: Schema;
  /** What is served where no listener says otherwise. */
  readonly bindings: readonly PlannedBinding[];
  /** What each listener serves, by its name. */
  readonly plans: ReadonlyMap<string, readonly PlannedBinding[]>;
  readonly codecs: CodecCache;
  /** The snapshot of each listener, by its name. */
  readonly snapshots: ReadonlyMap<string, Snapshot>;
}

/** What a configuration is compiled with. */
export interface CompileDependencies {
  readonly clock: Clock;
  /** The clusters that targets call, by name. */
  readonly clusters: ReadonlyMap<string, TargetCluster>;
  /** Where requests are counted; absent for a configuration that is not served. */
  readonly meters?: Meters;
}

/**
 * Builds everything that a configuration asks for, without starting any of it. Fails with every problem that
 * the descriptors or the routes have, placed in the document where it has a place there.
 */
export async function compileConfig(
  loaded: LoadedConfig,
  dependencies: CompileDependencies,
): Promise<Result<CompiledConfig, readonly Problem[]>> {
  const { config } = loaded;
  const schema = await loadSchema(config.descriptors, { clock: dependencies.clock });
  if (!schema.ok) return err(schema.error.map(ofDescriptor));
  const problems: Problem[] = [...(await checkCertificates(loaded, dependencies.clock))];
  const meters = dependencies.meters ?? createMeters(codeName);
  const codecs = createCodecCache(schema.value);
  const filters = await createFilters(config.filters, schema.value);
  const snapshots = new Map<string, Snapshot>();
  const plans = new Map<string, readonly PlannedBinding[]>();
  for (const listener of config.listeners) {
    const { routes, limits, rest, compression } = listener;
    const plan = planBindings({ routes, httpRules: config.httpRules }, schema.value);
    problems.push(...plan.problems.map((problem) => ofPlan(problem, loaded)));
    plans.set(listener.name, plan.bindings);
    const table = compileRoutes({
      bindings: plan.bindings,
      clusters: dependencies.clusters,
      limits,
      rest,
      codecs,
      filters,
      meters: meters.listener(listener.name),
      clock: dependencies.clock,
    });
    if (table.ok) {
      snapshots.set(listener.name, {
        routes: table.value,
        refusals: refusalRules(listener),
        encode: compression && compileEncoder(compression),
      });
    } else problems.push(...table.error.map((problem) => ofBinding(problem, loaded)));
  }
  if (problems.length > 0) return err(sortProblems(distinct(problems)));
  const { bindings } = planBindings(config, schema.value);
  return ok({ config, schema: schema.value, bindings, plans, codecs, snapshots });
}

function refusalRules({ errors, rest }: ListenerConfig): RefusalRules {
  return { failures: { ...plainFailureRules, errors }, wrongMethod: rest.wrongMethod };
}

function ofPlan(problem: PlanProblem, loaded: LoadedConfig): Problem {
  return loaded.document.problem(finding("route", problem.at, problem.message, problem.help));
}

function finding(
  rule: string,
  path: Finding["path"],
  message: string,
  help: string | undefined,
): Finding {
  return { path, part: "value", severity: "error", rule, message, help };
}

function ofBinding(problem: BindingProblem, loaded: LoadedConfig): Problem {
  return loaded.document.problem(finding("binding", problem.at, problem.message, undefined));
}

/** A problem of a .proto file or a descriptor set keeps its own place. */
function ofDescriptor(problem: DescriptorProblem): Problem {
  return {
    severity: "error",
    rule: "descriptor",
    file: problem.file,
    line: problem.line ?? 1,
    column: problem.column ?? 1,
    length: 1,
    message: problem.message,
    help: problem.help,
    note: undefined,
  };
}

/** Every listener compiles the same routes, so the same problem may come once for each. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(
    problems.map((problem) => [`${problem.line}:${problem.column}:${problem.message}`, problem]),
  );
  return [...byText.values()];
}

/** Clusters that are never called: for compiling a configuration without serving it. */
export function uncalledClusters(config: GatewayConfig): ReadonlyMap<string, TargetCluster> {
  const failure = gatewayFailure("UPSTREAM_UNAVAILABLE", "this configuration is not served");
  const call = (): Promise<Result<never, Failure>> => Promise.resolve(err(failure));
  return new Map(config.clusters.map(({ name }) => [name, { name, call }]));
}
