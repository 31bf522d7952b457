import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { BodyStream, Response, WholeResponse } from "../exchange/index.ts";
import { connectionOf } from "./http1-connection.ts";
import { watchEnd, writeStream } from "./http1-stream.ts";
import { linger } from "./linger.ts";
import type { WriteContext } from "./write-context.ts";

/** Bodies up to this size are joined with their head into one write, as one string of bytes. */
const joinedBytes = 16 * 1024;

/** Larger bodies are written in parts of this size, so that a slow reader is told from one that stands still. */
const partBytes = 256 * 1024;

/** Writes a response. A client that does not take it is cut off. */
export function writeResponse(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Response,
  context: WriteContext,
): void {
  const { body } = answer;
  if (response.destroyed || response.headersSent) {
    if (!(body instanceof Uint8Array)) body.cancel();
    return;
  }
  if (context.close) connectionOf(request.socket).end();
  if (!(body instanceof Uint8Array)) {
    response.writeHead(answer.status, headersOf(answer, context.close));
    startStream(request, response, body, context);
    return;
  }
  const early = !request.complete;
  if (early) connectionOf(request.socket).end();
  response.writeHead(answer.status, headersOf(answer, context.close || early));
  if (early) {
    response.write(body);
    linger(request, context.clock, () => response.end());
  } else if (body.length <= joinedBytes) {
    const { buffer, byteOffset, byteLength } = body;
    response.end(Buffer.from(buffer, byteOffset, byteLength).toString("latin1"), "latin1");
  } else if (body.length <= partBytes) {
    response.end(body);
  } else {
    startStream(request, response, partsOf(body), context);
    return;
  }
  watchEnd(response, context.stallMs);
}

/** Writes a body while it is made. A throw is a bug of one stream, and may end no more than its connection. */
function startStream(
  request: IncomingMessage,
  response: ServerResponse,
  body: BodyStream,
  context: WriteContext,
): void {
  writeStream(request, response, body, context).catch((error: unknown) => {
    body.cancel();
    request.socket.destroy();
    context.crashed(error);
  });
}

function headersOf(answer: Response, close: boolean): string[] {
  return (close ? [...answer.headers, "connection", "close"] : answer.headers) as string[];
}

/** A body that is whole, as a stream of parts. */
function partsOf(body: Uint8Array): BodyStream {
  let at = 0;
  return {
    code: 0,
    next: () => {
      const part = body.subarray(at, at + partBytes);
      at += part.length;
      return Promise.resolve(part.length === 0 ? "end" : part);
    },
    cancel: () => {
      at = body.length;
    },
  };
}

/** A response as bytes, for a connection whose parser has given up. */
export function serializeResponse(answer: WholeResponse): Buffer {
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
