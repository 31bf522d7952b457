import { connect, type Socket } from "node:net";

/** Sends bytes over a fresh TCP connection and gives everything that comes back until the other side ends. */
export function exchangeRaw(port: number, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket: Socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

/** The status code of a raw HTTP/1.1 response; 0 when it is none. */
export function statusOf(response: string): number {
  return Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(response)?.[1] ?? 0);
}
