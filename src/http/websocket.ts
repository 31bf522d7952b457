import { type GatewayFailure, gatewayFailure } from "../rpc/index.ts";
import type { Snapshot, Target } from "./snapshot.ts";

/** What a WebSocket handshake asks for. */
export interface HandshakeRequest {
  readonly path: string;
  /** `host`. */
  readonly authority: string;
  /** The `origin` that a browser adds; undefined for other clients. */
  readonly origin: string | undefined;
}

/** Says by which HTTP method a WebSocket is bound, or why it is refused. */
export type WebSocketAdmitter = (request: HandshakeRequest) => string | GatewayFailure;

/** The methods under which a streaming binding is looked for: a handshake is always a GET. */
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Makes the judge of handshakes: the route must stream, be open to WebSockets, and to the page that asks. */
export function createWebSocketAdmitter(current: () => Snapshot): WebSocketAdmitter {
  return ({ path, authority, origin }) => {
    const { routes } = current();
    let isServed = false;
    for (const method of methods) {
      const match = routes.match(method, path);
      if (match.kind !== "found") {
        isServed ||= match.kind === "methodNotAllowed";
        continue;
      }
      isServed = true;
      const { webSocketOrigins } = match.value;
      if (webSocketOrigins === undefined) continue;
      return isTrusted(origin, authority, webSocketOrigins) ? method : foreignOrigin;
    }
    return isServed ? notOffered : noRoute;
  };
}

// A browser sends cookies with a handshake from any page and asks nobody: the origin is all there is to go by.
function isTrusted(
  origin: string | undefined,
  authority: string,
  origins: readonly string[],
): boolean {
  if (origin === undefined || origins.includes("*") || origins.includes(origin)) return true;
  return origin === `http://${authority}` || origin === `https://${authority}`;
}

const noRoute = gatewayFailure("NO_ROUTE", "no route matches this path");

const notOffered = gatewayFailure("WEBSOCKET_NOT_SERVED", "this path is not served over WebSocket");

const foreignOrigin = gatewayFailure(
  "ORIGIN_REFUSED",
  "origin: pages of this origin may not open a WebSocket here",
);

/** What a message gets where the HTTP rule takes no body. */
export const unexpectedMessage: GatewayFailure = gatewayFailure(
  "UNEXPECTED_BODY",
  "this WebSocket takes no messages: its HTTP rule has no body field",
);

/** Whether a target is there for WebSockets at all. */
export function servesWebSockets(targets: readonly Target[]): boolean {
  return targets.some(({ webSocketOrigins }) => webSocketOrigins !== undefined);
}
