import net from "node:net";

/** What happens on a probe's socket, in order. Nothing follows `onClose`. */
export interface ProbeSocketEvents {
  onConnect(): void;
  onData(chunk: Uint8Array): void;
  /** `error` says why when it was not in order. */
  onClose(error: string | undefined): void;
}

/** A socket as a probe uses it. */
export interface ProbeSocket {
  write(bytes: string): void;
  destroy(): void;
}

/** Opens a socket to the endpoint. Its events come after it has returned, never within. */
export type ProbeSocketOpener = (events: ProbeSocketEvents) => ProbeSocket;

/** Opens plain sockets to a TCP address or a unix path. */
export function openPlainSocket(
  address: { readonly host: string; readonly port: number } | { readonly path: string },
): ProbeSocketOpener {
  return (events) => {
    const socket = net.connect(address);
    let error: string | undefined;
    socket.on("connect", () => events.onConnect());
    socket.on("data", (chunk) => events.onData(chunk));
    socket.on("error", (cause) => {
      // A name with several addresses fails with no message of its own.
      const first: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined;
      error = first instanceof Error ? first.message : cause.message;
    });
    socket.on("close", () => events.onClose(error));
    return { write: (bytes) => socket.write(bytes), destroy: () => socket.destroy() };
  };
}
