import { z } from "zod";
import type { HealthConfig, HealthProbe } from "../gateway-config.ts";
import {
  choice,
  described,
  duration,
  matching,
  percent,
  someOf,
  switchValue,
  wholeNumber,
} from "./text.ts";

/** A status, or both ends of a range. */
const statusRange = matching(
  /^[2-5]\d\d(-[2-5]\d\d)?$/,
  'a status or a range of them, such as "200" or "200-399"',
).transform((text, context) => {
  const [from = "", to = from] = text.split("-");
  if (from <= to) return { from: Number(from), to: Number(to) };
  const message = "expected a range that ends behind its beginning";
  context.issues.push({ code: "custom", message, input: text });
  return z.NEVER;
});

const keys = z.strictObject({
  type: described(
    "How endpoints are asked: grpc.health.v1, GET over HTTP/1.1, or a TCP connection. Default grpc.",
    choice("a type of health check", ["grpc", "http", "tcp"]).prefault("grpc"),
  ),
  service: described(
    "grpc: the service that is asked for. Default none: the server as a whole.",
    matching(/^[\w./-]{0,127}$/, "the name of a service, or nothing").optional(),
  ),
  watch: described(
    "grpc: whether endpoints tell of changes by themselves, where they can. Default true.",
    switchValue().optional(),
  ),
  path: described(
    "http: the path that is asked for. Default /.",
    matching(/^\/[!-~]{0,1023}$/, "a path such as /healthz").optional(),
  ),
  host: described(
    "http: sent as host. Default: the cluster's authority, or the endpoint's own.",
    matching(/^[A-Za-z0-9_.:[\]-]{1,255}$/, "a host such as library.internal").optional(),
  ),
  statuses: described(
    'http: the statuses that pass, one by one or as ranges. Default ["200-299"].',
    someOf(statusRange, "status").optional(),
  ),
  interval: described(
    "Time from the end of one check to the next. Default 5s.",
    duration({ least: "100ms", most: "24h" }).prefault("5s"),
  ),
  unhealthy_interval: described(
    "The same while the endpoint is unhealthy. Default: as interval.",
    duration({ least: "100ms", most: "24h" }).optional(),
  ),
  timeout: described(
    "A check without an answer for so long has failed. Default 1s.",
    duration({ least: "1ms", most: "1h" }).prefault("1s"),
  ),
  jitter: described(
    "Up to this share of each interval is added at random. Default 10%.",
    percent({ least: "0%", most: "100%" }).prefault("10%"),
  ),
  unhealthy_after: described(
    "Failed checks in a row that make an endpoint unhealthy. Default 3.",
    wholeNumber(1, 1000).prefault(3),
  ),
  healthy_after: described(
    "Passed checks in a row that make it healthy again; the first check of all is enough. Default 2.",
    wholeNumber(1, 1000).prefault(2),
  ),
  initial: described(
    "What an endpoint is before its first check has ended. Default unhealthy.",
    choice("healthy or unhealthy", ["healthy", "unhealthy"]).prefault("unhealthy"),
  ),
});

type HealthKeys = z.output<typeof keys>;

/** Which keys belong to one type only. */
const typeOfKey = {
  service: "grpc",
  watch: "grpc",
  path: "http",
  host: "http",
  statuses: "http",
} as const satisfies Partial<Record<keyof HealthKeys, HealthKeys["type"]>>;

/** `health` of a cluster. */
export const health: z.ZodType<HealthConfig> = keys
  .superRefine((value, context) => {
    for (const [key, type] of Object.entries(typeOfKey)) {
      if (type === value.type || value[key as keyof HealthKeys] === undefined) continue;
      context.addIssue({ code: "custom", path: [key], message: `is not for type: ${value.type}` });
    }
  })
  .transform((value) => ({
    probe: probeOf(value),
    intervalMs: value.interval,
    unhealthyIntervalMs: value.unhealthy_interval ?? value.interval,
    timeoutMs: value.timeout,
    jitter: value.jitter,
    unhealthyAfter: value.unhealthy_after,
    healthyAfter: value.healthy_after,
    initial: value.initial,
  }));

function probeOf({ type, service, watch, path, host, statuses }: HealthKeys): HealthProbe {
  if (type === "grpc") return { kind: "grpc", service: service ?? "", watch: watch ?? true };
  if (type === "tcp") return { kind: "tcp" };
  return {
    kind: "http",
    path: path ?? "/",
    host,
    statuses: statuses ?? [{ from: 200, to: 299 }],
  };
}
