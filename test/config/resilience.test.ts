import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ClusterConfig } from "../../src/config/index.ts";
import { load, problemsOf, sample } from "./sample.ts";

function textOf(keys: string): string {
  return sample({
    clusters: `clusters:\n  library:\n    endpoints: [127.0.0.1:50051]\n    ${keys}`,
  });
}

async function clusterOf(keys: string): Promise<ClusterConfig> {
  const { config } = await load(textOf(keys));
  const [cluster] = config.clusters;
  assert.ok(cluster);
  return cluster;
}

const health = {
  probe: { kind: "grpc", service: "", watch: true },
  intervalMs: 5000,
  unhealthyIntervalMs: 5000,
  timeoutMs: 1000,
  jitter: 0.1,
  unhealthyAfter: 3,
  healthyAfter: 2,
  initial: "unhealthy",
};

const outlier = {
  consecutiveErrors: 5,
  intervalMs: 10_000,
  ejectForMs: 30_000,
  maxEjectForMs: 300_000,
  maxEjected: 0.1,
  successRate: { stdevFactor: 1.9, minimumHosts: 5, requestVolume: 100 },
  failurePercentage: { threshold: 0.85, minimumHosts: 5, requestVolume: 50 },
};

const breaker = {
  errors: 0.5,
  windowMs: 10_000,
  minimum: 20,
  openForMs: 5000,
  halfOpenProbes: 1,
  codes: [14, 4, 13, 2, 15],
  perEndpoint: false,
};

suite("what keeps a cluster well", () => {
  const rows: readonly {
    readonly name: string;
    readonly keys: string;
    readonly want: Readonly<Record<string, unknown>>;
  }[] = [
    {
      name: "is off where it is absent",
      keys: "deadline: 5s",
      want: { health: undefined, outlier: undefined, breaker: undefined },
    },
    {
      name: "has defaults where it is an empty map",
      keys: "health: {}\n    outlier: {}\n    breaker: {}",
      want: { health, outlier, breaker },
    },
    {
      name: "is read as design.md writes it",
      keys: [
        "breaker: { errors: 50%, window: 10s, minimum: 20, open_for: 5s }",
        'health: { service: "", interval: 5s }',
        "outlier: { consecutive_errors: 5, eject_for: 30s, max_ejected: 50% }",
      ].join("\n    "),
      want: { health, outlier: { ...outlier, maxEjected: 0.5 }, breaker },
    },
    {
      name: "asks over HTTP",
      keys: 'health: { type: http, path: "/healthz?x=1", host: a.b, statuses: ["200-399", "404"] }',
      want: {
        health: {
          ...health,
          probe: {
            kind: "http",
            path: "/healthz?x=1",
            host: "a.b",
            statuses: [
              { from: 200, to: 399 },
              { from: 404, to: 404 },
            ],
          },
        },
      },
    },
    {
      name: "asks over HTTP with defaults",
      keys: "health: { type: http }",
      want: {
        health: {
          ...health,
          probe: { kind: "http", path: "/", host: undefined, statuses: [{ from: 200, to: 299 }] },
        },
      },
    },
    {
      name: "asks over TCP, at another pace while an endpoint is unhealthy",
      keys: "health: { type: tcp, interval: 10s, unhealthy_interval: 1s }",
      want: {
        health: {
          ...health,
          probe: { kind: "tcp" },
          intervalMs: 10_000,
          unhealthyIntervalMs: 1000,
        },
      },
    },
    {
      name: "ejects by errors in a row only",
      keys: "outlier: { success_rate: false, failure_percentage: false }",
      want: { outlier: { ...outlier, successRate: undefined, failurePercentage: undefined } },
    },
    {
      name: "ejects by shares with bounds of its own",
      keys: "outlier: { success_rate: { stdev_factor: 1500 }, failure_percentage: { threshold: 50% } }",
      want: {
        outlier: {
          ...outlier,
          successRate: { ...outlier.successRate, stdevFactor: 1.5 },
          failurePercentage: { ...outlier.failurePercentage, threshold: 0.5 },
        },
      },
    },
    {
      name: "counts the codes that are named, once each",
      keys: "breaker: { codes: [UNAVAILABLE, ABORTED, UNAVAILABLE], per_endpoint: true, probes: 3 }",
      want: { breaker: { ...breaker, codes: [14, 10], perEndpoint: true, halfOpenProbes: 3 } },
    },
  ];
  for (const { name, keys, want } of rows) {
    test(name, async () => {
      const cluster: object = await clusterOf(keys);
      for (const [key, value] of Object.entries(want)) {
        assert.deepEqual(Object.getOwnPropertyDescriptor(cluster, key)?.value, value, key);
      }
    });
  }
});

suite("a mistake in what keeps a cluster well", () => {
  const rows = [
    {
      name: "a share without its sign",
      keys: "breaker: { errors: 50 }",
      want: "clusters.library.breaker.errors: expected a percentage such as 20%, got 50",
      help: 'did you mean "50%"?',
    },
    {
      name: "a share written as a fraction",
      keys: "outlier: { max_ejected: 0.25 }",
      want: "clusters.library.outlier.max_ejected: expected a percentage such as 20%, got 0.25",
      help: 'did you mean "25%"?',
    },
    {
      name: "a share above the whole",
      keys: "breaker: { errors: 120% }",
      want: 'clusters.library.breaker.errors: expected from 1% to 100%, got "120%"',
      help: undefined,
    },
    {
      name: "a code that is none",
      keys: "breaker: { codes: [UNAVAILBLE] }",
      want: 'clusters.library.breaker.codes[0]: "UNAVAILBLE" is not a gRPC code of a failure',
      help: 'did you mean "UNAVAILABLE"?',
    },
    {
      name: "OK among the failures",
      keys: "breaker: { codes: [OK] }",
      want: 'clusters.library.breaker.codes[0]: "OK" is not a gRPC code of a failure',
      help: undefined,
    },
    {
      name: "no code at all",
      keys: "breaker: { codes: [] }",
      want: "clusters.library.breaker.codes: expected at least one code",
      help: undefined,
    },
    {
      name: "a key of another type of check",
      keys: "health: { path: /healthz }",
      want: 'clusters.library.health.path: "/healthz" is not for type: grpc',
      help: undefined,
    },
    {
      name: "a type of check that is none",
      keys: "health: { type: https }",
      want: 'clusters.library.health.type: "https" is not a type of health check',
      help: 'did you mean "http"?',
    },
    {
      name: "a path that would end the request line",
      keys: 'health: { type: http, path: "/a b" }',
      want: 'clusters.library.health.path: expected a path such as /healthz, got "/a b"',
      help: undefined,
    },
    {
      name: "a status that is none",
      keys: 'health: { type: http, statuses: ["2xx"] }',
      want: 'clusters.library.health.statuses[0]: expected a status or a range of them, such as "200" or "200-399", got "2xx"',
      help: undefined,
    },
    {
      name: "a range of statuses that ends before it begins",
      keys: 'health: { type: http, statuses: ["399-200"] }',
      want: 'clusters.library.health.statuses[0]: expected a range that ends behind its beginning, got "399-200"',
      help: undefined,
    },
    {
      name: "a first ejection that is longer than the longest",
      keys: "outlier: { eject_for: 10m }",
      want: "clusters.library.outlier.eject_for: it is longer than max_eject_for",
      help: "lower this one or raise the other one",
    },
    {
      name: "a switch that is none",
      keys: "outlier: { success_rate: 5 }",
      want: "clusters.library.outlier.success_rate: expected true, false or a map, got 5",
      help: undefined,
    },
    {
      name: "a mistake inside a map in the place of a switch",
      keys: "outlier: { failure_percentage: { threshold: 85 } }",
      want: "clusters.library.outlier.failure_percentage.threshold: expected a percentage such as 20%, got 85",
      help: 'did you mean "85%"?',
    },
  ];
  for (const { name, keys, want, help } of rows) {
    test(name, async () => {
      const problems = await problemsOf(textOf(keys));
      assert.equal(problems.split("\n")[0], `error: ${want}`);
      if (help !== undefined) assert.ok(problems.includes(help), problems);
      assert.match(problems, /1 error in gateway\.yaml/);
    });
  }
});
