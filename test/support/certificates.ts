import { readFileSync } from "node:fs";

/** What `make.sh` in the folder makes. */
export type CertificateName =
  | "ca"
  | "other-ca"
  | "server"
  | "renewed"
  | "elsewhere"
  | "expired"
  | "self-signed"
  | "client";

/** Where the certificate and its key are. */
export function certificatePaths(name: CertificateName): { cert: string; key: string } {
  const path = (suffix: string) =>
    new URL(`./certificates/${name}.${suffix}`, import.meta.url).pathname;
  return { cert: path("pem"), key: path("key") };
}

/** The certificate and its key. */
export function certificate(name: CertificateName): { cert: Buffer; key: Buffer } {
  const { cert, key } = certificatePaths(name);
  return { cert: readFileSync(cert), key: readFileSync(key) };
}
