import type { IncomingMessage } from "node:http";
import type { RawData, WebSocket } from "ws";
import { CancellationSource, err, ok, type Result, randomHex } from "../base/index.ts";
import type { BodyProblem, BodyReader, Client, Exchange, RequestBody } from "../exchange/index.ts";
import type { BodyWatch } from "./body-watch.ts";
import { trustedClient, trustedRequestId, untrustedClient } from "./client-address.ts";
import type { Head } from "./http1-head.ts";
import type { ListenerOptions } from "./options.ts";
import { PieceReader } from "./piece-reader.ts";

/** What is known of a handshake beside its head. */
export interface Handshake {
  readonly request: IncomingMessage;
  readonly head: Head;
  readonly peer: string;
  /** Monotonic ms. */
  readonly now: number;
}

/**
 * A WebSocket as an exchange: a frame of the client is a piece of the body, and an empty one ends it, because a
 * client that has said all it will may still have answers to come (RFC 6455 has no half-close).
 */
export class WebSocketExchange implements Exchange, RequestBody {
  readonly protocol = "WebSocket";
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly authority: string;
  readonly headers: readonly string[];
  readonly client: Client;
  readonly requestId: string;
  readonly receivedAt: number;
  readonly deadline: number;
  readonly declaredBytes: undefined;
  readonly cancellation: CancellationSource = new CancellationSource();
  lastReadAt: number;
  receivedBytes = 0;
  isRefused = false;
  readonly #watch: BodyWatch;
  #socket: WebSocket | undefined = undefined;
  #reader: PieceReader | undefined = undefined;
  #onUnexpected: (() => boolean) | undefined = undefined;

  /** `method` is the HTTP method of the binding that the socket is for; a handshake is always a GET. */
  constructor(handshake: Handshake, method: string, options: ListenerOptions, watch: BodyWatch) {
    const { head, peer, now } = handshake;
    const trusted = options.trustedHops > 0;
    this.method = method;
    this.path = head.path;
    this.query = head.query;
    this.authority = head.authority;
    this.headers = head.headers;
    this.client = trusted
      ? trustedClient(peer, head.headers, options.trustedHops)
      : untrustedClient(peer);
    this.requestId = (trusted ? trustedRequestId(head.headers) : undefined) ?? randomHex(16);
    this.receivedAt = now;
    this.lastReadAt = now;
    this.deadline = now + options.limits.requestMs;
    this.#watch = watch;
  }

  get body(): RequestBody {
    return this;
  }

  /** Gives the exchange its socket, once the handshake is done. */
  attach(socket: WebSocket): void {
    this.#socket = socket;
    // What comes before somebody asks waits in the kernel.
    socket.pause();
    socket.on("message", (data, isBinary) => this.#onFrame(data, isBinary));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#reader?.end("incomplete");
      this.cancellation.cancel();
    });
  }

  /**
   * Called when the exchange is being served. Where nobody has opened the body, the socket must flow all the
   * same, so that a close or a ping is read; the first message then calls `onUnexpected`, which says whether it refused.
   */
  begin(onUnexpected: () => boolean): void {
    if (this.#reader !== undefined) return;
    this.#onUnexpected = onUnexpected;
    this.#socket?.resume();
  }

  async readAll(maxBytes: number): Promise<Result<Uint8Array, BodyProblem>> {
    const reader = this.open(this.deadline - this.receivedAt);
    const first = await reader.next();
    reader.cancel();
    if (!first.ok) return first;
    const bytes = first.value ?? new Uint8Array(0);
    return bytes.length > maxBytes ? err("tooLarge") : ok(bytes);
  }

  open(idleMs: number): BodyReader {
    const socket = this.#socket;
    this.#reader = new PieceReader(idleMs, this.#watch, {
      hold: () => socket?.pause(),
      release: () => socket?.resume(),
      // Control frames must still be read: a close ends the call.
      stop: () => socket?.resume(),
    });
    socket?.resume();
    return this.#reader;
  }

  #onFrame(data: RawData, _isBinary: boolean): void {
    this.lastReadAt = this.#watch.now();
    const bytes = bytesOf(data);
    this.receivedBytes += bytes.length;
    if (bytes.length === 0) this.#reader?.end(undefined);
    else if (this.#reader !== undefined) this.#reader.push(bytes);
    else {
      this.isRefused ||= this.#onUnexpected?.() === true;
      this.#onUnexpected = undefined;
      this.cancellation.cancel();
    }
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
