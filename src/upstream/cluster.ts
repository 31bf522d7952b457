import {
  type Balancer,
  createBalancer,
  type PickContext,
  policies,
  type SubsetKey,
} from "../balancer/index.ts";
import { err, type Result, type Timer } from "../base/index.ts";
import { type Breaker, createBreaker } from "../breaker/index.ts";
import type { Call, CallSender, Failure, Reply } from "../rpc/index.ts";
import { ActiveCall, type CallHost } from "./active-call.ts";
import { compressCall, type RequestEncoding } from "./compress.ts";
import { DeadlineQueue } from "./deadline-queue.ts";
import type { Endpoint } from "./endpoint.ts";
import { EndpointSet, type EndpointSetOwner } from "./endpoint-set.ts";
import {
  breakerFailure,
  clientClosedFailure,
  deadlineFailure,
  overflowFailure,
  stoppingFailure,
  unavailableFailure,
} from "./failures.ts";
import { openerOf } from "./opener.ts";
import type { ClusterOptions } from "./options.ts";
import type { StallWatch } from "./request-sender.ts";
import { Retries } from "./retries.ts";
import { type Ending, judge } from "./retry.ts";
import { type ClusterStatus, clusterStatus } from "./status.ts";
import { free } from "./vitals.ts";

/** A named set of endpoints that calls are sent to. */
export interface Cluster {
  readonly name: string;
  readonly call: CallSender;
  /** How it is at this moment. */
  status(): ClusterStatus;
  /** Refuses new calls, lets those in flight end within `withinMs`, then closes every connection. */
  stop(withinMs: number): Promise<void>;
  /** Ends everything at once. */
  destroy(): void;
}

/** Starts a cluster. It connects when the first call comes; who starts it stops or destroys it. */
export function createCluster(options: ClusterOptions): Cluster {
  return new RunningCluster(options);
}

type ClusterState =
  | { readonly kind: "running" }
  /** Calls end, then connections: `isClosing` once the last call has ended. `limit` ends either by force. */
  | {
      readonly kind: "stopping";
      readonly stopped: Promise<void>;
      readonly settle: () => void;
      readonly limit: Timer;
      readonly isClosing: boolean;
    }
  | { readonly kind: "stopped" };

// Keys, weights and the like come with the policies that need them.
const noContext: PickContext = { hashKey: undefined, subset: undefined, tried: undefined };

// What a peer gets to answer our last GOAWAY with its own end of the connection.
const closeTimeoutMs = 1000;

class RunningCluster implements Cluster, CallHost, EndpointSetOwner {
  readonly name: string;
  readonly authority: string | undefined;
  readonly userAgent: string;
  readonly scheme: "http" | "https";
  readonly encoding: RequestEncoding | undefined;

  readonly #options: ClusterOptions;
  readonly #endpoints: EndpointSet;
  readonly #balancer: Balancer<Endpoint>;
  readonly retries: Retries | undefined;
  readonly #breaker: Breaker | undefined;
  /** Codes that the breaker counts as failures. */
  readonly #faults: ReadonlySet<number>;
  readonly #deadlines: DeadlineQueue;
  readonly #calls = new Set<ActiveCall>();
  /** Calls that wait for a connection, the oldest first. */
  readonly #pending = new Set<ActiveCall>();
  #state: ClusterState = { kind: "running" };

  constructor(options: ClusterOptions) {
    this.name = options.name;
    this.authority = options.authority;
    this.userAgent = options.userAgent;
    this.scheme = options.tls === undefined ? "http" : "https";
    this.encoding = options.compression;
    this.#options = options;
    const { policy, balancing, retry, overflow, clock, random } = options;
    this.#balancer = createBalancer<Endpoint>(policies[policy], balancing, random, clock);
    const { breaker, observer } = options;
    if (retry !== undefined) {
      const onRetry = (): void => observer.retried();
      this.retries = new Retries(retry, overflow.retries, clock, random, onRetry);
    }
    this.#faults = new Set(breaker?.codes);
    if (breaker !== undefined && !breaker.perEndpoint) {
      this.#breaker = createBreaker(breaker, {
        clock,
        onChange: (kind) => observer.breakerMoved(undefined, kind),
      });
    }
    this.#deadlines = new DeadlineQueue(options.clock);
    const open = options.open ?? openerOf(options);
    options.tls?.credentials.start();
    this.#endpoints = new EndpointSet(options, open, this);
    this.#endpoints.start();
  }

  readonly call: CallSender = (call) =>
    new Promise((resolve) => {
      if (this.encoding === undefined) {
        this.#admit(call, resolve);
        return;
      }
      // What is refused anyway is not worth compressing.
      const refusal = this.#refusal(call);
      if (refusal !== undefined) resolve(err(refusal));
      else void compressCall(call).then((compressed) => this.#admit(compressed, resolve));
    });

  readonly stalls: StallWatch = {
    add: (entry, withinMs) => this.#deadlines.add(entry, this.now() + withinMs),
    remove: (entry) => this.#deadlines.remove(entry),
  };

  now(): number {
    return this.#options.clock.now();
  }

  status(): ClusterStatus {
    return clusterStatus({
      options: this.#options,
      endpoints: this.#endpoints.members,
      inFlight: this.#calls.size,
      pending: this.#pending.size,
      breaker: this.#breaker,
      retries: this.retries,
      levels: this.#balancer.status(),
    });
  }

  stop(withinMs: number): Promise<void> {
    if (this.#state.kind === "stopped") return Promise.resolve();
    if (this.#state.kind === "stopping") return this.#state.stopped;
    let settle = (): void => undefined;
    const stopped = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const limit = this.#options.clock.setTimer(withinMs, () => this.destroy());
    this.#state = { kind: "stopping", stopped, settle, limit, isClosing: false };
    this.#closeWhenDone();
    return stopped;
  }

  destroy(): void {
    const state = this.#state;
    if (state.kind === "stopped") return;
    this.#state = { kind: "stopped" };
    for (const call of this.#calls) call.fail(stoppingFailure());
    this.#endpoints.destroy();
    this.#deadlines.stop();
    this.#breaker?.destroy();
    this.#options.tls?.credentials.stop();
    if (state.kind === "stopping") {
      state.limit.cancel();
      state.settle();
    }
  }

  place(call: ActiveCall): void {
    this.#endpoints.wake();
    if (this.#trySend(call)) return;
    if (this.#endpoints.isUnreachable) {
      call.fail(this.#endpoints.unreachable());
    } else if (!this.#endpoints.hasSubset(call.call.subset)) {
      call.fail(unavailableFailure(`no endpoint is in the subset ${call.call.subset}`, 0));
    } else if (this.#endpoints.shutForMs !== undefined) {
      call.fail(breakerFailure(this.#endpoints.shutForMs));
    } else if (this.#pending.size >= this.#options.overflow.pending) {
      const cause = `${this.#pending.size} calls wait for a connection of cluster ${this.name}`;
      call.fail(overflowFailure("too many requests wait for the upstream", cause));
    } else {
      this.#pending.add(call);
    }
  }

  placeBeside(call: ActiveCall): boolean {
    return this.#state.kind === "running" && this.#trySend(call);
  }

  ended(call: ActiveCall, ending: Ending): void {
    this.#calls.delete(call);
    if (this.#breaker !== undefined) call.permit.done(judge(ending, this.#faults));
    if (this.#pending.size > 0) this.#pending.delete(call);
    this.#deadlines.remove(call);
    if (this.#state.kind === "stopping") this.#closeWhenDone();
  }

  reshaped(): void {
    this.#balancer.update(this.#endpoints.members);
  }

  moved(): void {
    if (this.#pending.size > 0) this.#servePending();
  }

  emptied(): void {
    const state = this.#state;
    if (state.kind !== "stopping") return;
    if (!this.#endpoints.isEmpty) return;
    state.limit.cancel();
    this.#state = { kind: "stopped" };
    this.#deadlines.stop();
    this.#breaker?.destroy();
    this.#options.tls?.credentials.stop();
    state.settle();
  }

  hasRoom(): void {
    if (this.#pending.size > 0) this.#sendPending();
  }

  #admit(call: Call, resolve: (outcome: Result<Reply, Failure>) => void): void {
    const refusal = this.#refusal(call);
    if (refusal !== undefined) {
      resolve(err(refusal));
      return;
    }
    this.retries?.budget.deposit();
    const permit = this.#breaker === undefined ? free : this.#breaker.permit();
    if (permit === undefined) {
      resolve(err(breakerFailure(this.#breaker?.retryAfterMs() ?? 0)));
      return;
    }
    const active = new ActiveCall(call, this, permit, resolve);
    this.#calls.add(active);
    this.#deadlines.add(active, call.deadline);
    call.cancellation.onCancel(() => active.onCancel());
    this.place(active);
  }

  #refusal(call: Call): Failure | undefined {
    if (this.#state.kind !== "running") return stoppingFailure();
    if (call.cancellation.isCancelled) return clientClosedFailure();
    if (call.deadline <= this.#options.clock.now()) return deadlineFailure("before it was sent");
    if (this.#calls.size >= this.#options.overflow.requests) {
      const cause = `${this.#calls.size} calls are in flight in cluster ${this.name}`;
      return overflowFailure("too many requests are in flight to the upstream", cause);
    }
    return undefined;
  }

  /** Sends the call now, to an endpoint that has not failed it where there is one. */
  #trySend(call: ActiveCall): boolean {
    const { tried } = call;
    const { hashKey, subset } = call.call;
    const isPlain = hashKey === undefined && subset === undefined && tried === undefined;
    const context = isPlain ? noContext : { hashKey, subset: subset as SubsetKey, tried };
    let spare: Endpoint | undefined;
    for (let tries = this.#endpoints.readyCount; tries > 0; tries--) {
      const endpoint = this.#balancer.pick(context);
      if (endpoint === undefined) break;
      if (tried?.has(endpoint) === true) spare ??= endpoint;
      else if (call.sendTo(endpoint)) return true;
    }
    return spare !== undefined && call.sendTo(spare);
  }

  #servePending(): void {
    this.#endpoints.wake();
    this.#sendPending();
    if (this.#pending.size > 0 && this.#endpoints.isUnreachable) {
      const failure = this.#endpoints.unreachable();
      for (const call of this.#pending) call.fail(failure);
    }
  }

  #sendPending(): void {
    for (const call of this.#pending) {
      if (!this.#trySend(call)) return;
      this.#pending.delete(call);
    }
  }

  #closeWhenDone(): void {
    const state = this.#state;
    if (state.kind !== "stopping" || state.isClosing || this.#calls.size > 0) return;
    state.limit.cancel();
    const limit = this.#options.clock.setTimer(closeTimeoutMs, () => this.destroy());
    this.#state = { ...state, limit, isClosing: true };
    this.#endpoints.stop();
    this.emptied();
  }
}
