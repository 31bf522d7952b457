import type { Clock, Timer } from "../base/index.ts";
import {
  type ConnectionEvents,
  ErrorCode,
  type HeaderList,
  type Stream,
  type StreamEvents,
} from "../h2/index.ts";
import type { Address } from "./address.ts";
import type { ConnectionOpener, UpstreamConnection } from "./open-connection.ts";

/** Told of the life of a connection. `opened` comes at most once, `closed` exactly once and last. */
export interface ConnectionOwner {
  opened(connection: PooledConnection): void;
  /** A stream may be opened again after one was refused. */
  hasRoom(): void;
  /** It takes no new call any more; those it has may still end well. */
  retired(connection: PooledConnection): void;
  closed(connection: PooledConnection, error: string | undefined): void;
}

type ConnectionState =
  | { readonly kind: "opening"; readonly timer: Timer }
  | { readonly kind: "open" }
  | { readonly kind: "draining" }
  | { readonly kind: "closed" };

/** One connection of an endpoint, from the attempt to open it to its end. */
export class PooledConnection implements ConnectionEvents {
  readonly #clock: Clock;
  readonly #owner: ConnectionOwner;
  readonly #connection: UpstreamConnection;
  #state: ConnectionState;
  #openedAt = Number.POSITIVE_INFINITY;
  #hasCarriedCalls = false;

  constructor(
    address: Address,
    open: ConnectionOpener,
    connectTimeoutMs: number,
    clock: Clock,
    owner: ConnectionOwner,
  ) {
    this.#clock = clock;
    this.#owner = owner;
    const timer = clock.setTimer(connectTimeoutMs, () =>
      this.destroy(`not ready within ${connectTimeoutMs} ms`),
    );
    this.#state = { kind: "opening", timer };
    this.#connection = open(address, this);
  }

  /** Whether it has been of use: carried a call, or stood for `ms`. One that was not counts as a failure to
   * connect, or an upstream that closes every connection would be connected to without pause. */
  hasProvenItself(ms: number): boolean {
    return this.#hasCarriedCalls || this.#clock.now() - this.#openedAt >= ms;
  }

  /** Opens a stream; undefined when the connection takes none. */
  openStream(head: HeaderList, events: StreamEvents, endStream: boolean): Stream | undefined {
    if (this.#state.kind !== "open") return undefined;
    const stream = this.#connection.openStream(head, events, endStream);
    if (stream !== undefined) this.#hasCarriedCalls = true;
    return stream;
  }

  /** Ends once the calls it has are over. */
  close(): void {
    if (this.#state.kind === "opening") this.destroy("no longer wanted");
    else if (this.#state.kind === "open") {
      this.#become({ kind: "draining" });
      this.#connection.close();
    }
  }

  /** Ends at once. */
  destroy(message: string): void {
    if (this.#state.kind === "closed") return;
    this.#connection.destroy(ErrorCode.CANCEL, message);
    this.onClose(message);
  }

  onReady(): void {
    if (this.#state.kind !== "opening") return;
    this.#openedAt = this.#clock.now();
    this.#become({ kind: "open" });
    this.#owner.opened(this);
  }

  onCapacity(): void {
    if (this.#state.kind === "open") this.#owner.hasRoom();
  }

  onGoAway(code: number, debug: string): void {
    if (this.#state.kind === "opening") {
      this.destroy(`GOAWAY ${code} ${debug}`);
    } else if (this.#state.kind === "open") {
      this.#become({ kind: "draining" });
      this.#owner.retired(this);
      this.#connection.close();
    }
  }

  onClose(error: string | undefined): void {
    if (this.#state.kind === "closed") return;
    this.#become({ kind: "closed" });
    this.#owner.closed(this, error);
  }

  #become(next: ConnectionState): void {
    if (this.#state.kind === "opening") this.#state.timer.cancel();
    this.#state = next;
  }
}
