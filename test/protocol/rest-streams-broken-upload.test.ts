import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  collect,
  patience,
  type StreamGateway,
  startStreamGateway,
  text,
} from "./rest-streams-gateway.ts";

const mebibyte = 1024 * 1024;
const lines = "application/x-ndjson";
const json = "application/json";

suite("§6: a client stream that is broken in the middle", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  const rows: readonly {
    readonly name: string;
    readonly type: string;
    readonly first: string;
    readonly rest: string;
    readonly says: RegExp;
    readonly status?: number;
    /** Whether the broken place is seen only at the end. */
    readonly ends?: boolean;
  }[] = [
    {
      name: "an element that does not fit",
      type: json,
      first: '[{"text":"0"},',
      rest: '{"text":1}',
      says: /\[1\]\.text/,
    },
    {
      name: "a line that does not fit",
      type: lines,
      first: '{"text":"0"}\n',
      rest: '{"number":"x"}\n',
      says: /\[1\]\.number/,
    },
    {
      name: "an unknown field",
      type: json,
      first: '[{"text":"0"},',
      rest: '{"nope":1}',
      says: /"field":"\[1\]".*nope/,
    },
    {
      name: "no comma",
      type: json,
      first: '[{"text":"0"}',
      rest: '{"text":"1"}',
      says: /INVALID_JSON/,
    },
    { name: "no JSON", type: lines, first: '{"text":"0"}\n', rest: "{]\n", says: /INVALID_JSON/ },
    {
      name: "an array that does not close",
      type: json,
      first: '[{"text":"0"},',
      rest: '{"text":"1"}',
      says: /INVALID_JSON/,
      ends: true,
    },
    {
      name: "something behind the array",
      type: json,
      first: '[{"text":"0"}',
      rest: "] x",
      says: /INVALID_JSON/,
    },
    {
      name: "a message over two lines",
      type: lines,
      first: '{"text":"0"}\n',
      rest: '{"text":\n"1"}\n',
      says: /one line.*INVALID_JSON/,
    },
    {
      name: "an element over the limit",
      type: lines,
      first: '{"text":"0"}\n',
      rest: `{"text":"${"x".repeat(5 * mebibyte)}`,
      says: /BODY_TOO_LARGE/,
      status: 413,
    },
  ];
  for (const { name, type, first, rest, says, status = 400, ends = false } of rows) {
    test(`§6: ${name} is ${status}, and resets the call`, async () => {
      const { client, call } = await collect(gateway, type);
      client.chunk(first);
      assert.deepEqual(await call.next(), text("0"), "the element before it went up");
      client.chunk(rest);
      if (ends) client.chunk("");
      assert.equal(await call.closed, 8, "RST_STREAM with CANCEL");
      const answer = await client.whole();
      client.destroy();
      assert.deepEqual([answer.status, answer.headers["content-type"]], [status, json]);
      assert.match(answer.body, says);
    });
  }

  const packed = [
    {
      name: "gzip that is cut short",
      bytes: gzipSync('{"text":"0"}\n{"text":"1"}\n').subarray(0, -6),
      status: 400,
      says: /"reason":"INVALID_ENCODING"/,
    },
    {
      name: "gzip with a wrong checksum",
      bytes: gzipSync('{"text":"0"}\n').map((byte, at, all) =>
        at === all.length - 8 ? byte ^ 1 : byte,
      ),
      status: 400,
      says: /"reason":"INVALID_ENCODING"/,
    },
    {
      name: "what is no gzip",
      bytes: Buffer.from('{"text":"0"}\n'),
      status: 400,
      says: /"reason":"INVALID_ENCODING"/,
    },
    {
      name: "an element that unpacks to over the limit",
      bytes: gzipSync(`{"text":"${"x".repeat(64 * mebibyte)}"}\n`),
      status: 413,
      says: /"reason":"BODY_TOO_LARGE"/,
    },
  ];
  for (const { name, bytes, status, says } of packed) {
    test(`§6: ${name} is ${status}, and resets the call`, async () => {
      const { client, call } = await collect(gateway, lines, "/collect", "Content-Encoding: gzip");
      client.chunk(bytes);
      client.chunk("");
      assert.equal(await call.closed, 8, "RST_STREAM with CANCEL");
      const answer = await client.whole();
      client.destroy();
      assert.equal(answer.status, status, answer.body);
      assert.match(answer.body, says);
    });
  }

  for (const { type, encoding } of [
    { type: "text/plain", encoding: "identity" },
    { type: lines, encoding: "x-nope" },
  ]) {
    test(`§6: ${type} as ${encoding} is 415 before any call`, async () => {
      const client = gateway.open(
        "POST /collect HTTP/1.1",
        `Content-Type: ${type}`,
        `Content-Encoding: ${encoding}`,
        "Content-Length: 0",
      );
      assert.equal((await client.whole()).status, 415);
      client.destroy();
      const next = await collect(gateway, lines);
      assert.equal(next.call.head[":path"], "/t.S/Collect");
      next.client.destroy();
    });
  }
});
