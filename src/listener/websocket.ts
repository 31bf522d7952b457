import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Clock, Result } from "../base/index.ts";
import { headerValue, type Response, type WholeResponse } from "../exchange/index.ts";
import { unexpectedMessage } from "../http/index.ts";
import { codeName, gatewayFailure } from "../rpc/index.ts";
import type { BodyWatch } from "./body-watch.ts";
import { adoptSocket, answerDetached } from "./detached-socket.ts";
import { FrameWriter } from "./frame-writer.ts";
import { connectionOf } from "./http1-connection.ts";
import { type Head, type HeadRefusal, rawHeadOf, readHead } from "./http1-head.ts";
import { intakeOf } from "./http1-intake.ts";
import type { ListenerOptions } from "./options.ts";
import type { RefusedRequest, Service } from "./service.ts";
import { WebSocketExchange } from "./websocket-exchange.ts";
import { checkHandshake } from "./websocket-handshake.ts";

/** What WebSockets work with. */
export interface WebSocketDependencies {
  readonly service: Service;
  readonly clock: Clock;
  readonly watch: BodyWatch;
  readonly peerOf: (request: IncomingMessage) => string;
}

/** Node's longest timer, in ms. */
const never = 2 ** 31 - 1;

// The ws library's own time for a close runs from its call, and would cut what a slow reader is still taking.
const ownTimes = { closeTimeout: never };

/** WebSocket close codes (RFC 6455 §7.4.1); 4000 and up are the application's own. */
const closeCode = { normal: 1000, goingAway: 1001, firstOwn: 4000 } as const;

/** Serves WebSocket handshakes (RFC 6455) on a server: a frame is a message. Gives what cuts all of them off. */
export function serveWebSockets(
  server: Server,
  options: ListenerOptions,
  dependencies: WebSocketDependencies,
): () => void {
  const { service, clock } = dependencies;
  const { limits } = options;
  const open = new Set<FrameWriter>();
  const sockets = new WebSocketServer({
    ...ownTimes,
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxFrameBytes,
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, parsed: Buffer) => {
    const head = Buffer.concat([parsed, ...(intakeOf(socket)?.detach() ?? [])]);
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
        const writer = new FrameWriter(webSocket, request.socket, limits.writeStallMs, clock);
        open.add(writer);
        webSocket.once("close", () => open.delete(writer));
        admitted.attach(webSocket);
        service
          .handle(admitted)
          .then((response) => answer(writer, response))
          .catch((error: unknown) => {
            // A throw is a bug, but it must neither end the process nor leave a client waiting for ever.
            writer.terminate();
            service.crashed(error);
          });
        // Whoever wants a body has opened it by now.
        admitted.begin(() => refuseFrame(writer, service));
      });
    });
  });
  return () => {
    for (const writer of open) writer.closeNow(closeCode.goingAway);
  };
}

/**
 * A frame where the rule takes no body, unless `unexpected_body` lets the protocol drop it; false where the socket was
 * closing anyway. The exchange ends with it, and its record tells of it.
 */
function refuseFrame(writer: FrameWriter, service: Service): boolean {
  if (!writer.isOpen) return false;
  void writer.send(errorFrame(service.answerTo(unexpectedMessage).body), false);
  close(writer, unexpectedMessage.code);
  return true;
}

function refusedOf({ method = "", url = "" }: IncomingMessage, peer: string): RefusedRequest {
  return { method, path: url.split("?")[0] ?? "", peer };
}

/** Another protocol than WebSocket is offered, which a server may ignore (RFC 9110 §7.8): a request without a body is served. */
function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex): void {
  // What is sent behind it is no request; it is read all the same, because a client that leaves is seen in no other way.
  socket.once("end", () => socket.destroy()).resume();
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
  const refused = refusedOf(request, peerOf(request));
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
  const refused = refusedOf(request, peer);
  if (!head.ok) return service.refuse(head.error.failure, refused);
  const problem = checkHandshake(refused.method, head.value);
  if (problem !== undefined) return service.refuse(problem, refused);
  const origin = headerValue(head.value.headers, "origin");
  const { path, authority } = head.value;
  const admission = service.admitWebSocket({ path, authority, origin });
  if (typeof admission !== "string") return service.refuse(admission, refused);
  const handshake = { request, head: head.value, peer, now: clock.now() };
  return new WebSocketExchange(handshake, admission, options, watch);
}

/** Sends a response as frames and closes with its code. */
async function answer(writer: FrameWriter, response: Response): Promise<void> {
  const { body } = response;
  if (body instanceof Uint8Array) {
    // Not by the HTTP status, which a service may choose for what is well.
    const { code = 0 } = response;
    await writer.send(code === 0 ? body : errorFrame(body), false);
    close(writer, code);
    return;
  }
  const isBinary = headerValue(response.headers, "content-type") !== "application/json";
  for (;;) {
    const piece = await body.next();
    if (piece === "end" || piece === "cut") break;
    if (!(await writer.send(piece, isBinary))) {
      body.cancel();
      break;
    }
  }
  close(writer, body.code);
}

function errorFrame(status: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('{"error":'), status, Buffer.from("}")]);
}

function close(writer: FrameWriter, code: number): void {
  if (code === 0) writer.close(closeCode.normal, "");
  else writer.close(closeCode.firstOwn + code, codeName(code));
}
