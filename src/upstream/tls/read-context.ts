import { constants, createPrivateKey, X509Certificate } from "node:crypto";
import tls, { type SecureContext } from "node:tls";
import { err, ok, type Result } from "../../base/index.ts";

/** The files that connections are secured by. Each is PEM. */
export interface CertificateFiles {
  /** The authorities that are trusted; undefined for those that Node.js and the system trust. */
  readonly ca: string | undefined;
  /** The certificate that is shown, with its chain, and its key; both or none. */
  readonly own: { readonly cert: string; readonly key: string } | undefined;
}

/** The content of those files. */
export interface CertificateTexts {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Why files cannot be used, and which of them. */
export interface CertificateProblem {
  readonly file: "ca" | "cert" | "key";
  readonly message: string;
}

/**
 * What new connections are made with. Refuses what is not PEM, a certificate that is not valid at `wallNow` (ms since
 * 1970), and a key of another certificate, so that a handshake fails for the peer's sake only.
 */
export function readContext(
  texts: CertificateTexts,
  files: CertificateFiles,
  wallNow: number,
): Result<SecureContext, CertificateProblem> {
  const { ca, cert, key } = texts;
  const problem =
    (ca === undefined ? undefined : authorityProblem(ca, files.ca ?? "")) ??
    (cert === undefined || key === undefined || files.own === undefined
      ? undefined
      : pairProblem(cert, key, files.own, wallNow));
  if (problem !== undefined) return err(problem);
  try {
    return ok(
      tls.createSecureContext({
        ca: ca === undefined ? trustedAuthorities() : certificatesIn(ca),
        cert,
        key,
        minVersion: "TLSv1.2",
        // RFC 9113 §9.2.1: no renegotiation, which could also put another certificate in the place of the first.
        secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      }),
    );
  } catch (error) {
    return err({ file: cert === undefined ? "ca" : "cert", message: messageOf(error) });
  }
}

function authorityProblem(text: string, path: string): CertificateProblem | undefined {
  try {
    const blocks = certificatesIn(text);
    for (const block of blocks) new X509Certificate(block);
    if (blocks.length > 0) return undefined;
    return { file: "ca", message: `${path} holds no certificate in PEM` };
  } catch (error) {
    return { file: "ca", message: `${path}: ${messageOf(error)}` };
  }
}

function pairProblem(
  cert: string,
  key: string,
  paths: { readonly cert: string; readonly key: string },
  wallNow: number,
): CertificateProblem | undefined {
  const [first] = certificatesIn(cert);
  if (first === undefined) {
    return { file: "cert", message: `${paths.cert} holds no certificate in PEM` };
  }
  try {
    const certificate = new X509Certificate(first);
    if (Date.parse(certificate.validTo) <= wallNow) {
      return { file: "cert", message: `${paths.cert} has expired: ${certificate.validTo}` };
    }
    if (Date.parse(certificate.validFrom) > wallNow) {
      return { file: "cert", message: `${paths.cert} begins later: ${certificate.validFrom}` };
    }
    const privateKey = keyIn(key, paths.key);
    if (!privateKey.ok) return { file: "key", message: privateKey.error };
    if (certificate.checkPrivateKey(privateKey.value)) return undefined;
    return { file: "key", message: `${paths.key} is not the key of ${paths.cert}` };
  } catch (error) {
    return { file: "cert", message: `${paths.cert}: ${messageOf(error)}` };
  }
}

function keyIn(text: string, path: string): Result<ReturnType<typeof createPrivateKey>, string> {
  if (text.includes("ENCRYPTED")) return err(`${path} is encrypted: write it without a passphrase`);
  try {
    return ok(createPrivateKey(text));
  } catch {
    // What the library says of a key that it cannot read is of no use to anybody.
    return err(`${path} holds no private key in PEM`);
  }
}

function certificatesIn(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g) ?? [];
}

/** Node.js' own list and, from Node 22.15 on, the system's. */
function trustedAuthorities(): string[] | undefined {
  const { getCACertificates: listed } = tls as {
    readonly getCACertificates?: (kind: "default" | "system") => string[];
  };
  return listed && [...new Set([...listed("default"), ...listed("system")])];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
