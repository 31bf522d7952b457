import { unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";

/** Where a server binds. Port 0 lets the system choose. */
export type BindAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Binds a server; gives what could not be bound and why, or undefined once it listens. */
export async function bindServer(
  server: Server,
  address: BindAddress,
): Promise<string | undefined> {
  if (address.kind === "unix") await removeStaleSocket(address.path);
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => resolve(describe(error, address));
    server.once("error", onError);
    const onListening = (): void => {
      server.off("error", onError);
      resolve(undefined);
    };
    if (address.kind === "unix") server.listen(address.path, onListening);
    else server.listen(address.port, address.host, onListening);
  });
}

/** Removes a socket file that a killed process left behind; one that answers is somebody's and stays. */
function removeStaleSocket(path: string): Promise<void> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve();
    });
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") unlinkSync(path);
      resolve();
    });
  });
}

/** Where a server is bound: `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/diglot.sock`. */
export function boundAddress(server: Server, address: BindAddress): string {
  const bound = server.address();
  if (bound === null || typeof bound === "string") {
    return address.kind === "unix" ? `unix:${address.path}` : "";
  }
  return bound.family === "IPv6"
    ? `[${bound.address}]:${bound.port}`
    : `${bound.address}:${bound.port}`;
}

function describe(error: NodeJS.ErrnoException, address: BindAddress): string {
  const place =
    address.kind === "unix" ? `unix:${address.path}` : `${address.host}:${address.port}`;
  switch (error.code ?? "") {
    case "EADDRINUSE":
      return `${place} is in use by another process`;
    case "EACCES":
      return `${place}: not permitted`;
    case "EADDRNOTAVAIL":
      return `${place} is not an address of this machine`;
    default:
      return `${place}: ${error.code ?? error.message}`;
  }
}
