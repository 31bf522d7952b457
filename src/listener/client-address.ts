import { type Client, type Headers, headerValue } from "../exchange/index.ts";
import { isHost } from "./http1-head.ts";

/** A well-formed `traceparent`, version 00 (W3C Trace Context §3.2). */
const traceparentForm = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** An identifier that is safe to log and to pass on. */
const requestIdForm = /^[\x21-\x7e]{1,128}$/;

/** The client of a connection whose peer is not trusted: nothing that it says of itself counts. */
export function untrustedClient(peerAddress: string): Client {
  return {
    address: peerAddress,
    scheme: "http",
    forwardedFor: peerAddress,
    forwardedHost: undefined,
    traceparent: undefined,
  };
}

/**
 * The client behind `trustedHops` proxies of ours: each has appended the peer it saw to `x-forwarded-for`,
 * so only that many entries from the right are believed (faults.md, P-21).
 */
export function trustedClient(peerAddress: string, headers: Headers, trustedHops: number): Client {
  const believed = forwardedAddresses(headers).slice(-trustedHops);
  const trace = headerValue(headers, "traceparent");
  const host = headerValue(headers, "x-forwarded-host");
  return {
    address: believed[0] ?? peerAddress,
    scheme: headerValue(headers, "x-forwarded-proto") === "https" ? "https" : "http",
    forwardedFor: [...believed, peerAddress].join(", "),
    forwardedHost: host !== undefined && isHost(host) ? host : undefined,
    traceparent: trace !== undefined && traceparentForm.test(trace) ? trace : undefined,
  };
}

/** The request id of a trusted client; undefined when it has none that may be passed on. */
export function trustedRequestId(headers: Headers): string | undefined {
  const id = headerValue(headers, "x-request-id");
  return id !== undefined && requestIdForm.test(id) ? id : undefined;
}

function forwardedAddresses(headers: Headers): string[] {
  const addresses: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== "x-forwarded-for") continue;
    for (const part of (headers[i + 1] ?? "").split(",")) {
      const address = part.trim();
      if (/^[0-9A-Fa-f:.[\]%\w-]{1,64}$/.test(address)) addresses.push(address);
    }
  }
  return addresses;
}
