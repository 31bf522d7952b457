import { setImmediate as turnOfEventLoop } from "node:timers/promises";
import { collectDefaultMetrics, type Metric, Registry } from "prom-client";
import { measureEventLoop } from "./event-loop.ts";
import type { MeterFamily } from "./family.ts";

/** Meters as text, for Prometheus to read. */
export interface Exposition {
  readonly contentType: string;
  /** All numbers as they are now. */
  text(): Promise<string>;
}

/** Meters of the process are one for the process, however many gateways run in it. */
let processRegistry: Registry | undefined;

/** Makes meters readable, and begins to measure the process itself: memory, CPU, collections, the event loop. */
export function exposeMeters(families: readonly MeterFamily[]): Exposition {
  const registry = new Registry();
  for (const family of families) registry.registerMetric(metricOf(family));
  processRegistry ??= measureProcess();
  const ofProcess = processRegistry;
  return {
    contentType: registry.contentType,
    text: async () => `${await textOf(registry)}${await textOf(ofProcess)}`,
  };
}

/** Longer than any process is asked for: nothing of prom-client's own measure of the event loop is kept. */
const seldomMs = 3_600_000;

function measureProcess(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: seldomMs });
  // Its lag has the sampling interval in it, and is never below that.
  for (const { name } of registry.getMetricsAsArray()) {
    if (name.startsWith("nodejs_eventloop_lag")) registry.removeSingleMetric(name);
  }
  registry.registerMetric(metricOf(measureEventLoop()));
  return registry;
}

/** A family at a time, between which requests are served: thousands of series take milliseconds to write down. */
async function textOf(registry: Registry): Promise<string> {
  const texts: string[] = [];
  for (const { name } of registry.getMetricsAsArray()) {
    texts.push(`${await registry.getSingleMetricAsString(name)}\n\n`);
    await turnOfEventLoop();
  }
  return texts.join("");
}

/**
 * A family as prom-client takes it. Its own Counter and Histogram look their labels up with every increment, which
 * costs more than all else that is counted of a request; a registry asks no more of a metric than a name and `get`.
 */
function metricOf({ name, help, type, samples }: MeterFamily): Metric {
  const get = () =>
    Promise.resolve({
      name,
      help,
      type,
      values: samples().map(({ suffix, labels, part, value }) => ({
        metricName: name + suffix,
        sharedLabels: labels,
        labels: part,
        value,
      })),
    });
  return { name, help, get } as unknown as Metric;
}
