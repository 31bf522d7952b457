/** Where an endpoint listens. A host may be a name, which connecting resolves. */
export type Address =
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      /** The name that the host was found by; absent where it is that. */
      readonly name?: string;
    }
  | { readonly kind: "unix"; readonly path: string };

/** The address as it is written in gateway.yaml: for logs and status, never for a client. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `${bracketed(address.host)}:${address.port}`;
}

/** The `:authority` of calls to the address: the name that it was found by, as gRPC has it. */
export function authorityOf(address: Address): string {
  const name = bracketed(nameOf(address));
  return address.kind === "unix" ? name : `${name}:${address.port}`;
}

/** Who is expected at the address; a unix socket has no name of its own (gRPC naming: "localhost"). */
export function nameOf(address: Address): string {
  return address.kind === "unix" ? "localhost" : (address.name ?? address.host);
}

// RFC 3986 §3.2.2: an IPv6 literal in an authority stands in brackets.
function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
