import type { Clock, Random, Timer } from "../base/index.ts";
import type { UpstreamConnection } from "./open-connection.ts";

/** How long connections live, and how it is found out that one is dead. */
export interface UpkeepOptions {
  /** How long a peer with calls in flight may be silent before it is asked for a sign, in ms; it is asked after
   * half of it at the soonest. Default 10 s. */
  readonly keepaliveMs: number;
  /** How long it has to answer, in ms. Default 5 s. */
  readonly keepaliveTimeoutMs: number;
  /** How long a connection without calls is kept, in ms; Infinity for ever. Default 1 h. */
  readonly idleMs: number;
  /** How old a connection may get, in ms, give or take a tenth; Infinity for ever, which is the default. */
  readonly maxAgeMs: number;
}

/** Told what has become of a connection. */
export interface UpkeepEvents {
  /** The peer gives no sign of life. */
  onDead(message: string): void;
  /** It has had no call for long. */
  onIdle(): void;
  /** It is to be replaced. */
  onOld(): void;
}

// Servers of gRPC count PINGs that come within five minutes of each other while they send nothing, and close the
// connection at the third (grpc-go, `ServerParameters`/`EnforcementPolicy`): a silence gets three soon ones, and
// from then on one in five minutes.
const soonPings = 3;
const seldomMs = 300_000;

const ageJitter = 0.1;

/** Watches over one open connection. */
export class Upkeep {
  readonly #connection: UpstreamConnection;
  readonly #options: UpkeepOptions;
  readonly #clock: Clock;
  readonly #events: UpkeepEvents;
  readonly #oldAt: number;
  #timer: Timer | undefined = undefined;
  #pingLimit: Timer | undefined = undefined;
  /** What had been received when it was looked at last, and since when that has not changed. */
  #received: number;
  #silentSince: number;
  #pings = 0;
  #pingedAt = 0;
  #lastBusyAt: number;

  constructor(
    connection: UpstreamConnection,
    options: UpkeepOptions,
    clock: Clock,
    random: Random,
    events: UpkeepEvents,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#clock = clock;
    this.#events = events;
    const now = clock.now();
    this.#oldAt = now + options.maxAgeMs * (1 + ageJitter * (2 * random() - 1));
    this.#received = connection.receivedChunks;
    this.#silentSince = now;
    this.#lastBusyAt = now;
    this.#lookAgain();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#pingLimit?.cancel();
  }

  /** Half the interval, so that a peer that stops is found within one and a half of it. */
  #lookAgain(): void {
    const { keepaliveMs, idleMs, maxAgeMs } = this.#options;
    const everyMs = Math.min(keepaliveMs / 2, idleMs, maxAgeMs);
    if (everyMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.setTimer(everyMs, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    const { receivedChunks, activeStreams } = this.#connection;
    if (receivedChunks !== this.#received || activeStreams === 0) {
      this.#received = receivedChunks;
      this.#silentSince = now;
      this.#pings = 0;
    }
    if (activeStreams > 0) this.#lastBusyAt = now;
    this.#lookAgain();
    if (now >= this.#oldAt) this.#events.onOld();
    else if (now - this.#lastBusyAt >= this.#options.idleMs) this.#events.onIdle();
    else this.#pingIfSilent(now);
  }

  #pingIfSilent(now: number): void {
    const { keepaliveMs, keepaliveTimeoutMs } = this.#options;
    if (this.#connection.activeStreams === 0 || this.#pingLimit !== undefined) return;
    // The silence began before the look that found it: up to half the interval comes on top.
    if (now - this.#silentSince < keepaliveMs / 2) return;
    if (this.#pings > 0 && now - this.#pingedAt < this.#pauseMs) return;
    this.#pings++;
    this.#pingedAt = now;
    const silentMs = keepaliveMs + keepaliveTimeoutMs;
    this.#pingLimit = this.#clock.setTimer(keepaliveTimeoutMs, () =>
      this.#events.onDead(`no sign of life for ${silentMs} ms`),
    );
    this.#connection.ping(() => {
      this.#pingLimit?.cancel();
      this.#pingLimit = undefined;
      // Its acknowledgement is all that was received: the calls are as silent as before.
      this.#received = this.#connection.receivedChunks;
    });
  }

  get #pauseMs(): number {
    return this.#pings < soonPings ? this.#options.keepaliveMs : seldomMs;
  }
}
