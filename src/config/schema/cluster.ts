import { z } from "zod";
import type {
  BackoffConfig,
  ClusterConfig,
  KeepaliveConfig,
  OverflowConfig,
} from "../gateway-config.ts";
import { balance } from "./balance.ts";
import { discoveryOf, endpoint, staticEndpoints } from "./endpoint.ts";
import { longestWait } from "./listener.ts";
import { resilience, resilienceOf } from "./resilience.ts";
import { retry } from "./retry.ts";
import {
  choice,
  described,
  duration,
  matching,
  percent,
  someOf,
  someText,
  wholeNumber,
} from "./text.ts";
import { upstreamTls } from "./upstream-tls.ts";

const overflow: z.ZodType<OverflowConfig> = z
  .strictObject({
    connections: described(
      "Most connections to one endpoint. Default 4.",
      wholeNumber(1, 10_000).prefault(4),
    ),
    requests: described(
      "Most requests in flight to the cluster; over it 503. Default 1024.",
      wholeNumber(1, 1_000_000).prefault(1024),
    ),
    pending: described(
      "Most requests that wait for a connection; over it 503. Default 1024.",
      wholeNumber(0, 1_000_000).prefault(1024),
    ),
    retries: described(
      "Most requests that are being sent again; over it a failure stays one. Default 100.",
      wholeNumber(0, 1_000_000).prefault(100),
    ),
  })
  .transform((keys) => keys);

const backoff: z.ZodType<BackoffConfig> = z
  .strictObject({
    base: described(
      "First wait before an endpoint is connected to again; doubled each time, with jitter. Default 100ms.",
      duration({ least: "1ms", most: "1h" }).prefault("100ms"),
    ),
    max: described(
      "Longest wait before an endpoint is connected to again. Default 10s.",
      duration({ least: "1ms", most: "1h" }).prefault("10s"),
    ),
  })
  .transform((keys) => ({ baseMs: keys.base, maxMs: keys.max }));

const keepalive: z.ZodType<KeepaliveConfig> = z
  .strictObject({
    interval: described(
      "How long an endpoint with calls in flight may be silent before it is sent a PING. Default 10s.",
      duration({ least: "1s", most: "24h" }).prefault("10s"),
    ),
    timeout: described(
      "How long it has to answer before its connection is given up. Default 5s.",
      duration({ least: "100ms", most: "1h" }).prefault("5s"),
    ),
  })
  .transform((keys) => ({ intervalMs: keys.interval, timeoutMs: keys.timeout }));

const dns = z
  .strictObject({
    refresh: described(
      "Longest time between two questions for a name. Default 60s.",
      duration({ least: "30s", most: "24h" }).prefault("60s"),
    ),
  })
  .transform((keys) => ({ refreshMs: keys.refresh }));

/** One entry of `clusters`, without its name. */
export const cluster: z.ZodType<Omit<ClusterConfig, "name">> = z
  .strictObject({
    endpoints: described(
      "Where the upstream is: host:port, [IPv6]:port, unix:path, dns:///host:port, srv:///name or file:path, or a map. The name in host:port is resolved on connecting.",
      someOf(endpoint, "endpoint"),
    ),
    dns: described("How names of dns:/// and srv:/// are asked for.", dns.prefault({})),
    balance: described(
      "How an endpoint is chosen for a call: the name of a policy, or a map of it with options. Default round_robin.",
      balance.prefault("round_robin"),
    ),
    subset_by: described(
      "Names of endpoints' metadata; those with the same values of all of them are a subset.",
      z.array(someText("a name of metadata")).prefault([]),
    ),
    panic_threshold: described(
      "When less than this part of a priority is available its health is ignored; 0% for never. Default 50%.",
      percent({ least: "0%", most: "100%" }).prefault("50%"),
    ),
    slow_start: described(
      "How long an endpoint that is new or back takes to get its full share. Default 0s.",
      duration({ least: "0s", most: "1h" }).prefault("0s"),
    ),
    locality: described(
      "Which localities are used first.",
      z
        .strictObject({
          prefer: described(
            "The locality whose endpoints are used first, such as zone-a.",
            someText("a locality"),
          ),
        })
        .optional(),
    ),
    deadline: described(
      "How long a call may take, where its route says nothing. Default 15s.",
      duration({ least: "1ms", most: longestWait }).prefault("15s"),
    ),
    connect_timeout: described(
      "How long connecting to an endpoint may take. Default 1s.",
      duration({ least: "1ms", most: "1h" }).prefault("1s"),
    ),
    overflow: described(
      "How much may be in flight before the cluster refuses.",
      overflow.prefault({}),
    ),
    backoff: described("Waits between attempts to connect.", backoff.prefault({})),
    retry: described("How calls are sent again.", retry.prefault({})),
    keepalive: described(
      "How an endpoint that has vanished without a word is found out.",
      keepalive.prefault({}),
    ),
    idle_timeout: described(
      "How long a connection without calls is kept. Default 1h.",
      duration({ least: "1s", most: "24h" }).prefault("1h"),
    ),
    max_age: described(
      "How old a connection may get, give or take a tenth; a new one is ready before. Default: any age.",
      duration({ least: "1s", most: "720h" }).optional(),
    ),
    authority: described(
      "Sent as :authority instead of the endpoint's own, such as library.internal.",
      matching(/^[A-Za-z0-9_.:[\]-]{1,255}$/, "an authority such as library.internal").optional(),
    ),
    tls: described(
      "TLS to the endpoints: true, or a map of certificates and names. Default false.",
      upstreamTls.optional(),
    ),
    compression: described(
      "Compress request messages from 1 KiB on: gzip. Default none.",
      choice("a compression", ["gzip"]).optional(),
    ),
    ...resilience,
  })
  .transform((keys) => ({
    endpoints: staticEndpoints(keys.endpoints),
    discovery: discoveryOf(keys.endpoints),
    dnsRefreshMs: keys.dns.refreshMs,
    balance: keys.balance,
    subsetBy: keys.subset_by,
    panicThreshold: keys.panic_threshold,
    slowStartMs: keys.slow_start,
    preferredLocality: keys.locality?.prefer,
    deadlineMs: keys.deadline,
    connectTimeoutMs: keys.connect_timeout,
    overflow: keys.overflow,
    backoff: keys.backoff,
    retry: keys.retry,
    keepalive: keys.keepalive,
    idleTimeoutMs: keys.idle_timeout,
    maxAgeMs: keys.max_age,
    authority: keys.authority,
    tls: keys.tls,
    compression: keys.compression,
    ...resilienceOf(keys),
  }));
