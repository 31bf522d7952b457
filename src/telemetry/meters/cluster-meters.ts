import type { Labels } from "./family.ts";

/** An endpoint of a cluster at one moment. */
export interface EndpointReading {
  readonly address: string;
  readonly state: string;
  readonly connections: number;
  readonly inFlight: number;
}

/** A cluster at one moment. */
export interface ClusterReading {
  readonly inFlight: number;
  readonly pending: number;
  readonly endpoints: readonly EndpointReading[];
}

/** Where a breaker stands; the word that the log and `/clusters` use too. */
export type BreakerPosition = "closed" | "halfOpen" | "open";

/** Told of what happens in one cluster. It outlives the cluster, whose successor goes on with it. */
export interface ClusterMeters {
  /** A connection is ready. */
  connected(endpoint: string): void;
  /** A connection that was ready broke. */
  lost(endpoint: string): void;
  /** An attempt to connect failed. */
  refused(endpoint: string): void;
  /** A call was tried once more. */
  retried(): void;
  /** An endpoint was ejected as an outlier. */
  ejected(endpoint: string): void;
  /** The breaker has moved. */
  breakerMoved(to: BreakerPosition): void;
  /** Says where the cluster's present state is read. */
  readStatus(read: () => ClusterReading): void;
}

/** What is counted of one endpoint. */
export interface EndpointCounts {
  readonly labels: Labels;
  connects: number;
  losses: number;
  refusals: number;
  ejections: number;
}

/** Endpoints that are counted one by one; discovery may bring any number of them over time. */
const mostEndpoints = 1000;

/** The one label of the endpoints over that number. */
const otherEndpoints = "other";

/** The numbers of one cluster. */
export class ClusterCounts implements ClusterMeters {
  readonly labels: Labels;
  readonly endpoints: Map<string, EndpointCounts> = new Map();
  retries = 0;
  /** Undefined for a cluster without a breaker. */
  breaker: BreakerPosition | undefined = undefined;
  #read: () => ClusterReading = () => ({ inFlight: 0, pending: 0, endpoints: [] });

  constructor(name: string) {
    this.labels = { cluster: name };
  }

  get reading(): ClusterReading {
    return this.#read();
  }

  connected(endpoint: string): void {
    this.#countsOf(endpoint).connects++;
  }

  lost(endpoint: string): void {
    this.#countsOf(endpoint).losses++;
  }

  refused(endpoint: string): void {
    this.#countsOf(endpoint).refusals++;
  }

  retried(): void {
    this.retries++;
  }

  ejected(endpoint: string): void {
    this.#countsOf(endpoint).ejections++;
  }

  breakerMoved(to: BreakerPosition): void {
    this.breaker = to;
  }

  readStatus(read: () => ClusterReading): void {
    this.#read = read;
  }

  #countsOf(endpoint: string): EndpointCounts {
    const known = this.endpoints.get(endpoint);
    if (known !== undefined) return known;
    if (this.endpoints.size >= mostEndpoints) this.#forgetGone();
    const key = this.endpoints.size >= mostEndpoints ? otherEndpoints : endpoint;
    const counts = this.endpoints.get(key) ?? {
      labels: { ...this.labels, endpoint: key },
      connects: 0,
      losses: 0,
      refusals: 0,
      ejections: 0,
    };
    this.endpoints.set(key, counts);
    return counts;
  }

  #forgetGone(): void {
    const present = new Set(this.reading.endpoints.map(({ address }) => address));
    for (const endpoint of this.endpoints.keys()) {
      if (!present.has(endpoint) && endpoint !== otherEndpoints) this.endpoints.delete(endpoint);
    }
  }
}
