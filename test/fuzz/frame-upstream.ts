import { createServer, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { frame, framesIn, uint32 } from "../h2/frames.ts";
import { cutAt } from "./mutate.ts";

/** One frame that the upstream sends, or bytes that are none. */
export interface ScriptFrame {
  /** -1: the payload alone, without the head of a frame. */
  readonly type: number;
  readonly flags: number;
  /** 0: the connection; 1: the stream of the call; 2 and more: streams that were opened after it. */
  readonly stream: number;
  /** Bytes as latin1. */
  readonly payload: string;
}

/** What the upstream does with a call. */
export interface Script {
  readonly frames: readonly ScriptFrame[];
  /** Whether it waits for the end of the request first. */
  readonly waits: boolean;
  readonly cuts: readonly number[];
  /** What comes behind the frames: nothing, RST_STREAM, or the end of the connection in order or not. */
  readonly end: "nothing" | "reset" | "close" | "destroy";
}

/** An HTTP/2 server made of sockets, which sends what it is told. */
export interface FrameUpstream {
  readonly port: number;
  script: Script;
  /** Ends every connection, so that no input sees what another did to one. */
  drop(): void;
  stop(): Promise<void>;
}

const [data, headers, reset, settings, windowUpdate] = [0, 1, 3, 4, 8];
const endStream = 1;
const ack = 1;
const cancel = 8;

/** After so long a connection is lost, in ms: longer than a call's deadline, and far below a stream's idle time. */
const silenceMs = 600;

/** Starts one; `script` holds for every call from then on. */
export async function startFrameUpstream(script: Script): Promise<FrameUpstream> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    serve(socket, () => upstream.script);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const upstream: FrameUpstream = {
    port: typeof address === "object" && address !== null ? address.port : 0,
    script,
    drop: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        upstream.drop();
      }),
  };
  return upstream;
}

function serve(socket: Socket, current: () => Script): void {
  let rest = Buffer.alloc(0);
  socket.write(frame(settings, 0, 0));
  socket.on("data", (chunk) => {
    const bytes = Buffer.concat([rest, chunk]);
    const end = wholeFrames(bytes);
    rest = bytes.subarray(end);
    for (const { type, flags, streamId, payload } of framesIn(bytes.subarray(0, end))) {
      if (type === settings && (flags & ack) === 0) socket.write(frame(settings, ack, 0));
      if (type === data && payload.length > 0)
        socket.write(frame(windowUpdate, 0, 0, uint32(payload.length)));
      if (type !== headers && type !== data) continue;
      const script = current();
      const isTurn = script.waits ? (flags & endStream) !== 0 : type === headers;
      if (isTurn) void play(socket, streamId, script);
    }
  });
}

/** Where the last whole frame ends. */
function wholeFrames(bytes: Buffer): number {
  let at = bytes.toString("latin1", 0, 3) === "PRI" ? 24 : 0;
  while (at + 9 <= bytes.length && at + 9 + bytes.readUIntBE(at, 3) <= bytes.length) {
    at += 9 + bytes.readUIntBE(at, 3);
  }
  return Math.min(at, bytes.length);
}

async function play(socket: Socket, streamId: number, script: Script): Promise<void> {
  const bytes = script.frames.map((each) => {
    const payload = Buffer.from(each.payload, "latin1");
    if (each.type < 0) return payload;
    const id = each.stream === 0 ? 0 : streamId + (each.stream - 1) * 2;
    return frame(each.type, each.flags, id, payload);
  });
  for (const part of cutAt(Buffer.concat(bytes).toString("latin1"), script.cuts)) {
    if (socket.destroyed) return;
    socket.write(part, "latin1");
    await nextTurn();
  }
  if (script.end === "reset") socket.write(frame(reset, 0, streamId, uint32(cancel)));
  else if (script.end === "close") socket.end();
  else if (script.end === "destroy") socket.destroy();
  setTimeout(() => socket.destroy(), silenceMs).unref();
}
