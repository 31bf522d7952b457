import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, send } from "../support/http-client.ts";
import {
  type ScriptedAnswer,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../support/scripted-upstream.ts";
import { expectFailure } from "./refusal.ts";

const trailers = { "grpc-status": "0" };
const mebibyte = 1024 * 1024;
/** `{"fInt32":7}` on the wire. */
const seven = Buffer.from([0x18, 7]);

/** A message with its prefix; `length` may lie. */
function envelope(flag: number, length: number, message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** A reply that says it is compressed. */
function compressed(encoding: string | undefined, message: Uint8Array): ScriptedAnswer {
  const headers = encoding === undefined ? {} : { "grpc-encoding": encoding };
  return { headers, data: envelope(1, message.length, message), trailers };
}

/** Start tags of group 1000, and the end tags of as many. */
function groups(starts: number, ends: number): Buffer {
  const start = Buffer.alloc(starts * 2, Buffer.from([0xc3, 0x3e]));
  return Buffer.concat([start, Buffer.alloc(ends * 2, Buffer.from([0xc4, 0x3e]))]);
}

suite("faults.md group 4: replies of an upstream", () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startScriptedUpstream();
    gateway = await startTestGateway({ upstreamPort: upstream.port });
  });
  after(async () => {
    await gateway.stop();
    await upstream.stop();
  });
  const replied = (answer: ScriptedAnswer): Promise<Answer> => {
    upstream.answer = answer;
    return send(gateway.port, "GET", "/v1/kitchen-sink");
  };
  /** After a fault the next call takes the same connection: only the stream was given up. */
  const expectConnected = async (): Promise<void> => {
    const next = await replied({ message: seven, trailers });
    assert.deepEqual([next.status, next.text], [200, '{"fInt32":7}']);
    const connects = gateway.events.filter((event) => event === "endpoint.connected");
    assert.equal(connects.length, 1);
  };

  const protocolError = "UPSTREAM_PROTOCOL_ERROR";
  const tooLarge = "UPSTREAM_MESSAGE_TOO_LARGE";
  const overLimit = `the upstream's message is over ${4 * mebibyte} bytes`;
  const unknownWay = "the upstream's message is compressed in an unknown way";
  const undeflatable = "the upstream's message cannot be decompressed";
  const brokenPrefix = "the upstream's message has a broken prefix";
  const undecodable = "the upstream's message cannot be decoded";
  const invalid = "UPSTREAM_INVALID_MESSAGE";
  const rows: readonly {
    readonly name: string;
    readonly answer: ScriptedAnswer;
    readonly reason: string;
    readonly message: string;
  }[] = [
    {
      name: "J-22: a length over the limit",
      answer: { data: envelope(0, 5 * mebibyte, seven), trailers },
      reason: tooLarge,
      message: overLimit,
    },
    {
      name: "J-22: a length of 4 GiB",
      answer: { data: envelope(0, 0xffff_ffff, seven), trailers },
      reason: tooLarge,
      message: overLimit,
    },
    ...[2, 3, 128, 255].map((flag) => ({
      name: `J-22: a flag of ${flag}`,
      answer: { data: envelope(flag, 2, seven), trailers },
      reason: protocolError,
      message: brokenPrefix,
    })),
    {
      name: "J-22: the compressed flag without an encoding",
      answer: compressed(undefined, seven),
      reason: protocolError,
      message: unknownWay,
    },
    {
      name: "J-22: the compressed flag with identity",
      answer: compressed("identity", seven),
      reason: protocolError,
      message: unknownWay,
    },
    {
      name: "J-22: an encoding that nobody knows",
      answer: compressed("x-nope", seven),
      reason: protocolError,
      message: unknownWay,
    },
    {
      name: "J-22: malformed deflate",
      answer: compressed("deflate", Buffer.from([0x78, 0x9c, 0xff, 0xff, 0xff])),
      reason: protocolError,
      message: undeflatable,
    },
    {
      name: "J-22: deflate cut short",
      answer: compressed("deflate", deflateSync(seven).subarray(0, -5)),
      reason: protocolError,
      message: undeflatable,
    },
    {
      name: "J-22: malformed gzip",
      answer: compressed("gzip", Buffer.from([0x1f, 0x8b, 8, 0, 0])),
      reason: protocolError,
      message: undeflatable,
    },
    {
      name: "J-22: a prefix cut short",
      answer: { data: Buffer.from([0, 0, 0]), trailers },
      reason: protocolError,
      message: "the upstream's message is cut short",
    },
    {
      name: "J-22: a message cut short",
      answer: { data: envelope(0, 3, seven), trailers },
      reason: protocolError,
      message: "the upstream's message is cut short",
    },
    {
      name: "J-23: 100,000 groups inside each other",
      answer: { message: groups(100_000, 100_000), trailers },
      reason: invalid,
      message: undecodable,
    },
    {
      name: "J-23: 100,000 groups that do not end",
      answer: { message: groups(100_000, 0), trailers },
      reason: invalid,
      message: undecodable,
    },
    {
      name: "J-23: the end of a group without its start",
      answer: { message: groups(0, 1), trailers },
      reason: invalid,
      message: undecodable,
    },
    {
      name: "J-23: a string that is not UTF-8",
      answer: { message: Buffer.from([0x72, 1, 0xff]), trailers },
      reason: invalid,
      message: undecodable,
    },
    {
      name: "J-23: a string longer than the message",
      answer: { message: Buffer.from([0x72, 9, 0x61]), trailers },
      reason: invalid,
      message: undecodable,
    },
    ...[6, 7].map((wireType) => ({
      name: `J-23: wire type ${wireType}`,
      answer: { message: Buffer.from([(3 << 3) | wireType, 1]), trailers },
      reason: invalid,
      message: undecodable,
    })),
    {
      name: "J-23: field number 0",
      answer: { message: Buffer.from([0, 1]), trailers },
      reason: invalid,
      message: undecodable,
    },
    {
      name: "J-23: a varint of eleven bytes",
      answer: {
        message: Buffer.from([0x18, ...Array.from({ length: 10 }, () => 0x80), 1]),
        trailers,
      },
      reason: invalid,
      message: undecodable,
    },
    {
      name: "J-24: a message of 5 MiB",
      answer: { message: Buffer.alloc(5 * mebibyte), trailers },
      reason: tooLarge,
      message: overLimit,
    },
    {
      name: "J-24: a message one byte over the limit",
      answer: { message: Buffer.alloc(4 * mebibyte + 1), trailers },
      reason: tooLarge,
      message: overLimit,
    },
    {
      name: "J-24: a message that is over the limit when it is decompressed",
      answer: compressed("gzip", gzipSync(Buffer.alloc(64 * mebibyte))),
      reason: tooLarge,
      message: overLimit,
    },
  ];
  for (const { name, answer, reason, message } of rows) {
    test(`${name} is 500, and the connection is kept`, async () => {
      expectFailure(await replied(answer), { status: 500, code: 13, reason, message });
      await expectConnected();
    });
  }

  const readable = [
    {
      name: "J-22: gzip that is whole is read",
      answer: compressed("gzip", gzipSync(seven)),
    },
    {
      name: "J-22: deflate that is whole is read",
      answer: compressed("deflate", deflateSync(seven)),
    },
    {
      name: "J-23: a mebibyte of unknown fields is passed over (encoding, Unknown Fields)",
      answer: {
        message: Buffer.concat([
          Buffer.alloc(mebibyte / 4, Buffer.from([0xc0, 0x3e, 0x80, 0x01])),
          seven,
        ]),
        trailers,
      },
    },
    {
      name: "J-23: one unknown field of a mebibyte is passed over",
      answer: {
        message: Buffer.concat([
          Buffer.from([0xc2, 0x3e, 0x80, 0x80, 0x40]),
          Buffer.alloc(mebibyte),
          seven,
        ]),
        trailers,
      },
    },
    {
      name: "J-23: a known number with another's wire type is an unknown field",
      answer: { message: Buffer.concat([seven, Buffer.from([0x1a, 1, 0x41])]), trailers },
    },
  ];
  for (const { name, answer } of readable) {
    test(name, async () => {
      const { status, text } = await replied(answer);
      assert.deepEqual([status, text], [200, '{"fInt32":7}']);
    });
  }
});
