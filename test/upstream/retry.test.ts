import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CancellationSource } from "../../src/base/index.ts";
import { ErrorCode } from "../../src/h2/index.ts";
import { Code } from "../../src/rpc/index.ts";
import type { RetryOptions } from "../../src/upstream/index.ts";
import { RetryBudget } from "../../src/upstream/retry-budget.ts";
import type { FakeStream } from "./fake-connection.ts";
import {
  addresses,
  envelope,
  failureOf,
  fakeCluster,
  gatewayFailureOf,
  sentCall,
  type TestOptions,
  testCall,
  textOf,
} from "./setup.ts";

const retry: RetryOptions = {
  codes: new Set([Code.UNAVAILABLE]),
  attempts: 3,
  backoff: { baseMs: 100, maxMs: 1000 },
  perTryMs: Number.POSITIVE_INFINITY,
  budget: 0.2,
  unsafe: false,
  hedgeAfterMs: Number.POSITIVE_INFINITY,
};

const idempotent = {
  method: {
    path: "/library.v1.Library/GetBook",
    clientStreaming: false,
    serverStreaming: false,
    isIdempotent: true,
  },
};

/** A call sent to the first of two endpoints, both ready. */
function sentToOneOfTwo(overrides: TestOptions = {}, call = testCall(idempotent)) {
  const fake = fakeCluster({ endpoints: addresses(2), retry, ...overrides });
  const outcome = fake.cluster.call(call);
  for (const connection of fake.network.connections) connection.becomeReady();
  return { ...fake, outcome };
}

suite("retries (gRFC A6)", () => {
  test("sends a call that may be sent twice again, after the backoff and to another endpoint", async () => {
    const { outcome, clock, network } = sentToOneOfTwo();
    const [first] = network.streams;
    assert.ok(first !== undefined);
    first.refuse(Code.UNAVAILABLE);
    assert.equal(network.streams.length, 1, "it waits");
    clock.advance(79);
    assert.equal(network.streams.length, 1, "the least wait is 80 % of the base");
    clock.advance(42);
    const [second] = network.streams.filter((stream) => stream !== first);
    assert.ok(second !== undefined);
    assert.deepEqual(
      network.connections.map((connection) => connection.streams.length),
      [1, 1],
    );
    assert.ok(second.head.includes("grpc-previous-rpc-attempts"));
    assert.equal(second.head[second.head.indexOf("grpc-previous-rpc-attempts") + 1], "1");
    assert.ok(!first.head.includes("grpc-previous-rpc-attempts"));
    second.answer(envelope("reply"));
    assert.equal(textOf(await outcome), "reply");
  });

  test("sends nothing again that may do harm when sent twice", async () => {
    const { outcome, clock, network } = sentToOneOfTwo({}, testCall());
    (network.streams[0] as FakeStream).refuse(Code.UNAVAILABLE);
    clock.advance(10_000);
    assert.equal(network.streams.length, 1);
    assert.equal(failureOf(await outcome).code, Code.UNAVAILABLE);
  });

  test("sends such calls again where the policy says `unsafe`", async () => {
    const { outcome, clock, network } = sentToOneOfTwo(
      { retry: { ...retry, unsafe: true } },
      testCall(),
    );
    (network.streams[0] as FakeStream).refuse(Code.UNAVAILABLE);
    clock.advance(200);
    network.connections[1]?.streams[0]?.answer(envelope("reply"));
    assert.equal(textOf(await outcome), "reply");
  });

  test("passes on a code that the policy does not list", async () => {
    const { outcome, clock, network } = sentToOneOfTwo();
    (network.streams[0] as FakeStream).refuse(Code.NOT_FOUND);
    assert.equal(failureOf(await outcome).code, Code.NOT_FOUND);
    clock.advance(10_000);
    assert.equal(network.streams.length, 1);
  });

  test("gives up after as many tries as the policy says, with the last failure", async () => {
    const { outcome, clock, network } = sentToOneOfTwo();
    for (let tries = 1; tries <= 3; tries++) {
      assert.equal(network.streams.length, tries);
      const latest = network.streams.find(isOpen);
      assert.ok(latest !== undefined);
      latest.refuse(Code.UNAVAILABLE, ["grpc-message", `try ${tries}`]);
      clock.advance(2000);
    }
    assert.equal(network.streams.length, 3);
    assert.equal(failureOf(await outcome).message, "try 3");
  });

  test("U-06: a reset before headers is 503, and sent again only where the policy lists the code", async () => {
    const without = sentCall(idempotent);
    without.stream.resetByPeer(ErrorCode.INTERNAL_ERROR);
    assert.equal(gatewayFailureOf(await without.outcome).reason, "UPSTREAM_RESET");
    const unlisted = sentCall(idempotent, { retry: { ...retry, codes: new Set([Code.ABORTED]) } });
    unlisted.stream.resetByPeer(ErrorCode.CANCEL);
    assert.equal(gatewayFailureOf(await unlisted.outcome).code, Code.UNAVAILABLE);
    const listed = sentToOneOfTwo();
    listed.network.streams[0]?.resetByPeer(ErrorCode.INTERNAL_ERROR);
    listed.clock.advance(200);
    listed.network.connections[1]?.streams[0]?.answer(envelope("reply"));
    assert.equal(textOf(await listed.outcome), "reply");
  });

  test("U-05: a refused stream is sent again at once, whatever the method, and further ones by the policy", async () => {
    const { outcome, clock, network } = sentToOneOfTwo({}, testCall());
    network.streams[0]?.resetByPeer(ErrorCode.REFUSED_STREAM, true);
    assert.equal(network.streams.length, 2, "at once");
    network.streams.find(isOpen)?.resetByPeer(ErrorCode.REFUSED_STREAM, true);
    assert.equal(network.streams.length, 2, "the second one waits");
    clock.advance(200);
    assert.equal(network.streams.length, 3);
    const last = network.streams.find(isOpen);
    assert.ok(last !== undefined && !last.head.includes("grpc-previous-rpc-attempts"));
    last.answer(envelope("reply"));
    assert.equal(textOf(await outcome), "reply");
  });

  test("waits as long as the server says, and never asks again when it says so", async () => {
    const patient = sentToOneOfTwo();
    (patient.network.streams[0] as FakeStream).refuse(Code.UNAVAILABLE, [
      "grpc-retry-pushback-ms",
      "700",
    ]);
    patient.clock.advance(699);
    assert.equal(patient.network.streams.length, 1);
    patient.clock.advance(1);
    assert.equal(patient.network.streams.length, 2);
    for (const value of ["-1", "soon", ""]) {
      const never = sentToOneOfTwo();
      (never.network.streams[0] as FakeStream).refuse(Code.UNAVAILABLE, [
        "grpc-retry-pushback-ms",
        value,
      ]);
      never.clock.advance(10_000);
      assert.equal(never.network.streams.length, 1, value);
      assert.equal(failureOf(await never.outcome).code, Code.UNAVAILABLE);
    }
  });

  test("does not wait past the deadline", async () => {
    const { outcome, network } = sentToOneOfTwo({}, testCall({ ...idempotent, deadline: 1060 }));
    (network.streams[0] as FakeStream).refuse(Code.UNAVAILABLE);
    assert.equal(failureOf(await outcome).code, Code.UNAVAILABLE, "the failure, not a 504 later");
  });

  test("ends a try that takes too long and sends the next one", async () => {
    const { outcome, clock, network } = sentToOneOfTwo({ retry: { ...retry, perTryMs: 500 } });
    const [first] = network.streams;
    clock.advance(500);
    assert.deepEqual(first?.resets, [ErrorCode.CANCEL]);
    clock.advance(200);
    network.streams.find(isOpen)?.answer(envelope("reply"));
    assert.equal(textOf(await outcome), "reply");
  });

  test("fails with 504 when every try took too long", async () => {
    const { outcome, clock, network } = sentToOneOfTwo({ retry: { ...retry, perTryMs: 500 } });
    for (let i = 0; i < 10; i++) clock.advance(500);
    assert.equal(network.streams.length, 3);
    assert.equal(gatewayFailureOf(await outcome).reason, "DEADLINE_EXCEEDED");
  });

  test("sends nothing after the client has left while it waits", async () => {
    const source = new CancellationSource();
    const { outcome, clock, network } = sentToOneOfTwo(
      {},
      testCall({ ...idempotent, cancellation: source }),
    );
    (network.streams[0] as FakeStream).refuse(Code.UNAVAILABLE);
    source.cancel();
    clock.advance(10_000);
    assert.equal(network.streams.length, 1);
    assert.equal(gatewayFailureOf(await outcome).reason, "CLIENT_CLOSED");
  });

  test("never sends again once a streamed reply has begun", async () => {
    const { outcome, clock, network } = sentToOneOfTwo(
      {},
      testCall({ method: { ...idempotent.method, serverStreaming: true } }),
    );
    const [first] = network.streams;
    first?.events.onHeaders([":status", "200", "content-type", "application/grpc"], false);
    assert.ok((await outcome).ok);
    first?.resetByPeer(ErrorCode.INTERNAL_ERROR);
    clock.advance(10_000);
    assert.equal(network.streams.length, 1);
  });

  test("sends a streamed reply's call again as long as nothing of it has come", async () => {
    const { outcome, clock, network } = sentToOneOfTwo(
      {},
      testCall({ method: { ...idempotent.method, serverStreaming: true } }),
    );
    network.streams[0]?.resetByPeer(ErrorCode.INTERNAL_ERROR);
    clock.advance(200);
    const again = network.streams.find(isOpen);
    again?.events.onHeaders([":status", "200", "content-type", "application/grpc"], false);
    assert.ok((await outcome).ok);
  });
});

suite("hedging (gRFC A6)", () => {
  const hedged = { retry: { ...retry, hedgeAfterMs: 100 } };

  test("sends another try to another endpoint and takes the first reply, calling the other off", async () => {
    const { outcome, clock, network } = sentToOneOfTwo(hedged);
    clock.advance(99);
    assert.equal(network.streams.length, 1);
    clock.advance(1);
    assert.deepEqual(
      network.connections.map((connection) => connection.streams.length),
      [1, 1],
    );
    const [first] = network.streams;
    const second = network.streams.find((stream) => stream !== first);
    second?.answer(envelope("quick"));
    assert.equal(textOf(await outcome), "quick");
    assert.deepEqual(first?.resets, [ErrorCode.CANCEL]);
  });

  test("goes on with the other try when one fails, and fails with the last", async () => {
    const { outcome, clock, network } = sentToOneOfTwo({
      retry: { ...retry, attempts: 2, hedgeAfterMs: 100 },
    });
    clock.advance(100);
    const [first, second] = network.streams;
    (first as FakeStream).refuse(Code.UNAVAILABLE, ["grpc-message", "one"]);
    (second as FakeStream).refuse(Code.UNAVAILABLE, ["grpc-message", "two"]);
    assert.equal(failureOf(await outcome).message, "two");
  });

  test("hedges nothing that may do harm when sent twice", () => {
    const { clock, network } = sentToOneOfTwo(hedged, testCall());
    clock.advance(10_000);
    assert.equal(network.streams.length, 1);
  });

  test("calls every try off when the deadline passes", async () => {
    const { outcome, clock, network } = sentToOneOfTwo(
      hedged,
      testCall({ ...idempotent, deadline: 1300 }),
    );
    clock.advance(400);
    assert.equal(gatewayFailureOf(await outcome).reason, "DEADLINE_EXCEEDED");
    for (const stream of network.streams) assert.deepEqual(stream.resets, [ErrorCode.CANCEL]);
  });
});

suite("the retry budget", () => {
  test("U-19: an upstream that fails every call gets at most 1.2 times what it was offered", async () => {
    const { cluster, clock, network } = fakeCluster({
      endpoints: addresses(1),
      retry: { ...retry, backoff: { baseMs: 1, maxMs: 1 } },
    });
    const offered = 2000;
    let failed = 0;
    for (let i = 0; i < offered; i++) {
      void cluster.call(testCall(idempotent)).then((outcome) => {
        if (!outcome.ok) failed++;
      });
      if (!network.last.isReady) network.last.becomeReady();
      for (let tries = 0; tries < 4; tries++) {
        const stream = network.streams.at(-1);
        if (stream !== undefined && isOpen(stream)) stream.refuse(Code.UNAVAILABLE);
        clock.advance(2);
      }
      await Promise.resolve();
    }
    assert.equal(failed, offered);
    const sent = network.streams.length;
    assert.ok(sent <= offered * 1.2 + 10, `${sent} tries of ${offered} calls`);
    assert.ok(sent > offered * 1.15, `${sent}: the budget is used`);
  });

  test("saves up no more than it may spend in one burst", () => {
    const budget = new RetryBudget(0.5);
    for (let i = 0; i < 10_000; i++) budget.deposit();
    let spent = 0;
    while (budget.withdraw()) spent++;
    assert.equal(spent, 100);
  });

  test("retries no more calls at once than overflow.retries", async () => {
    const { cluster, clock, network } = fakeCluster({
      endpoints: addresses(1),
      retry,
      overflow: { connections: 4, requests: 1024, pending: 1024, retries: 2 },
    });
    const outcomes = [1, 2, 3].map(() => cluster.call(testCall(idempotent)));
    network.last.becomeReady();
    for (const stream of [...network.streams]) stream.refuse(Code.UNAVAILABLE);
    assert.ok(!(await outcomes[2])?.ok, "the third one is not sent again");
    clock.advance(200);
    assert.equal(network.streams.length, 5);
    for (const stream of network.streams.filter(isOpen)) stream.answer(envelope("reply"));
    assert.ok((await outcomes[0])?.ok);
    const later = cluster.call(testCall(idempotent));
    (network.streams.at(-1) as FakeStream).refuse(Code.UNAVAILABLE);
    clock.advance(200);
    network.streams.at(-1)?.answer(envelope("reply"));
    assert.ok((await later).ok, "a call that has ended leaves its place to the next");
  });
});

function isOpen(stream: FakeStream): boolean {
  return !stream.hasEnded;
}
