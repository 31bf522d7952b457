import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import process from "node:process";

/** A connection over all of its requests. */
export class Http1Connection {
  /** IP address, or "unix". */
  readonly peer: string;
  readonly #open = new Set<ServerResponse>();
  #isEnding = false;

  constructor(socket: Socket) {
    this.peer = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, "") ?? "unix";
    socket.once("close", () => {
      for (const response of this.#open) abort(response);
    });
  }

  /** Whether its last answer is known. Whatever comes behind that request is none (RFC 9112 §9.6; faults.md, H1-46). */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Says that the last answer is known. */
  end(): void {
    this.#isEnding = true;
  }

  /** Tells a response when the connection closes. */
  add(response: ServerResponse): void {
    this.#open.add(response);
    response.once("close", () => this.#open.delete(response));
  }
}

/** Node closes only the response whose turn it is: those behind it would never learn that nobody waits for them. */
function abort(response: ServerResponse): void {
  if (response.socket !== null || response.destroyed) return;
  response.destroy();
  response.emit("close");
}

const connections = new WeakMap<Socket, Http1Connection>();

/** What is known of the connection on `socket`. */
export function connectionOf(socket: Socket): Http1Connection {
  let connection = connections.get(socket);
  if (connection === undefined) {
    connection = new Http1Connection(socket);
    connections.set(socket, connection);
  }
  return connection;
}

/**
 * Acts on the socket of a response once that has it. One behind another answer on its connection has none until
 * its turn comes, and may do nothing to the socket of the others.
 */
export function onSocket(response: ServerResponse, act: (socket: Socket) => void): void {
  if (response.socket !== null) act(response.socket);
  else {
    response.once("socket", (socket: Socket) => {
      // What was written so far goes out right behind this event.
      process.nextTick(act, socket);
    });
  }
}
