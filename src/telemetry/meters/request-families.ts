import { type Labels, type MeterFamily, type Sample, sampleOf } from "./family.ts";
import { latencyBoundsMs } from "./latency-bounds.ts";
import type { ListenerCounts } from "./listener-meters.ts";
import type { RouteCounts } from "./route-meter.ts";
import type { SampledTimes } from "./sampled-timer.ts";

/** Everything that listeners count, as families. */
export function requestFamilies(
  listeners: ReadonlyMap<string, ListenerCounts>,
  codeName: (code: number) => string,
): readonly MeterFamily[] {
  const ofListeners = (read: (counts: ListenerCounts) => readonly Sample[]) => () =>
    [...listeners.values()].flatMap(read);
  const ofRoutes = (read: (counts: RouteCounts) => readonly Sample[]) =>
    ofListeners(({ routes }) => routes.flatMap(read));
  return [
    {
      name: "diglot_requests_total",
      help: "Requests by listener, route template, RPC method and gRPC code.",
      type: "counter",
      samples: ofRoutes((counts) => codeSamples(counts, codeName)),
    },
    {
      name: "diglot_request_duration_seconds",
      help: "From the head of a request to its response; streams are not in it.",
      type: "histogram",
      samples: ofRoutes(latencySamples),
    },
    {
      name: "diglot_request_failures_total",
      help: "Requests that the gateway itself failed, by reason (docs/errors.md).",
      type: "counter",
      samples: ofListeners(({ labels, failures }) =>
        [...failures].map(([reason, count]) => sampleOf(labels, count, { reason })),
      ),
    },
    {
      name: "diglot_transcoding_samples_total",
      help: "Conversions between JSON and messages that were timed: one of 64.",
      type: "counter",
      samples: ofRoutes((counts) => transcodingSamples(counts, ({ samples }) => samples)),
    },
    {
      name: "diglot_transcoding_sampled_seconds_total",
      help: "How long those took, by direction.",
      type: "counter",
      samples: ofRoutes((counts) => transcodingSamples(counts, ({ totalMs }) => totalMs / 1000)),
    },
    {
      name: "diglot_streams_total",
      help: "Replies that streamed, WebSockets included.",
      type: "counter",
      samples: ofRoutes(({ labels, streams }) =>
        streams === 0 ? [] : [sampleOf(labels, streams)],
      ),
    },
    {
      name: "diglot_streams_open",
      help: "Replies that stream now, WebSockets included.",
      type: "gauge",
      samples: ofRoutes(({ labels, streams, streamsOpen }) =>
        streams === 0 ? [] : [sampleOf(labels, streamsOpen)],
      ),
    },
    {
      name: "diglot_connections_open",
      help: "Connections of clients that are open now.",
      type: "gauge",
      samples: ofListeners(({ labels, connections }) => [sampleOf(labels, connections.open)]),
    },
    {
      name: "diglot_connections_total",
      help: "Connections of clients that were accepted.",
      type: "counter",
      samples: ofListeners(({ labels, connections }) => [sampleOf(labels, connections.accepted)]),
    },
  ];
}

/** OK is there from the start, so that the first request is seen as an increase; other codes once they occur. */
function codeSamples(
  { labels, byCode }: RouteCounts,
  codeName: (code: number) => string,
): readonly Sample[] {
  const samples: Sample[] = [];
  for (const [code, count] of byCode.entries()) {
    if (code === 0 || count > 0) samples.push(sampleOf(labels, count, { code: codeName(code) }));
  }
  return samples;
}

function transcodingSamples(
  { labels, transcoding }: RouteCounts,
  read: (times: SampledTimes) => number,
): readonly Sample[] {
  return directions
    .filter(({ direction }) => transcoding[direction].samples > 0)
    .map((part) => sampleOf(labels, read(transcoding[part.direction]), part));
}

const directions = [{ direction: "request" }, { direction: "reply" }] as const;

const buckets: readonly Labels[] = [
  ...latencyBoundsMs.map((boundMs) => ({ le: String(boundMs / 1000) })),
  { le: "+Inf" },
];

/** Nothing for a route without requests: a histogram is seventeen series. */
function latencySamples({ labels, byLatency, durationMs }: RouteCounts): readonly Sample[] {
  const samples: Sample[] = [];
  let count = 0;
  for (const [index, part] of buckets.entries()) {
    count += byLatency[index] ?? 0;
    samples.push({ suffix: "_bucket", labels, part, value: count });
  }
  if (count === 0) return [];
  samples.push({ suffix: "_sum", labels, part: undefined, value: durationMs / 1000 });
  samples.push({ suffix: "_count", labels, part: undefined, value: count });
  return samples;
}
