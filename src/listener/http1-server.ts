import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../base/index.ts";
import { headerValue } from "../exchange/index.ts";
import { type GatewayFailure, gatewayFailure } from "../rpc/index.ts";
import { BodyWatch } from "./body-watch.ts";
import { answerDetached } from "./detached-socket.ts";
import { breakBody, hasLongTrailers } from "./http1-body.ts";
import { connectionOf, type Serve } from "./http1-connection.ts";
import { bodyProblemOf, type ClientError, failureOfClientError } from "./http1-error.ts";
import { Http1Exchange } from "./http1-exchange.ts";
import { rawHeadOf, readHead } from "./http1-head.ts";
import { intakeOf, openIntake } from "./http1-intake.ts";
import { serializeResponse, writeResponse } from "./http1-response.ts";
import type { ListenerOptions } from "./options.ts";
import type { RefusedRequest, Service } from "./service.ts";
import { serveWebSockets } from "./websocket.ts";
import { asksForWebSocket } from "./websocket-handshake.ts";

/** What an HTTP/1.1 server works with. */
export interface Http1Dependencies {
  readonly service: Service;
  readonly clock: Clock;
  /** True once the listener stops: every answer then closes its connection. */
  readonly isDraining: () => boolean;
}

/** How often Node looks for connections over their time, in ms. */
const timeoutSweepMs = 1000;

/** A server and what ends it. */
export interface Http1Server {
  readonly server: Server;
  /** Cuts off every connection, WebSockets included, which node:http does not count as its own. */
  closeAll(): void;
}

/** Makes the node:http server of one listener, with the strict parser and every limit set. */
export function createHttp1Server(
  options: ListenerOptions,
  dependencies: Http1Dependencies,
): Http1Server {
  const { limits } = options;
  const server = createServer({
    maxHeaderSize: limits.headersBytes + limits.pathBytes,
    headersTimeout: limits.headersMs,
    // Bodies are timed by those who read them: a stream may take as long as it likes.
    requestTimeout: 0,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(timeoutSweepMs, limits.headersMs),
    insecureHTTPParser: false,
    requireHostHeader: false,
    noDelay: true,
  });
  // Node drops the pairs over its count silently, Authorization among them; the head check counts instead.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.connections;
  const watch = new BodyWatch(dependencies.clock);
  const serving = { ...dependencies, watch };
  const refuseExpectation: Serve = (request, response, { peer }) => {
    const failure = gatewayFailure("EXPECTATION_FAILED", "expect: only 100-continue is served");
    refuse(request, response, failure, true, peer, options, dependencies);
  };
  const serveOf =
    (expectsContinue: boolean): Serve =>
    (request, response, connection) => {
      // Node takes any list that names 100-continue for it.
      if (expectsContinue && request.headers.expect?.toLowerCase() !== "100-continue") {
        refuseExpectation(request, response, connection);
        return;
      }
      const { peer } = connection;
      const arrival = { peer, now: dependencies.clock.now(), expectsContinue };
      serveRequest(request, response, arrival, options, serving);
    };
  const inTurn = (serve: Serve) => (request: IncomingMessage, response: ServerResponse) =>
    connectionOf(request.socket).take(request, response, serve);
  server.on("connection", openIntake);
  server.on("request", inTurn(serveOf(false)));
  server.on("checkContinue", inTurn(serveOf(true)));
  server.on("checkExpectation", inTurn(refuseExpectation));
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    const failure = gatewayFailure("UNSUPPORTED_HTTP_METHOD", "this method is not served");
    intakeOf(socket)?.detach();
    const answer = dependencies.service.refuse(failure, refused(request, "unknown"));
    answerDetached(socket, answer);
  });
  let closeWebSockets = (): void => undefined;
  if (options.webSockets) {
    const { service, clock } = dependencies;
    closeWebSockets = serveWebSockets(server, options, {
      service,
      clock,
      watch,
      peerOf: ({ socket }) => connectionOf(socket).peer,
    });
  }
  server.on("clientError", (error: ClientError, socket: Socket) =>
    answerClientError(error, socket, dependencies),
  );
  return {
    server,
    closeAll() {
      closeWebSockets();
      server.closeAllConnections();
    },
  };
}

function serveRequest(
  request: IncomingMessage,
  response: ServerResponse,
  arrival: { readonly peer: string; readonly now: number; readonly expectsContinue: boolean },
  options: ListenerOptions,
  dependencies: Http1Dependencies & { readonly watch: BodyWatch },
): void {
  const head = readHead(rawHeadOf(request), options.limits, options.shadowHeaders);
  if (!head.ok) {
    const { failure, close } = head.error;
    refuse(request, response, failure, close, arrival.peer, options, dependencies);
    return;
  }
  const { watch, service, isDraining, clock } = dependencies;
  const offersUpgrade = head.value.upgrade !== undefined;
  // Node drops what came in one packet behind an offer that it does not take: the rest is no request (faults.md, H1-42).
  if (offersUpgrade) connectionOf(request.socket).end();
  if (offersUpgrade && asksForWebSocket(request.method ?? "", head.value)) {
    // Where no route serves them, handshakes come this way: the page that asks must not cause a call.
    const { path, authority } = head.value;
    const origin = headerValue(head.value.headers, "origin");
    const admission = service.admitWebSocket({ path, authority, origin });
    if (typeof admission !== "string") {
      refuse(request, response, admission, true, arrival.peer, options, dependencies);
      return;
    }
  }
  const exchange = new Http1Exchange(request, response, head.value, arrival, options, watch);
  const stallMs = options.limits.writeStallMs;
  service
    .handle(exchange)
    .then((answer) => {
      const isLong = hasLongTrailers(request, options.limits.headersBytes);
      const close = offersUpgrade || isLong || isDraining();
      const { crashed } = service;
      writeResponse(request, response, answer, { close, clock, stallMs, crashed });
    })
    .catch((error: unknown) => {
      // A throw is a bug, but it must not leave a client waiting for ever.
      request.socket.destroy();
      service.crashed(error);
    });
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  failure: GatewayFailure,
  close: boolean,
  peer: string,
  options: ListenerOptions,
  dependencies: Http1Dependencies,
): void {
  const { service, clock } = dependencies;
  const answer = service.refuse(failure, refused(request, peer));
  writeResponse(request, response, answer, {
    close,
    clock,
    stallMs: options.limits.writeStallMs,
    crashed: service.crashed,
  });
}

function refused(request: IncomingMessage, peer: string): RefusedRequest {
  const target = request.url ?? "";
  const question = target.indexOf("?");
  return {
    method: request.method ?? "",
    path: question === -1 ? target : target.slice(0, question),
    peer,
  };
}

/**
 * Answers what the parser gave up on. A body that breaks fails the exchange it belongs to; a broken request
 * is answered after the answers to the sound ones before it (faults.md, H1-38).
 */
function answerClientError(
  error: ClientError,
  socket: Socket,
  dependencies: Http1Dependencies,
): void {
  const intake = intakeOf(socket);
  if (error.code === "HPE_PAUSED") {
    intake?.resume(error);
    return;
  }
  intake?.detach();
  const failure = failureOfClientError(error);
  const connection = connectionOf(socket);
  const { unfinished } = connection;
  // Who ends the connection while an answer is made is gone, as Node has it where no half request is left behind.
  const isGone = error.code === "HPE_INVALID_EOF_STATE" && connection.isBusy;
  if (failure === undefined || !socket.writable || (isGone && unfinished === undefined)) {
    socket.destroy();
    return;
  }
  if (unfinished !== undefined) {
    breakBody(unfinished, bodyProblemOf(error));
    return;
  }
  // Behind the last answer nothing is a request, broken or not.
  if (connection.isEnding) return;
  connection.afterAnswers(() => {
    const response = dependencies.service.refuse(failure, { method: "", path: "", peer: "" });
    socket.end(serializeResponse(response), () => socket.destroy());
  });
}
