import assert from "node:assert/strict";
import { neverCancelled, type Result, seededRandom, systemClock } from "../../src/base/index.ts";
import type { Call, Failure, GatewayFailure, Reply } from "../../src/rpc/index.ts";
import type {
  Address,
  Cluster,
  ClusterObserver,
  ClusterOptions,
  EndpointSpec,
} from "../../src/upstream/index.ts";
import { createCluster } from "../../src/upstream/index.ts";
import { plainBalancing } from "../support/balancing.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeNetwork, type FakeStream } from "./fake-connection.ts";

/** What a test says of its cluster; an address alone is an endpoint like any other. */
export type TestOptions = Partial<Omit<ClusterOptions, "endpoints">> & {
  readonly endpoints?: readonly (Address | EndpointSpec)[];
};

/** What a test's cluster is made of unless it says otherwise. */
export function testOptions({ endpoints, ...overrides }: TestOptions = {}): ClusterOptions {
  return {
    name: "library",
    endpoints: (endpoints ?? addresses(1)).map(specOf),
    sources: [],
    policy: "round_robin",
    balancing: plainBalancing,
    authority: undefined,
    compression: undefined,
    overflow: { connections: 4, requests: 1024, pending: 1024, retries: 100 },
    upkeep: {
      keepaliveMs: Number.POSITIVE_INFINITY,
      keepaliveTimeoutMs: 5000,
      idleMs: Number.POSITIVE_INFINITY,
      maxAgeMs: Number.POSITIVE_INFINITY,
    },
    retry: undefined,
    health: undefined,
    outlier: undefined,
    breaker: undefined,
    connectTimeoutMs: 1000,
    backoff: { baseMs: 1000, maxMs: 120_000 },
    userAgent: "diglot/test",
    clock: systemClock,
    random: seededRandom(1),
    observer: silentObserver,
    ...overrides,
  };
}

/** An observer that keeps nothing. */
export const silentObserver: ClusterObserver = {
  connected: () => undefined,
  lost: () => undefined,
  refused: () => undefined,
  discovered: () => undefined,
  undiscovered: () => undefined,
  healthChanged: () => undefined,
  healthNoted: () => undefined,
  ejected: () => undefined,
  returned: () => undefined,
  breakerMoved: () => undefined,
  retried: () => undefined,
};

/** An endpoint at `address` that is like all others. */
export function specOf(endpoint: Address | EndpointSpec): EndpointSpec {
  if ("address" in endpoint) return endpoint;
  return { address: endpoint, weight: 1, locality: "", priority: 0, metadata: {} };
}

/** What a test's call is made of unless it says otherwise. */
export function testCall(overrides: Partial<Call> = {}): Call {
  return {
    method: {
      path: "/library.v1.Library/GetBook",
      clientStreaming: false,
      serverStreaming: false,
      isIdempotent: false,
    },
    metadata: [],
    messages: { kind: "single", envelope: envelope("request") },
    deadline: Number.POSITIVE_INFINITY,
    cancellation: neverCancelled,
    stallMs: Number.POSITIVE_INFINITY,
    maxReplyBytes: 4 * 1024 * 1024,
    ...overrides,
  };
}

/** An envelope around `message`. */
export function envelope(message: string | Uint8Array, flag = 0): Buffer {
  const bytes = Buffer.from(message);
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** The text of a reply's one message; fails the test when there is no such reply. */
export function textOf(outcome: Result<Reply, Failure>): string {
  const { messages } = replyOf(outcome);
  assert.ok(messages.kind === "single", "the reply is a stream");
  const bytes = messages.envelope;
  assert.equal(bytes[0], 0, "a reply's message is never compressed");
  assert.equal(Buffer.from(bytes).readUInt32BE(1), bytes.length - 5);
  return Buffer.from(bytes.subarray(5)).toString();
}

/** The reply; fails the test when the call has failed. */
export function replyOf(outcome: Result<Reply, Failure>): Reply {
  assert.ok(outcome.ok, `the call has failed: ${outcome.ok ? "" : JSON.stringify(outcome.error)}`);
  return outcome.value;
}

/** The failure; fails the test when there is a reply. */
export function failureOf(outcome: Result<Reply, Failure>): Failure {
  assert.ok(!outcome.ok, "the call has a reply");
  return outcome.error;
}

/** The gateway's own failure; fails the test when it is anything else. */
export function gatewayFailureOf(outcome: Result<Reply, Failure>): GatewayFailure {
  const failure = failureOf(outcome);
  assert.ok(failure.kind === "gateway", `the upstream failed it: ${JSON.stringify(failure)}`);
  return failure;
}

/** A cluster on fake connections and a clock that stands still. */
export interface FakeCluster {
  readonly cluster: Cluster;
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  readonly log: string[];
}

/** Makes a cluster whose connections a test drives. */
export function fakeCluster(overrides: TestOptions = {}): FakeCluster {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const log: string[] = [];
  const observer: ClusterObserver = {
    connected: (endpoint: string) => log.push(`connected ${endpoint}`),
    lost: (endpoint: string, error: string | undefined) => log.push(`lost ${endpoint} ${error}`),
    refused: (endpoint: string, error: string) => log.push(`refused ${endpoint} ${error}`),
    discovered: (source, count) => log.push(`discovered ${count} of ${source}`),
    undiscovered: (source, error) => log.push(`undiscovered ${source} ${error}`),
    healthChanged: (endpoint, isHealthy, reason) =>
      log.push(`${endpoint} ${isHealthy ? "healthy" : `unhealthy: ${reason}`}`),
    healthNoted: (endpoint, note) => log.push(`${endpoint} ${note}`),
    ejected: (endpoint, cause, forMs) => log.push(`ejected ${endpoint} ${cause} ${forMs}`),
    returned: (endpoint) => log.push(`returned ${endpoint}`),
    breakerMoved: (endpoint, kind) => log.push(`breaker ${endpoint ?? "cluster"} ${kind}`),
    retried: () => undefined,
  };
  const cluster = createCluster(testOptions({ clock, open: network.open, observer, ...overrides }));
  return { cluster, clock, network, log };
}

/** A cluster of one endpoint with a ready connection and one call sent on it. */
export function sentCall(
  call: Partial<Call> = {},
  overrides: TestOptions = {},
): FakeCluster & {
  readonly outcome: Promise<Result<Reply, Failure>>;
  readonly stream: FakeStream;
} {
  const fake = fakeCluster(overrides);
  const outcome = fake.cluster.call(testCall(call));
  fake.network.last.becomeReady();
  const stream = fake.network.last.streams[0];
  assert.ok(stream !== undefined, "the call was not sent");
  return { ...fake, outcome, stream };
}

/** Addresses of `count` endpoints. */
export function addresses(count: number): Address[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: "tcp",
    host: `10.0.0.${index + 1}`,
    port: 50051,
  }));
}

/** Lets promises that are settled tell it. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Something that a test waits for. */
export interface Latch<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

/** A promise that is kept from outside. */
export function createLatch<T = void>(): Latch<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((keep) => {
    resolve = keep;
  });
  return { promise, resolve };
}
