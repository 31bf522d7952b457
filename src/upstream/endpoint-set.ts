import { policies, subsetKeyOf } from "../balancer/index.ts";
import type { Timer } from "../base/index.ts";
import type { Failure } from "../rpc/index.ts";
import { formatAddress } from "./address.ts";
import type { EndpointSource, EndpointSpec } from "./discovery/source.ts";
import { Endpoint, type EndpointOwner, type EndpointState } from "./endpoint.ts";
import { unavailableFailure } from "./failures.ts";
import type { ConnectionOpener } from "./open-connection.ts";
import type { ClusterOptions } from "./options.ts";
import { ClusterVitals } from "./vitals.ts";

// RFC 8305 §8, "Connection Attempt Delay".
const staggerMs = 250;

/** Told of changes in a set of endpoints. */
export interface EndpointSetOwner {
  /** The members, or which of them are ready, have changed. */
  reshaped(): void;
  /** A call that waits may now be sent, or has nothing to wait for any more. */
  moved(): void;
  /** An endpoint takes a call that it did not take before. */
  hasRoom(): void;
  /** No connection is left after the stop. */
  emptied(): void;
}

/** The endpoints of a cluster as its sources tell of them. One that stays in the set keeps its connections. */
export class EndpointSet implements EndpointOwner {
  readonly #options: ClusterOptions;
  readonly #open: ConnectionOpener;
  readonly #owner: EndpointSetOwner;
  readonly #vitals: ClusterVitals;
  /** What each source found last; undefined until it has found anything. */
  readonly #found: (readonly EndpointSpec[] | undefined)[];
  /** Why a source that has found nothing has not; undefined while it looks. */
  readonly #sourceErrors: (string | undefined)[];
  #members: readonly Endpoint[] = [];
  /** Those that have left the set and whose calls are still in flight. */
  readonly #leaving = new Set<Endpoint>();
  /** Whether calls have come, so that endpoints are connected to as they come. */
  #isAwake = false;
  /** The wait before the next endpoint is tried beside the one before. */
  #stagger: Timer | undefined = undefined;
  readonly #count = { idle: 0, connecting: 0, ready: 0, backoff: 0, stopped: 0 };

  constructor(options: ClusterOptions, open: ConnectionOpener, owner: EndpointSetOwner) {
    this.#options = options;
    this.#open = open;
    this.#owner = owner;
    this.#vitals = new ClusterVitals(options);
    this.#found = options.sources.map(() => undefined);
    this.#sourceErrors = options.sources.map(() => undefined);
    this.#assemble();
  }

  /** Every member, whatever its state. */
  get members(): readonly Endpoint[] {
    return this.#members;
  }

  get readyCount(): number {
    return this.#count.ready;
  }

  /** Begins to look for endpoints. */
  start(): void {
    for (const [index, source] of this.#options.sources.entries()) this.#follow(index, source);
    // Who is asked how it is, is asked before it is needed.
    if (this.#options.health !== undefined) this.wake();
  }

  /** Connects to every endpoint that has not been connected to, from now on to new ones as well; or to one of them
   * where the policy needs no more. */
  wake(): void {
    this.#isAwake = true;
    if (this.#count.idle === 0) return;
    if (this.#connectsToOne) this.#connectInOrder();
    else for (const endpoint of this.#members) endpoint.connect();
  }

  get #connectsToOne(): boolean {
    return policies[this.#options.policy].connects === "one";
  }

  /**
   * Connects to the first endpoint, and to the next one when that has failed or is not ready in time ("happy
   * eyeballs", RFC 8305 §5; gRFC A61). The first that is ready ends it.
   */
  #connectInOrder(): void {
    if (this.#count.ready > 0 || this.#stagger !== undefined) return;
    const next = this.#members.find(({ state }) => state.kind === "idle");
    if (next === undefined) return;
    this.#stagger = this.#options.clock.setTimer(staggerMs, () => {
      this.#stagger = undefined;
      this.#connectInOrder();
    });
    next.connect();
  }

  /** One is ready: the others are not needed. */
  #settleOnOne(): void {
    this.#stagger?.cancel();
    this.#stagger = undefined;
    for (const endpoint of this.#members) endpoint.standDown();
  }

  /** Whether every endpoint waits after a failed attempt, so that waiting would only make the failure late. */
  get isUnreachable(): boolean {
    const { ready, connecting, idle } = this.#count;
    return ready + connecting + idle === 0 && !this.#isLooking;
  }

  /** In how many ms the first breaker of a ready endpoint lets a call through, where all of them are shut. */
  get shutForMs(): number | undefined {
    if (this.#options.breaker?.perEndpoint !== true) return undefined;
    const ready = this.#members.filter(({ isReady }) => isReady);
    if (ready.length === 0 || ready.some(({ isShut }) => !isShut)) return undefined;
    return Math.min(...ready.map(({ shutForMs }) => shutForMs));
  }

  /** Whether a member is in the subset, whatever its state; every one is in undefined. */
  hasSubset(subset: string | undefined): boolean {
    const { subsetBy } = this.#options.balancing;
    return (
      subset === undefined ||
      this.#isLooking ||
      this.#members.some(({ metadata }) => subsetKeyOf(subsetBy, metadata) === subset)
    );
  }

  /** The failure of a call that nothing can be sent to. */
  unreachable(): Failure {
    const now = this.#options.clock.now();
    let until = Number.POSITIVE_INFINITY;
    const causes: string[] = this.#sourceErrors.filter((error) => error !== undefined);
    for (const { state, key, lastError } of this.#members) {
      if (state.kind === "backoff") until = Math.min(until, state.until);
      if (causes.length < 8) causes.push(`${key}: ${lastError ?? "unknown"}`);
    }
    return unavailableFailure(causes.join("; "), Number.isFinite(until) ? until - now : 0);
  }

  /** Looks for no more endpoints; those there are end once their calls are over. */
  stop(): void {
    this.#stagger?.cancel();
    for (const source of this.#options.sources) source.stop();
    this.#vitals.stop();
    for (const endpoint of this.#members) endpoint.stop();
  }

  /** Ends everything at once. */
  destroy(): void {
    this.#stagger?.cancel();
    for (const source of this.#options.sources) source.stop();
    this.#vitals.stop();
    for (const endpoint of [...this.#members, ...this.#leaving]) endpoint.destroy();
  }

  get isEmpty(): boolean {
    return [...this.#members, ...this.#leaving].every(
      ({ connectionCount }) => connectionCount === 0,
    );
  }

  changed(from: EndpointState["kind"], to: EndpointState["kind"]): void {
    this.#count[from]--;
    this.#count[to]++;
    if (this.#connectsToOne) this.#onOrderedChange(to);
    if (to === "backoff") for (const source of this.#options.sources) source.refresh();
    if ((from === "ready") !== (to === "ready")) this.#owner.reshaped();
    if (to !== "connecting") this.#owner.moved();
  }

  #onOrderedChange(to: EndpointState["kind"]): void {
    if (to === "ready") this.#settleOnOne();
    else if (to === "backoff" && this.#isAwake) {
      this.#stagger?.cancel();
      this.#stagger = undefined;
      this.#connectInOrder();
    }
  }

  hasRoom(): void {
    this.#owner.hasRoom();
  }

  healthChanged(): void {
    this.#owner.reshaped();
    this.#owner.hasRoom();
  }

  emptied(endpoint: Endpoint): void {
    this.#leaving.delete(endpoint);
    this.#owner.emptied();
  }

  /** Whether a source has neither found anything nor said why not. */
  get #isLooking(): boolean {
    return this.#found.some(
      (found, index) => found === undefined && this.#sourceErrors[index] === undefined,
    );
  }

  #follow(index: number, source: EndpointSource): void {
    const { observer } = this.#options;
    source.start({
      found: (endpoints) => {
        this.#found[index] = endpoints;
        this.#sourceErrors[index] = undefined;
        observer.discovered(source.name, endpoints.length);
        this.#assemble();
        this.#owner.reshaped();
        this.#owner.moved();
      },
      failed: (error) => {
        observer.undiscovered(source.name, error);
        if (this.#found[index] !== undefined) return;
        this.#sourceErrors[index] = error;
        this.#owner.moved();
      },
    });
  }

  /** Makes the set what the sources say it is. Of an endpoint that is told of twice the first counts. */
  #assemble(): void {
    const present = new Map(this.#members.map((endpoint) => [endpoint.key, endpoint]));
    const members = new Map<string, Endpoint>();
    const found = this.#found.flatMap((endpoints) => endpoints ?? []);
    for (const spec of [...this.#options.endpoints, ...found]) {
      const key = formatAddress(spec.address);
      if (members.has(key)) continue;
      const known = present.get(key);
      known?.describe(spec);
      members.set(key, known ?? this.#join(spec));
    }
    this.#members = [...members.values()];
    for (const endpoint of present.values()) {
      if (!members.has(endpoint.key)) this.#leave(endpoint);
    }
    if (this.#isAwake) this.wake();
  }

  #join(spec: EndpointSpec): Endpoint {
    this.#count.idle++;
    return new Endpoint(spec, this.#open, this.#options, this.#vitals, this);
  }

  #leave(endpoint: Endpoint): void {
    endpoint.stop();
    if (endpoint.connectionCount > 0) this.#leaving.add(endpoint);
  }
}
