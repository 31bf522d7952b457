import type { DescFile, DescService, FileRegistry } from "@bufbuild/protobuf";
import { type Clock, err, ok, type Result, systemClock } from "../base/index.ts";
import { addBuiltins, alwaysPresent, findBuiltin } from "./builtin/builtin-files.ts";
import { httpRuleWarnings } from "./http-rule.ts";
import type { FileUnit } from "./link/file-unit.ts";
import { type LinkedFiles, linkFiles, modelFiles } from "./link/link-files.ts";
import { mergeSources } from "./link/merge-sources.ts";
import { type DescriptorProblem, sortProblems } from "./problem.ts";
import { readProtos } from "./read/read-protos.ts";
import { decodeSet, readSet } from "./read/read-set.ts";
import {
  type DescriptorSource,
  defaultLimits,
  describeSource,
  type SourceFiles,
  type SourceLimits,
} from "./read/source.ts";
import { countFiles, type SchemaReport, type SourceReport } from "./schema-report.ts";
import { createTurns, type Turns } from "./turns.ts";

/** The types and services of all sources, as one model. */
export interface Schema {
  readonly registry: FileRegistry;
  /** Every service by its full name. */
  readonly services: ReadonlyMap<string, DescService>;
  /** The files of the sources by import path, with where they are for people. */
  readonly ownFiles: ReadonlyMap<string, string>;
  readonly report: SchemaReport;
}

/** How a schema is loaded. */
export interface LoadOptions {
  readonly limits?: Partial<SourceLimits>;
  readonly clock?: Clock;
}

interface ReadSource {
  readonly source: DescriptorSource;
  readonly files: SourceFiles;
  readonly units: readonly FileUnit[];
  readonly milliseconds: number;
}

/**
 * Loads every source and makes one schema of them. Either all of it is right, or nothing is loaded and every
 * problem of every source is returned, sorted by place.
 */
export async function loadSchema(
  sources: readonly DescriptorSource[],
  options: LoadOptions = {},
): Promise<Result<Schema, readonly DescriptorProblem[]>> {
  const clock = options.clock ?? systemClock;
  const limits = { ...defaultLimits, ...options.limits };
  const turns = createTurns(clock);
  const start = clock.now();
  const problems: DescriptorProblem[] = [];
  const loaded: ReadSource[] = [];
  for (const source of sources) {
    const sourceStart = clock.now();
    const files = await readSource(source, limits, turns);
    const units =
      files.ok && sources.length > 1 ? await linkAlone(files.value.units, turns) : undefined;
    if (!files.ok) problems.push(...files.error);
    else if (units?.ok === false) problems.push(...units.error);
    else {
      const milliseconds = clock.now() - sourceStart;
      loaded.push({
        source,
        files: files.value,
        units: units?.value ?? files.value.units,
        milliseconds,
      });
    }
  }
  if (problems.length > 0) return err(sortProblems(problems));
  const linked = await linkAll(loaded, turns);
  if (!linked.ok) return linked;
  return makeSchema(linked.value, loaded, () => clock.now() - start);
}

function readSource(
  source: DescriptorSource,
  limits: SourceLimits,
  turns: Turns,
): Promise<Result<SourceFiles, readonly DescriptorProblem[]>> {
  switch (source.kind) {
    case "protos":
      return readProtos(source, limits, turns);
    case "set":
      return readSet(source.path, limits);
    case "bytes":
      return Promise.resolve(decodeSet(source.bytes, source.name, limits));
  }
}

/** One of several sources is linked by itself, so that its files can be compared with the others'. */
async function linkAlone(
  units: readonly FileUnit[],
  turns: Turns,
): Promise<Result<readonly FileUnit[], readonly DescriptorProblem[]>> {
  const linked = await linkFiles(units, turns);
  return linked.ok ? ok(linked.value.units) : linked;
}

async function linkAll(
  loaded: readonly ReadSource[],
  turns: Turns,
): Promise<Result<LinkedFiles, readonly DescriptorProblem[]>> {
  const [only, ...others] = loaded;
  if (only !== undefined && others.length === 0) return linkFiles(withBuiltins(only.units), turns);
  const problems: DescriptorProblem[] = [];
  const merged = mergeSources(
    loaded.map((source) => source.units),
    problems,
  );
  return problems.length > 0 ? err(sortProblems(problems)) : modelFiles(withBuiltins(merged));
}

/** Adds the built-in files every schema has, except those whose types a source defines under another name. */
function withBuiltins(units: readonly FileUnit[]): readonly FileUnit[] {
  const byName = new Map(units.map((unit) => [unit.proto.name, unit]));
  const defined = new Set<string>();
  for (const { proto } of units) {
    if (!proto.package.startsWith("google.")) continue;
    for (const type of [...proto.messageType, ...proto.enumType, ...proto.extension]) {
      defined.add(`${proto.package}.${type.name}`);
    }
  }
  for (const name of alwaysPresent) {
    const unit = byName.has(name) ? undefined : findBuiltin(name);
    if (unit === undefined) continue;
    const { proto } = unit;
    const types = [...proto.messageType, ...proto.enumType, ...proto.extension];
    if (!types.some((type) => defined.has(`${proto.package}.${type.name}`))) byName.set(name, unit);
  }
  addBuiltins(byName);
  return [...byName.values()];
}

function makeSchema(
  linked: LinkedFiles,
  loaded: readonly ReadSource[],
  elapsed: () => number,
): Result<Schema, readonly DescriptorProblem[]> {
  const { registry, units } = linked;
  const services = new Map<string, DescService>();
  const ownFiles = new Map<string, string>();
  for (const unit of units) {
    if (unit.isBuiltIn !== true) ownFiles.set(unit.proto.name, unit.origin);
    for (const service of registry.getFile(unit.proto.name)?.services ?? []) {
      services.set(service.typeName, service);
    }
  }
  const reports: SourceReport[] = [];
  for (const source of loaded) {
    const counted = reportSource(source, registry);
    if (!counted.ok) return counted;
    reports.push(counted.value);
  }
  const warnings = [...services.values()].flatMap((service) =>
    service.methods.flatMap(httpRuleWarnings),
  );
  const report = { sources: reports, milliseconds: elapsed(), warnings };
  return ok({ registry, services, ownFiles, report });
}

function reportSource(
  { source, files, units, milliseconds }: ReadSource,
  registry: FileRegistry,
): Result<SourceReport, readonly DescriptorProblem[]> {
  const own = units.flatMap((unit): readonly DescFile[] => {
    const file = unit.isBuiltIn === true ? undefined : registry.getFile(unit.proto.name);
    return file === undefined ? [] : [file];
  });
  const name = describeSource(source);
  try {
    const counts = countFiles(own);
    return ok({ source: name, kind: source.kind, ...counts, bytes: files.bytes, milliseconds });
  } catch (error) {
    // The options of a set are opaque bytes, which only now were decoded.
    const cause = error instanceof Error ? error.message : String(error);
    return err([{ file: name, message: `a google.api.http option does not decode: ${cause}` }]);
  }
}
