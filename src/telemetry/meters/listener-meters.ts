import type { Clock } from "../../base/index.ts";
import type { Labels } from "./family.ts";
import { RouteCounts, type RouteMeter } from "./route-meter.ts";

/** How many connections a listener has and had. */
export interface ConnectionCounts {
  readonly open: number;
  readonly accepted: number;
}

/** What is counted of one listener. It outlives what the listener is configured with. */
export interface ListenerMeters {
  /** The meter of a route, by its template and its `package.Service/Method`: the same one for the same names. */
  route(template: string, rpc: string): RouteMeter;
  /** For all that no route took. Clients choose paths and methods, so those are never labels (faults.md, O-09). */
  readonly unrouted: RouteMeter;
  /** The gateway itself failed a request; `reason` is one of the closed list. */
  failed(reason: string): void;
  /** Says where the connections are read. */
  readConnections(read: () => ConnectionCounts): void;
}

/** The one label of everything that has no route. */
const noRoute = "none";

/** The numbers of one listener. */
export class ListenerCounts implements ListenerMeters {
  readonly labels: Labels;
  readonly unrouted: RouteCounts;
  readonly failures: Map<string, number> = new Map();
  readonly #routes = new Map<string, RouteCounts>();
  #connections: () => ConnectionCounts = () => ({ open: 0, accepted: 0 });

  readonly #clock: Clock;

  constructor(name: string, clock: Clock) {
    this.#clock = clock;
    this.labels = { listener: name };
    this.unrouted = new RouteCounts({ ...this.labels, route: noRoute, rpc: noRoute }, clock);
  }

  get routes(): readonly RouteCounts[] {
    return [this.unrouted, ...this.#routes.values()];
  }

  get connections(): ConnectionCounts {
    return this.#connections();
  }

  route(template: string, rpc: string): RouteCounts {
    const key = `${rpc} ${template}`;
    let counts = this.#routes.get(key);
    if (counts === undefined) {
      counts = new RouteCounts({ ...this.labels, route: template, rpc }, this.#clock);
      this.#routes.set(key, counts);
    }
    return counts;
  }

  failed(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }

  readConnections(read: () => ConnectionCounts): void {
    this.#connections = read;
  }
}
