// A back end of the fault lab: echoes calls, or is in trouble as it is told. It is a process of its own, so that it can
// be frozen and killed. SIGTERM ends it in order: GOAWAY, then the calls in flight, then the process.
import { createServer as createHttp2, type Http2Session, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import process from "node:process";
import type { Notice, Order, Trouble } from "./trouble.ts";

let trouble: Trouble = { kind: "none" };
const sockets = new Set<Socket>();
const sessions = new Map<Http2Session, { calls: number }>();

const http2 = createHttp2();
http2.on("session", (session) => {
  sessions.set(session, { calls: 0 });
  session.on("close", () => sessions.delete(session));
  session.on("error", () => undefined);
});
http2.on("sessionError", () => undefined);
http2.on("stream", (stream) => {
  // A gateway that calls off a stream is what this is about.
  stream.on("error", () => undefined);
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () => take(stream, Buffer.concat(chunks)));
});

const server = createServer({ noDelay: true }, (socket) => {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => undefined);
  if (trouble.kind === "silent") socket.resume();
  else if (trouble.kind === "garbage") socket.resume().write("\xff\xfe nothing of HTTP/2 \r\n\r\n");
  else http2.emit("connection", socket);
});

function take(stream: ServerHttp2Stream, message: Buffer): void {
  switch (trouble.kind) {
    case "hang":
    case "silent":
      return;
    case "delay":
      setTimeout(() => answer(stream, message), trouble.delayMs);
      return;
    case "reset":
      stream.close(trouble.code);
      return;
    case "garbage":
      answer(stream, Buffer.alloc(64, 0xff));
      return;
    case "half-way":
      respond(stream);
      stream.write(message.subarray(0, message.length >> 1), () => stream.session?.destroy());
      return;
    case "goaway":
      answer(stream, message);
      count(stream.session, trouble.afterCalls);
      return;
    case "none":
      answer(stream, message);
      return;
    case "crash":
      process.exit(1);
  }
}

function respond(stream: ServerHttp2Stream): void {
  if (stream.destroyed) return;
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
}

function answer(stream: ServerHttp2Stream, message: Buffer): void {
  if (stream.destroyed) return;
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  respond(stream);
  stream.end(message);
}

/** Ends the session in order with its last call: Node sends GOAWAY, and closes once its streams have ended. */
function count(session: Http2Session | undefined, most: number): void {
  const counted = session === undefined ? undefined : sessions.get(session);
  if (counted !== undefined && ++counted.calls >= most) session?.close();
}

function say(notice: Notice): void {
  process.send?.(notice);
}

process.on("message", (order: Order) => {
  if (order.kind === "listen") {
    server.listen(order.port, "127.0.0.1", () => {
      say({ kind: "listening", port: (server.address() as AddressInfo).port });
    });
    return;
  }
  ({ trouble } = order);
  // Connections that speak already would not show what these do to new ones.
  if (trouble.kind === "silent") for (const socket of sockets) socket.destroy();
  say({ kind: "troubled" });
});

// Nothing of the lab outlives the lab.
process.on("disconnect", () => process.exit());

/** What the calls in flight get to end in, in ms. */
const drainMs = 2000;

process.on("SIGTERM", () => {
  server.close(() => process.exit());
  for (const session of sessions.keys()) session.close();
  setTimeout(() => process.exit(), drainMs);
});

say({ kind: "started" });
