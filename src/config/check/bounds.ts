import { type Finding, formatPath } from "../problem.ts";
import type { GatewayDocument } from "../schema/gateway.ts";

/** Pairs of values that are fine each and wrong together; asked once all of them are known. */
export function checkBounds(document: GatewayDocument): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [name, { limits }] of Object.entries(document.listeners)) {
    const path = ["listeners", name, "limits"];
    if (limits.headerTimeoutMs > limits.requestMs) {
      findings.push(tooLarge([...path, "header_timeout"], "longer than request"));
    }
  }
  for (const [name, { backoff, balance }] of Object.entries(document.clusters)) {
    if (balance.options.minimumRingSize > balance.options.maximumRingSize) {
      const at = ["clusters", name, "balance", "ring_hash", "minimum_ring_size"];
      findings.push(tooLarge(at, "larger than maximum_ring_size"));
    }
    const path = ["clusters", name, "backoff"];
    if (backoff.baseMs > backoff.maxMs)
      findings.push(tooLarge([...path, "base"], "longer than max"));
  }
  for (const [name, { outlier }] of Object.entries(document.clusters)) {
    const path = ["clusters", name, "outlier"];
    if (outlier !== undefined && outlier.ejectForMs > outlier.maxEjectForMs)
      findings.push(tooLarge([...path, "eject_for"], "longer than max_eject_for"));
  }
  findings.push(...checkSubsets(document), ...checkHealthTypes(document));
  return findings;
}

/** An HTTP check is sent in clear. */
function checkHealthTypes(document: GatewayDocument): readonly Finding[] {
  return Object.entries(document.clusters).flatMap(([name, { health, tls }]): Finding[] => {
    if (health?.probe.kind !== "http" || tls === undefined) return [];
    const path = ["clusters", name, "health", "type"];
    const message = `${path.join(".")}: http checks are sent in clear, and the cluster has tls`;
    const help = "use type grpc or tcp";
    return [{ path, part: "value", severity: "error", rule: "relation", message, help }];
  });
}

/** A route's subset has a value for each name that its cluster makes subsets by. */
function checkSubsets(document: GatewayDocument): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, { cluster, subset }] of document.routes.entries()) {
    if (subset === undefined) continue;
    const names = document.clusters[cluster]?.subsetBy ?? [];
    const given = Object.keys(subset);
    if (names.length === given.length && names.every((name) => given.includes(name))) continue;
    const path = ["routes", index, "subset"];
    const wanted = names.length === 0 ? "which it has not" : names.join(" and ");
    const message = `${formatPath(path)}: needs one value for each name of subset_by of cluster ${cluster}: ${wanted}`;
    const help = "give the cluster a subset_by with these names, or the subset its names";
    findings.push({ path, part: "value", severity: "error", rule: "relation", message, help });
  }
  return findings;
}

function tooLarge(path: readonly string[], relation: string): Finding {
  const message = `${path.join(".")}: it is ${relation}`;
  const help = "lower this one or raise the other one";
  return { path, part: "value", severity: "error", rule: "relation", message, help };
}
