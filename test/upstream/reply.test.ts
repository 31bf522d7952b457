import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import type { HeaderList } from "../../src/h2/index.ts";
import { metadataValue, type Reason } from "../../src/rpc/index.ts";
import type { FakeStream } from "./fake-connection.ts";
import {
  envelope,
  failureOf,
  fakeCluster,
  gatewayFailureOf,
  replyOf,
  sentCall,
  testCall,
  textOf,
} from "./setup.ts";

const cancelCode = 8;
const grpcHead: HeaderList = [":status", "200", "content-type", "application/grpc"];

/** A reply as blocks: headers, then DATA chunks, then trailers. */
interface Script {
  readonly head?: HeaderList;
  readonly chunks?: readonly Uint8Array[];
  /** Undefined ends the stream with the last DATA. */
  readonly trailers?: HeaderList | undefined;
}

function play(stream: FakeStream, script: Script): void {
  stream.events.onHeaders(script.head ?? grpcHead, false);
  for (const chunk of script.chunks ?? []) stream.events.onData(chunk);
  if ("trailers" in script && script.trailers === undefined) stream.end({ kind: "complete" });
  else {
    stream.events.onTrailers(script.trailers ?? ["grpc-status", "0"]);
    stream.end({ kind: "complete" });
  }
}

const book = envelope("a book");

suite("replies that are understood", () => {
  const rows: readonly (Script & { readonly name: string; readonly want: string })[] = [
    { name: "one message in one chunk", chunks: [book], want: "a book" },
    { name: "an empty message", chunks: [envelope("")], want: "" },
    {
      name: "a message byte by byte",
      chunks: [...book].map((byte) => Buffer.from([byte])),
      want: "a book",
    },
    {
      name: "a prefix in a chunk of its own, and empty chunks between",
      chunks: [
        book.subarray(0, 5),
        Buffer.alloc(0),
        book.subarray(5, 7),
        Buffer.alloc(0),
        book.subarray(7),
      ],
      want: "a book",
    },
    {
      name: "a content type with a suffix",
      head: [":status", "200", "content-type", "application/grpc+proto"],
      chunks: [book],
      want: "a book",
    },
    {
      name: "a content type with parameters, in capitals",
      head: [":status", "200", "content-type", "Application/GRPC; charset=utf-8"],
      chunks: [book],
      want: "a book",
    },
    {
      name: "gzip",
      head: [...grpcHead, "grpc-encoding", "gzip"],
      chunks: [envelope(gzipSync("a book"), 1)],
      want: "a book",
    },
    {
      name: "deflate",
      head: [...grpcHead, "grpc-encoding", "deflate"],
      chunks: [envelope(deflateSync("a book"), 1)],
      want: "a book",
    },
    {
      name: "an encoding is announced and not used",
      head: [...grpcHead, "grpc-encoding", "snappy"],
      chunks: [book],
      want: "a book",
    },
    {
      name: "gzip that grows beyond what is decompressed in place",
      head: [...grpcHead, "grpc-encoding", "gzip"],
      chunks: [envelope(gzipSync("x".repeat(1_000_000)), 1)],
      want: "x".repeat(1_000_000),
    },
    {
      name: "deflate of a message that does not get small",
      head: [...grpcHead, "grpc-encoding", "deflate"],
      chunks: [envelope(deflateSync(noise(20_000)), 1)],
      want: noise(20_000),
    },
    {
      name: "a status with leading zeros is the number it says",
      chunks: [book],
      trailers: ["grpc-status", "00"],
      want: "a book",
    },
  ];
  for (const row of rows) {
    test(row.name, async () => {
      const { outcome, stream } = sentCall();
      play(stream, row);
      assert.equal(textOf(await outcome), row.want);
      assert.deepEqual(stream.resets, []);
    });
  }

  test("a message in one chunk is not copied", async () => {
    const { outcome, stream } = sentCall();
    play(stream, { chunks: [book] });
    const { messages } = replyOf(await outcome);
    assert.ok(messages.kind === "single" && messages.envelope === book);
  });

  test("every byte is given back to the peer's window", async () => {
    const { outcome, stream } = sentCall();
    play(stream, { chunks: [book.subarray(0, 3), book.subarray(3)] });
    await outcome;
    assert.equal(stream.consumedBytes, book.length);
  });

  test("the service's metadata is kept in order, without the names of gRPC and HTTP", async () => {
    const { outcome, stream } = sentCall();
    play(stream, {
      head: [
        ...grpcHead,
        "grpc-encoding",
        "identity",
        "grpc-accept-encoding",
        "gzip",
        "x-shelf",
        "1",
        "trace-bin",
        "AAEC",
        "__proto__",
        "p",
        "x-shelf",
        "2",
        "content-length",
        "11",
      ],
      chunks: [book],
      trailers: ["grpc-status", "0", "grpc-message", "", "x-cost", "3"],
    });
    const reply = replyOf(await outcome);
    assert.deepEqual(reply.headers, [
      "x-shelf",
      "1",
      "trace-bin",
      "AAEC",
      "__proto__",
      "p",
      "x-shelf",
      "2",
    ]);
    assert.deepEqual(reply.trailers(), ["x-cost", "3"]);
  });

  test("a reply that comes before the whole request was taken is the reply, and the rest is called off", async () => {
    const { cluster, network } = fakeCluster();
    network.isWritable = false;
    const outcome = cluster.call(testCall());
    network.last.becomeReady();
    const stream = network.last.streams[0] ?? assert.fail();
    stream.events.onHeaders(grpcHead, false);
    stream.events.onData(book);
    stream.events.onTrailers(["grpc-status", "0"]);
    assert.equal(textOf(await outcome), "a book");
    assert.deepEqual(stream.resets, [cancelCode]);
  });

  test("a stream that ends with its trailers is not reset, even if its request was once held up", async () => {
    const { cluster, network } = fakeCluster();
    network.isWritable = false;
    const outcome = cluster.call(testCall());
    network.last.becomeReady();
    const stream = network.last.streams[0] ?? assert.fail();
    play(stream, { chunks: [book] });
    assert.equal(textOf(await outcome), "a book");
    assert.deepEqual(stream.resets, []);
  });
});

suite("a status other than OK", () => {
  test("is passed on whole from the trailers", async () => {
    const { outcome, stream } = sentCall();
    play(stream, {
      head: [...grpcHead, "x-shelf", "1"],
      trailers: [
        "grpc-status",
        "5",
        "grpc-message",
        "no shelf %22k%C3%BCche%22",
        "grpc-status-details-bin",
        "CAUSAm5v",
        "x-cost",
        "3",
      ],
    });
    assert.deepEqual(failureOf(await outcome), {
      kind: "upstream",
      code: 5,
      message: 'no shelf "küche"',
      details: Buffer.from("CAUSAm5v", "base64"),
      headers: ["x-shelf", "1"],
      trailers: ["x-cost", "3"],
    });
  });

  test("is passed on whole from a head that is the trailers", async () => {
    const { outcome, stream } = sentCall();
    stream.events.onHeaders(
      [...grpcHead, "grpc-status", "7", "grpc-message", "no", "x-a", "b"],
      true,
    );
    stream.end({ kind: "complete" });
    assert.deepEqual(failureOf(await outcome), {
      kind: "upstream",
      code: 7,
      message: "no",
      details: undefined,
      headers: [],
      trailers: ["x-a", "b"],
    });
  });

  test("counts also when a message came before it", async () => {
    const { outcome, stream } = sentCall();
    play(stream, { chunks: [book], trailers: ["grpc-status", "13"] });
    const failure = failureOf(await outcome);
    assert.equal(failure.kind, "upstream");
    assert.equal(failure.code, 13);
  });

  test("counts when HTTP's own status says something else", async () => {
    const { outcome, stream } = sentCall();
    const head = [":status", "503", "content-type", "application/grpc", "grpc-status", "8"];
    stream.events.onHeaders(head, true);
    const failure = failureOf(await outcome);
    assert.equal(failure.kind, "upstream");
    assert.equal(failure.code, 8);
  });

  test("U-09: a number that is no code is UNKNOWN, with its message", async () => {
    const { outcome, stream } = sentCall();
    play(stream, { trailers: ["grpc-status", "99", "grpc-message", "odd"] });
    const failure = failureOf(await outcome);
    assert.equal(failure.kind, "upstream");
    assert.equal(failure.code, 2);
    assert.equal(failure.message, "odd");
  });

  const details = [
    { name: "unpadded base64 is read", text: "AAE", want: Buffer.from([0, 1]) },
    { name: "padded base64 is read", text: "AAE=", want: Buffer.from([0, 1]) },
    { name: "malformed base64 is dropped", text: "$$$", want: undefined },
    { name: "two values joined by a comma are dropped", text: "AAE,AAE", want: undefined },
    { name: "an empty value is dropped", text: "", want: undefined },
  ];
  for (const row of details) {
    test(`details: ${row.name}`, async () => {
      const { outcome, stream } = sentCall();
      play(stream, { trailers: ["grpc-status", "3", "grpc-status-details-bin", row.text] });
      const failure = failureOf(await outcome);
      assert.ok(failure.kind === "upstream");
      assert.deepEqual(failure.details, row.want);
    });
  }
});

suite("U-09: the status is missing or no number", () => {
  const rows: readonly (Script & {
    readonly name: string;
    readonly code: number;
    readonly message: string;
  })[] = [
    {
      name: "no trailers at all",
      chunks: [book],
      trailers: undefined,
      code: 13,
      message: "the upstream's reply has no gRPC status",
    },
    {
      name: "trailers without grpc-status",
      chunks: [book],
      trailers: ["x-cost", "3"],
      code: 2,
      message: "the upstream's reply has no gRPC status",
    },
    {
      name: "grpc-status is a word",
      chunks: [book],
      trailers: ["grpc-status", "OK"],
      code: 2,
      message: "the upstream's gRPC status is not a number",
    },
    {
      name: "grpc-status is empty",
      chunks: [book],
      trailers: ["grpc-status", ""],
      code: 2,
      message: "the upstream's gRPC status is not a number",
    },
    {
      name: "grpc-status is negative",
      chunks: [book],
      trailers: ["grpc-status", "-1"],
      code: 2,
      message: "the upstream's gRPC status is not a number",
    },
  ];
  for (const row of rows) {
    test(row.name, async () => {
      const { outcome, stream } = sentCall();
      play(stream, row);
      const failure = gatewayFailureOf(await outcome);
      assert.equal(failure.reason, "UPSTREAM_PROTOCOL_ERROR");
      assert.equal(failure.code, row.code);
      assert.equal(failure.message, row.message);
    });
  }
});

suite("U-10: the upstream answers without gRPC", () => {
  const rows = [
    { status: "200", contentType: "text/html", code: 2 },
    { status: "200", contentType: "application/grpcx", code: 2 },
    { status: "200", contentType: "application/json", code: 2 },
    { status: "200", contentType: undefined, code: 2 },
    { status: "503", contentType: "text/html", code: 14 },
    { status: "502", contentType: "application/grpc", code: 14 },
    { status: "429", contentType: "text/plain", code: 14 },
    { status: "401", contentType: "text/plain", code: 16 },
    { status: "403", contentType: "text/plain", code: 7 },
    { status: "404", contentType: "text/plain", code: 12 },
    { status: "400", contentType: "text/plain", code: 13 },
  ];
  for (const row of rows) {
    test(`HTTP ${row.status} with ${row.contentType ?? "no content type"} is code ${row.code}`, async () => {
      const { outcome, stream } = sentCall();
      const type = row.contentType === undefined ? [] : ["content-type", row.contentType];
      stream.events.onHeaders([":status", row.status, ...type], false);
      const failure = gatewayFailureOf(await outcome);
      assert.equal(failure.reason, "UPSTREAM_NOT_GRPC");
      assert.equal(failure.code, row.code);
      assert.equal(failure.message, `the upstream answered HTTP ${row.status} without gRPC`);
      assert.deepEqual(stream.resets, [cancelCode]);
    });
  }

  test("a plain answer that is over with its head is not reset", async () => {
    const { outcome, stream } = sentCall();
    stream.events.onHeaders([":status", "503"], true);
    stream.end({ kind: "complete" });
    assert.equal(gatewayFailureOf(await outcome).reason, "UPSTREAM_NOT_GRPC");
    assert.deepEqual(stream.resets, []);
  });
});

suite("J-22, J-24: messages that are refused", () => {
  const rows: readonly (Script & {
    readonly name: string;
    readonly reason: Reason;
    readonly message: string;
    readonly isReset: boolean;
  })[] = [
    {
      name: "flag 2",
      chunks: [envelope("x", 2)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message has a broken prefix",
      isReset: true,
    },
    {
      name: "flag 255 in a prefix that comes in pieces",
      chunks: [Buffer.from([255, 0]), Buffer.from([0, 0, 1, 7])],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message has a broken prefix",
      isReset: true,
    },
    {
      name: "over the limit in one chunk",
      chunks: [envelope("x".repeat(101))],
      reason: "UPSTREAM_MESSAGE_TOO_LARGE",
      message: "the upstream's message is over 100 bytes",
      isReset: true,
    },
    {
      name: "over the limit by its prefix alone",
      chunks: [Buffer.from([0, 0xff, 0xff, 0xff, 0xff])],
      reason: "UPSTREAM_MESSAGE_TOO_LARGE",
      message: "the upstream's message is over 100 bytes",
      isReset: true,
    },
    {
      name: "over the limit once decompressed",
      head: [...grpcHead, "grpc-encoding", "gzip"],
      chunks: [envelope(gzipSync("x".repeat(101)), 1)],
      reason: "UPSTREAM_MESSAGE_TOO_LARGE",
      message: "the upstream's message is over 100 bytes",
      isReset: false,
    },
    {
      name: "compressed and no encoding given",
      chunks: [envelope(gzipSync("x"), 1)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message is compressed in an unknown way",
      isReset: false,
    },
    {
      name: "compressed and the encoding is identity",
      head: [...grpcHead, "grpc-encoding", "identity"],
      chunks: [envelope("x", 1)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message is compressed in an unknown way",
      isReset: false,
    },
    {
      name: "compressed in an encoding that was not offered",
      head: [...grpcHead, "grpc-encoding", "snappy"],
      chunks: [envelope("x", 1)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message is compressed in an unknown way",
      isReset: false,
    },
    {
      name: "malformed gzip",
      head: [...grpcHead, "grpc-encoding", "gzip"],
      chunks: [envelope("not gzip", 1)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message cannot be decompressed",
      isReset: false,
    },
    {
      name: "deflate that is cut short",
      head: [...grpcHead, "grpc-encoding", "deflate"],
      chunks: [envelope(deflateSync("a book").subarray(0, 6), 1)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message cannot be decompressed",
      isReset: false,
    },
    {
      name: "raw deflate without the zlib header",
      head: [...grpcHead, "grpc-encoding", "deflate"],
      chunks: [envelope(deflateSync("a book").subarray(2), 1)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message cannot be decompressed",
      isReset: false,
    },
    {
      name: "cut short",
      chunks: [book.subarray(0, 8)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message is cut short",
      isReset: false,
    },
    {
      name: "cut short within its prefix",
      chunks: [book.subarray(0, 3)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message is cut short",
      isReset: false,
    },
    {
      name: "two messages in two chunks",
      chunks: [book, book],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream sent two messages for one reply",
      isReset: true,
    },
    {
      name: "two messages in one chunk",
      chunks: [Buffer.concat([book, book])],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream sent two messages for one reply",
      isReset: true,
    },
    {
      name: "a whole message and the beginning of another",
      chunks: [book, book.subarray(0, 2)],
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's message is cut short",
      isReset: false,
    },
    {
      name: "status OK without a message",
      reason: "UPSTREAM_PROTOCOL_ERROR",
      message: "the upstream's reply has no message",
      isReset: false,
    },
  ];
  for (const row of rows) {
    test(row.name, async () => {
      const { outcome, stream } = sentCall({ maxReplyBytes: 100 });
      play(stream, row);
      const failure = gatewayFailureOf(await outcome);
      assert.equal(failure.reason, row.reason);
      assert.equal(failure.code, 13);
      assert.equal(failure.message, row.message);
      assert.deepEqual(stream.resets, row.isReset ? [cancelCode] : []);
    });
  }

  test("a message of exactly the limit is taken, compressed or not", async () => {
    const plain = sentCall({ maxReplyBytes: 100 });
    play(plain.stream, { chunks: [envelope("x".repeat(100))] });
    assert.equal(textOf(await plain.outcome).length, 100);
    const zipped = sentCall({ maxReplyBytes: 100 });
    play(zipped.stream, {
      head: [...grpcHead, "grpc-encoding", "gzip"],
      chunks: [envelope(gzipSync("x".repeat(100)), 1)],
    });
    assert.equal(textOf(await zipped.outcome).length, 100);
  });

  test("a bomb is refused at the limit", async () => {
    const { outcome, stream } = sentCall();
    play(stream, {
      head: [...grpcHead, "grpc-encoding", "gzip"],
      chunks: [envelope(gzipSync(Buffer.alloc(32 * 1024 * 1024)), 1)],
    });
    assert.equal(gatewayFailureOf(await outcome).reason, "UPSTREAM_MESSAGE_TOO_LARGE");
  });

  test("a failure that comes while decompressing goes first", async () => {
    const { outcome, stream, cluster } = sentCall();
    play(stream, {
      head: [...grpcHead, "grpc-encoding", "gzip"],
      chunks: [envelope(gzipSync(noise(100_000)), 1)],
    });
    cluster.destroy();
    assert.equal(gatewayFailureOf(await outcome).reason, "SHUTTING_DOWN");
  });
});

test("what a client is told never names the endpoint", async () => {
  const { outcome, stream } = sentCall();
  stream.events.onHeaders([":status", "502", "server", "10.0.0.1"], true);
  const failure = gatewayFailureOf(await outcome);
  assert.doesNotMatch(failure.message, /10\.0\.0\.1/);
  assert.equal(metadataValue(failure.headers, "server"), undefined);
  assert.match(failure.cause ?? "", /^10\.0\.0\.1:50051: /);
});

/** Text that does not compress well, the same every time. */
function noise(length: number): string {
  let state = 1;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += state.toString(36);
  }
  return text.slice(0, length);
}
