import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { WholeResponse } from "../exchange/index.ts";
import { connectionOf } from "./http1-connection.ts";
import { serializeResponse } from "./http1-response.ts";

/**
 * Takes a socket that Node has let go of for a CONNECT or an upgrade: its errors are nobody's now, and one
 * without a listener ends the process. `act` is called once the answers to earlier requests are written.
 */
export function adoptSocket(socket: Duplex, act: () => void): void {
  socket.on("error", () => socket.destroy());
  connectionOf(socket as Socket).afterAnswers(act);
}

/** Answers on a socket that Node has let go of, and ends it; what still comes is read and dropped. */
export function answerDetached(socket: Duplex, answer: WholeResponse): void {
  adoptSocket(socket, () => {
    socket.resume();
    socket.end(serializeResponse(answer), () => socket.destroy());
  });
}
