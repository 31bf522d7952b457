import { z } from "zod";
import { type CompatName, compatNames } from "../compat/presets.ts";
import type { CompressionConfig, ListenAddress, ListenerLimits } from "../gateway-config.ts";
import { listenAddress } from "./address.ts";
import { type SwitchLevel, switchKeys } from "./switches.ts";
import {
  choice,
  described,
  duration,
  matching,
  size,
  someOf,
  switchValue,
  wholeNumber,
} from "./text.ts";

/** Longer than this a wait is a leak; it also keeps within what a timer can hold. */
export const longestWait = "500h";

/** Another gateway whose behaviour is wanted. */
export const compat: z.ZodType<CompatName> = choice("a gateway to be like", compatNames);

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
    stream_idle: described(
      "How long a stream may be silent both ways before it ends. Default 5m.",
      duration({ least: "1ms", most: longestWait }).prefault("5m"),
    ),
    json_keys: described(
      "Most keys of one map, Struct or object of unknown keys; over it 400. Default 1000.",
      wholeNumber(1, 10_000_000).prefault(1000),
    ),
    min_rate: described(
      "Least bytes a second of a request body after 5 s; below it 408. Default 500B; 0B for any rate.",
      size({ least: "0B", most: "1GiB" }).prefault("500B"),
    ),
    write_stall: described(
      "How long a client may take nothing of its answer before it is cut off. Default 30s.",
      duration({ least: "1ms", most: longestWait }).prefault("30s"),
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
    streamIdleMs: keys.stream_idle,
    jsonKeys: keys.json_keys,
    minBytesPerSecond: keys.min_rate,
    writeStallMs: keys.write_stall,
  }));

const defaultCompression: CompressionConfig = {
  encodings: ["br", "gzip"],
  minBytes: 1024,
  types: ["application/json", "application/problem+json", "application/x-ndjson", "text/*"],
};

const compressionMap = z
  .strictObject({
    encodings: described(
      "What replies are compressed with: the client's weights first, then this order. Default [br, gzip].",
      someOf(choice("a coding", ["zstd", "br", "gzip"]), "coding"),
    ).optional(),
    min_size: described(
      "Smaller replies stay as they are. Default 1KiB.",
      size({ least: "0B", most: "1GiB" }),
    ).optional(),
    types: described(
      "Media types that are compressed; text/* is all of a type.",
      someOf(
        matching(/^[a-z0-9.+-]+\/(?:\*|[a-z0-9.+-]+)$/, "a media type such as application/json"),
        "media type",
      ),
    ).optional(),
  })
  .transform(
    (keys): CompressionConfig => ({
      encodings: keys.encodings ?? defaultCompression.encodings,
      minBytes: keys.min_size ?? defaultCompression.minBytes,
      types: keys.types ?? defaultCompression.types,
    }),
  );

const compression: z.ZodType<CompressionConfig | undefined> = z.union(
  [switchValue().transform((isOn) => (isOn ? defaultCompression : undefined)), compressionMap],
  { error: "expected true, false or a map" },
) as z.ZodType<CompressionConfig | undefined>;

/** One entry of `listeners` as written: its switches are one level of several. */
export interface ListenerDocument extends SwitchLevel {
  readonly address: ListenAddress;
  readonly protocols: readonly "http1"[];
  readonly limits: ListenerLimits;
  readonly trustedHops: number;
  readonly shadowHeaders: "refuse" | "drop";
  readonly accessLog: boolean;
  readonly compression: CompressionConfig | undefined;
  readonly compat: CompatName | undefined;
}

/** One entry of `listeners`, without its name. */
export const listener: z.ZodType<ListenerDocument> = z
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
    shadow_headers: described(
      "What becomes of headers whose name has _ where another one's has -: refuse the request, or drop the header. Default refuse.",
      choice("what becomes of such headers", ["refuse", "drop"]).prefault("refuse"),
    ),
    access_log: described(
      "Print a JSON line for every request on standard output. Default true.",
      switchValue().prefault(true),
    ),
    compression: described(
      "Compress replies where the client accepts it: true, or what and how. Default false.",
      compression.optional(),
    ),
    compat: described(
      "Behave as another gateway does: envoy or grpc-gateway. Default none.",
      compat.optional(),
    ),
    ...switchKeys("on this listener"),
  })
  .transform((keys) => ({
    json: keys.json,
    rest: keys.rest,
    metadata: keys.metadata,
    streams: keys.streams,
    errors: keys.errors,
    compression: keys.compression,
    compat: keys.compat,
    address: keys.listen,
    protocols: keys.protocols,
    limits: keys.limits,
    trustedHops: keys.trusted_hops,
    shadowHeaders: keys.shadow_headers,
    accessLog: keys.access_log,
  }));
