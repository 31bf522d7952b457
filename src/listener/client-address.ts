import { isIP, isIPv4, isIPv6 } from "node:net";
import type { Client, Headers } from "../exchange/index.ts";
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
 * The client behind `trustedHops` proxies of ours: each has appended the peer it saw to `x-forwarded-for`, so that
 * many entries from the right are believed and the leftmost of them is the client (faults.md, P-21). Where there are
 * fewer, or one of them is no address, the request has not come that way: then the connection's peer is the client.
 *
 * Of the other headers a proxy appends its own, sets it anew or lets that of the proxy before it pass, so their entries
 * cannot be counted: the last one is what the nearest proxy vouches for, and what stands before it may be a client's.
 */
export function trustedClient(peerAddress: string, headers: Headers, trustedHops: number): Client {
  const believed = believedAddresses(headers, trustedHops);
  const trace = lastValue(headers, "traceparent");
  const host = lastEntry(headers, "x-forwarded-host");
  return {
    address: believed[0] ?? peerAddress,
    scheme: lastEntry(headers, "x-forwarded-proto") === "https" ? "https" : "http",
    forwardedFor: [...believed, peerAddress].join(", "),
    forwardedHost: host !== undefined && isHost(host) ? host : undefined,
    traceparent: trace !== undefined && traceparentForm.test(trace) ? trace : undefined,
  };
}

/** The request id of a trusted client; undefined when it has none that may be passed on. */
export function trustedRequestId(headers: Headers): string | undefined {
  const id = lastValue(headers, "x-request-id");
  return id !== undefined && requestIdForm.test(id) ? id : undefined;
}

/** The last line of a header; undefined when there is none. */
function lastValue(headers: Headers, name: string): string | undefined {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if (headers[i] === name) return headers[i + 1];
  }
  return undefined;
}

/** The last entry of a header that is a list, over all of its lines; an empty one is one too. */
function lastEntry(headers: Headers, name: string): string | undefined {
  const value = lastValue(headers, name);
  return value?.slice(value.lastIndexOf(",") + 1).trim();
}

/**
 * The last `count` entries of `x-forwarded-for` as addresses without ports; none unless all of them are addresses.
 * They are counted before they are judged: an entry that is none must not move those of a client to the right.
 */
function believedAddresses(headers: Headers, count: number): readonly string[] {
  const entries: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== "x-forwarded-for") continue;
    for (const entry of (headers[i + 1] ?? "").split(",")) entries.push(entry);
  }
  if (entries.length < count) return [];
  const addresses: string[] = [];
  for (const entry of entries.slice(-count)) {
    const address = addressOf(entry.trim());
    if (address === undefined) return [];
    addresses.push(address);
  }
  return addresses;
}

/** `192.0.2.7`, `192.0.2.7:80`, `2001:db8::7`, `[2001:db8::7]` or `[2001:db8::7]:80`. */
const withPort = /^(?:\[([0-9A-Fa-f:.]+)\](?::([0-9]{1,5}))?|([0-9.]+):([0-9]{1,5}))$/;

/** The address of an entry, its port and brackets taken off; undefined for anything else, a zone included. */
function addressOf(entry: string): string | undefined {
  if (isIP(entry) !== 0) return entry.includes("%") ? undefined : entry;
  const parts = withPort.exec(entry);
  if (parts === null || Number(parts[2] ?? parts[4] ?? 0) > 65_535) return undefined;
  const [, six = "", , four = ""] = parts;
  return isIPv6(six) ? six : isIPv4(four) ? four : undefined;
}
