import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import {
  patience,
  recordsOf,
  type StreamGateway,
  startStreamGateway,
  text,
  withStreamGateway,
} from "./rest-streams-gateway.ts";

const chunked = ["Content-Type: application/x-ndjson", "Transfer-Encoding: chunked"] as const;

suite("§6: when the parts of a server stream go out", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway({ streams: "{ first_message_timeout: 1h }" });
  });
  after(() => gateway.stop());

  const rows = [
    { accept: "application/json", parts: ['[{"text":"0"}', ',{"text":"1"}', ',{"text":"2"}'] },
    { accept: "application/x-ndjson", parts: ['{"text":"0"}\n', '{"text":"1"}\n'] },
    {
      accept: "text/event-stream",
      parts: ['id: 1\ndata: {"text":"0"}\n\n', 'id: 2\ndata: {"text":"1"}\n\n'],
    },
  ];
  for (const { accept, parts } of rows) {
    test(`§6 flush: each message of ${accept} is a chunk that comes before the next is sent`, async () => {
      const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
      for (const [index, part] of parts.entries()) {
        call.send(text(String(index)));
        await client.until(`${part.length.toString(16)}\r\n${part}\r\n`);
        assert.equal(client.answer().body, parts.slice(0, index + 1).join(""));
      }
      assert.equal(client.answer().isWhole, false);
      call.end();
      assert.ok((await client.whole()).isWhole);
      client.destroy();
    });
  }

  test("§6 headers-first: headers wait for the first message, and tell the upstream's with it", async () => {
    const { client, call } = await gateway.call("GET /watch/x HTTP/1.1");
    call.begin();
    // A second stream goes all its way meanwhile.
    const other = await gateway.call("GET /watch/y HTTP/1.1");
    other.call.send(text("y"));
    await other.client.until('"y"');
    assert.equal(client.answer().status, 0);
    call.send(text("a"));
    await client.until('"a"');
    const { status, headers } = client.answer();
    assert.deepEqual([status, headers["x-from"]], [200, "upstream"]);
    client.destroy();
    other.client.destroy();
  });

  test("§6 headers-timeout: after first_message_timeout the headers go out without a message", async () => {
    await withStreamGateway({ streams: "{ first_message_timeout: 30ms }" }, async (quick) => {
      const { client, call } = await quick.call("GET /watch/x HTTP/1.1");
      await client.until("\r\n\r\n");
      assert.deepEqual([client.answer().status, client.answer().body], [200, ""]);
      call.send(text("a"));
      call.end();
      const { body, isWhole } = await client.whole();
      assert.deepEqual([body, isWhole], ['[{"text":"a"}]', true]);
      client.destroy();
    });
  });
});

suite("§6: full duplex over HTTP/1.1", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  test("§6 duplex: messages alternate, each answered before the next is sent", async () => {
    const { client, call } = await gateway.call(
      "POST /chat HTTP/1.1",
      ...chunked,
      "Accept: application/x-ndjson",
    );
    const said: string[] = [];
    for (const word of ["a", "b", "c", "d"]) {
      client.chunk(`{"text":"${word}"}\n`);
      assert.deepEqual(await call.next(), text(word));
      call.send(text(`${word}!`));
      said.push(`{"text":"${word}!"}\n`);
      await client.until(`"${word}!"`);
    }
    client.chunk("");
    assert.equal(await call.next(), undefined);
    call.send(text("bye"));
    call.end();
    const { body, isWhole } = await client.whole();
    assert.deepEqual([body, isWhole], [`${said.join("")}{"text":"bye"}\n`, true]);
    client.destroy();
  });

  test("§6 duplex: arrays both ways open, and close when both sides have", async () => {
    const { client, call } = await gateway.call(
      "POST /chat HTTP/1.1",
      "Content-Type: application/json",
      "Transfer-Encoding: chunked",
    );
    client.chunk('[{"text":"a"}');
    assert.deepEqual(await call.next(), text("a"));
    call.send(text("1"));
    await client.until('[{"text":"1"}');
    client.chunk(',{"text":"b"}');
    assert.deepEqual(await call.next(), text("b"));
    client.chunk("]");
    client.chunk("");
    assert.equal(await call.next(), undefined);
    call.end();
    assert.equal((await client.whole()).body, '[{"text":"1"}]');
    client.destroy();
  });

  test("§6 duplex: the upstream speaks first", async () => {
    const { client, call } = await gateway.call(
      "POST /chat HTTP/1.1",
      ...chunked,
      "Accept: text/event-stream",
    );
    call.send(text("hello"));
    await client.until('id: 1\ndata: {"text":"hello"}');
    client.chunk('{"text":"a"}\n');
    assert.deepEqual(await call.next(), text("a"));
    client.chunk("");
    assert.equal(await call.next(), undefined);
    call.end();
    assert.ok((await client.whole()).isWhole);
    client.destroy();
  });

  test("§6: an upstream that ends before its client ends the answer as whole", async () => {
    const { client, call } = await gateway.call(
      "POST /chat HTTP/1.1",
      ...chunked,
      "Accept: application/x-ndjson",
    );
    client.chunk('{"text":"a"}\n');
    await call.next();
    call.send(text("enough"));
    call.end();
    const { body, isWhole } = await client.whole();
    assert.deepEqual([body, isWhole], ['{"text":"enough"}\n', true]);
    client.destroy();
  });

  test("§6: a broken element after replies is the error line, and resets the call", async () => {
    const recordsBefore = gateway.records.length;
    const { client, call } = await gateway.call(
      "POST /chat HTTP/1.1",
      ...chunked,
      "Accept: application/x-ndjson",
    );
    client.chunk('{"text":"a"}\n');
    await call.next();
    call.send(text("1"));
    await client.until('"1"');
    client.chunk('{"number":"x"}\n');
    assert.equal(await call.closed, 8, "RST_STREAM with CANCEL");
    await client.until('{"error":');
    const { status, body } = client.answer();
    assert.equal(status, 200);
    assert.match(body, /^\{"text":"1"\}\n\{"error":\{"code":3,.*\[1\]\.number.*\}\}\n$/);
    client.destroy();
    const records = await recordsOf(gateway, recordsBefore + 1);
    assert.equal(records.at(-1)?.grpcCode, "INVALID_ARGUMENT");
  });
});
