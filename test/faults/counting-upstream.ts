import { createServer, type Socket } from "node:net";
import { frame, framesIn, setting, uint32 } from "../h2/frames.ts";

/** What an upstream has got of a call when its client has ended it. */
export interface CountedCall {
  /** Bytes of the call's messages, prefixes included. */
  readonly bytes: number;
  /** DATA frames that they came in. */
  readonly frames: number;
}

/** An upstream that costs next to nothing: it looks at the heads of frames, and at no message. */
export interface CountingUpstream {
  readonly port: number;
  /** The next call that its client ends. */
  nextCall(): Promise<CountedCall>;
  stop(): Promise<void>;
}

const [data, headers, settings, ping, windowUpdate] = [0, 1, 4, 6, 8];
const endStream = 1;
const endHeaders = 4;
const ack = 1;
const initialWindowSize = 4;
/** As much as a window can hold: the upstream is never what a call waits for. */
const window = 2 ** 31 - 1;
const window0 = 65_535;

/** Starts an upstream that answers each call, once its client has ended it, with one empty message. */
export async function startCountingUpstream(): Promise<CountingUpstream> {
  const sockets = new Set<Socket>();
  const waiting: ((call: CountedCall) => void)[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    serve(socket, (call) => waiting.shift()?.(call));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    nextCall: () => new Promise((resolve) => waiting.push(resolve)),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(socket: Socket, onEnd: (call: CountedCall) => void): void {
  const counts = new Map<number, { bytes: number; frames: number }>();
  let rest: Buffer = Buffer.alloc(0);
  socket.write(
    Buffer.concat([
      frame(settings, 0, 0, setting(initialWindowSize, window)),
      frame(windowUpdate, 0, 0, uint32(window - window0)),
    ]),
  );
  socket.on("data", (chunk) => {
    const bytes = Buffer.concat([rest, chunk]);
    const end = endOfFrames(bytes);
    rest = bytes.subarray(end);
    for (const { type, flags, streamId, payload } of framesIn(bytes.subarray(0, end))) {
      if (type === settings && (flags & ack) === 0) socket.write(frame(settings, ack, 0));
      // A connection that gives no sign of life is lost to the gateway.
      if (type === ping && (flags & ack) === 0) socket.write(frame(ping, ack, 0, payload));
      if (type === headers) counts.set(streamId, { bytes: 0, frames: 0 });
      const count = counts.get(streamId);
      if (type !== data || count === undefined) continue;
      count.bytes += payload.length;
      count.frames++;
      if ((flags & endStream) === 0) continue;
      onEnd(count);
      socket.write(answer(streamId));
    }
  });
}

/** Where the last frame that has come wholly ends. */
function endOfFrames(bytes: Buffer): number {
  let at = bytes.toString("latin1", 0, 3) === "PRI" ? 24 : 0;
  while (at + 9 <= bytes.length && at + 9 + bytes.readUIntBE(at, 3) <= bytes.length) {
    at += 9 + bytes.readUIntBE(at, 3);
  }
  return Math.min(at, bytes.length);
}

function answer(streamId: number): Buffer {
  const head = `\x88${field("content-type", "application/grpc")}`;
  return Buffer.concat([
    frame(headers, endHeaders, streamId, Buffer.from(head, "latin1")),
    frame(data, 0, streamId, Buffer.alloc(5)),
    frame(headers, endHeaders | endStream, streamId, Buffer.from(field("grpc-status", "0"))),
  ]);
}

/** A header without any compression, of fewer than 127 bytes each (RFC 7541 §6.2.2). */
function field(name: string, value: string): string {
  const string = (text: string): string => String.fromCharCode(text.length) + text;
  return `\0${string(name)}${string(value)}`;
}
