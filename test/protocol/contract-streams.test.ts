import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { parseConfig } from "../../src/config/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { testConfig } from "../support/gateway.ts";
import {
  collect,
  field,
  patience,
  type StreamGateway,
  startStreamGateway,
  text,
  withStreamGateway,
} from "./rest-streams-gateway.ts";

suite("transcoding.md §6: what goes in and what comes out", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  const search = (body: string) => [
    "POST /search HTTP/1.1",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  ];

  test("§6 server-in: a server stream takes one JSON value", async () => {
    const body = '{"id":"x","text":"y"}';
    const [line = "", ...headers] = search(body);
    const client = gateway.open(line, ...headers);
    client.write(body);
    const call = await gateway.upstream.nextCall();
    assert.deepEqual(await call.next(), Buffer.concat([field(1, "x"), text("y")]));
    assert.equal(await call.next(), undefined, "the client's side has ended");
    call.send(text("a"));
    call.end();
    assert.equal((await client.whole()).body, '[{"text":"a"}]');
    client.destroy();
  });

  for (const body of ['[{"id":"x"}]', '{"id":"x"}{"id":"y"}', '{"id":"x"}\n{"id":"y"}']) {
    test(`§6 server-in: ${JSON.stringify(body)} for a server stream is 400 before any call`, async () => {
      const [line = "", ...headers] = search(body);
      const client = gateway.open(line, ...headers);
      client.write(body);
      const answer = await client.whole();
      client.destroy();
      assert.equal(answer.status, 400);
      assert.match(answer.body, /"reason":"INVALID_(?:FIELD|JSON)"/);
      const next = await gateway.call("GET /watch/next HTTP/1.1");
      assert.deepEqual(await next.call.next(), field(1, "next"), "the next call is the next one's");
      next.client.destroy();
    });
  }

  test("§6 out-jsonl: application/jsonl is a line a message", async () => {
    const { client, call } = await gateway.call(
      "GET /watch/x HTTP/1.1",
      "Accept: application/jsonl",
    );
    call.send(text("a"));
    call.send(text("b"));
    call.end();
    const { headers, body } = await client.whole();
    client.destroy();
    assert.equal(headers["content-type"], "application/x-ndjson");
    assert.equal(body, '{"text":"a"}\n{"text":"b"}\n');
  });

  test("§6 sse-id: every message has an id, which counts them", async () => {
    const { client, call } = await gateway.call(
      "GET /watch/x HTTP/1.1",
      "Accept: text/event-stream",
    );
    for (let i = 0; i < 12; i++) call.send(text(String(i)));
    call.end();
    const { body } = await client.whole();
    client.destroy();
    const events = Array.from({ length: 12 }, (_, i) => `id: ${i + 1}\ndata: {"text":"${i}"}\n\n`);
    assert.equal(body, events.join(""));
  });

  const types = [
    { type: "application/json", body: '[{"text":"a"}]' },
    { type: "application/x-ndjson", body: '{"text":"a"}\n' },
  ];
  for (const { type, body } of types) {
    test(`§6 client-out: a client stream of ${type} is answered with one JSON value and its length`, async () => {
      const { client, call } = await collect(
        gateway,
        type,
        "/collect",
        "Accept: text/event-stream",
      );
      client.chunk(body);
      client.chunk("");
      assert.deepEqual(await call.next(), text("a"));
      assert.equal(await call.next(), undefined);
      call.send(text("ok"));
      call.end();
      const answer = await client.whole();
      client.destroy();
      assert.deepEqual([answer.status, answer.body], [200, '{"text":"ok"}']);
      assert.equal(answer.headers["content-type"], "application/json");
      assert.equal(answer.headers["content-length"], String(answer.body.length));
    });
  }
});

suite("transcoding.md §6: what holds where nothing is said", () => {
  test("§6: formats, times and switches of streams have their defaults", async () => {
    const loaded = await parseConfig(testConfig(1), "test.yaml", { readFile, env: {} });
    assert.ok(loaded.ok);
    for (const { streams } of loaded.value.config.listeners) {
      assert.deepEqual(streams, {
        formats: ["array", "ndjson", "sse"],
        framing: "plain",
        concatenated: false,
        sseHeartbeatMs: 15_000,
        firstMessageTimeoutMs: 1000,
        websocket: false,
        websocketOrigins: [],
      });
    }
  });

  /** Waits until whatever went on before has been done: another call goes all its way. */
  const settle = async (gateway: StreamGateway): Promise<void> => {
    const { client, call } = await gateway.call("GET /watch/y HTTP/1.1");
    call.end();
    await client.whole();
    client.destroy();
  };

  test("§6 headers-timeout: headers go out after 1 s without a message", patience, async () => {
    const clock = new FakeClock();
    await withStreamGateway({ clock }, async (gateway) => {
      const { client } = await gateway.call("GET /watch/x HTTP/1.1");
      clock.advance(999);
      await settle(gateway);
      assert.equal(client.answer().status, 0);
      clock.advance(1);
      await client.until("\r\n\r\n");
      assert.deepEqual([client.answer().status, client.answer().body], [200, ""]);
      client.destroy();
    });
  });

  test("§6 sse-heartbeat: a comment comes after 15 s of silence", patience, async () => {
    const clock = new FakeClock();
    await withStreamGateway({ clock }, async (gateway) => {
      const events = "Accept: text/event-stream";
      const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", events);
      call.send(text("a"));
      const first = 'id: 1\ndata: {"text":"a"}\n\n';
      await client.until('"a"');
      await settle(gateway);
      clock.advance(14_999);
      await settle(gateway);
      assert.equal(client.answer().body, first);
      clock.advance(1);
      await client.until(":\n\n\r\n");
      await settle(gateway);
      assert.equal(client.answer().body, `${first}:\n\n`);
      client.destroy();
    });
  });
});
