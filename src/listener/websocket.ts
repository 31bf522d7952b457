import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock, Result } from "../base/index.ts";
import { headerValue, type Response, type WholeResponse } from "../exchange/index.ts";
import { codeName, gatewayFailure } from "../rpc/index.ts";
import type { BodyWatch } from "./body-watch.ts";
import { adoptSocket, answerDetached } from "./detached-socket.ts";
import { connectionOf } from "./http1-connection.ts";
import { type Head, type HeadRefusal, rawHeadOf, readHead } from "./http1-head.ts";
import type { ListenerOptions } from "./options.ts";
import type { Service } from "./service.ts";
import { WebSocketExchange } from "./websocket-exchange.ts";
import { checkHandshake } from "./websocket-handshake.ts";

/** What WebSockets work with. */
export interface WebSocketDependencies {
  readonly service: Service;
  readonly clock: Clock;
  readonly watch: BodyWatch;
  readonly peerOf: (request: IncomingMessage) => string;
}

/** How often a peer is asked for a sign of life, in ms. One that gives none in between is gone. */
const pingMs = 30_000;

/** Bytes that may wait for a slow reader before its upstream is made to wait. */
const bufferedBytes = 64 * 1024;

/** How long a peer may take to close, in ms. */
const closeMs = 1000;

/** WebSocket close codes (RFC 6455 §7.4.1); 4000 and up are the application's own. */
const closeCode = { normal: 1000, firstOwn: 4000 } as const;

/** Serves WebSocket handshakes (RFC 6455) on a server: a frame is a message. Gives what cuts all of them off. */
export function serveWebSockets(
  server: Server,
  options: ListenerOptions,
  dependencies: WebSocketDependencies,
): () => void {
  const { service, clock } = dependencies;
  const open = new Set<WebSocket>();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxFrameBytes,
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (connectionOf(request.socket).isEnding) {
      adoptSocket(socket, () => socket.destroy());
      return;
    }
    const checked = readHead(rawHeadOf(request), options.limits, options.shadowHeaders);
    if (request.headers.upgrade?.toLowerCase() !== "websocket") {
      if (!checked.ok || checked.value.declaredBytes === 0) ignoreUpgrade(server, request, socket);
      else refuseUpgrade(request, socket, dependencies);
      return;
    }
    const admitted = admit(request, checked, options, dependencies);
    if ("status" in admitted) {
      answerDetached(socket, admitted);
      return;
    }
    adoptSocket(socket, () => {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        open.add(webSocket);
        webSocket.once("close", () => open.delete(webSocket));
        admitted.attach(webSocket);
        service
          .handle(admitted)
          .then((response) => answer(webSocket, response, options, clock))
          .catch((error: unknown) => {
            // A throw is a bug, but it must neither end the process nor leave a client waiting for ever.
            webSocket.terminate();
            service.crashed(error);
          });
      });
    });
  });
  return () => {
    for (const webSocket of open) webSocket.terminate();
  };
}

/** Another protocol than WebSocket is offered, which a server may ignore (RFC 9110 §7.8): a request without a body is served. */
function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex): void {
  adoptSocket(socket, () => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]);
    response.on("finish", () => socket.end(() => socket.destroy()));
    server.emit("request", request, response);
  });
}

/**
 * Node parses nothing behind a head with an `upgrade`, so a body is out of reach: the call must not be made
 * without it (faults.md, H1-42).
 */
function refuseUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  { service, peerOf }: WebSocketDependencies,
): void {
  const { method = "", url = "" } = request;
  const refused = { method, path: url.split("?")[0] ?? "", peer: peerOf(request) };
  answerDetached(socket, service.refuse(upgradeWithBody, refused));
}

const upgradeWithBody = gatewayFailure(
  "MALFORMED_HTTP",
  "upgrade: a request with a body cannot ask for another protocol here",
);

function admit(
  request: IncomingMessage,
  head: Result<Head, HeadRefusal>,
  options: ListenerOptions,
  { service, clock, watch, peerOf }: WebSocketDependencies,
): WebSocketExchange | WholeResponse {
  const peer = peerOf(request);
  const { method = "", url = "" } = request;
  const refused = { method, path: url.split("?")[0] ?? "", peer };
  if (!head.ok) return service.refuse(head.error.failure, refused);
  const problem = checkHandshake(method, head.value);
  if (problem !== undefined) return service.refuse(problem, refused);
  const origin = headerValue(head.value.headers, "origin");
  const { path, authority } = head.value;
  const admission = service.admitWebSocket({ path, authority, origin });
  if (typeof admission !== "string") return service.refuse(admission, refused);
  const handshake = { request, head: head.value, peer, now: clock.now() };
  return new WebSocketExchange(handshake, admission, options, watch);
}

/** Sends a response as frames and closes with what its status says. */
async function answer(
  socket: WebSocket,
  response: Response,
  options: ListenerOptions,
  clock: Clock,
): Promise<void> {
  const { body } = response;
  const stopPinging = ping(socket, clock);
  if (body instanceof Uint8Array) {
    // Not by the HTTP status, which a service may choose for what is well.
    const { code = 0 } = response;
    await send(socket, code === 0 ? body : errorFrame(body), false, options, clock);
    close(socket, code, clock);
    stopPinging();
    return;
  }
  const isBinary = headerValue(response.headers, "content-type") !== "application/json";
  for (;;) {
    const piece = await body.next();
    if (piece === "end" || piece === "cut") break;
    if (!(await send(socket, piece, isBinary, options, clock))) {
      body.cancel();
      break;
    }
  }
  close(socket, body.code, clock);
  stopPinging();
}

/** Sends a frame and waits while too much is under way; false when the peer is gone or takes nothing. */
function send(
  socket: WebSocket,
  bytes: Uint8Array,
  isBinary: boolean,
  options: ListenerOptions,
  clock: Clock,
): Promise<boolean> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve(false);
  return new Promise((resolve) => {
    const waits = socket.bufferedAmount > bufferedBytes;
    const stall = waits
      ? clock.setTimer(options.limits.writeStallMs, () => socket.terminate())
      : undefined;
    socket.send(bytes, { binary: isBinary }, (error) => {
      stall?.cancel();
      if (waits) resolve(error == null);
    });
    if (!waits) resolve(true);
  });
}

function errorFrame(status: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('{"error":'), status, Buffer.from("}")]);
}

function close(socket: WebSocket, code: number, clock: Clock): void {
  if (code === 0) socket.close(closeCode.normal);
  else socket.close(closeCode.firstOwn + code, codeName(code));
  const timer = clock.setTimer(closeMs, () => socket.terminate());
  socket.once("close", () => timer.cancel());
  // A close of the peer's own is read only while the socket flows.
  socket.resume();
}

/** Asks the peer for signs of life until told to stop; a peer that gives none is cut off. */
function ping(socket: WebSocket, clock: Clock): () => void {
  let isAlive = true;
  const beat = (): void => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    // A socket that is held back for its upstream reads no answer either.
    isAlive = socket.isPaused;
    socket.ping();
    timer = clock.setTimer(pingMs, beat);
  };
  let timer = clock.setTimer(pingMs, beat);
  socket.on("pong", () => {
    isAlive = true;
  });
  return () => timer.cancel();
}
