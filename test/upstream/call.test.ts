import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CancellationSource } from "../../src/base/index.ts";
import { metadataCount, metadataValue } from "../../src/rpc/index.ts";
import { fakeCluster, gatewayFailureOf, sentCall, testCall, textOf } from "./setup.ts";

const cancelCode = 8;
const refusedStream = 7;
const internalError = 2;

suite("the head of a call", () => {
  test("names the method, the endpoint and gRPC, then the client's metadata", () => {
    const { stream, clock } = sentCall({ metadata: ["x-tenant", "a", "x-tenant", "b"] });
    assert.equal(clock.timerCount, 0);
    assert.deepEqual(stream.head, [
      ":method",
      "POST",
      ":scheme",
      "http",
      ":path",
      "/library.v1.Library/GetBook",
      ":authority",
      "10.0.0.1:50051",
      "te",
      "trailers",
      "content-type",
      "application/grpc",
      "user-agent",
      "diglot/test",
      "grpc-accept-encoding",
      "gzip,deflate,identity",
      "x-tenant",
      "a",
      "x-tenant",
      "b",
    ]);
  });

  const rows = [
    {
      name: "an IPv6 endpoint's authority has brackets",
      overrides: { endpoints: [{ kind: "tcp", host: "::1", port: 9 } as const] },
      want: "[::1]:9",
    },
    {
      name: "a unix socket's authority is localhost",
      overrides: { endpoints: [{ kind: "unix", path: "/run/library.sock" } as const] },
      want: "localhost",
    },
    {
      name: "the configured authority goes before the endpoint's own",
      overrides: { authority: "library.internal" },
      want: "library.internal",
    },
  ];
  for (const row of rows) {
    test(row.name, () => {
      const { stream } = sentCall({}, row.overrides);
      assert.equal(metadataValue(stream.head, ":authority"), row.want);
    });
  }

  test("the message is sent as it is, and ends the stream", () => {
    const { stream } = sentCall();
    assert.equal(Buffer.concat(stream.written).toString("latin1"), "\0\0\0\0\x07request");
    assert.equal(stream.sentEnd, true);
  });
});

suite("U-04: deadlines", () => {
  test("grpc-timeout is what remains when the call is sent", () => {
    const { cluster, network, clock } = fakeCluster();
    void cluster.call(testCall({ deadline: clock.now() + 5000 }));
    clock.advance(800);
    network.last.becomeReady();
    const head = network.last.streams[0]?.head ?? [];
    assert.equal(metadataValue(head, "grpc-timeout"), "4200m");
    assert.equal(metadataCount(head, "grpc-timeout"), 1);
  });

  test("when it passes, the upstream is told and the call fails", async () => {
    const { outcome, stream, clock, cluster } = sentCall({ deadline: 1000 + 250 });
    clock.advance(249);
    assert.deepEqual(stream.resets, []);
    clock.advance(5);
    const failure = gatewayFailureOf(await outcome);
    assert.equal(failure.reason, "DEADLINE_EXCEEDED");
    assert.equal(failure.message, "the deadline passed before the upstream replied");
    assert.deepEqual(stream.resets, [cancelCode]);
    assert.equal(cluster.status().inFlight, 0);
    assert.equal(cluster.status().endpoints[0]?.inFlight, 0);
  });

  test("a call that waits for a connection waits no longer than its deadline", async () => {
    const { cluster, network, clock } = fakeCluster();
    const outcome = cluster.call(testCall({ deadline: clock.now() + 100 }));
    clock.advance(104);
    assert.equal(gatewayFailureOf(await outcome).reason, "DEADLINE_EXCEEDED");
    assert.equal(cluster.status().pending, 0);
    network.last.becomeReady();
    assert.equal(network.streams.length, 0);
  });

  test("a call whose deadline has passed is never sent", async () => {
    const { cluster, network, clock } = fakeCluster();
    const outcome = await cluster.call(testCall({ deadline: clock.now() }));
    assert.equal(gatewayFailureOf(outcome).reason, "DEADLINE_EXCEEDED");
    assert.equal(network.connections.length, 0);
  });

  test("a call that has ended is not ended again by its deadline", async () => {
    const { outcome, stream, clock } = sentCall({ deadline: 1000 + 250 });
    stream.answer();
    clock.advance(1000);
    assert.equal(textOf(await outcome), "");
    assert.deepEqual(stream.resets, []);
  });

  test("an upstream that cancels the stream because the deadline has passed is no broken upstream", async () => {
    const { outcome, stream, clock } = sentCall({ deadline: 1000 + 249 });
    clock.advance(249);
    stream.resetByPeer(cancelCode);
    assert.equal(gatewayFailureOf(await outcome).reason, "DEADLINE_EXCEEDED");
  });
});

test("an upstream that breaks as the deadline passes is a broken upstream", async () => {
  const { outcome, stream, clock } = sentCall({ deadline: 1000 + 249 });
  clock.advance(249);
  stream.resetByPeer(internalError);
  assert.equal(gatewayFailureOf(await outcome).reason, "UPSTREAM_RESET");
});

suite("U-22: the client goes away", () => {
  test("the stream is reset with CANCEL at once", async () => {
    const source = new CancellationSource();
    const { outcome, stream, cluster } = sentCall({ cancellation: source });
    source.cancel();
    assert.deepEqual(stream.resets, [cancelCode]);
    assert.equal(gatewayFailureOf(await outcome).reason, "CLIENT_CLOSED");
    assert.equal(cluster.status().inFlight, 0);
  });

  test("a call that waits is taken out of the queue", async () => {
    const source = new CancellationSource();
    const { cluster, network } = fakeCluster();
    const outcome = cluster.call(testCall({ cancellation: source }));
    source.cancel();
    assert.equal(gatewayFailureOf(await outcome).reason, "CLIENT_CLOSED");
    network.last.becomeReady();
    assert.equal(network.streams.length, 0);
  });

  test("a call of a client that is gone already is never sent", async () => {
    const source = new CancellationSource();
    source.cancel();
    const { cluster, network } = fakeCluster();
    const outcome = await cluster.call(testCall({ cancellation: source }));
    assert.equal(gatewayFailureOf(outcome).reason, "CLIENT_CLOSED");
    assert.equal(network.connections.length, 0);
  });

  test("a call that has ended lets go of its client", async () => {
    const listeners: ((() => void) | undefined)[] = [];
    const { outcome, stream } = sentCall({
      cancellation: { isCancelled: false, onCancel: (listener) => listeners.push(listener) },
    });
    stream.answer();
    await outcome;
    assert.equal(listeners.length, 2);
    assert.equal(listeners[1], undefined);
  });

  test("going away after the reply changes nothing", async () => {
    const source = new CancellationSource();
    const { outcome, stream } = sentCall({ cancellation: source });
    stream.answer();
    assert.equal(textOf(await outcome), "");
    source.cancel();
    assert.deepEqual(stream.resets, []);
  });
});

suite("transparent retries (gRFC A6)", () => {
  test("U-05: a stream that was refused is sent once more", async () => {
    const { outcome, stream, network, cluster } = sentCall();
    stream.resetByPeer(refusedStream, true);
    assert.equal(network.streams.length, 2);
    assert.equal(cluster.status().endpoints[0]?.inFlight, 1);
    network.streams[1]?.answer();
    assert.equal(textOf(await outcome), "");
    assert.equal(cluster.status().endpoints[0]?.inFlight, 0);
  });

  test("U-05: a stream that is refused twice fails the call", async () => {
    const { outcome, stream, network } = sentCall();
    stream.resetByPeer(refusedStream, true);
    network.streams[1]?.resetByPeer(refusedStream, true);
    assert.equal(gatewayFailureOf(await outcome).reason, "UPSTREAM_RESET");
    assert.equal(network.streams.length, 2);
  });

  test("the retry's grpc-timeout is what remains then", () => {
    const { stream, network, clock } = sentCall({ deadline: 1000 + 5000 });
    clock.advance(1500);
    stream.resetByPeer(refusedStream, true);
    assert.equal(metadataValue(network.streams[1]?.head ?? [], "grpc-timeout"), "3500m");
  });

  test("U-06: a stream that the upstream may have acted on is not sent again", async () => {
    const { outcome, stream, network } = sentCall();
    stream.resetByPeer(cancelCode);
    const failure = gatewayFailureOf(await outcome);
    assert.equal(failure.reason, "UPSTREAM_RESET");
    assert.equal(failure.code, 14);
    assert.equal(failure.message, "the upstream ended the call before its reply was complete");
    assert.equal(network.streams.length, 1);
  });

  test("U-07: a connection that is lost within a reply fails the call", async () => {
    const { outcome, stream, network } = sentCall();
    stream.events.onHeaders([":status", "200", "content-type", "application/grpc"], false);
    stream.events.onData(Buffer.from([0, 0, 0, 0, 9, 1, 2]));
    network.last.lose("read ECONNRESET");
    const failure = gatewayFailureOf(await outcome);
    assert.equal(failure.reason, "UPSTREAM_RESET");
    assert.equal(failure.cause, "10.0.0.1:50051: read ECONNRESET (code 2, by connection)");
  });
});

suite("a cluster ends", () => {
  test("stop refuses new calls, lets those in flight end, then closes", async () => {
    const { cluster, outcome, stream, network, clock } = sentCall();
    const stopped = cluster.stop(1000);
    assert.equal(gatewayFailureOf(await cluster.call(testCall())).reason, "SHUTTING_DOWN");
    assert.equal(network.last.isClosing, false);
    stream.answer();
    assert.equal(textOf(await outcome), "");
    await stopped;
    assert.equal(network.last.isClosed, true);
    assert.equal(clock.timerCount, 0);
    assert.equal(cluster.status().endpoints[0]?.state, "stopped");
  });

  test("stop lets calls that wait for a connection have it", async () => {
    const { cluster, network } = fakeCluster();
    const outcome = cluster.call(testCall());
    const stopped = cluster.stop(1000);
    network.last.becomeReady();
    network.last.streams[0]?.answer();
    assert.equal(textOf(await outcome), "");
    await stopped;
  });

  test("stop of a cluster that was never used is done at once", async () => {
    await fakeCluster().cluster.stop(1000);
  });

  test("stop twice waits for the same end", async () => {
    const { cluster, stream } = sentCall();
    const both = Promise.all([cluster.stop(1000), cluster.stop(1000)]);
    stream.answer();
    await both;
  });

  test("stop does not wait for a peer that never closes", async () => {
    const { cluster, network, stream, clock } = sentCall();
    network.last.close = () => undefined;
    stream.answer();
    const stopped = cluster.stop(1000);
    clock.advance(1000);
    await stopped;
    assert.equal(network.last.destroyedWith, "the cluster was destroyed");
  });

  test("stop waits no longer than it is told for calls that do not end", async () => {
    const { cluster, outcome, network, clock } = sentCall();
    const stopped = cluster.stop(5000);
    clock.advance(4999);
    assert.equal(network.last.isClosed, false);
    clock.advance(1);
    await stopped;
    assert.equal(gatewayFailureOf(await outcome).reason, "SHUTTING_DOWN");
    assert.equal(network.last.isClosed, true);
    assert.equal(clock.timerCount, 0);
  });

  test("destroy fails every call and leaves no timer", async () => {
    const { cluster, outcome, network, clock } = sentCall({ deadline: 9000 });
    cluster.destroy();
    assert.equal(gatewayFailureOf(await outcome).reason, "SHUTTING_DOWN");
    assert.equal(network.last.isClosed, true);
    assert.equal(clock.timerCount, 0);
  });

  test("destroy while connecting or backing off leaves no timer", async () => {
    const connecting = fakeCluster();
    const outcome = connecting.cluster.call(testCall());
    connecting.cluster.destroy();
    assert.equal(gatewayFailureOf(await outcome).reason, "SHUTTING_DOWN");
    assert.equal(connecting.clock.timerCount, 0);

    const waiting = fakeCluster();
    void waiting.cluster.call(testCall());
    waiting.network.last.lose("refused");
    waiting.cluster.destroy();
    assert.equal(waiting.clock.timerCount, 0);
  });
});
