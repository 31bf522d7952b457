import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { parseConfig } from "../../src/config/index.ts";
import { testConfig } from "../support/gateway.ts";
import { type Answer, reasonOf, type SendOptions, statusBody } from "../support/http-client.ts";
import { exchangeRaw, statusOf } from "../support/raw-http.ts";
import { type ContractGateway, withContract } from "./contract-gateway.ts";

const rules = ['get: "/a/{id}"', 'post: "/b" body: "*"', 'stream get: "/s"'];
const mebibyte = 1024 * 1024;
/** A reset that does not come must not hang the tests. */
const patience = { timeout: 10_000 };

/** JSON of just so many bytes. */
function bodyOf(bytes: number): Buffer {
  return Buffer.from(`{"id":"${"a".repeat(bytes - 9)}"}`);
}

const nested = (levels: number) => `{"value":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

interface Limit {
  readonly name: string;
  /** YAML under the listener; undefined for the default. */
  readonly limits?: string;
  readonly method?: string;
  /** A request at the limit, and one over it. */
  readonly at: readonly [target: string, request?: SendOptions];
  readonly over: readonly [target: string, request?: SendOptions];
  readonly want: readonly [status: number, reason: string];
}

const header = (bytes: number): SendOptions => ({ headers: { "x-a": "a".repeat(bytes) } });
const parameters = (count: number) => `/a/1?${"words=a&".repeat(count)}`;

const table: readonly Limit[] = [
  {
    name: "§7 body: a request body is 4 MiB by default, 413 over it",
    method: "POST",
    at: ["/b", { body: bodyOf(4 * mebibyte) }],
    over: ["/b", { body: bodyOf(4 * mebibyte + 1) }],
    want: [413, "BODY_TOO_LARGE"],
  },
  {
    name: "§7 body-switch: limits.body sets the size of a request body",
    limits: "body: 1KiB",
    method: "POST",
    at: ["/b", { body: bodyOf(1024) }],
    over: ["/b", { body: bodyOf(1025) }],
    want: [413, "BODY_TOO_LARGE"],
  },
  {
    name: "§7 headers: a header block is 16 KiB by default, 431 over it",
    at: ["/a/1", header(15.5 * 1024)],
    over: ["/a/1", header(16 * 1024)],
    want: [431, "HEADERS_TOO_LARGE"],
  },
  {
    name: "§7 headers-switch: limits.headers sets the size of a header block",
    limits: "headers: 2KiB",
    at: ["/a/1", header(1500)],
    over: ["/a/1", header(2048)],
    want: [431, "HEADERS_TOO_LARGE"],
  },
  {
    name: "§7 path: a path is 8 KiB by default, 414 over it",
    at: [`/a/${"x".repeat(8192 - 3)}`],
    over: [`/a/${"x".repeat(8193 - 3)}`],
    want: [414, "URI_TOO_LONG"],
  },
  {
    name: "§7 path-switch: limits.path sets the length of a path",
    limits: "path: 100B",
    at: [`/a/${"x".repeat(97)}`],
    over: [`/a/${"x".repeat(98)}`],
    want: [414, "URI_TOO_LONG"],
  },
  {
    name: "§7 depth: JSON is 100 deep by default, 400 over it",
    method: "POST",
    at: ["/b", { body: nested(100) }],
    over: ["/b", { body: nested(101) }],
    want: [400, "INVALID_JSON"],
  },
  {
    name: "§7 depth-switch: limits.json_depth sets the depth of JSON",
    limits: "json_depth: 3",
    method: "POST",
    at: ["/b", { body: nested(3) }],
    over: ["/b", { body: nested(4) }],
    want: [400, "INVALID_JSON"],
  },
  {
    name: "§7 query: query parameters are 256 by default, 400 over it",
    at: [parameters(256)],
    over: [parameters(257)],
    want: [400, "INVALID_QUERY"],
  },
  {
    name: "§7 query-switch: limits.query_parameters sets the number of query parameters",
    limits: "query_parameters: 0",
    at: [parameters(0)],
    over: [parameters(1)],
    want: [400, "INVALID_QUERY"],
  },
];

function withLimits(
  limits: string | undefined,
  use: (gateway: ContractGateway) => Promise<void>,
): Promise<void> {
  const listener = limits === undefined ? {} : { listener: `limits: { ${limits} }` };
  return withContract({ rules, ...listener }, use);
}

/** Checks an error of the gateway's own: its status and reason, in JSON. */
function expectOwn(answer: Answer, [status, reason]: readonly [number, string]): void {
  assert.equal(answer.headers["content-type"], "application/json");
  assert.deepEqual([answer.status, reasonOf(answer)], [status, reason]);
}

suite("transcoding.md §7: limits", () => {
  for (const { name, limits, method = "GET", at, over, want } of table) {
    test(name, () =>
      withLimits(limits, async (gateway) => {
        const taken = await gateway.ask(method, ...at);
        assert.equal(taken.status, 200, taken.text.slice(0, 500));
        const calls = gateway.upstream.calls.length;
        expectOwn(await gateway.ask(method, ...over), want);
        assert.equal(gateway.upstream.calls.length, calls);
      }),
    );
  }

  const head =
    "POST /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  const chunked = (body: Buffer, size: number): string => {
    let text = head;
    for (let at = 0; at < body.length; at += size) {
      const piece = body.subarray(at, at + size);
      text += `${piece.length.toString(16)}\r\n${piece.toString("latin1")}\r\n`;
    }
    return `${text}0\r\n\r\n`;
  };
  for (const size of [1, 7, 1000, 1024, 5000]) {
    test(`§7 body-chunked: a body is counted whole however it is chunked: ${size} bytes a chunk`, () =>
      withLimits("body: 1KiB", async ({ port }) => {
        assert.equal(statusOf(await exchangeRaw(port, chunked(bodyOf(1024), size))), 200);
        const refused = await exchangeRaw(port, chunked(bodyOf(1025), size));
        assert.equal(statusOf(refused), 413);
        assert.match(refused, /content-type: application\/json/i);
        assert.match(refused, /"reason":"BODY_TOO_LARGE"/);
      }));
  }

  /** A reply of one message of so many bytes. */
  const reply = (bytes: number): Buffer => {
    const length = bytes - 5;
    const content = Buffer.alloc(bytes + 5, 0x61);
    content.writeUInt8(0, 0);
    content.writeUInt32BE(bytes, 1);
    // Thing.id, its length a varint of four bytes.
    const varint = [0, 7, 14, 21].map(
      (shift) => ((length >> shift) & 0x7f) | (shift < 21 ? 0x80 : 0),
    );
    content.set([0x0a, ...varint], 5);
    return content;
  };
  const replies = [
    { name: "§7 reply: a reply message is 4 MiB by default, 500 over it", limit: 4 * mebibyte },
    {
      name: "§7 reply-switch: limits.reply sets the size of a reply message",
      limits: "reply: 10KiB",
      limit: 10_240,
    },
  ];
  for (const { name, limits, limit } of replies) {
    test(`${name}, and the upstream stream is reset`, patience, () =>
      withLimits(limits, async (gateway) => {
        gateway.upstream.reply = { data: reply(limit) };
        const taken = await gateway.ask("GET", "/a/1");
        assert.deepEqual(
          [taken.status, (taken.json as { id: string }).id.length],
          [200, limit - 5],
        );
        gateway.upstream.reply = { data: reply(limit + 1), staysOpen: true };
        const reset = gateway.upstream.nextReset();
        expectOwn(await gateway.ask("GET", "/a/1"), [500, "UPSTREAM_MESSAGE_TOO_LARGE"]);
        assert.equal(await reset, 8, "RST_STREAM with CANCEL");
      }),
    );
  }

  test(
    "§7 reply-switch: a message over the limit inside a stream is a visible failure, cuts it and resets the call",
    patience,
    () =>
      withLimits("reply: 10KiB", async (gateway) => {
        const headers = { accept: "application/x-ndjson" };
        const over = reply(10_241);
        gateway.upstream.reply = { data: over, staysOpen: true };
        expectOwn(await gateway.ask("GET", "/s", { headers }), [500, "UPSTREAM_MESSAGE_TOO_LARGE"]);
        const good = Buffer.from([0, 0, 0, 0, 3, 0x0a, 1, 0x61]);
        gateway.upstream.reply = { data: Buffer.concat([good, over]), staysOpen: true };
        const reset = gateway.upstream.nextReset();
        const { body, isWhole } = await gateway.stream("/s", headers.accept);
        assert.match(
          body,
          /^\{"id":"a"\}\n\{"error":\{"code":13,.*"UPSTREAM_MESSAGE_TOO_LARGE".*\}\}\n$/,
        );
        assert.equal(isWhole, false, "the body has no last chunk");
        assert.equal(await reset, 8, "RST_STREAM with CANCEL");
      }),
  );

  test("§7 request-time-switch: limits.request sets the time of a request, 504 over it", () =>
    withLimits("request: 300ms, header_timeout: 200ms", async (gateway) => {
      gateway.upstream.isSilent = true;
      const answer = await gateway.ask("GET", "/a/1");
      expectOwn(answer, [504, "DEADLINE_EXCEEDED"]);
      assert.equal(statusBody(answer).code, 4);
    }));

  test("§7 request-time: a call gets no more than 60 s by default, whatever its cluster allows", () =>
    withContract({ rules, cluster: "deadline: 10m" }, async (gateway) => {
      await gateway.ask("GET", "/a/1");
      const timeout = String(gateway.upstream.calls[0]?.head["grpc-timeout"]);
      assert.match(timeout, /^(?:60000|5[0-9]{4})m$/);
    }));

  const idle = /^\{"error":\{"code":4,.*"STREAM_IDLE"/;
  test("§7 stream-idle-switch: limits.stream_idle ends a stream that is silent, visibly and without a last chunk", () =>
    withLimits("stream_idle: 200ms", async (gateway) => {
      const accept = "application/x-ndjson";
      gateway.upstream.reply = { data: Buffer.alloc(0), staysOpen: true };
      const silent = await gateway.stream("/s", accept);
      assert.match(silent.body, idle);
      gateway.upstream.reply = { staysOpen: true };
      const lines = await gateway.stream("/s?id=a", accept);
      const [first = "", last = ""] = lines.body.trimEnd().split("\n");
      assert.deepEqual(JSON.parse(first), { id: "a" });
      assert.match(last, idle);
      assert.deepEqual([silent.isWhole, lines.isWhole], [false, false], "no last chunk");
    }));

  const defaults = [
    { name: "§7 request-time: request time is 60 s by default", key: "requestMs", want: 60_000 },
    {
      name: "§7 stream-idle: a stream may be idle for 5 min by default",
      key: "streamIdleMs",
      want: 300_000,
    },
  ] as const;
  for (const { name, key, want } of defaults) {
    test(name, async () => {
      const loaded = await parseConfig(testConfig(1), "test.yaml", { readFile, env: {} });
      assert.ok(loaded.ok);
      assert.deepEqual(
        loaded.value.config.listeners.map(({ limits }) => limits[key]),
        [want],
      );
    });
  }
});
