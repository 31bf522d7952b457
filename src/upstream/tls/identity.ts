import { isIP, SocketAddress } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";

/** Who a peer has to be. */
export interface ExpectedIdentity {
  /** The host name or IP address that its certificate has to be for (RFC 9525). */
  readonly name: string;
  /** Subject alternative names, at least one of which it has to have as it is written here; none for any. */
  readonly sans: readonly string[];
}

/**
 * Says why `certificate`, whose chain was verified, is not that of the peer; undefined when it is. Wildcards hold
 * for the name and not for the pinned names. The subject's common name counts for nothing where there are
 * alternative names, and never for a pin.
 */
export function identityProblem(
  expected: ExpectedIdentity,
  certificate: PeerCertificate,
): string | undefined {
  try {
    return mismatch(expected, certificate);
  } catch (error) {
    // The library throws for alternative names that it cannot read.
    return error instanceof Error ? error.message : String(error);
  }
}

function mismatch(
  { name, sans }: ExpectedIdentity,
  certificate: PeerCertificate,
): string | undefined {
  const named = checkServerIdentity(name, certificate);
  if (named !== undefined) return named.message;
  if (isIP(name) === 0 && sans.length === 0) return undefined;
  const present = new Set(alternativeNames(certificate.subjectaltname ?? "").map(canonical));
  // The library also takes forms of an address that no certificate may have.
  if (isIP(name) !== 0 && !present.has(canonical(name))) {
    return `the certificate is not for the address ${name}`;
  }
  if (sans.length === 0 || sans.some((san) => present.has(canonical(san)))) return undefined;
  return `the certificate has none of the pinned names ${sans.join(", ")}`;
}

/**
 * The DNS names, URIs and IP addresses of Node's text for the extension: `DNS:a, IP Address:1.2.3.4, URI:b`, where
 * a value with special characters is a JSON string (CVE-2021-44532). Other kinds are left out.
 */
function alternativeNames(text: string): readonly string[] {
  return [...text.matchAll(/([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)].flatMap(
    ([, kind = "", value = ""]) => {
      const plain = value.startsWith('"') ? unquoted(value) : value;
      if (kind === "IP Address") return isIP(plain) === 0 ? [] : [plain];
      // Names of one kind never count as those of another.
      if (kind === "DNS") return isIP(plain) !== 0 || plain.includes("://") ? [] : [plain];
      return kind === "URI" && plain.includes("://") ? [plain] : [];
    },
  );
}

function unquoted(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return "";
  }
}

/** One spelling for what is the same: addresses as they are written shortest, DNS names in lower case. */
function canonical(name: string): string {
  const version = isIP(name);
  if (version !== 0) {
    return new SocketAddress({ address: name, family: version === 6 ? "ipv6" : "ipv4" }).address;
  }
  return name.includes("://") ? name : name.toLowerCase();
}
