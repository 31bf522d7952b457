import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import {
  patience,
  type StreamGateway,
  startStreamGateway,
  text,
  withStreamGateway,
} from "./rest-streams-gateway.ts";
import type { UpstreamCall } from "./rest-streams-upstream.ts";

const withDeadline = "- { service: t.S, cluster: library, deadline: 20s }";

/** The `grpc-timeout` of a call in ms; undefined when it has none. */
function timeoutOf({ head }: UpstreamCall): number | undefined {
  const value = head["grpc-timeout"];
  if (value === undefined) return undefined;
  assert.match(String(value), /^[0-9]{1,8}[mS]$/);
  return Number(String(value).slice(0, -1)) * (String(value).endsWith("S") ? 1000 : 1);
}

suite("transcoding.md §3: grpc-timeout of a stream", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway({ routes: withDeadline });
  });
  after(() => gateway.stop());

  const shapes = [
    { shape: "server", head: ["GET /watch/x HTTP/1.1"] },
    { shape: "client", head: ["POST /collect HTTP/1.1", "Transfer-Encoding: chunked"] },
    { shape: "bidirectional", head: ["POST /chat HTTP/1.1", "Transfer-Encoding: chunked"] },
  ] as const;
  const timeouts = [
    { name: "the route's, where the client has none", sent: undefined, atMost: 20_000 },
    { name: "the client's, where it is smaller", sent: "7S", atMost: 7000 },
    { name: "the route's, where the client's is larger", sent: "1H", atMost: 20_000 },
  ];
  for (const { shape, head } of shapes) {
    for (const { name, sent, atMost } of timeouts) {
      test(`§3 timeout-streams: of a ${shape} stream it is ${name}`, async () => {
        const [line, ...headers] = head;
        const timeout = sent === undefined ? [] : [`grpc-timeout: ${sent}`];
        const { client, call } = await gateway.call(line, ...headers, ...timeout);
        client.destroy();
        const left = timeoutOf(call);
        assert.ok(left !== undefined && left <= atMost && left > atMost - 4000, `${left} ms`);
      });
    }

    test(`§3 timeout-malformed: of a ${shape} stream it is 400 before any call`, async () => {
      const [line, ...headers] = head;
      const client = gateway.open(line, ...headers, "grpc-timeout: soon");
      const { status, body } = await client.whole();
      client.destroy();
      assert.equal(status, 400);
      assert.match(body, /"reason":"INVALID_TIMEOUT"/);
      const next = await gateway.call("GET /watch/next HTTP/1.1");
      assert.equal(String(await next.call.next()).includes("next"), true);
      next.client.destroy();
    });
  }

  test("§3 timeout-streams: without a route's or a client's a stream has none", () =>
    withStreamGateway({}, async (free) => {
      const { client, call } = await free.call("GET /watch/x HTTP/1.1");
      assert.equal(timeoutOf(call), undefined);
      client.destroy();
      const timed = await free.call("GET /watch/x HTTP/1.1", "grpc-timeout: 5S");
      assert.ok((timeoutOf(timed.call) ?? Number.POSITIVE_INFINITY) <= 5000);
      timed.client.destroy();
    }));

  test("§3 timeout-passes: a deadline that passes in a stream is a visible failure, and CANCEL", async () => {
    const { client, call } = await gateway.call(
      "GET /watch/x HTTP/1.1",
      "Accept: application/x-ndjson",
      "grpc-timeout: 300m",
    );
    call.send(text("a"));
    const { status, body } = await client.whole();
    client.destroy();
    assert.equal(status, 200);
    assert.match(body, /^\{"text":"a"\}\n\{"error":\{"code":4,.*"DEADLINE_EXCEEDED".*\}\}\n$/);
    assert.equal(await call.closed, 8);
  });

  test("§3 client-gone: a client that leaves its stream resets the call with CANCEL", async () => {
    const { client, call } = await gateway.call("GET /watch/x HTTP/1.1");
    call.send(text("a"));
    await client.until('"a"');
    client.destroy();
    assert.equal(await call.closed, 8);
  });
});
