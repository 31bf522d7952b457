import type { Clock, Random, Timer } from "../../base/index.ts";
import { backoffDelayMs } from "../backoff.ts";
import type { Resolver } from "./resolver.ts";
import { sameEndpoints } from "./same-endpoints.ts";
import type { EndpointSource, EndpointSpec, SourceEvents } from "./source.ts";

/** What a name is resolved by. */
export interface DnsSourceOptions {
  readonly name: string;
  /** The name: of a host, with the port and what else is said of each of its addresses, or of a service (RFC 2782). */
  readonly target:
    | {
        readonly kind: "host";
        readonly host: string;
        readonly port: number;
        readonly spec: Omit<EndpointSpec, "address">;
      }
    | {
        readonly kind: "service";
        readonly service: string;
        readonly spec: Omit<EndpointSpec, "address">;
      };
  /** Longest time between two questions, in ms; an answer that holds for less is asked again sooner. */
  readonly refreshMs: number;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly random: Random;
}

/** Shortest time between two questions once there was an answer (gRPC: min_time_between_resolutions). */
const leastMs = 30_000;

/** How fast the first answer is asked for. */
const firstAnswer = { baseMs: 1000, maxMs: leastMs };

/** The addresses of a name. A failure, or an answer without addresses, leaves those of the last good answer. */
export class DnsSource implements EndpointSource {
  readonly name: string;
  readonly #options: DnsSourceOptions;
  #events: SourceEvents | undefined = undefined;
  #known: readonly EndpointSpec[] = [];
  #timer: Timer | undefined = undefined;
  #isAsking = false;
  /** When the last question was asked. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #failures = 0;

  constructor(options: DnsSourceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  start(events: SourceEvents): void {
    this.#events = events;
    void this.#ask();
  }

  refresh(): void {
    if (this.#events === undefined || this.#isAsking || this.#known.length === 0) return;
    const dueIn = Math.max(this.#askedAt + leastMs - this.#options.clock.now(), 0);
    this.#askIn(dueIn);
  }

  stop(): void {
    this.#events = undefined;
    this.#timer?.cancel();
  }

  async #ask(): Promise<void> {
    const { clock } = this.#options;
    this.#isAsking = true;
    this.#askedAt = clock.now();
    const answer = await this.#resolve().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    this.#isAsking = false;
    const events = this.#events;
    if (events === undefined) return;
    if (typeof answer === "string" || answer.endpoints.length === 0) {
      this.#failed(events, typeof answer === "string" ? answer : `${this.name} has no address`);
      return;
    }
    this.#failures = 0;
    if (!sameEndpoints(answer.endpoints, this.#known)) {
      this.#known = answer.endpoints;
      events.found(answer.endpoints);
    }
    this.#askIn(
      Math.min(Math.max(answer.ttlMs, leastMs), Math.max(this.#options.refreshMs, leastMs)),
    );
  }

  #failed(events: SourceEvents, error: string): void {
    this.#failures++;
    events.failed(error);
    // Calls wait for the first answer; later ones can wait.
    const isFirst = this.#known.length === 0;
    this.#askIn(
      isFirst ? backoffDelayMs(this.#failures, firstAnswer, this.#options.random) : leastMs,
    );
  }

  #askIn(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimer(delayMs, () => void this.#ask());
  }

  async #resolve(): Promise<Answer> {
    const { target } = this.#options;
    if (target.kind === "host") return this.#addressesOf(target.host, target.port, target.spec);
    const records = await this.#options.resolver.services(target.service);
    const ranks = [...new Set(records.map(({ priority }) => priority))].toSorted((a, b) => a - b);
    const answers = await Promise.allSettled(
      records.map(({ host, port, priority, weight }) =>
        this.#addressesOf(host, port, {
          ...target.spec,
          priority: target.spec.priority + ranks.indexOf(priority),
          // RFC 2782: weight 0 is for records that are seldom wanted; a balancer knows no such endpoint.
          weight: Math.max(weight, 1),
        }),
      ),
    );
    const good = answers.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    return {
      endpoints: good.flatMap(({ endpoints }) => endpoints),
      ttlMs: Math.min(...good.map(({ ttlMs }) => ttlMs)),
    };
  }

  async #addressesOf(
    host: string,
    port: number,
    spec: Omit<EndpointSpec, "address">,
  ): Promise<Answer> {
    const found = await this.#options.resolver.addresses(host);
    const unique = [...new Set(found.map(({ address }) => address))].toSorted();
    return {
      endpoints: unique.map((address) => ({
        ...spec,
        address: { kind: "tcp", host: address, port, name: host },
      })),
      ttlMs: Math.min(...found.map(({ ttlMs }) => ttlMs)),
    };
  }
}

interface Answer {
  readonly endpoints: readonly EndpointSpec[];
  /** How long it holds, in ms. */
  readonly ttlMs: number;
}
