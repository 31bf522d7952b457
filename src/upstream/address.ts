/** Where an endpoint listens. A host may be a name, which connecting resolves. */
export type Address =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** The address as it is written in gateway.yaml: for logs and status, never for a client. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `${bracketed(address.host)}:${address.port}`;
}

/** The `:authority` of calls to the address; a unix socket has none of its own (gRPC naming: "localhost"). */
export function authorityOf(address: Address): string {
  return address.kind === "unix" ? "localhost" : `${bracketed(address.host)}:${address.port}`;
}

// RFC 3986 §3.2.2: an IPv6 literal in an authority stands in brackets.
function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
