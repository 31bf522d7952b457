import type { IncomingMessage, ServerResponse } from "node:http";
import { CancellationSource, err, ok, type Result, randomHex } from "../base/index.ts";
import type { BodyProblem, BodyReader, Client, Exchange, RequestBody } from "../exchange/index.ts";
import type { BodyWatch } from "./body-watch.ts";
import { trustedClient, trustedRequestId, untrustedClient } from "./client-address.ts";
import { breakBody, collectBody, openBody } from "./http1-body.ts";
import type { Head } from "./http1-head.ts";
import type { ListenerLimits, ListenerOptions } from "./options.ts";

const noBytes = new Uint8Array(0);

const noBody: BodyReader = {
  next: () => Promise.resolve(ok(undefined)),
  cancel: () => undefined,
};

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
  lastReadAt: number;
  receivedBytes = 0;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #expectsContinue: boolean;
  readonly #limits: ListenerLimits;
  readonly #watch: BodyWatch;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    head: Head,
    arrival: Arrival,
    options: ListenerOptions,
    watch: BodyWatch,
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
    this.lastReadAt = arrival.now;
    this.#expectsContinue = arrival.expectsContinue;
    this.#limits = options.limits;
    this.#watch = watch;
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

  /** Whether there is a body is known before it is served. */
  get isRefused(): false {
    return false;
  }

  readAll(maxBytes: number): Promise<Result<Uint8Array, BodyProblem>> {
    if (this.declaredBytes === 0) return Promise.resolve(ok(noBytes));
    if (this.declaredBytes !== undefined && this.declaredBytes > maxBytes) {
      return Promise.resolve(err("tooLarge"));
    }
    if (this.#expectsContinue) this.#response.writeContinue();
    const { requestMs, minBytesPerSecond, headersBytes } = this.#limits;
    return collectBody(
      this.#request,
      maxBytes,
      { withinMs: requestMs, minBytesPerSecond, trailersBytes: headersBytes },
      this.#watch,
      (bytes) => {
        this.receivedBytes += bytes;
      },
    );
  }

  open(idleMs: number): BodyReader {
    if (this.declaredBytes === 0) return noBody;
    if (this.#expectsContinue) this.#response.writeContinue();
    return openBody(this.#request, idleMs, this.#limits.headersBytes, this.#watch, (bytes) => {
      this.lastReadAt = this.#watch.now();
      this.receivedBytes += bytes;
    });
  }
}

/** What a listener knows of a request beside its head. */
export interface Arrival {
  readonly peer: string;
  /** Monotonic ms. */
  readonly now: number;
  readonly expectsContinue: boolean;
}
