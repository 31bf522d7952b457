import type { Clock, Random } from "../base/index.ts";
import { type Breaker, type BreakerOptions, createBreaker, type Permit } from "../breaker/index.ts";
import {
  createHealthChecker,
  createOutlierDetector,
  grpcCheck,
  grpcWatch,
  type HealthChecker,
  type HealthOptions,
  httpCheck,
  type OutlierDetector,
  type OutlierOptions,
  type OutlierRecord,
  openPlainSocket,
  tcpCheck,
} from "../health/index.ts";
import type { Address } from "./address.ts";
import type { ClusterObserver } from "./observer.ts";
import type { StreamOpener } from "./open-connection.ts";
import type { Judgement } from "./retry.ts";
import type { UpstreamTls } from "./tls/open-over-tls.ts";

/** How endpoints are asked how they are. */
export interface HealthCheckOptions extends HealthOptions {
  readonly probe:
    | { readonly kind: "grpc"; readonly service: string; readonly watch: boolean }
    | {
        readonly kind: "http";
        readonly path: string;
        readonly host: string | undefined;
        readonly statuses: readonly { readonly from: number; readonly to: number }[];
      }
    | { readonly kind: "tcp" };
}

/** When calls are refused because too many fail. */
export interface CallBreakerOptions extends BreakerOptions {
  /** Codes that count as failures. */
  readonly codes: readonly number[];
  /** Whether each endpoint has its own. */
  readonly perEndpoint: boolean;
}

/** What endpoints are judged by. */
export interface VitalsOptions {
  readonly health: HealthCheckOptions | undefined;
  readonly outlier: OutlierOptions | undefined;
  readonly breaker: CallBreakerOptions | undefined;
  readonly authority: string | undefined;
  readonly userAgent: string;
  readonly tls?: UpstreamTls | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: ClusterObserver;
}

/** An endpoint that is to be watched. */
export interface Patient extends StreamOpener {
  readonly key: string;
  readonly authority: string;
}

/** Makes what watches over the endpoints of one cluster. */
export class ClusterVitals {
  readonly #options: VitalsOptions;
  readonly #detector: OutlierDetector | undefined;
  readonly #byKey = new Map<string, EndpointVitals>();

  constructor(options: VitalsOptions) {
    this.#options = options;
    const { outlier, clock, random, observer } = options;
    if (outlier === undefined) return;
    this.#detector = createOutlierDetector(outlier, {
      clock,
      random,
      onChange: (change) => {
        if (change.kind === "ejected") observer.ejected(change.key, change.cause, change.forMs);
        else observer.returned(change.key);
        this.#byKey.get(change.key)?.onChange();
      },
    });
  }

  /** Watches over an endpoint that has joined; `onChange` is called when it falls ill or is well again. */
  watch(patient: Patient, address: Address, onChange: () => void): EndpointVitals {
    const { breaker, clock, observer } = this.#options;
    const vitals: EndpointVitals = new EndpointVitals(
      this.#checkerOf(patient, address, onChange),
      this.#detector?.track(patient.key),
      breaker?.perEndpoint === true
        ? createBreaker(breaker, {
            clock,
            onChange: (kind) => {
              observer.breakerMoved(patient.key, kind);
              onChange();
            },
          })
        : undefined,
      new Set(breaker?.codes),
      onChange,
      () => this.#byKey.delete(patient.key),
    );
    this.#byKey.set(patient.key, vitals);
    return vitals;
  }

  stop(): void {
    this.#detector?.stop();
    for (const vitals of this.#byKey.values()) vitals.stop();
  }

  #checkerOf(patient: Patient, address: Address, onChange: () => void): HealthChecker | undefined {
    const { health, clock, random, observer } = this.#options;
    if (health === undefined) return undefined;
    return createHealthChecker(health, {
      clock,
      random,
      ...this.#probesOf(health.probe, patient, address),
      onChange: (isHealthy, reason) => {
        observer.healthChanged(patient.key, isHealthy, reason);
        onChange();
      },
      onNote: (note) => observer.healthNoted(patient.key, note),
    });
  }

  #probesOf(probe: HealthCheckOptions["probe"], patient: Patient, address: Address) {
    const { userAgent } = this.#options;
    const authority = this.#options.authority ?? patient.authority;
    if (probe.kind === "grpc") {
      const options = {
        service: probe.service,
        authority,
        userAgent,
        scheme: this.#options.tls === undefined ? "http" : "https",
        connection: () => patient,
      } as const;
      return { check: grpcCheck(options), watch: probe.watch ? grpcWatch(options) : undefined };
    }
    const open = openPlainSocket(address);
    if (probe.kind === "tcp") return { check: tcpCheck(open), watch: undefined };
    const { path, statuses, host = authority } = probe;
    return { check: httpCheck({ path, statuses, host, userAgent }, open), watch: undefined };
  }
}

/** Whether one endpoint is fit for calls: by what it says of itself, and by what its calls come to. */
export class EndpointVitals {
  readonly onChange: () => void;
  readonly #checker: HealthChecker | undefined;
  readonly #record: OutlierRecord | undefined;
  readonly #breaker: Breaker | undefined;
  readonly #onStop: () => void;
  /** Codes that its breaker counts as failures. */
  readonly faults: ReadonlySet<number>;

  constructor(
    checker: HealthChecker | undefined,
    record: OutlierRecord | undefined,
    breaker: Breaker | undefined,
    faults: ReadonlySet<number>,
    onChange: () => void,
    onStop: () => void,
  ) {
    this.faults = faults;
    this.#checker = checker;
    this.#record = record;
    this.#breaker = breaker;
    this.onChange = onChange;
    this.#onStop = onStop;
  }

  get isHealthy(): boolean {
    return (
      (this.#checker?.isHealthy ?? true) &&
      !this.isEjected &&
      this.#breaker?.status().kind !== "open"
    );
  }

  get isEjected(): boolean {
    return this.#record?.isEjected ?? false;
  }

  get isShut(): boolean {
    return this.#breaker !== undefined && this.#breaker.status().kind !== "closed";
  }

  get shutForMs(): number {
    return this.#breaker?.retryAfterMs() ?? 0;
  }

  /** What the last check said against it. */
  get lastFailure(): string | undefined {
    return this.#checker?.status().lastFailure;
  }

  /** The endpoint can be asked: it has a connection. */
  start(): void {
    this.#checker?.start();
  }

  /** It cannot be asked for now. */
  pause(): void {
    this.#checker?.stop();
  }

  /** Leave for one call; undefined when the breaker of the endpoint refuses. */
  permit(): Permit | undefined {
    return this.#breaker === undefined ? free : this.#breaker.permit();
  }

  /** A call has ended. */
  judged(judgement: Judgement): void {
    if (judgement === "success") this.#record?.success();
    else if (judgement === "failure") this.#record?.failure();
  }

  stop(): void {
    this.#checker?.stop();
    this.#record?.stop();
    this.#breaker?.destroy();
    this.#onStop();
  }
}

/** The permit where nothing refuses. */
export const free: Permit = { done: () => undefined };
