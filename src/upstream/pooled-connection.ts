import type { Timer } from "../base/index.ts";
import {
  type ConnectionEvents,
  ErrorCode,
  type HeaderList,
  type Stream,
  type StreamEvents,
} from "../h2/index.ts";
import type { Address } from "./address.ts";
import type { ConnectionOpener, UpstreamConnection } from "./open-connection.ts";
import type { ClusterOptions } from "./options.ts";
import { Upkeep } from "./upkeep.ts";

/** Told of the life of a connection. `opened` comes at most once, `closed` exactly once and last. */
export interface ConnectionOwner {
  opened(connection: PooledConnection): void;
  /** A stream may be opened again after one was refused. */
  hasRoom(): void;
  /** It takes no new call any more; those it has may still end well. */
  retired(connection: PooledConnection, why: string): void;
  /** The peer has had too many PINGs. */
  calmed(): void;
  closed(connection: PooledConnection, error: string | undefined): void;
  /** It is as old as it may get: another one is to take its place. */
  aged(connection: PooledConnection): void;
}

/** What a connection is opened and kept by. */
export type ConnectionRules = Pick<
  ClusterOptions,
  "connectTimeoutMs" | "upkeep" | "clock" | "random"
>;

type ConnectionState =
  | { readonly kind: "opening"; readonly timer: Timer }
  | { readonly kind: "open"; readonly upkeep: Upkeep }
  | { readonly kind: "draining" }
  | { readonly kind: "closed" };

/** One connection of an endpoint, from the attempt to open it to its end. */
export class PooledConnection implements ConnectionEvents {
  readonly #rules: ConnectionRules;
  readonly #owner: ConnectionOwner;
  readonly #connection: UpstreamConnection;
  #state: ConnectionState;
  #openedAt = Number.POSITIVE_INFINITY;
  #hasCarriedCalls = false;

  constructor(
    address: Address,
    open: ConnectionOpener,
    rules: ConnectionRules,
    owner: ConnectionOwner,
  ) {
    this.#rules = rules;
    this.#owner = owner;
    const { connectTimeoutMs, clock } = rules;
    const timer = clock.setTimer(connectTimeoutMs, () =>
      this.destroy(`not ready within ${connectTimeoutMs} ms`),
    );
    this.#state = { kind: "opening", timer };
    this.#connection = open(address, this);
  }

  /** Whether it has carried a call. */
  get hasCarriedCalls(): boolean {
    return this.#hasCarriedCalls;
  }

  /** Whether it has been open for `ms`. */
  hasStoodFor(ms: number): boolean {
    return this.#rules.clock.now() - this.#openedAt >= ms;
  }

  /** Whether it has ever been ready. */
  get wasOpened(): boolean {
    return this.#openedAt !== Number.POSITIVE_INFINITY;
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
    this.#openedAt = this.#rules.clock.now();
    this.#become({ kind: "open", upkeep: this.#keepUp() });
    this.#owner.opened(this);
  }

  onCapacity(): void {
    if (this.#state.kind === "open") this.#owner.hasRoom();
  }

  onGoAway(code: number, debug: string): void {
    if (this.#state.kind === "opening") {
      this.destroy(`GOAWAY ${code} ${debug}`);
    } else {
      if (code === ErrorCode.ENHANCE_YOUR_CALM) this.#owner.calmed();
      this.#retire("the upstream sent GOAWAY");
    }
  }

  onClose(error: string | undefined): void {
    if (this.#state.kind === "closed") return;
    this.#become({ kind: "closed" });
    this.#owner.closed(this, error);
  }

  /** Takes no new call any more, and ends once those it has are over. */
  #retire(why: string): void {
    if (this.#state.kind !== "open") return;
    this.#become({ kind: "draining" });
    this.#owner.retired(this, why);
    this.#connection.close();
  }

  #keepUp(): Upkeep {
    const { upkeep, clock, random } = this.#rules;
    return new Upkeep(this.#connection, upkeep, clock, random, {
      onDead: (message) => this.destroy(message),
      onIdle: () => this.#retire("it was idle"),
      onOld: () => this.#owner.aged(this),
    });
  }

  #become(next: ConnectionState): void {
    if (this.#state.kind === "opening") this.#state.timer.cancel();
    else if (this.#state.kind === "open") this.#state.upkeep.stop();
    this.#state = next;
  }
}
