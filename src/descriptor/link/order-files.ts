import type { FileUnit, ProblemLog } from "./file-unit.ts";

interface Visit {
  readonly unit: FileUnit;
  next: number;
}

/**
 * The files with every import before the file that names it. Cycles and imports that are not among the
 * files are reported. Walks with a list, since chains of imports may be long.
 */
export function orderFiles(
  units: readonly FileUnit[],
  unitsByName: ReadonlyMap<string, FileUnit>,
  log: ProblemLog,
): readonly FileUnit[] {
  const ordered = new Set<FileUnit>();
  const open = new Map<FileUnit, Visit>();
  for (const root of units) {
    const start: Visit = { unit: root, next: 0 };
    const stack = ordered.has(root) ? [] : [start];
    open.set(root, start);
    for (let visit = stack.at(-1); visit !== undefined; visit = stack.at(-1)) {
      const dependencies = dependenciesOf(visit.unit);
      const name = dependencies[visit.next];
      if (name === undefined) {
        ordered.add(visit.unit);
        open.delete(visit.unit);
        stack.pop();
        continue;
      }
      const index = visit.next++;
      const dependency = unitsByName.get(name);
      if (dependency === undefined) reportMissing(visit.unit, name, log);
      else if (open.has(dependency)) reportCycle(stack, dependency, index, log);
      else if (!ordered.has(dependency)) {
        const inner: Visit = { unit: dependency, next: 0 };
        stack.push(inner);
        open.set(dependency, inner);
      }
    }
    open.delete(root);
  }
  return [...ordered];
}

function dependenciesOf({ proto }: FileUnit): readonly string[] {
  return proto.optionDependency.length === 0
    ? proto.dependency
    : [...proto.dependency, ...proto.optionDependency];
}

function reportMissing(unit: FileUnit, name: string, log: ProblemLog): void {
  // Imports of parsed files were looked for, and reported, when they were read.
  if (unit.parsed !== undefined) return;
  const help = "make the set with protoc --include_imports, or with buf build";
  log.addAt(unit, undefined, `imports "${name}", which is not in the set`, help);
}

function reportCycle(
  stack: readonly Visit[],
  dependency: FileUnit,
  index: number,
  log: ProblemLog,
): void {
  const unit = stack.at(-1)?.unit ?? dependency;
  const from = stack.findIndex((visit) => visit.unit === dependency);
  const names = stack.slice(from).map((visit) => visit.unit.proto.name);
  const path = [...names, dependency.proto.name].join(" -> ");
  log.addAt(unit, unit.parsed?.importOffsets[index], `the imports go round in a circle: ${path}`);
}
