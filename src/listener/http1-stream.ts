import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { BodyStream } from "../exchange/index.ts";
import { connectionOf } from "./http1-connection.ts";
import { linger } from "./linger.ts";
import type { WriteContext } from "./write-context.ts";

/**
 * Writes a body while it is made, as fast as the client takes it. A body that is cut ends its connection inside
 * the chunked body, so that no client takes it for whole (transcoding.md §6).
 */
export async function writeStream(
  request: IncomingMessage,
  response: ServerResponse,
  body: BodyStream,
  context: WriteContext,
): Promise<void> {
  // Without a first piece at hand the client learns at least that the call has begun.
  const flush = setImmediate(() => response.flushHeaders());
  for (;;) {
    const piece = await body.next();
    clearImmediate(flush);
    if (response.destroyed) break;
    if (piece === "cut") {
      cut(request, response, context);
      return;
    }
    if (piece === "end") {
      // A client that still sends has no one to read it any more.
      if (!request.complete) endEarly(request, response, context);
      response.end();
      watchEnd(response, context.stallMs);
      return;
    }
    if (!response.write(piece) && !(await drained(response, context.stallMs))) break;
  }
  body.cancel();
}

/** Ends the connection inside the body. What was written before still goes out: a client may use what it has got. */
function cut(request: IncomingMessage, response: ServerResponse, context: WriteContext): void {
  const { socket } = response;
  if (socket === null) return;
  socket.setTimeout(context.stallMs, () => socket.destroy());
  if (response.chunkedEncoding) cutChunks(request, socket, context);
  else socket.write("", () => reset(socket));
}

/** A client that still sends would lose what was written to a reset of the connection. */
function cutChunks(request: IncomingMessage, socket: Socket, { clock }: WriteContext): void {
  if (request.complete) {
    socket.destroySoon();
    return;
  }
  connectionOf(socket).end();
  socket.end();
  linger(request, clock, () => socket.destroySoon());
}

/** The end of the connection is the end of a body without chunks (HTTP/1.0): only a reset tells that it was cut. */
function reset(socket: Socket): void {
  // Node knows resets of TCP only, and throws for the rest.
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

function endEarly(request: IncomingMessage, response: ServerResponse, context: WriteContext): void {
  const { socket } = request;
  connectionOf(socket).end();
  const finished = new Promise<void>((resolve) => response.once("finish", resolve));
  linger(request, context.clock, () => void finished.then(() => socket.destroySoon()));
}

/** Ends a connection whose client does not take the end of an answer. Node puts its own timer there once it has. */
export function watchEnd(response: ServerResponse, stallMs: number): void {
  const { socket } = response;
  if (socket !== null && socket.writableLength > 0) socket.setTimeout(stallMs);
}

/** Waits until the client has taken what was written; false when it went away, or took nothing for too long. */
function drained(response: ServerResponse, stallMs: number): Promise<boolean> {
  const { socket } = response;
  if (response.destroyed || socket === null) return Promise.resolve(false);
  return new Promise((resolve) => {
    const finish = (isDrained: boolean): void => {
      socket.setTimeout(0).off("timeout", onStall);
      response.off("drain", onDrain).off("close", onClose);
      resolve(isDrained);
    };
    const onDrain = (): void => finish(true);
    const onClose = (): void => finish(false);
    const onStall = (): void => {
      socket.destroy();
      finish(false);
    };
    response.on("drain", onDrain).on("close", onClose);
    // The socket's own timer starts anew whenever the kernel takes bytes, which no other place can see.
    socket.setTimeout(stallMs).on("timeout", onStall);
  });
}
