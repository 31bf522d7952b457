import type { BalancedEndpoint } from "../balancer/index.ts";
import type { Timer } from "../base/index.ts";
import type { Permit } from "../breaker/index.ts";
import type { HeaderList, Stream, StreamEvents } from "../h2/index.ts";
import { authorityOf, formatAddress } from "./address.ts";
import { backoffDelayMs } from "./backoff.ts";
import type { EndpointSpec } from "./discovery/source.ts";
import type { ConnectionOpener, StreamOpener } from "./open-connection.ts";
import type { ClusterOptions } from "./options.ts";
import { type ConnectionOwner, PooledConnection } from "./pooled-connection.ts";
import { type Ending, type Judgement, judge } from "./retry.ts";
import { type ClusterVitals, type EndpointVitals, free } from "./vitals.ts";

/** Told of the life of an endpoint. */
export interface EndpointOwner {
  /** Its state has changed. */
  changed(from: EndpointState["kind"], to: EndpointState["kind"]): void;
  /** A call may be sent that could not be before. */
  hasRoom(): void;
  /** It has fallen ill or is well again. */
  healthChanged(): void;
  /** It is stopped and its last connection has ended. */
  emptied(endpoint: Endpoint): void;
}

/** Whether an endpoint can be used. */
export type EndpointState =
  /** Not connected: it has not been needed, or its last connection ended. */
  | { readonly kind: "idle" }
  | { readonly kind: "connecting" }
  /** At least one connection is open. */
  | { readonly kind: "ready" }
  /** The last attempt failed; the next may be made at `until`, in the clock's monotonic ms. */
  | { readonly kind: "backoff"; readonly until: number; readonly timer: Timer }
  | { readonly kind: "stopped" };

/** One endpoint of a cluster with its connections. */
export class Endpoint implements BalancedEndpoint, ConnectionOwner, StreamOpener {
  readonly key: string;
  readonly authority: string;
  /** When it was last ready and healthy after it was not, in the clock's monotonic ms. */
  readySince = 0;
  inFlight = 0;

  #spec: EndpointSpec;
  readonly #open: ConnectionOpener;
  readonly #options: ClusterOptions;
  readonly #owner: EndpointOwner;
  readonly #vitals: EndpointVitals;
  #state: EndpointState = { kind: "idle" };
  /** Every connection that has not ended, draining ones included. */
  readonly #connections = new Set<PooledConnection>();
  /** Those that take calls, the oldest first. */
  #usable: readonly PooledConnection[] = [];
  #opening: PooledConnection | undefined = undefined;
  /** How much longer than configured the peer wants to be left without PINGs. */
  #calm = 1;
  /** The connection that the one being opened is to replace. */
  #aged: PooledConnection | undefined = undefined;
  /** Attempts that failed in a row. */
  #failures = 0;
  /** Calls that it has answered, and how many those were when the last connection was opened. */
  #answers = 0;
  #answersBefore = 0;
  /** When the pool may grow again after an attempt that failed beside open connections. */
  #growAt = 0;
  #lastError: string | undefined = undefined;

  constructor(
    spec: EndpointSpec,
    open: ConnectionOpener,
    options: ClusterOptions,
    vitals: ClusterVitals,
    owner: EndpointOwner,
  ) {
    this.key = formatAddress(spec.address);
    this.authority = authorityOf(spec.address);
    this.#spec = spec;
    this.#open = open;
    this.#options = options;
    this.#owner = owner;
    this.#vitals = vitals.watch(this, spec.address, () => this.#onHealth());
  }

  get weight(): number {
    return this.#spec.weight;
  }

  get locality(): string {
    return this.#spec.locality;
  }

  get priority(): number {
    return this.#spec.priority;
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.#spec.metadata;
  }

  /** Takes what a source now says of the same address. */
  describe(spec: EndpointSpec): void {
    this.#spec = spec;
  }

  get state(): EndpointState {
    return this.#state;
  }

  get isHealthy(): boolean {
    return this.#vitals.isHealthy;
  }

  /** Whether its breaker is not closed, so that it takes probes at most. */
  get isShut(): boolean {
    return this.#vitals.isShut;
  }

  /** In how many ms its breaker lets a call through. */
  get shutForMs(): number {
    return this.#vitals.shutForMs;
  }

  get isEjected(): boolean {
    return this.#vitals.isEjected;
  }

  /** What the last health check said against it. */
  get lastFailure(): string | undefined {
    return this.#vitals.lastFailure;
  }

  get isReady(): boolean {
    return this.#state.kind === "ready";
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get failures(): number {
    return this.#failures;
  }

  /** What the last failed attempt or lost connection said; for logs and status. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** Starts to connect when idle. */
  connect(): void {
    if (this.#state.kind !== "idle") return;
    this.#openOne();
    this.#become({ kind: "connecting" });
  }

  /** Gives up an attempt to connect that is not needed any more; it is no failure. */
  standDown(): void {
    const opening = this.#opening;
    if (this.#state.kind !== "connecting" || opening === undefined) return;
    this.#opening = undefined;
    this.#become({ kind: "idle" });
    opening.close();
  }

  /**
   * Opens a stream on the first connection that takes one. Undefined when all are full: the pool then grows, if
   * it may, and every connection that refused tells when it has room.
   */
  openStream(head: HeaderList, events: StreamEvents, endStream: boolean): Stream | undefined {
    for (const connection of this.#usable) {
      const stream = connection.openStream(head, events, endStream);
      if (stream !== undefined) return stream;
    }
    this.#grow();
    return undefined;
  }

  /** Leave of the endpoint's breaker for one call; undefined when it refuses. */
  permit(): Permit | undefined {
    return this.#vitals.permit();
  }

  /** A try has ended: gives what that says of the endpoint. */
  judged(permit: Permit, ending: Ending): Judgement {
    if (ending === "success" || (ending !== "ignored" && ending.kind === "upstream")) {
      this.#answers++;
    }
    const judgement = judge(ending);
    this.#vitals.judged(judgement);
    if (permit !== free) permit.done(judge(ending, this.#vitals.faults));
    return judgement;
  }

  /** Ends once the calls in flight are over. */
  stop(): void {
    this.#vitals.stop();
    this.#become({ kind: "stopped" });
    for (const connection of this.#connections) connection.close();
  }

  /** Ends at once, and all calls with it. */
  destroy(): void {
    this.#vitals.stop();
    this.#become({ kind: "stopped" });
    for (const connection of this.#connections) connection.destroy("the cluster was destroyed");
  }

  opened(connection: PooledConnection): void {
    this.#opening = undefined;
    this.#answersBefore = this.#answers;
    this.#usable = [...this.#usable, connection];
    const aged = this.#aged;
    this.#aged = undefined;
    if (aged !== undefined && this.#usable.includes(aged)) this.#replace(aged);
    this.#options.observer.connected(this.key);
    if (this.#state.kind === "connecting") this.#become({ kind: "ready" });
    else this.#owner.hasRoom();
  }

  hasRoom(): void {
    this.#owner.hasRoom();
  }

  retired(connection: PooledConnection, why: string): void {
    if (this.#state.kind !== "stopped") this.#withdraw(connection, why, true);
  }

  // gRFC A8: GOAWAY with "too_many_pings" asks for half as many.
  calmed(): void {
    this.#calm *= 2;
  }

  /** Opens another connection and leaves the old one to its calls once that is ready, so that no call waits. */
  aged(connection: PooledConnection): void {
    if (this.#state.kind !== "ready" || this.#opening !== undefined) return;
    if (this.#options.clock.now() < this.#growAt) return;
    this.#aged = connection;
    this.#openOne();
  }

  closed(connection: PooledConnection, error: string | undefined): void {
    this.#connections.delete(connection);
    if (this.#state.kind === "stopped") {
      if (this.#connections.size === 0) this.#owner.emptied(this);
    } else if (this.#opening === connection) {
      this.#opening = undefined;
      this.#failed(error ?? "the connection was closed before it was ready");
    } else if (connection.wasOpened) {
      this.#options.observer.lost(this.key, error);
      if (this.#usable.includes(connection)) {
        this.#withdraw(connection, error ?? "closed", error === undefined);
      }
    }
  }

  #replace(connection: PooledConnection): void {
    this.#usable = this.#usable.filter((other) => other !== connection);
    connection.close();
  }

  /** Sends no more calls to a connection that was open. */
  #withdraw(connection: PooledConnection, error: string, isOrderly: boolean): void {
    this.#lastError = error;
    this.#usable = this.#usable.filter((other) => other !== connection);
    if (!this.#wasOfUse(connection, isOrderly)) {
      this.#failed(error);
      return;
    }
    this.#failures = 0;
    if (this.#usable.length > 0) return;
    this.#become(this.#opening === undefined ? { kind: "idle" } : { kind: "connecting" });
  }

  /**
   * One that was of no use counts as a failure to connect: an upstream that closes every connection, or breaks each
   * at its first call, would be connected to without pause. An upstream that ends one in order has taken its calls.
   */
  #wasOfUse(connection: PooledConnection, isOrderly: boolean): boolean {
    if (connection.hasStoodFor(this.#options.backoff.baseMs)) return true;
    return isOrderly ? connection.hasCarriedCalls : this.#answers > this.#answersBefore;
  }

  #failed(error: string): void {
    const { clock, random, backoff, observer } = this.#options;
    this.#failures++;
    this.#lastError = error;
    const delayMs = backoffDelayMs(this.#failures, backoff, random);
    observer.refused(this.key, error, delayMs);
    const until = clock.now() + delayMs;
    this.#growAt = until;
    if (this.#usable.length > 0) return;
    if (this.#opening !== undefined) {
      this.#become({ kind: "connecting" });
      return;
    }
    const timer = clock.setTimer(delayMs, () => this.#become({ kind: "idle" }));
    this.#become({ kind: "backoff", until, timer });
  }

  #onHealth(): void {
    if (this.#vitals.isHealthy) this.readySince = this.#options.clock.now();
    this.#owner.healthChanged();
  }

  #grow(): void {
    if (this.#state.kind !== "ready" || this.#opening !== undefined) return;
    const { overflow, clock } = this.#options;
    if (this.#connections.size >= overflow.connections || clock.now() < this.#growAt) return;
    this.#openOne();
  }

  #openOne(): void {
    const { upkeep, ...rules } = this.#options;
    const keepaliveMs = upkeep.keepaliveMs * this.#calm;
    const calmed = { ...rules, upkeep: { ...upkeep, keepaliveMs } };
    const connection = new PooledConnection(this.#spec.address, this.#open, calmed, this);
    this.#opening = connection;
    this.#connections.add(connection);
  }

  #become(next: EndpointState): void {
    const previous = this.#state;
    if (previous.kind === "stopped") return;
    if (previous.kind === "backoff") previous.timer.cancel();
    this.#state = next;
    if (next.kind === "ready") {
      this.readySince = this.#options.clock.now();
      this.#vitals.start();
    } else if (previous.kind === "ready") this.#vitals.pause();
    this.#owner.changed(previous.kind, next.kind);
  }
}
