import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { blockAt, blockBytes, type Sum, Summing, standstillMs } from "./blocks.ts";
import { ChunkedReader } from "./chunked.ts";

const headEnd = "\r\n\r\n";

/** Reads so many blocks as a server stream, over a bare socket, and stands still for a while at the beginning. */
export async function download(port: number, blocks: number): Promise<Sum> {
  const socket = connect(port, "127.0.0.1");
  socket.write(
    `GET /v1/download?blocks=${blocks} HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n`,
  );
  const summing = new Summing();
  const chunks = new ChunkedReader();
  let rest = await readHead(socket);
  await new Promise((resolve) => setTimeout(resolve, standstillMs));
  for (;;) {
    chunks.read(rest, (part) => summing.add(part));
    const next = await pieceOf(socket);
    if (next === undefined) break;
    rest = next;
  }
  if (!chunks.hasEnded) throw new Error(`cut after ${summing.sum().bytes} bytes`);
  return summing.sum();
}

/** Sends so many blocks as a client stream, as fast as they are taken; gives what the upstream says it has got. */
export async function upload(port: number, blocks: number): Promise<Sum> {
  const socket = connect(port, "127.0.0.1");
  socket.write(
    `POST /v1/upload HTTP/1.1\r\nHost: soak\r\nConnection: close\r\nContent-Type: application/octet-stream\r\nContent-Length: ${blocks * blockBytes}\r\n\r\n`,
  );
  for (let index = 0; index < blocks; index++) {
    if (!socket.write(blockAt(index))) await once(socket, "drain");
  }
  let text = (await readHead(socket)).toString("latin1");
  for (let next = await pieceOf(socket); next !== undefined; next = await pieceOf(socket)) {
    text += next.toString("latin1");
  }
  const answer = JSON.parse(text) as { readonly bytes?: string; readonly sha256?: string };
  return { bytes: Number(answer.bytes ?? 0), sha256: answer.sha256 ?? "" };
}

/** The next bytes; undefined at the end. */
async function pieceOf(socket: Socket): Promise<Buffer | undefined> {
  for (;;) {
    const piece = socket.read() as Buffer | null;
    if (piece !== null) return piece;
    if (socket.readableEnded || socket.destroyed) return undefined;
    await changed(socket);
  }
}

function changed(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      socket.off("readable", finish).off("end", finish).off("error", reject);
      resolve();
    };
    socket.on("readable", finish).on("end", finish).on("error", reject);
  });
}

/** Reads up to the body; gives what has come of it. Anything but 200 is an error. */
async function readHead(socket: Socket): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for (;;) {
    const piece = await pieceOf(socket);
    if (piece === undefined) throw new Error(`no answer: ${head.toString("latin1")}`);
    head = Buffer.concat([head, piece]);
    const end = head.indexOf(headEnd);
    if (end === -1) continue;
    if (!head.toString("latin1", 0, 13).startsWith("HTTP/1.1 200 ")) {
      throw new Error(head.toString("latin1").slice(0, 1000));
    }
    return head.subarray(end + headEnd.length);
  }
}
