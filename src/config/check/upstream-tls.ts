import type { PlainValue } from "../document/plain-value.ts";
import { type DocumentPath, type Finding, formatPath } from "../problem.ts";

/** What the TLS of the cluster at `path` says of itself and of the cluster's endpoints. */
export function checkUpstreamTls(
  cluster: Readonly<Record<string, PlainValue>>,
  path: DocumentPath,
): readonly Finding[] {
  const { tls, endpoints } = cluster;
  const keys = typeof tls === "object" && tls !== null && !Array.isArray(tls) ? tls : {};
  const at = [...path, "tls"];
  const findings: Finding[] = [];
  for (const [one, other] of [
    ["cert", "key"],
    ["key", "cert"],
  ] as const) {
    if (!(one in keys) || other in keys) continue;
    const message = `${formatPath(at)}: "${one}" goes with "${other}" only`;
    findings.push({ ...finding([...at, one], message, `add ${other}`), part: "key" });
  }
  const isOn = tls !== undefined && tls !== null && tls !== false;
  if (!isOn || "server_name" in keys || !Array.isArray(endpoints)) return findings;
  for (const [index, entry] of endpoints.entries()) {
    const isMap = typeof entry === "object" && entry !== null && !Array.isArray(entry);
    const address = isMap ? entry["address"] : entry;
    if (typeof address !== "string" || !address.startsWith("srv:")) continue;
    // RFC 6125 §6.2.1: whoever answers for the DNS must not choose who is trusted.
    const place = [...path, "endpoints", index, ...(isMap ? ["address"] : [])];
    const message = `${formatPath(place)}: with TLS, the name that certificates must be for is to be said`;
    findings.push(finding(place, message, "add tls.server_name"));
  }
  return findings;
}

function finding(path: DocumentPath, message: string, help: string): Finding {
  return { path, part: "value", severity: "error", rule: "relation", message, help };
}
