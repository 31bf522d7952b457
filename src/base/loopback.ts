import { isIP } from "node:net";

/** Whether an IP address, or the name localhost, is this machine only (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3, RFC 6761 §6.3). */
export function isLoopback(host: string): boolean {
  switch (isIP(host)) {
    case 4:
      return host.startsWith("127.");
    case 6:
      return /^(?:0{0,4}:){1,7}0{0,3}1$/.test(host) || /^::ffff:127\./i.test(host);
    default:
      return host.toLowerCase() === "localhost";
  }
}
