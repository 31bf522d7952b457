import assert from "node:assert/strict";
import process from "node:process";
import { suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { CancellationSource, err, ok, type Result } from "../../src/base/index.ts";
import type { HeaderList } from "../../src/h2/index.ts";
import {
  type Envelope,
  type Failure,
  gatewayFailure,
  type MessageStream,
  type Reply,
  type RpcMethod,
} from "../../src/rpc/index.ts";
import type { FakeStream } from "./fake-connection.ts";
import {
  createLatch,
  envelope,
  failureOf,
  gatewayFailureOf,
  type Latch,
  replyOf,
  sentCall,
  textOf,
} from "./setup.ts";

const cancelCode = 8;
const grpcHead: HeaderList = [":status", "200", "content-type", "application/grpc"];
const path = "/library.v1.Library/Stream";
const serverStreaming: RpcMethod = {
  path,
  clientStreaming: false,
  serverStreaming: true,
  isIdempotent: false,
};
const clientStreaming: RpcMethod = {
  path,
  clientStreaming: true,
  serverStreaming: false,
  isIdempotent: false,
};
const both: RpcMethod = { path, clientStreaming: true, serverStreaming: true, isIdempotent: false };

function messagesOf(reply: Reply): MessageStream {
  assert.ok(reply.messages.kind === "stream", "the reply is no stream");
  return reply.messages.stream;
}

function textOfNext(next: Result<Envelope | undefined, Failure>): string | undefined {
  assert.ok(next.ok, `the stream has failed: ${next.ok ? "" : JSON.stringify(next.error)}`);
  return next.value === undefined ? undefined : Buffer.from(next.value.subarray(5)).toString();
}

/** A reply whose head has come. */
async function openReply(overrides: Parameters<typeof sentCall>[0] = {}): Promise<
  Omit<ReturnType<typeof sentCall>, "outcome"> & {
    readonly reply: Reply;
    readonly messages: MessageStream;
  }
> {
  const sent = sentCall({ method: serverStreaming, ...overrides });
  sent.stream.events.onHeaders([...grpcHead, "x-shelf", "1"], false);
  const reply = replyOf(await sent.outcome);
  return { ...sent, reply, messages: messagesOf(reply) };
}

suite("a reply that streams", () => {
  test("is given at its head, its messages as they come, its trailers at the end", async () => {
    const { stream, reply, messages, cluster } = await openReply();
    assert.deepEqual(reply.headers, ["x-shelf", "1"]);
    stream.events.onData(Buffer.concat([envelope("one"), envelope("two")]));
    assert.equal(textOfNext(await messages.next()), "one");
    assert.equal(textOfNext(await messages.next()), "two");
    const third = messages.next();
    stream.events.onData(envelope("three"));
    assert.equal(textOfNext(await third), "three");
    assert.equal(cluster.status().inFlight, 1);
    const last = messages.next();
    stream.events.onTrailers(["grpc-status", "0", "x-cost", "3"]);
    stream.end({ kind: "complete" });
    assert.equal(textOfNext(await last), undefined);
    assert.equal(textOfNext(await messages.next()), undefined);
    assert.deepEqual(reply.trailers(), ["x-cost", "3"]);
    assert.equal(cluster.status().inFlight, 0);
    assert.deepEqual(stream.resets, []);
  });

  test("without messages is an empty stream, also when its head is its trailers", async () => {
    const { outcome, stream, cluster } = sentCall({ method: serverStreaming });
    stream.events.onHeaders([...grpcHead, "grpc-status", "0", "x-cost", "3"], true);
    stream.end({ kind: "complete" });
    const reply = replyOf(await outcome);
    assert.equal(textOfNext(await messagesOf(reply).next()), undefined);
    assert.deepEqual(reply.headers, []);
    assert.deepEqual(reply.trailers(), ["x-cost", "3"]);
    assert.equal(cluster.status().inFlight, 0);
  });

  test("that fails with its head fails the call", async () => {
    const { outcome, stream } = sentCall({ method: serverStreaming });
    stream.events.onHeaders([...grpcHead, "grpc-status", "5"], true);
    assert.equal(failureOf(await outcome).code, 5);
  });

  test("gives its messages first, then the status that it ended with", async () => {
    const { stream, messages } = await openReply();
    stream.events.onData(envelope("one"));
    stream.events.onTrailers(["grpc-status", "8", "grpc-message", "enough"]);
    stream.end({ kind: "complete" });
    assert.equal(textOfNext(await messages.next()), "one");
    const end = await messages.next();
    assert.ok(!end.ok && end.error.kind === "upstream");
    assert.equal(end.error.code, 8);
    assert.deepEqual(end.error.headers, ["x-shelf", "1"]);
  });

  test("decompresses each message whose flag says so", async () => {
    const sent = sentCall({ method: serverStreaming });
    sent.stream.events.onHeaders([...grpcHead, "grpc-encoding", "gzip"], false);
    const messages = messagesOf(replyOf(await sent.outcome));
    sent.stream.events.onData(Buffer.concat([envelope(gzipSync("one"), 1), envelope("two")]));
    assert.equal(textOfNext(await messages.next()), "one");
    assert.equal(textOfNext(await messages.next()), "two");
  });

  test("U-24: holds the window until a message is taken", async () => {
    const { stream, messages } = await openReply();
    const one = envelope("x".repeat(100));
    stream.events.onData(Buffer.concat([one, one, one.subarray(0, 50)]));
    assert.equal(stream.consumedBytes, 0);
    await messages.next();
    assert.equal(stream.consumedBytes, one.length);
    stream.events.onData(one.subarray(50));
    assert.equal(stream.consumedBytes, one.length);
    await messages.next();
    assert.equal(stream.consumedBytes, 2 * one.length);
    await messages.next();
    assert.equal(stream.consumedBytes, 3 * one.length);
  });

  test("gathers a message that is larger than the window", async () => {
    const { stream, messages } = await openReply();
    const one = envelope("x".repeat(1000));
    const next = messages.next();
    for (let i = 0; i < one.length; i += 100) {
      assert.equal(stream.consumedBytes, i);
      stream.events.onData(one.subarray(i, i + 100));
    }
    assert.equal(textOfNext(await next)?.length, 1000);
    assert.equal(stream.consumedBytes, one.length);
  });

  test("gathers the next message once those before it are taken", async () => {
    const { stream, messages } = await openReply();
    const one = envelope("x".repeat(100));
    stream.events.onData(Buffer.concat([one, one.subarray(0, 50)]));
    assert.equal(stream.consumedBytes, 0);
    await messages.next();
    assert.equal(stream.consumedBytes, one.length + 50);
  });

  test("gives every byte back once, however messages are cut and whenever they are taken", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(300), { minLength: 1, maxLength: 8 }),
        fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 200 }), take: fc.nat(2) })),
        async (sizes, steps) => {
          const { stream, messages, cluster } = await openReply();
          const wire = Buffer.concat(sizes.map((size) => envelope("x".repeat(size))));
          let sent = 0;
          let taken = 0;
          const ends = sizes.map((_, index) =>
            sizes.slice(0, index + 1).reduce((sum, size) => sum + size + 5, 0),
          );
          const wholeBy = (bytes: number): number => ends.filter((end) => end <= bytes).length;
          for (const { bytes, take } of [...steps, { bytes: wire.length, take: 0 }]) {
            stream.events.onData(wire.subarray(sent, sent + bytes));
            sent = Math.min(sent + bytes, wire.length);
            for (let i = 0; i < take && taken < wholeBy(sent); i++, taken++) await messages.next();
            assert.ok(stream.consumedBytes <= sent);
          }
          for (; taken < sizes.length; taken++) await messages.next();
          assert.equal(stream.consumedBytes, wire.length);
          cluster.destroy();
        },
      ),
    );
  });

  test("U-24: a window of empty messages waits as bytes, not as objects", async () => {
    const { stream, messages } = await openReply();
    const count = 200_000;
    const chunk = Buffer.alloc(5 * count);
    const before = process.memoryUsage().heapUsed;
    stream.events.onData(chunk);
    assert.ok(process.memoryUsage().heapUsed - before < 8 * 1024 * 1024);
    let taken = 0;
    while (messages.poll() !== undefined) taken++;
    assert.equal(taken, count);
    assert.equal(stream.consumedBytes, chunk.length);
  });

  const behind: readonly {
    readonly name: string;
    readonly rest: Uint8Array;
    readonly reason: string;
  }[] = [
    { name: "a broken prefix", rest: envelope("x", 7), reason: "UPSTREAM_PROTOCOL_ERROR" },
    {
      name: "a message over the limit",
      rest: Buffer.from([0, 9, 9, 9, 9]),
      reason: "UPSTREAM_MESSAGE_TOO_LARGE",
    },
    {
      name: "a message that is cut short",
      rest: envelope("x").subarray(0, 3),
      reason: "UPSTREAM_PROTOCOL_ERROR",
    },
  ];
  for (const row of behind) {
    test(`gives what came before ${row.name}, also when the stream has ended since`, async () => {
      const { stream, messages, cluster } = await openReply();
      stream.events.onData(Buffer.concat([envelope("one"), envelope("two")]));
      stream.events.onData(row.rest);
      stream.events.onTrailers(["grpc-status", "0"]);
      stream.end({ kind: "complete" });
      assert.equal(textOfNext(await messages.next()), "one");
      assert.equal(textOfNext(await messages.next()), "two");
      for (let asked = 0; asked < 2; asked++) {
        const end = await messages.next();
        assert.ok(!end.ok && end.error.kind === "gateway");
        assert.equal(end.error.reason, row.reason);
      }
      assert.equal(cluster.status().inFlight, 0);
    });
  }

  const ends: readonly {
    readonly name: string;
    readonly end: (stream: FakeStream) => void;
    readonly reason: string;
    readonly isReset: boolean;
  }[] = [
    {
      name: "U-08: a reset",
      end: (stream) => stream.resetByPeer(2),
      reason: "UPSTREAM_RESET",
      isReset: false,
    },
    {
      name: "a reset that calls itself unprocessed",
      end: (stream) => stream.resetByPeer(7, true),
      reason: "UPSTREAM_RESET",
      isReset: false,
    },
    {
      name: "no trailers",
      end: (stream) => stream.end({ kind: "complete" }),
      reason: "UPSTREAM_PROTOCOL_ERROR",
      isReset: false,
    },
    {
      name: "a message that is cut short",
      end: (stream) => {
        stream.events.onData(envelope("x").subarray(0, 3));
        stream.events.onTrailers(["grpc-status", "0"]);
        stream.end({ kind: "complete" });
      },
      reason: "UPSTREAM_PROTOCOL_ERROR",
      isReset: false,
    },
    {
      name: "a broken prefix",
      end: (stream) => stream.events.onData(envelope("x", 7)),
      reason: "UPSTREAM_PROTOCOL_ERROR",
      isReset: true,
    },
    {
      name: "a message over the limit",
      end: (stream) => stream.events.onData(Buffer.from([0, 9, 9, 9, 9])),
      reason: "UPSTREAM_MESSAGE_TOO_LARGE",
      isReset: true,
    },
    {
      name: "a message that cannot be decompressed",
      end: (stream) => stream.events.onData(envelope("x", 1)),
      reason: "UPSTREAM_PROTOCOL_ERROR",
      isReset: true,
    },
  ];
  for (const row of ends) {
    test(`ends visibly by ${row.name}, and the call is over`, async () => {
      const { stream, messages, cluster, network } = await openReply();
      stream.events.onData(envelope("one"));
      assert.equal(textOfNext(await messages.next()), "one");
      row.end(stream);
      const end = await messages.next();
      assert.ok(!end.ok && end.error.kind === "gateway");
      assert.equal(end.error.reason, row.reason);
      assert.deepEqual(stream.resets, row.isReset ? [cancelCode] : []);
      assert.equal(cluster.status().inFlight, 0);
      assert.equal(cluster.status().endpoints[0]?.inFlight, 0);
      assert.equal(network.streams.length, 1);
    });
  }

  test("U-05: that is refused before its head is sent once more", async () => {
    const { outcome, stream, network } = sentCall({ method: serverStreaming });
    stream.resetByPeer(7, true);
    network.streams[1]?.events.onHeaders(grpcHead, false);
    replyOf(await outcome);
  });

  test("ends by its deadline, also when messages have come", async () => {
    const { stream, messages, clock } = await openReply({ deadline: 1000 + 200 });
    const next = messages.next();
    clock.advance(204);
    const end = await next;
    assert.ok(!end.ok && end.error.kind === "gateway");
    assert.equal(end.error.reason, "DEADLINE_EXCEEDED");
    assert.deepEqual(stream.resets, [cancelCode]);
  });

  test("U-22: ends when the client goes away", async () => {
    const source = new CancellationSource();
    const { stream, messages, cluster } = await openReply({ cancellation: source });
    const next = messages.next();
    source.cancel();
    const end = await next;
    assert.ok(!end.ok && end.error.kind === "gateway");
    assert.equal(end.error.reason, "CLIENT_CLOSED");
    assert.deepEqual(stream.resets, [cancelCode]);
    assert.equal(cluster.status().inFlight, 0);
  });

  test("is reset when its reader cancels", async () => {
    const { stream, messages, cluster } = await openReply();
    stream.events.onData(envelope("one"));
    messages.cancel();
    messages.cancel();
    assert.deepEqual(stream.resets, [cancelCode]);
    assert.equal(textOfNext(await messages.next()), undefined);
    assert.equal(cluster.status().inFlight, 0);
  });
});

/** A client's stream that a test feeds. */
class FedStream implements MessageStream {
  readonly #fed: Result<Envelope | undefined, Failure>[] = [];
  #waiting: Latch<Result<Envelope | undefined, Failure>> | undefined = undefined;
  asked = 0;
  isCancelled = false;

  next(): Promise<Result<Envelope | undefined, Failure>> {
    this.asked++;
    const fed = this.#fed.shift();
    if (fed !== undefined) return Promise.resolve(fed);
    this.#waiting = createLatch();
    return this.#waiting.promise;
  }

  poll(): undefined {
    return undefined;
  }

  cancel(): void {
    this.isCancelled = true;
  }

  feed(next: Result<Envelope | undefined, Failure>): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#fed.push(next);
    else waiting.resolve(next);
  }
}

/** Lets everything that waits for a promise go on. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

suite("a client that streams", () => {
  test("has its messages sent as they come, and the end with the last", async () => {
    const fed = new FedStream();
    const { outcome, stream } = sentCall({
      method: clientStreaming,
      messages: { kind: "stream", stream: fed },
    });
    fed.feed(ok(envelope("one")));
    await settle();
    assert.equal(stream.written.length, 1);
    assert.equal(stream.sentEnd, false);
    fed.feed(ok(envelope("two")));
    fed.feed(ok(undefined));
    await settle();
    assert.equal(
      Buffer.concat(stream.written).toString("latin1"),
      "\0\0\0\0\x03one\0\0\0\0\x03two",
    );
    assert.equal(stream.sentEnd, true);
    stream.answer(envelope("sum"));
    assert.equal(textOf(await outcome), "sum");
    assert.equal(fed.isCancelled, false);
  });

  test("is asked for no more while the upstream's windows are full", async () => {
    const fed = new FedStream();
    const { stream } = sentCall({
      method: clientStreaming,
      messages: { kind: "stream", stream: fed },
    });
    stream.isWritable = false;
    fed.feed(ok(envelope("one")));
    await settle();
    assert.equal(fed.asked, 1);
    stream.events.onWritable();
    await settle();
    assert.equal(fed.asked, 2);
  });

  test("§7 stream-idle-switch: ends when the upstream takes nothing for longer than stream_idle", async () => {
    const fed = new FedStream();
    const { outcome, stream, clock } = sentCall({
      method: clientStreaming,
      messages: { kind: "stream", stream: fed },
      stallMs: 200,
    });
    stream.isWritable = false;
    fed.feed(ok(envelope("one")));
    await settle();
    clock.advance(150);
    stream.events.onWritable();
    fed.feed(ok(envelope("two")));
    await settle();
    clock.advance(150);
    assert.deepEqual(stream.resets, []);
    clock.advance(60);
    assert.equal(gatewayFailureOf(await outcome).reason, "STREAM_IDLE");
    assert.deepEqual(stream.resets, [cancelCode]);
    assert.equal(fed.isCancelled, true);
    assert.equal(clock.timerCount, 0);
  });

  test("§7: a message that is larger than the windows may take as long as it moves", async () => {
    const fed = new FedStream();
    const { outcome, stream, clock } = sentCall({
      method: clientStreaming,
      messages: { kind: "stream", stream: fed },
      stallMs: 200,
    });
    stream.isWritable = false;
    stream.queuedBytes = 1000;
    fed.feed(ok(envelope("x".repeat(1000))));
    await settle();
    for (let turn = 0; turn < 8; turn++) {
      stream.queuedBytes -= 1;
      clock.advance(150);
    }
    assert.deepEqual(stream.resets, []);
    clock.advance(400);
    assert.equal(gatewayFailureOf(await outcome).reason, "STREAM_IDLE");
    assert.deepEqual(stream.resets, [cancelCode]);
    assert.equal(clock.timerCount, 0);
  });

  test("that fails fails the call and resets the stream", async () => {
    const fed = new FedStream();
    const { outcome, stream } = sentCall({
      method: clientStreaming,
      messages: { kind: "stream", stream: fed },
    });
    fed.feed(err(gatewayFailure("INVALID_JSON", "items[2]: not JSON")));
    assert.equal(gatewayFailureOf(await outcome).reason, "INVALID_JSON");
    assert.deepEqual(stream.resets, [cancelCode]);
  });

  test("is told to stop when the reply comes before its end", async () => {
    const fed = new FedStream();
    const { outcome, stream } = sentCall({
      method: clientStreaming,
      messages: { kind: "stream", stream: fed },
    });
    stream.events.onHeaders(grpcHead, false);
    stream.events.onData(envelope("enough"));
    stream.events.onTrailers(["grpc-status", "0"]);
    assert.equal(textOf(await outcome), "enough");
    assert.equal(fed.isCancelled, true);
    assert.deepEqual(stream.resets, [cancelCode]);
    fed.feed(ok(envelope("late")));
    await settle();
    assert.equal(stream.written.length, 0);
  });

  test("is not sent again, because its messages were taken", async () => {
    const fed = new FedStream();
    const { outcome, stream, network } = sentCall({
      method: clientStreaming,
      messages: { kind: "stream", stream: fed },
    });
    stream.resetByPeer(7, true);
    assert.equal(gatewayFailureOf(await outcome).reason, "UPSTREAM_RESET");
    assert.equal(network.streams.length, 1);
    assert.equal(fed.isCancelled, true);
  });

  test("may stream while its reply streams", async () => {
    const fed = new FedStream();
    const { outcome, stream, cluster } = sentCall({
      method: both,
      messages: { kind: "stream", stream: fed },
    });
    stream.events.onHeaders(grpcHead, false);
    const messages = messagesOf(replyOf(await outcome));
    for (const text of ["one", "two"]) {
      fed.feed(ok(envelope(text)));
      await settle();
      stream.events.onData(stream.written.at(-1) ?? assert.fail());
      assert.equal(textOfNext(await messages.next()), text);
    }
    fed.feed(ok(undefined));
    await settle();
    stream.events.onTrailers(["grpc-status", "0"]);
    stream.end({ kind: "complete" });
    assert.equal(textOfNext(await messages.next()), undefined);
    assert.deepEqual(stream.resets, []);
    assert.equal(cluster.status().inFlight, 0);
  });

  test("that fails while its reply streams ends the reply", async () => {
    const fed = new FedStream();
    const { outcome, stream } = sentCall({
      method: both,
      messages: { kind: "stream", stream: fed },
    });
    stream.events.onHeaders(grpcHead, false);
    const messages = messagesOf(replyOf(await outcome));
    fed.feed(err(gatewayFailure("INVALID_JSON", "items[2]: not JSON")));
    const end = await messages.next();
    assert.ok(!end.ok && end.error.kind === "gateway");
    assert.equal(end.error.reason, "INVALID_JSON");
    assert.deepEqual(stream.resets, [cancelCode]);
  });
});
