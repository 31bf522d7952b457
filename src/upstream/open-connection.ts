import net from "node:net";
import type { Clock } from "../base/index.ts";
import {
  type Connection,
  type ConnectionEvents,
  createClientConnection,
  type Transport,
} from "../h2/index.ts";
import type { Address } from "./address.ts";

/** The part of an HTTP/2 connection that upstream works with. */
export type UpstreamConnection = Pick<
  Connection,
  "openStream" | "close" | "destroy" | "ping" | "activeStreams" | "receivedChunks"
>;

/** Where a call is sent. */
export type StreamOpener = Pick<UpstreamConnection, "openStream">;

/** Opens one connection. It ends by `onClose`, also when it never came to be. */
export type ConnectionOpener = (address: Address, events: ConnectionEvents) => UpstreamConnection;

/** Finds peers that vanished without a word while no call is in flight. */
export const keepAliveMs = 10_000;

/** Opens connections over TCP and unix sockets. */
export function openOverSockets(clock: Clock): ConnectionOpener {
  return (address, events) => {
    const socket =
      address.kind === "unix"
        ? net.connect({ path: address.path })
        : net.connect({ host: address.host, port: address.port, noDelay: true });
    socket.setKeepAlive(true, keepAliveMs);
    const transport: Transport = {
      write: (bytes) => socket.write(bytes),
      end: () => socket.end(),
      destroy: () => socket.destroy(),
    };
    const connection = createClientConnection({ transport, clock, events });
    wire(socket, connection);
    return connection;
  };
}

/** Gives a connection what its socket has to say. */
export function wire(socket: net.Socket, connection: Connection): void {
  let error: string | undefined;
  socket.on("data", (chunk) => connection.receive(chunk));
  socket.on("drain", () => connection.drained());
  // A peer that has ended its side answers nothing more: no call may be sent to it from now on.
  socket.on("end", () => connection.transportClosed());
  socket.on("error", (cause) => {
    error = describe(cause);
  });
  socket.on("close", () => connection.transportClosed(error));
}

/** A name with several addresses fails with one error for each and no message of its own. */
function describe(cause: Error): string {
  if (!(cause instanceof AggregateError)) return cause.message;
  return cause.errors
    .map((each) => (each instanceof Error ? each.message : String(each)))
    .join("; ");
}
