import type { Finding } from "../problem.ts";
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
  return findings;
}

function tooLarge(path: readonly string[], relation: string): Finding {
  const message = `${path.join(".")}: it is ${relation}`;
  const help = "lower this one or raise the other one";
  return { path, part: "value", severity: "error", rule: "relation", message, help };
}
