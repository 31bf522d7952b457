import type { PlainValue } from "../document/plain-value.ts";
import { type DocumentPath, type Finding, formatPath } from "../problem.ts";

/** What the entries of a list of endpoints at `path` say about each other and of themselves. */
export function checkEndpoints(
  endpoints: PlainValue | undefined,
  path: DocumentPath,
): readonly Finding[] {
  if (!Array.isArray(endpoints)) return [];
  const addresses = endpoints.map(addressOf);
  return endpoints.flatMap((entry, index) => {
    const address = addresses[index];
    if (typeof address !== "string") return [];
    const at = [...path, index];
    const findings: Finding[] = [];
    if (addresses.indexOf(address) !== index) {
      const place = isMap(entry) ? [...at, "address"] : at;
      const message = `${formatPath(place)}: this endpoint is in the list already`;
      findings.push(finding(place, "duplicate", message, "remove one of them"));
    }
    if (address.startsWith("srv:") && isMap(entry) && "weight" in entry) {
      const place = [...at, "weight"];
      const message = `${formatPath(place)}: the records of a service say the weight of each endpoint`;
      findings.push(finding(place, "relation", message, "remove it"));
    }
    return findings;
  });
}

/** The entries of a file of endpoints that are no addresses. */
export function checkAreStatic(endpoints: PlainValue): readonly Finding[] {
  if (!Array.isArray(endpoints)) return [];
  return endpoints.flatMap((entry, index) => {
    const address = addressOf(entry);
    if (typeof address !== "string" || !/^(?:dns|srv|file):/.test(address)) return [];
    const at = isMap(entry) ? [index, "address"] : [index];
    const message = `${formatPath(at)}: a file of endpoints holds addresses only`;
    return [finding(at, "relation", message, "name it in the cluster's own endpoints")];
  });
}

function addressOf(entry: PlainValue): PlainValue | undefined {
  return isMap(entry) ? entry["address"] : entry;
}

function isMap(value: PlainValue): value is { [key: string]: PlainValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function finding(path: DocumentPath, rule: string, message: string, help: string): Finding {
  return { path, part: "value", severity: "error", rule, message, help };
}
