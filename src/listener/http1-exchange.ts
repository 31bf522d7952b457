import type { IncomingMessage, ServerResponse } from "node:http";
import { CancellationSource, err, ok, type Result, randomHex } from "../base/index.ts";
import type { BodyProblem, Client, Exchange, RequestBody } from "../exchange/index.ts";
import { trustedClient, trustedRequestId, untrustedClient } from "./client-address.ts";
import type { Head } from "./http1-head.ts";
import type { ListenerOptions } from "./options.ts";

const noBytes = new Uint8Array(0);

/** One request of node:http as an exchange. It is its own body, so that a request costs one object less. */
export class Http1Exchange implements Exchange, RequestBody {
  readonly protocol: "HTTP/1.1" | "HTTP/1.0";
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly authority: string;
  readonly headers: readonly string[];
  readonly client: Client;
  readonly requestId: string;
  readonly receivedAt: number;
  readonly deadline: number;
  readonly declaredBytes: number | undefined;
  readonly cancellation: CancellationSource = new CancellationSource();
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #expectsContinue: boolean;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    head: Head,
    arrival: Arrival,
    options: ListenerOptions,
  ) {
    const trusted = options.trustedHops > 0;
    this.protocol = request.httpVersionMinor === 0 ? "HTTP/1.0" : "HTTP/1.1";
    this.method = request.method ?? "";
    this.path = head.path;
    this.query = head.query;
    this.authority = head.authority;
    this.headers = head.headers;
    this.client = trusted
      ? trustedClient(arrival.peer, head.headers, options.trustedHops)
      : untrustedClient(arrival.peer);
    this.requestId = (trusted ? trustedRequestId(head.headers) : undefined) ?? randomHex(16);
    this.receivedAt = arrival.now;
    this.deadline = arrival.now + options.limits.requestMs;
    this.declaredBytes = head.declaredBytes;
    this.#request = request;
    this.#response = response;
    this.#expectsContinue = arrival.expectsContinue;
    response.once("close", () => {
      if (response.writableFinished) return;
      this.cancellation.cancel();
      // Whoever still reads the body learns of it here: nothing more will come.
      breakBody(request, "incomplete");
    });
  }

  get body(): RequestBody {
    return this;
  }

  readAll(maxBytes: number): Promise<Result<Uint8Array, BodyProblem>> {
    if (this.declaredBytes === 0) return Promise.resolve(ok(noBytes));
    if (this.declaredBytes !== undefined && this.declaredBytes > maxBytes) {
      return Promise.resolve(err("tooLarge"));
    }
    if (this.#expectsContinue) this.#response.writeContinue();
    return collect(this.#request, maxBytes);
  }
}

/** What a listener knows of a request beside its head. */
export interface Arrival {
  readonly peer: string;
  /** Monotonic ms. */
  readonly now: number;
  readonly expectsContinue: boolean;
}

const broken = "diglotBroken";

/** Tells whoever reads the body of `request` that its framing broke or its time ran out. */
export function breakBody(request: IncomingMessage, problem: BodyProblem): void {
  request.emit(broken, problem);
}

/** Reads a body to its end. The listeners go with the request, but for one that has had enough. */
function collect(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Result<Uint8Array, BodyProblem>> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= maxBytes) return;
      request.off("data", onData);
      resolve(err("tooLarge"));
    };
    request.on("data", onData);
    request.on("end", () => {
      const [only] = chunks;
      resolve(ok(chunks.length === 1 && only ? only : Buffer.concat(chunks, bytes)));
    });
    request.on(broken, (problem: BodyProblem) => resolve(err(problem)));
  });
}
