import type { Exchange, Response, WholeResponse } from "../exchange/index.ts";
import type { HandshakeRequest } from "../http/index.ts";
import type { GatewayFailure } from "../rpc/index.ts";

/** What a listener hands its requests to. */
export interface Service {
  /** Serves one exchange; never rejects. */
  handle(exchange: Exchange): Promise<Response>;
  /** Says by which HTTP method a WebSocket is bound, or why its handshake is refused. */
  admitWebSocket(request: HandshakeRequest): string | GatewayFailure;
  /** Told of a throw while a response was written: a bug, whose connection was ended. */
  readonly crashed: (error: unknown) => void;
  /** Writes a failure that the record of an exchange tells of. */
  answerTo(failure: GatewayFailure): WholeResponse;
  /** Answers and records what never became an exchange. */
  refuse(failure: GatewayFailure, request: RefusedRequest): WholeResponse;
}

/** What is known of a request that was refused before it became an exchange. */
export interface RefusedRequest {
  readonly method: string;
  readonly path: string;
  readonly peer: string;
}
