import type {
  BreakerPosition,
  ClusterCounts,
  EndpointCounts,
  EndpointReading,
} from "./cluster-meters.ts";
import { type MeterFamily, type Sample, sampleOf } from "./family.ts";

/** `diglot_breaker_state`: the more it refuses, the higher. */
const breakerValues: Readonly<Record<BreakerPosition, number>> = {
  closed: 0,
  halfOpen: 1,
  open: 2,
};

/** Everything that clusters count and are, as families. */
export function clusterFamilies(
  clusters: ReadonlyMap<string, ClusterCounts>,
): readonly MeterFamily[] {
  const family = (
    type: "counter" | "gauge",
    name: string,
    help: string,
    read: (counts: ClusterCounts) => readonly Sample[],
  ): MeterFamily => ({
    name: `diglot_${name}`,
    help,
    type,
    samples: () => [...clusters.values()].flatMap(read),
  });
  return [
    family(
      "gauge",
      "cluster_calls_in_flight",
      "Calls to the cluster that have not ended.",
      ({ labels, reading }) => [sampleOf(labels, reading.inFlight)],
    ),
    family(
      "gauge",
      "cluster_calls_pending",
      "Calls that wait for a connection.",
      ({ labels, reading }) => [sampleOf(labels, reading.pending)],
    ),
    ...endpointReadings.map(([name, help, read]) =>
      family("gauge", name, help, ({ labels, reading }) =>
        reading.endpoints.map((endpoint) =>
          sampleOf(labels, read(endpoint), { endpoint: endpoint.address }),
        ),
      ),
    ),
    ...endpointCounters.map(([name, help, read]) =>
      family("counter", name, help, ({ endpoints }) =>
        [...endpoints.values()].map((counts) => sampleOf(counts.labels, read(counts))),
      ),
    ),
    family(
      "counter",
      "retries_total",
      "Attempts beyond the first of a call.",
      ({ labels, retries }) => [sampleOf(labels, retries)],
    ),
    family(
      "gauge",
      "breaker_state",
      "0 closed, 1 half-open, 2 open; absent without a breaker.",
      ({ labels, breaker }) =>
        breaker === undefined ? [] : [sampleOf(labels, breakerValues[breaker])],
    ),
  ];
}

type Row<From> = readonly [name: string, help: string, read: (from: From) => number];

const endpointReadings: readonly Row<EndpointReading>[] = [
  [
    "endpoint_connections",
    "Connections to the endpoint that have not ended.",
    ({ connections }) => connections,
  ],
  ["endpoint_calls_in_flight", "Calls on the endpoint.", ({ inFlight }) => inFlight],
  [
    "endpoint_ready",
    "1 while calls can be sent to the endpoint.",
    ({ state }) => (state === "ready" ? 1 : 0),
  ],
];

const endpointCounters: readonly Row<EndpointCounts>[] = [
  ["endpoint_connects_total", "Connections that became ready.", ({ connects }) => connects],
  [
    "endpoint_connect_failures_total",
    "Attempts to connect that failed.",
    ({ refusals }) => refusals,
  ],
  [
    "endpoint_connections_lost_total",
    "Connections that broke after they were ready.",
    ({ losses }) => losses,
  ],
  [
    "endpoint_ejections_total",
    "Times that the endpoint was ejected as an outlier.",
    ({ ejections }) => ejections,
  ],
];
