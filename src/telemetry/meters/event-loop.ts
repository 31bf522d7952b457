import { monitorEventLoopDelay } from "node:perf_hooks";
import { type MeterFamily, sampleOf } from "./family.ts";

/** How often the event loop is sampled, in ms: often enough for its p99, at 50 wake-ups a second. */
const samplingMs = 20;

const quantiles = [0.5, 0.9, 0.99, 1].map((quantile) => ({
  percentile: quantile * 100,
  part: { quantile: String(quantile) },
}));

/** Times between samples of the event loop, in ns. */
export interface LoopSamples {
  percentile(percentile: number): number;
  reset(): void;
}

function sampleEventLoop(): LoopSamples {
  const samples = monitorEventLoopDelay({ resolution: samplingMs });
  samples.enable();
  return samples;
}

/** Measures how late the event loop is; what is read is since the last time that it was read. */
export function measureEventLoop(delays: LoopSamples = sampleEventLoop()): MeterFamily {
  return {
    name: "diglot_event_loop_delay_seconds",
    help: "How late the event loop was since the last scrape, by quantile; 1 is the worst.",
    type: "gauge",
    samples() {
      // Node counts from one sample to the next, the wait that was asked for included.
      const samples = quantiles.map(({ percentile, part }) => {
        const lateNs = delays.percentile(percentile) - samplingMs * 1e6;
        return sampleOf(noLabels, Math.max(lateNs, 0) / 1e9, part);
      });
      delays.reset();
      return samples;
    },
  };
}

const noLabels = {};
