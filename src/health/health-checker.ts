import { CancellationSource, type Clock, type Random, type Timer } from "../base/index.ts";
import type { HealthOptions } from "./health-options.ts";
import { type Check, failed, type ProbeResult, type Watch } from "./probe.ts";
import { Thresholds } from "./thresholds.ts";

/** One endpoint's health as it is now. */
export interface HealthStatus {
  readonly isHealthy: boolean;
  /** What the last check said when it did not pass; undefined before the first one, and after one that passed. */
  readonly lastFailure: string | undefined;
  readonly checks: number;
  readonly failures: number;
  /** Whether answers come by themselves over a stream. */
  readonly isWatching: boolean;
}

/** What a checker lives on. */
export interface HealthEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  /** Asks once. */
  readonly check: Check;
  /** Is preferred while the endpoint supports it; undefined for checks only. */
  readonly watch: Watch | undefined;
  /** Called after each change; `reason` is what the last check said against it. It must not throw. */
  onChange(isHealthy: boolean, reason: string | undefined): void;
  /** Called once for each thing that a person ought to know and that changes nothing. It must not throw. */
  onNote(note: string): void;
}

/** Probes one endpoint. */
export interface HealthChecker {
  readonly isHealthy: boolean;
  /** Checks at once, then again and again. Does nothing when it runs. */
  start(): void;
  /** Calls off the check that runs, and leaves the verdict as it is. It can be started again. */
  stop(): void;
  status(): HealthStatus;
}

/** Makes a checker that stands still. */
export function createHealthChecker(
  options: HealthOptions,
  environment: HealthEnvironment,
): HealthChecker {
  return new Checker(options, environment);
}

type CheckerState =
  | { readonly kind: "stopped" }
  | { readonly kind: "waiting"; readonly timer: Timer }
  /** `timer` ends it when nothing has come in time. */
  | { readonly kind: "checking"; readonly source: CancellationSource; readonly timer: Timer }
  /** A stream has told; `timer` takes what it told last as one more check; undefined when that changes nothing. */
  | {
      readonly kind: "watching";
      readonly source: CancellationSource;
      readonly timer: Timer | undefined;
    };

/**
 * Envoy's health checker for one endpoint. A watch is believed at once when it says that the endpoint is not
 * serving, as the endpoint says so itself; being healthy again has to last for as many intervals as checks would
 * have to pass, so that an endpoint that flaps is not in and out with each word it says.
 */
class Checker implements HealthChecker {
  readonly #options: HealthOptions;
  readonly #environment: HealthEnvironment;
  readonly #thresholds: Thresholds;
  readonly #notes = new Set<string>();
  #state: CheckerState = { kind: "stopped" };
  #canWatch: boolean;
  #lastFailure: string | undefined = undefined;
  #checks = 0;
  #failures = 0;

  constructor(options: HealthOptions, environment: HealthEnvironment) {
    this.#options = options;
    this.#environment = environment;
    this.#thresholds = new Thresholds(options);
    this.#canWatch = environment.watch !== undefined;
  }

  get isHealthy(): boolean {
    return this.#thresholds.isHealthy;
  }

  start(): void {
    if (this.#state.kind === "stopped") this.#probe();
  }

  stop(): void {
    this.#changeState({ kind: "stopped" });
  }

  status(): HealthStatus {
    return {
      isHealthy: this.isHealthy,
      lastFailure: this.#lastFailure,
      checks: this.#checks,
      failures: this.#failures,
      isWatching: this.#state.kind === "watching",
    };
  }

  /** Every timer and every check belongs to one state, and is called off with it. */
  #changeState(state: CheckerState): void {
    const before = this.#state;
    this.#state = state;
    if (before.kind === "stopped") return;
    before.timer?.cancel();
    const isLeft =
      before.kind !== "waiting" && !("source" in state && state.source === before.source);
    if (isLeft) before.source.cancel();
  }

  #probe(): void {
    const { clock, check, watch } = this.#environment;
    const source = new CancellationSource();
    const timer = clock.setTimer(this.#options.timeoutMs, () => {
      this.#end(source, failed(`no answer within ${this.#options.timeoutMs} ms`));
    });
    this.#changeState({ kind: "checking", source, timer });
    const probing =
      watch !== undefined && this.#canWatch
        ? watch((result) => this.#hear(source, result), source)
        : check(source);
    probing.then(
      (result) => this.#end(source, result),
      (cause: unknown) => this.#end(source, failed(`the probe failed: ${String(cause)}`)),
    );
  }

  /** A check or a watch has ended. */
  #end(source: CancellationSource, result: ProbeResult): void {
    if (!this.#isCurrent(source)) return;
    if (result.kind === "unsupported" && this.#canWatch) {
      this.#canWatch = false;
      this.#note("the endpoint does not support watching its health: it is asked again and again");
      this.#probe();
      return;
    }
    this.#take(result);
    // Whoever is told of a change may stop this.
    if (this.#isCurrent(source)) this.#wait();
  }

  /** A watch has told something. SERVING said twice is not yet SERVING for an interval. */
  #hear(source: CancellationSource, result: ProbeResult): void {
    const isRepeated =
      result.kind === "pass" && this.#state.kind === "watching" && this.#state.timer !== undefined;
    if (!isRepeated) this.#report(source, result);
  }

  /** Takes what a watch has told last, which goes on. */
  #report(source: CancellationSource, result: ProbeResult): void {
    if (!this.#isCurrent(source)) return;
    this.#take(result);
    if (this.#isCurrent(source)) this.#keepWatching(source, result);
  }

  /** Until the endpoint is healthy, what the stream told last counts once more with each interval. */
  #keepWatching(source: CancellationSource, result: ProbeResult): void {
    const isSettled = result.kind !== "pass" || this.isHealthy;
    const timer = isSettled
      ? undefined
      : this.#environment.clock.setTimer(this.#waitMs(), () => this.#report(source, result));
    this.#changeState({ kind: "watching", source, timer });
  }

  #isCurrent(source: CancellationSource): boolean {
    return "source" in this.#state && this.#state.source === source;
  }

  #wait(): void {
    const timer = this.#environment.clock.setTimer(this.#waitMs(), () => this.#probe());
    this.#changeState({ kind: "waiting", timer });
  }

  #waitMs(): number {
    const { intervalMs, unhealthyIntervalMs, jitter } = this.#options;
    const waitMs = this.isHealthy ? intervalMs : unhealthyIntervalMs;
    return waitMs * (1 + jitter * this.#environment.random());
  }

  #take(result: ProbeResult): void {
    const wasHealthy = this.isHealthy;
    this.#checks++;
    if (result.kind === "pass") {
      this.#lastFailure = undefined;
      this.#thresholds.pass();
      if (result.note !== undefined) this.#note(result.note);
    } else {
      const isSaid = result.kind === "fail" && result.said === true;
      this.#failures++;
      this.#lastFailure =
        result.kind === "fail" ? result.reason : "the endpoint does not support the check";
      this.#thresholds.fail(isSaid && this.#canWatch);
    }
    if (this.isHealthy !== wasHealthy) {
      this.#environment.onChange(this.isHealthy, this.#lastFailure);
    }
  }

  #note(note: string): void {
    if (this.#notes.has(note)) return;
    this.#notes.add(note);
    this.#environment.onNote(note);
  }
}
