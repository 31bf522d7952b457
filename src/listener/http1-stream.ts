import type { IncomingMessage, ServerResponse } from "node:http";
import type { BodyStream } from "../exchange/index.ts";
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
  const { socket } = request;
  // Without a first piece at hand the client learns at least that the call has begun.
  const flush = setImmediate(() => response.flushHeaders());
  for (;;) {
    const piece = await body.next();
    clearImmediate(flush);
    if (response.destroyed) break;
    if (piece === "cut") {
      // What was written before still goes out: a client may use what it has got.
      socket.setTimeout(context.stallMs, () => socket.destroy());
      socket.destroySoon();
      return;
    }
    if (piece === "end") {
      response.end();
      // A client that still sends has no one to read it any more.
      if (!request.complete) linger(request, context.clock, () => socket.destroySoon());
      return;
    }
    if (!response.write(piece) && !(await drained(response, context.stallMs))) break;
  }
  body.cancel();
}

/** Waits until the client has taken what was written; false when it went away, or took nothing for too long. */
function drained(response: ServerResponse, stallMs: number): Promise<boolean> {
  const { socket } = response;
  if (socket === null || response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const finish = (isDrained: boolean): void => {
      socket.setTimeout(0);
      socket.off("timeout", onStall);
      response.off("drain", onDrain).off("close", onClose);
      resolve(isDrained);
    };
    const onDrain = (): void => finish(true);
    const onClose = (): void => finish(false);
    // The socket's own timer starts anew whenever the kernel takes bytes, which no other place can see.
    const onStall = (): void => {
      socket.destroy();
      finish(false);
    };
    socket.setTimeout(stallMs);
    socket.on("timeout", onStall);
    response.on("drain", onDrain).on("close", onClose);
  });
}
