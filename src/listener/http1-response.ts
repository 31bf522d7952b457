import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Clock } from "../base/index.ts";
import type { Response } from "../exchange/index.ts";

/** Bodies up to this size are joined with their head into one write, as one string of bytes. */
const joinedBytes = 16 * 1024;

/** Request bytes that are read and dropped so that the client sees an early answer; beyond them the socket ends. */
const drainedBytes = 64 * 1024;

/** How long an early answer waits for the client to stop sending, in ms. */
const lingerMs = 1000;

/** Writes a response. `close` ends the connection after it. */
export function writeResponse(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Response,
  close: boolean,
  clock: Clock,
): void {
  if (response.destroyed || response.headersSent) return;
  const early = !request.complete;
  const headers = close || early ? [...answer.headers, "connection", "close"] : answer.headers;
  response.writeHead(answer.status, headers as string[]);
  if (early) {
    response.write(answer.body);
    linger(request, clock, () => response.end());
  } else if (answer.body.length <= joinedBytes) {
    const { buffer, byteOffset, byteLength } = answer.body;
    response.end(Buffer.from(buffer, byteOffset, byteLength).toString("latin1"), "latin1");
  } else {
    response.end(answer.body);
  }
}

/**
 * Reads what the client is still sending before the connection ends: closing a socket with unread bytes
 * resets it, and the client would lose the answer (RFC 9112 §9.6).
 */
function linger(request: IncomingMessage, clock: Clock, done: () => void): void {
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
}

/** A response as bytes, for a connection whose parser has given up. */
export function serializeResponse(answer: Response): Buffer {
  const lines = [`HTTP/1.1 ${answer.status} ${statusText(answer.status)}`];
  for (let i = 0; i < answer.headers.length; i += 2) {
    lines.push(`${answer.headers[i] ?? ""}: ${answer.headers[i + 1] ?? ""}`);
  }
  lines.push("connection: close", "", "");
  return Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), answer.body]);
}

function statusText(status: number): string {
  return STATUS_CODES[status] ?? "Error";
}
