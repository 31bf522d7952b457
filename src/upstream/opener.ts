import { type ConnectionOpener, openOverSockets } from "./open-connection.ts";
import type { ClusterOptions } from "./options.ts";
import { openOverTls } from "./tls/open-over-tls.ts";

/** How a cluster opens its connections: over plain sockets, or over TLS where it has that. */
export function openerOf({ tls, clock }: Pick<ClusterOptions, "tls" | "clock">): ConnectionOpener {
  return tls === undefined ? openOverSockets(clock) : openOverTls(tls, clock);
}
