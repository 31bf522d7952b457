import { isIP } from "node:net";
import tls, { type SecureContext, type TLSSocket } from "node:tls";
import type { Clock } from "../../base/index.ts";
import { type Connection, createClientConnection } from "../../h2/index.ts";
import { type Address, nameOf } from "../address.ts";
import { type ConnectionOpener, keepAliveMs, wire } from "../open-connection.ts";
import type { Credentials } from "./credentials.ts";
import { HandshakeTransport } from "./handshake-transport.ts";
import { type ExpectedIdentity, identityProblem } from "./identity.ts";

/** How connections of a cluster are secured. */
export interface UpstreamTls {
  /** The cluster starts and stops them. */
  readonly credentials: Credentials;
  /** Who is asked for and expected, instead of the name of the endpoint. */
  readonly serverName: string | undefined;
  /** Alternative names, one of which a certificate must have besides; none for any. */
  readonly sans: readonly string[];
}

/**
 * Opens connections over TLS 1.2 and later. A peer that does not prove who it is, or does not speak HTTP/2, is sent
 * nothing but the handshake. Sessions are not taken up again, so that every connection proves it anew.
 */
export function openOverTls(
  { credentials, serverName, sans }: UpstreamTls,
  clock: Clock,
): ConnectionOpener {
  return (address, events) => {
    const transport = new HandshakeTransport();
    const connection = createClientConnection({ transport, clock, events });
    const identity = { name: serverName ?? nameOf(address), sans };
    void credentials.context().then((context) => {
      if (!context.ok) connection.transportClosed(`TLS: ${context.error}`);
      else if (!transport.hasEnded) shake(address, identity, context.value, transport, connection);
    });
    return connection;
  };
}

function shake(
  address: Address,
  identity: ExpectedIdentity,
  secureContext: SecureContext,
  transport: HandshakeTransport,
  connection: Connection,
): void {
  const target =
    address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
  const socket = tls.connect({
    ...target,
    secureContext,
    // RFC 6066 §3: an address is no server name.
    servername: isIP(identity.name) === 0 ? identity.name : "",
    ALPNProtocols: ["h2"],
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => {
      const problem = identityProblem(identity, certificate);
      return problem === undefined ? undefined : new Error(problem);
    },
  });
  if (address.kind === "tcp") socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
  transport.begun(socket);
  wire(socket, connection);
  socket.once("secureConnect", () => {
    const problem = handshakeProblem(socket);
    if (problem === undefined) transport.secured(socket);
    else {
      connection.transportClosed(`TLS: ${problem}`);
      socket.destroy();
    }
  });
}

function handshakeProblem(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return `not authorized: ${String(socket.authorizationError)}`;
  // RFC 9113 §3.2: HTTP/2 over TLS is spoken where "h2" was agreed on, and nowhere else.
  return socket.alpnProtocol === "h2" ? undefined : "the upstream did not choose h2 (ALPN)";
}
