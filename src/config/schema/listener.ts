import { z } from "zod";
import type { ListenerConfig, ListenerLimits } from "../gateway-config.ts";
import { listenAddress } from "./address.ts";
import { choice, described, duration, size, someOf, switchValue, wholeNumber } from "./text.ts";

/** Longer than this a wait is a leak; it also keeps within what a timer can hold. */
export const longestWait = "500h";

const limits: z.ZodType<ListenerLimits> = z
  .strictObject({
    body: described(
      "Largest request body, as sent and as decoded; over it 413. Default 4MiB.",
      size({ least: "1B", most: "1GiB" }).prefault("4MiB"),
    ),
    headers: described(
      "Largest header block of a request; over it 431. Default 16KiB.",
      size({ least: "512B", most: "1MiB" }).prefault("16KiB"),
    ),
    header_fields: described(
      "Most header fields of a request; over it 431. Default 100.",
      wholeNumber(1, 10_000).prefault(100),
    ),
    path: described(
      "Longest request target; over it 414. Default 8KiB.",
      size({ least: "16B", most: "1MiB" }).prefault("8KiB"),
    ),
    request: described(
      "Longest time for a whole request, from its head to its response; over it 504. Default 60s.",
      duration({ least: "1ms", most: longestWait }).prefault("60s"),
    ),
    idle: described(
      "How long a connection may wait for its next request. Default 65s.",
      duration({ least: "1ms", most: longestWait }).prefault("65s"),
    ),
    header_timeout: described(
      "Longest time for a request's head to arrive; over it 408. Default 10s.",
      duration({ least: "1ms", most: longestWait }).prefault("10s"),
    ),
    query_parameters: described(
      "Most query parameters of a request; over it 400. Default 256.",
      wholeNumber(0, 100_000).prefault(256),
    ),
    json_depth: described(
      "Deepest nesting of JSON, read or printed; over it 400. Default 100.",
      wholeNumber(1, 1000).prefault(100),
    ),
    reply: described(
      "Largest message of an upstream's reply; over it the call is reset and answered 500. Default 4MiB.",
      size({ least: "1B", most: "1GiB" }).prefault("4MiB"),
    ),
    drain: described(
      "How long requests in flight may take to finish when the gateway stops. Default 30s.",
      duration({ least: "0s", most: longestWait }).prefault("30s"),
    ),
    connections: described(
      "Most open connections; further ones are closed at once. Default 10000.",
      wholeNumber(1, 1_000_000).prefault(10_000),
    ),
  })
  .transform((keys) => ({
    bodyBytes: keys.body,
    headerBytes: keys.headers,
    headerFields: keys.header_fields,
    pathBytes: keys.path,
    requestMs: keys.request,
    idleMs: keys.idle,
    headerTimeoutMs: keys.header_timeout,
    queryParameters: keys.query_parameters,
    jsonDepth: keys.json_depth,
    replyBytes: keys.reply,
    drainMs: keys.drain,
    connections: keys.connections,
  }));

/** One entry of `listeners`, without its name. */
export const listener: z.ZodType<Omit<ListenerConfig, "name">> = z
  .strictObject({
    listen: described("Address to listen on: host:port, [IPv6]:port or unix:path.", listenAddress),
    protocols: described(
      "What is spoken there. This version speaks http1 only.",
      someOf(choice("a protocol", ["http1"]), "protocol").prefault(["http1"]),
    ),
    limits: described("What one request and the listener take at most.", limits.prefault({})),
    trusted_hops: described(
      "How many proxies in front are believed about x-forwarded-*. Default 0: nobody is.",
      wholeNumber(0, 32).prefault(0),
    ),
    access_log: described(
      "Print a JSON line for every request on standard output. Default true.",
      switchValue().prefault(true),
    ),
  })
  .transform((keys) => ({
    address: keys.listen,
    protocols: keys.protocols,
    limits: keys.limits,
    trustedHops: keys.trusted_hops,
    accessLog: keys.access_log,
  }));
