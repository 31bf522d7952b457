import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Serves one request whose turn has come. */
export type Serve = (
  request: IncomingMessage,
  response: ServerResponse,
  connection: Http1Connection,
) => void;

/** A request that was parsed before its turn. */
interface Waiting {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly serve: Serve;
}

/** A connection over all of its requests, which it has served one after another (faults.md, H1-39). */
export class Http1Connection {
  /** IP address, or "unix". */
  readonly peer: string;
  #current: ServerResponse | undefined = undefined;
  #waiting: Waiting[] | undefined = undefined;
  #isEnding = false;
  #lastWords: (() => void) | undefined = undefined;
  #onTurn: (() => void) | undefined = undefined;

  constructor(socket: Socket) {
    this.peer = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, "") ?? "unix";
    socket.once("close", () => {
      this.#isEnding = true;
    });
  }

  /** Whether its last answer is known. Whatever comes behind that request is none (RFC 9112 §9.6; faults.md, H1-46). */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Says that the last answer is known. */
  end(): void {
    this.#isEnding = true;
  }

  /** Whether a request is being served. */
  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  /** Whether what comes next belongs to the request that is being served, or to the first one behind it. */
  get mayParse(): boolean {
    const current = this.#current;
    return current === undefined ? !this.#isEnding : !current.req.complete;
  }

  /** The request whose body is still coming; undefined when there is none. */
  get unfinished(): IncomingMessage | undefined {
    const request = this.#current?.req;
    return request === undefined || request.complete ? undefined : request;
  }

  /** Has a request served once those before it are answered; never, where the connection ends before its turn. */
  take(request: IncomingMessage, response: ServerResponse, serve: Serve): void {
    if (this.#isEnding) return;
    if (this.#current === undefined) this.#begin(request, response, serve);
    else {
      this.#waiting ??= [];
      this.#waiting.push({ request, response, serve });
    }
  }

  /** Calls `act` once all that came before is answered. A request that waits for its turn and for its body has lost both. */
  afterAnswers(act: () => void): void {
    if (this.#waiting?.at(-1)?.request.complete === false) this.#waiting.pop();
    if (this.#current === undefined) act();
    else this.#lastWords = act;
  }

  /** Calls `act` whenever an answer is written and the connection goes on. */
  onTurn(act: () => void): void {
    this.#onTurn = act;
  }

  #begin(request: IncomingMessage, response: ServerResponse, serve: Serve): void {
    this.#current = response;
    // The client's own word that it sends nothing more.
    if (!response.shouldKeepAlive) this.#isEnding = true;
    response.once("close", () => this.#answered());
    serve(request, response, this);
  }

  #answered(): void {
    this.#current = undefined;
    const next = this.#waiting?.shift();
    // Node has given its answer the socket by now, unless the connection ends with the answer before it.
    if (next !== undefined && next.response.socket === null) this.#isEnding = true;
    if (this.#isEnding) this.#forget();
    else {
      if (next !== undefined) this.#begin(next.request, next.response, next.serve);
      else this.#lastWords?.();
      this.#onTurn?.();
    }
  }

  #forget(): void {
    this.#waiting = undefined;
    this.#lastWords = undefined;
    this.#onTurn = undefined;
  }
}

const connections = new WeakMap<Socket, Http1Connection>();

/** What is known of the connection on `socket`. */
export function connectionOf(socket: Socket): Http1Connection {
  let connection = connections.get(socket);
  if (connection === undefined) {
    connection = new Http1Connection(socket);
    connections.set(socket, connection);
  }
  return connection;
}
