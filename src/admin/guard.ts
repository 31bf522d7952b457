import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { refusal } from "./refusal.ts";

/** What decides who may ask. */
export interface GuardRules {
  /** Names in lower case that may be asked for, beside IP addresses and localhost; undefined checks no host. */
  readonly hosts: readonly string[] | undefined;
  /** What a request must bring that changes something; undefined refuses all of them. */
  readonly token: string | undefined;
}

/** Refuses a request that a page of somebody else may have caused; undefined lets it pass. */
export function refuseForeign(headers: Headers, { hosts }: GuardRules): Response | undefined {
  const host = headers.get("host") ?? "";
  if (hosts !== undefined && !isOwnHost(host, hosts)) {
    return refusal("HOST_REFUSED", "host: this name is not in admin.hosts");
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}` && origin !== `https://${host}`) {
    return refusal("ORIGIN_REFUSED", "origin: pages of other origins are not answered");
  }
  // Browsers send no origin with an image or a link, but they say whose page asks (Fetch Metadata, §2.3).
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "none" && site !== "same-origin") {
    return refusal("ORIGIN_REFUSED", "sec-fetch-site: pages of other sites are not answered");
  }
  return undefined;
}

/**
 * Whether a `host` is this gateway's. A page can make its own name resolve to this machine (DNS rebinding), but it cannot be
 * served from an address of ours, so an IP address is always fine and a name only where it is known.
 */
function isOwnHost(host: string, hosts: readonly string[]): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host)?.[1]?.toLowerCase() ?? "";
  if (name.startsWith("[")) return isIP(name.slice(1, -1)) === 6;
  return isIP(name) === 4 || name === "localhost" || hosts.includes(name);
}

/** Refuses a request that would change something without the token; undefined lets it pass. */
export function refuseUnauthorised(headers: Headers, { token }: GuardRules): Response | undefined {
  if (token === undefined) {
    return refusal("NO_TOKEN_CONFIGURED", "nothing can be changed here without admin.token");
  }
  const challenge = { "www-authenticate": 'Bearer realm="diglot admin"' };
  const given = /^Bearer +([!-~]+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (given === undefined) {
    return refusal("TOKEN_MISSING", "authorization: expected Bearer and the token", challenge);
  }
  // Digests are of one length, and how long it takes to compare them tells nothing of the token.
  return timingSafeEqual(digest(given), digest(token))
    ? undefined
    : refusal("TOKEN_WRONG", "authorization: this is not the token", challenge);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
