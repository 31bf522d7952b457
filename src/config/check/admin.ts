import { isLoopback } from "../../base/index.ts";
import type { Finding } from "../problem.ts";
import type { GatewayDocument } from "../schema/gateway.ts";
import type { ValueShower } from "./show-value.ts";

/** What would open the admin listener to more than its operator. */
export function checkAdmin({ admin }: GatewayDocument, shower: ValueShower): readonly Finding[] {
  if (admin === undefined) return [];
  const { address, allowRemote, token } = admin;
  const findings: Finding[] = [];
  if (address.kind === "tcp" && !allowRemote && !isLoopback(address.host)) {
    findings.push({
      path: ["admin", "listen"],
      part: "value",
      severity: "error",
      rule: "relation",
      message: `admin.listen: other machines reach ${shower.show(["admin", "listen"])}`,
      help: "listen on 127.0.0.1:9901 or unix:path, or say allow_remote: true",
    });
  }
  if (token !== undefined && !shower.isSecret(["admin", "token"])) {
    findings.push({
      path: ["admin", "token"],
      part: "key",
      severity: "warning",
      rule: "secret",
      message: "admin.token: whoever reads this file knows the token",
      help: "take it from the environment or a file, by a reference",
    });
  }
  return findings;
}
