import type { IncomingMessage } from "node:http";
import type { Clock } from "../base/index.ts";

/** Request bytes that are read and dropped so that the client sees an early answer; beyond them the socket ends. */
const drainedBytes = 64 * 1024;

/** How long an early answer waits for the client to stop sending, in ms. */
const lingerMs = 1000;

/**
 * Reads what the client is still sending before the connection ends: closing a socket with unread bytes
 * resets it, and the client would lose the answer (RFC 9112 §9.6).
 */
export function linger(request: IncomingMessage, clock: Clock, done: () => void): void {
  if (request.destroyed) {
    done();
    return;
  }
  let left = drainedBytes;
  const finish = (): void => {
    timer.cancel();
    request.off("data", onData).off("end", finish).off("close", finish);
    done();
  };
  const onData = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) finish();
  };
  const timer = clock.setTimer(lingerMs, finish);
  request.on("data", onData).on("end", finish).on("close", finish);
  request.resume();
}
