import { z } from "zod";
import type { OutlierConfig } from "../gateway-config.ts";
import { described, duration, percent, switchValue, wholeNumber } from "./text.ts";

const minimumHosts = described(
  "Endpoints that must have had enough calls before any is judged. Default 5.",
  wholeNumber(1, 10_000).prefault(5),
);

const successRate = z
  .strictObject({
    stdev_factor: described(
      "Thousandths of a standard deviation below the mean at which an endpoint is ejected. Default 1900.",
      wholeNumber(100, 100_000).prefault(1900),
    ),
    minimum_hosts: minimumHosts,
    request_volume: described(
      "Calls within an interval that are enough. Default 100.",
      wholeNumber(1, 1_000_000).prefault(100),
    ),
  })
  .transform((keys) => ({
    stdevFactor: keys.stdev_factor / 1000,
    minimumHosts: keys.minimum_hosts,
    requestVolume: keys.request_volume,
  }));

const failurePercentage = z
  .strictObject({
    threshold: described(
      "Share of failures at which an endpoint is ejected. Default 85%.",
      percent({ least: "1%", most: "100%" }).prefault("85%"),
    ),
    minimum_hosts: minimumHosts,
    request_volume: described(
      "Calls within an interval that are enough. Default 50.",
      wholeNumber(1, 1_000_000).prefault(50),
    ),
  })
  .transform((keys) => ({
    threshold: keys.threshold,
    minimumHosts: keys.minimum_hosts,
    requestVolume: keys.request_volume,
  }));

/** A map, or `true` for its defaults, or `false` for never. */
function orSwitch<Output>(map: z.ZodType<Output>): z.ZodType<Output | undefined> {
  const whenOn = switchValue().transform((isOn) => (isOn ? map.parse({}) : undefined));
  return z.union([whenOn, map], { error: "expected true, false or a map" });
}

/** `outlier` of a cluster. */
export const outlier: z.ZodType<OutlierConfig> = z
  .strictObject({
    consecutive_errors: described(
      "Failures in a row that eject an endpoint at once; 0 for never. Default 5.",
      wholeNumber(0, 1000).prefault(5),
    ),
    interval: described(
      "How often shares are judged, and how soon past ejections are forgotten. Default 10s.",
      duration({ least: "100ms", most: "1h" }).prefault("10s"),
    ),
    eject_for: described(
      "How long the first ejection lasts; the nth lasts n times as long. Default 30s.",
      duration({ least: "1ms", most: "24h" }).prefault("30s"),
    ),
    max_eject_for: described(
      "The longest ejection. Default 300s.",
      duration({ least: "1ms", most: "24h" }).prefault("300s"),
    ),
    max_ejected: described(
      "Share of the endpoints that may be ejected at once, but always one. Default 10%.",
      percent({ least: "0%", most: "100%" }).prefault("10%"),
    ),
    success_rate: described(
      "Ejects endpoints that succeed far less often than the others; false for never. Default true.",
      orSwitch(successRate).prefault(true),
    ),
    failure_percentage: described(
      "Ejects endpoints by their share of failures; false for never. Default true.",
      orSwitch(failurePercentage).prefault(true),
    ),
  })
  .transform((keys) => ({
    consecutiveErrors: keys.consecutive_errors,
    intervalMs: keys.interval,
    ejectForMs: keys.eject_for,
    maxEjectForMs: keys.max_eject_for,
    maxEjected: keys.max_ejected,
    successRate: keys.success_rate,
    failurePercentage: keys.failure_percentage,
  }));
