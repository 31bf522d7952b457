import type { Clock } from "../../base/index.ts";
import type { Labels } from "./family.ts";
import { latencyBoundsMs, latencyBucket } from "./latency-bounds.ts";
import { type SampledTimer, SampledTimes } from "./sampled-timer.ts";

/**
 * What is counted of the requests that one route of one listener takes. Found once, on load: a request adds to
 * numbers that are there, and looks nothing up.
 */
export interface RouteMeter {
  /** A request was answered; `code` is its gRPC code. */
  record(code: number, durationMs: number): void;
  /** As record, of what has no latency worth a bucket: a stream, or a request that was refused before it was one. */
  count(code: number): void;
  /** A reply begins to stream; each is closed once. */
  streamOpened(): void;
  streamClosed(): void;
  /** Times some of the conversions between JSON and messages; of streams none. */
  readonly transcoding: TranscodingTimers;
}

/** A timer for each way. */
export interface TranscodingTimers {
  readonly request: SampledTimer;
  readonly reply: SampledTimer;
}

/** gRPC codes run from 0 to 16; whatever is not among them counts as UNKNOWN. */
const codeCount = 17;
const unknownCode = 2;

/** The numbers of one route. Doubles hold whole numbers to 2^53, which no counter reaches; 32 bits wrap in days. */
export class RouteCounts implements RouteMeter {
  readonly labels: Labels;
  /** Requests by gRPC code. */
  readonly byCode: Float64Array = new Float64Array(codeCount);
  /** Latencies by bucket, each bucket by itself. */
  readonly byLatency: Float64Array = new Float64Array(latencyBoundsMs.length + 1);
  durationMs = 0;
  streams = 0;
  streamsOpen = 0;

  readonly transcoding: { readonly request: SampledTimes; readonly reply: SampledTimes };

  constructor(labels: Labels, clock: Clock) {
    this.labels = labels;
    this.transcoding = { request: new SampledTimes(clock), reply: new SampledTimes(clock) };
  }

  record(code: number, durationMs: number): void {
    this.count(code);
    const bucket = latencyBucket(durationMs);
    this.byLatency[bucket] = (this.byLatency[bucket] ?? 0) + 1;
    this.durationMs += durationMs;
  }

  count(code: number): void {
    const counted = this.byCode[code];
    if (counted === undefined) this.byCode[unknownCode] = (this.byCode[unknownCode] ?? 0) + 1;
    else this.byCode[code] = counted + 1;
  }

  streamOpened(): void {
    this.streams++;
    this.streamsOpen++;
  }

  streamClosed(): void {
    this.streamsOpen--;
  }
}
