import type { Server } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { bindServer, boundAddress, type Clock, err, ok, type Result } from "../base/index.ts";
import { createHttp1Server } from "./http1-server.ts";
import type { ListenerOptions } from "./options.ts";
import type { Service } from "./service.ts";

/** A bound socket that serves. */
export interface Listener {
  readonly name: string;
  /** Where it is bound: `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/diglot.sock`. */
  readonly address: string;
  /** Connections that are open, and all that were accepted so far. */
  connections(): { readonly open: number; readonly accepted: number };
  /**
   * Stops accepting; requests in flight finish and their connections close, idle ones close after a short
   * grace. Settles when the last connection is gone, or after `withinMs`, when the rest are cut.
   */
  drain(withinMs: number): Promise<void>;
}

/** How long an idle connection may still send a request that was on its way, in ms. */
const idleGraceMs = 250;

/** Binds a listener; the error says what could not be bound and why. */
export async function startListener(
  options: ListenerOptions,
  service: Service,
  clock: Clock,
): Promise<Result<Listener, string>> {
  let draining = false;
  const http1 = createHttp1Server(options, { service, clock, isDraining: () => draining });
  const { server } = http1;
  const connections = countConnections(server);
  const problem = await bindServer(server, options.bind);
  if (problem !== undefined) return err(problem);
  const closed = new Promise<void>((resolve) => server.once("close", () => resolve()));
  return ok({
    name: options.name,
    address: boundAddress(server, options.bind),
    connections,
    async drain(withinMs) {
      draining = true;
      // http.Server's own close resets idle keep-alive clients at once, whatever they are about to send.
      NetServer.prototype.close.call(server);
      const sweep = (): void => {
        server.closeIdleConnections();
        timer = clock.setTimer(idleGraceMs, sweep);
      };
      let timer = clock.setTimer(idleGraceMs, sweep);
      const cut = clock.setTimer(withinMs, () => http1.closeAll());
      await closed;
      timer.cancel();
      cut.cancel();
    },
  });
}

/** The server's own count is given by a callback only. */
function countConnections(server: Server): Listener["connections"] {
  let open = 0;
  let accepted = 0;
  server.on("connection", (socket: Socket) => {
    open++;
    accepted++;
    socket.once("close", () => open--);
  });
  return () => ({ open, accepted });
}
