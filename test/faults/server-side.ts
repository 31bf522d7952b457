import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, Socket } from "node:net";

/** One connection seen from both ends, which a test can do where both are in its own process. */
export interface BothSides {
  readonly client: Socket;
  readonly server: Socket;
}

/** Connects to a server of this process. The client reads nothing until it is resumed. */
export async function connectBothSides(port: number): Promise<BothSides> {
  const accepted: Socket[] = [];
  const note = (message: unknown): void => {
    const { socket } = message as { socket?: unknown };
    if (socket instanceof Socket) accepted.push(socket);
  };
  subscribe("net.server.socket", note);
  const client = connect(port, "127.0.0.1");
  client.on("error", () => undefined);
  await once(client, "connect");
  for (;;) {
    const server = accepted.find(({ remotePort }) => remotePort === client.localPort);
    if (server !== undefined) {
      unsubscribe("net.server.socket", note);
      return { client, server };
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
