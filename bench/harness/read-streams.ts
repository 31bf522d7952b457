import { connect } from "node:net";

/** Streams that are read to their ends, one after the other on every connection. */
export interface StreamLoad {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** A bench.v1.StreamRequest. */
  readonly request: object;
  /** Messages of one stream. */
  readonly messages: number;
}

const newline = 0x0a;
const lastChunk = "0\r\n\r\n";

/** Reads NDJSON streams for so long; gives the number of messages. A stream with another number is an error. */
export async function readStreams(load: StreamLoad): Promise<number> {
  const end = performance.now() + load.seconds * 1000;
  const counts = await Promise.all(
    Array.from({ length: load.connections }, () => readConnection(load, end)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** A bare socket costs less than a client would: the other core is the upstream's. */
function readConnection(load: StreamLoad, end: number): Promise<number> {
  const body = JSON.stringify(load.request);
  const request = [
    "POST /v1/stream HTTP/1.1",
    `host: 127.0.0.1:${load.port}`,
    "accept: application/x-ndjson",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ].join("\r\n");
  return new Promise((resolve, reject) => {
    let total = 0;
    let lines = 0;
    let tail = "";
    let last = 0;
    const socket = connect(load.port, "127.0.0.1", () => socket.write(request));
    socket.on("data", (chunk: Buffer) => {
      lines += countMessages(chunk, last);
      last = chunk[chunk.length - 1] ?? 0;
      tail = (tail + chunk.toString("latin1", Math.max(0, chunk.length - 5))).slice(-5);
      if (tail !== lastChunk) return;
      tail = "";
      if (lines !== load.messages) {
        socket.destroy();
        reject(new Error(`a stream of ${lines} messages, not ${load.messages}`));
        return;
      }
      total += lines;
      lines = 0;
      if (performance.now() < end) socket.write(request);
      else socket.end();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(total));
  });
}

/** Line breaks behind a message, `last` being the byte before the chunk; those of heads and chunks follow a carriage return. */
function countMessages(chunk: Buffer, last: number): number {
  let count = 0;
  for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) {
    if ((at === 0 ? last : chunk[at - 1]) === 0x7d) count++;
  }
  return count;
}
