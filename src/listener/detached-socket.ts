import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { WholeResponse } from "../exchange/index.ts";
import { serializeResponse } from "./http1-response.ts";

/** A socket on which Node is still writing an answer carries it here. */
interface BusySocket {
  readonly _httpMessage?: ServerResponse | null;
}

/** The answer that is still being written on a socket; undefined when it is free. */
function answerUnderWay(socket: Duplex): ServerResponse | undefined {
  return (socket as BusySocket)._httpMessage ?? undefined;
}

/**
 * Takes a socket that Node has let go of for a CONNECT or an upgrade: its errors are nobody's now, and one
 * without a listener ends the process. `act` is called once the answers to earlier requests are written.
 */
export function adoptSocket(socket: Duplex, act: () => void): void {
  socket.on("error", () => socket.destroy());
  afterAnswers(socket, act);
}

function afterAnswers(socket: Duplex, act: () => void): void {
  const busy = answerUnderWay(socket);
  if (busy === undefined) act();
  else {
    busy.once("close", () => {
      if (socket.writable) afterAnswers(socket, act);
    });
  }
}

/** Answers on a socket that Node has let go of, and ends it; what still comes is read and dropped. */
export function answerDetached(socket: Duplex, answer: WholeResponse): void {
  adoptSocket(socket, () => {
    socket.resume();
    socket.end(serializeResponse(answer), () => socket.destroy());
  });
}
