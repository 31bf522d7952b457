import assert from "node:assert/strict";
import process from "node:process";
import { after, suite, test } from "node:test";
import { systemClock } from "../../src/base/index.ts";
import { type Cluster, createCluster } from "../../src/upstream/index.ts";
import {
  gatewayFailureOf,
  type TestOptions,
  testCall,
  testOptions,
  textOf,
} from "../upstream/setup.ts";
import { type BackEnds, startBackEnds } from "./lab/back-ends.ts";
import type { NetworkFault } from "./lab/tcp-proxy.ts";
import { mayRepeat, retry } from "./upstream-rules.ts";

let backEnds: BackEnds | undefined;
const clusters: Cluster[] = [];

after(async () => {
  for (const cluster of clusters) cluster.destroy();
  await backEnds?.stop();
});

const never = Number.POSITIVE_INFINITY;

/** Shorter than the defaults, and longer than a busy machine stands still; the deadline of calls is far beyond. */
const quick: TestOptions = {
  retry,
  connectTimeoutMs: 500,
  upkeep: { keepaliveMs: 500, keepaliveTimeoutMs: 400, idleMs: never, maxAgeMs: never },
};

/** Calls of a method that may be called twice, or may not. */
function calls(isIdempotent: boolean): ReturnType<typeof testCall> {
  const method = { ...mayRepeat, isIdempotent };
  return testCall({ method, deadline: systemClock.now() + 30_000 });
}

/** A cluster of so many back ends that has a connection to each, through their proxies. */
async function connectedCluster(count: number, overrides: TestOptions): Promise<Cluster> {
  backEnds ??= await startBackEnds(2);
  await backEnds.repair(false);
  const endpoints = backEnds.places
    .slice(0, count)
    .map(({ proxy }) => ({ kind: "tcp", host: "127.0.0.1", port: proxy.port }) as const);
  const cluster = createCluster(testOptions({ ...quick, endpoints, ...overrides }));
  clusters.push(cluster);
  // The first ones connect; their endpoints may be slow to be ready where the machine is.
  while (cluster.status().endpoints.some(({ state }) => state !== "ready")) {
    await cluster.call(calls(true));
  }
  return cluster;
}

const rows: readonly {
  readonly name: string;
  readonly begin: (place: BackEnds["places"][number]) => void;
}[] = [
  { name: "U-03: its process is stopped (SIGSTOP)", begin: ({ backEnd }) => backEnd.freeze() },
  {
    name: "U-27: it has forgotten the connection, as after a suspend",
    begin: ({ proxy }) => {
      proxy.fault = { kind: "half-open" } satisfies NetworkFault;
    },
  },
  {
    name: "U-03: no packet comes through",
    begin: ({ proxy }) => {
      proxy.fault = { kind: "drop" } satisfies NetworkFault;
    },
  },
];

suite("a back end that has gone without a word", { skip: process.platform === "win32" }, () => {
  for (const { name, begin } of rows) {
    test(`${name}: calls in hand are given up by its silence, long before their deadline`, async () => {
      const cluster = await connectedCluster(1, { retry: undefined });
      const [place] = backEnds?.places ?? [];
      assert.ok(place !== undefined);
      begin(place);
      const failure = gatewayFailureOf(await cluster.call(calls(false)));
      assert.equal(failure.reason, "UPSTREAM_RESET");
      assert.match(failure.cause ?? "", /no sign of life for 900 ms/);
    });

    test(`${name}: calls that may be sent twice are answered by another`, async () => {
      const cluster = await connectedCluster(2, {});
      const [place] = backEnds?.places ?? [];
      assert.ok(place !== undefined);
      begin(place);
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => cluster.call(calls(true))));
      assert.deepEqual(outcomes.map(textOf), Array(4).fill("request"));
    });
  }
});
