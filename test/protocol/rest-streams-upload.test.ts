import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { StreamClient } from "./rest-streams-client.ts";
import {
  collect,
  field,
  patience,
  type StreamGateway,
  startStreamGateway,
  text,
  withStreamGateway,
} from "./rest-streams-gateway.ts";
import type { UpstreamCall } from "./rest-streams-upstream.ts";

const lines = "application/x-ndjson";
const json = "application/json";

/** Ends both sides and checks the answer. */
async function expectAnswer(client: StreamClient, call: UpstreamCall): Promise<void> {
  assert.equal(await call.next(), undefined, "the upstream sees the client's end");
  call.send(text("ok"));
  call.end();
  const { status, headers, body } = await client.whole();
  assert.deepEqual([status, headers["content-type"], body], [200, json, '{"text":"ok"}']);
  client.destroy();
}

suite("§6: a client stream", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  const closing: readonly {
    readonly name: string;
    readonly type: string;
    readonly parts: readonly string[];
    readonly tail: string;
  }[] = [
    {
      name: "§6 in-array: an element of an array goes up as it closes",
      type: json,
      parts: ['[{"text":"0"}', ' , {"text":"1"}', ',\n{"text":"2"}'],
      tail: "]",
    },
    {
      name: "§6 in-array: an element of an array whose brace comes by itself goes up with it",
      type: json,
      parts: [' [\n{"text":"0"}', ',{"text":"1"}'],
      tail: " ] \n",
    },
    ...[lines, "application/jsonl", "application/ndjson", `${lines}; charset=utf-8`].map(
      (type) => ({
        name: `§6 in-ndjson: a line of ${type} goes up as it ends`,
        type,
        parts: ['{"text":"0"}\n', '{"text":"1"}\r\n', '\n{"text":"2"}\n'],
        tail: "",
      }),
    ),
  ];
  for (const { name, type, parts, tail } of closing) {
    test(`${name}, before the next is sent`, async () => {
      const { client, call } = await collect(gateway, type);
      for (const [index, part] of parts.entries()) {
        client.chunk(part);
        assert.deepEqual(await call.next(), text(String(index)));
      }
      if (tail !== "") client.chunk(tail);
      client.chunk("");
      await expectAnswer(client, call);
    });
  }

  for (const method of ["Collect", "Chat"]) {
    test(`§1 auto-mapping-streams: the messages of ${method} go to its gRPC name as they close`, async () => {
      const { client, call } = await collect(gateway, json, `/t.S/${method}`);
      assert.deepEqual([call.head[":method"], call.head[":path"]], ["POST", `/t.S/${method}`]);
      client.chunk('[{"id":"x","text":"0"}');
      assert.deepEqual(await call.next(), Buffer.concat([field(1, "x"), text("0")]));
      client.chunk("]");
      client.chunk("");
      assert.equal(await call.next(), undefined);
      call.send(text("ok"));
      call.end();
      const { status, body } = await client.whole();
      client.destroy();
      const want = method === "Chat" ? '[{"text":"ok"}]' : '{"text":"ok"}';
      assert.deepEqual([status, body], [200, want]);
    });
  }

  test("§6: the last line needs no end", async () => {
    const { client, call } = await collect(gateway, lines);
    client.chunk('{"text":"0"}\n{"text":"1"}');
    client.chunk("");
    assert.deepEqual([await call.next(), await call.next()], [text("0"), text("1")]);
    await expectAnswer(client, call);
  });

  const bodies = [
    { name: "an array", type: json, body: '[{"text":"é€😀"},{"text":"\\u00e9}],[{\\""}, {}]' },
    { name: "lines", type: lines, body: '{"text":"é€😀"}\n{"text":"\\u00e9}],[{\\""}\n{}\n' },
  ];
  const wanted = [text("é€😀"), text('é}],[{"'), Buffer.alloc(0)];
  for (const { name, type, body } of bodies) {
    test(`§6: ${name} may come a byte a chunk`, async () => {
      const { client, call } = await collect(gateway, type);
      for (const byte of Buffer.from(body)) client.chunk(Buffer.of(byte));
      client.chunk("");
      for (const message of wanted) assert.deepEqual(await call.next(), message);
      await expectAnswer(client, call);
    });

    test(`§6: ${name} may come all at once with a length`, async () => {
      const length = `Content-Length: ${Buffer.byteLength(body)}`;
      const { client, call } = await (async () => {
        const opened = gateway.open("POST /collect HTTP/1.1", `Content-Type: ${type}`, length);
        opened.write(body);
        return { client: opened, call: await gateway.upstream.nextCall() };
      })();
      for (const message of wanted) assert.deepEqual(await call.next(), message);
      await expectAnswer(client, call);
    });

    test(`§6: ${name} without a byte is the empty stream, also where it is called gzip'd`, async () => {
      const { client, call } = await collect(gateway, type, "/collect", "Content-Encoding: gzip");
      client.chunk("");
      assert.equal(await call.next(), undefined);
      call.send(text("ok"));
      call.end();
      assert.equal((await client.whole()).status, 200);
      client.destroy();
    });

    test(`§6: ${name} may be gzip'd`, async () => {
      const { client, call } = await collect(gateway, type, "/collect", "Content-Encoding: gzip");
      for (const byte of gzipSync(body)) client.chunk(Buffer.of(byte));
      client.chunk("");
      for (const message of wanted) assert.deepEqual(await call.next(), message);
      await expectAnswer(client, call);
    });
  }

  for (const { type, body } of [
    { type: json, body: "[]" },
    { type: lines, body: "" },
    { type: lines, body: "\n\n" },
  ]) {
    test(`§6: ${JSON.stringify(body)} of ${type} is a stream without messages`, async () => {
      const { client, call } = await collect(gateway, type);
      if (body !== "") client.chunk(body);
      client.chunk("");
      await expectAnswer(client, call);
    });
  }

  test("§6 first-bindings: path bindings go into the first message alone", async () => {
    const { client, call } = await collect(gateway, json, "/collect/x%20y");
    client.chunk('[{"text":"0"},{"text":"1"}]');
    client.chunk("");
    assert.deepEqual(await call.next(), Buffer.concat([field(1, "x y"), text("0")]));
    assert.deepEqual(await call.next(), text("1"));
    await expectAnswer(client, call);
  });

  test("§6 first-bindings: path bindings make the first message of an empty stream", async () => {
    const { client, call } = await collect(gateway, json, "/collect/x");
    client.chunk("[]");
    client.chunk("");
    assert.deepEqual(await call.next(), field(1, "x"));
    await expectAnswer(client, call);
  });

  test("§6 first-bindings: query bindings go into the first message alone", async () => {
    const target = "/attach/x?text=q";
    const { client, call } = await collect(gateway, "a/b", target);
    client.chunk("one");
    const first = await call.next();
    assert.deepEqual(
      first,
      Buffer.concat([
        field(1, "x"),
        text("q"),
        field(4, Buffer.concat([field(1, "a/b"), field(2, "one")])),
      ]),
    );
    client.chunk("two");
    assert.deepEqual(await call.next(), field(4, field(2, "two")));
    client.chunk("");
    await expectAnswer(client, call);
  });

  test("§6 concatenated-off: values one after another are refused where they are not switched on", async () => {
    const { client, call } = await collect(gateway, json);
    client.chunk('{"text":"0"} {"text":"1"}');
    client.chunk("");
    const { status, body } = await client.whole();
    assert.equal(status, 400);
    assert.match(body, /"reason":"INVALID_JSON"/);
    assert.equal(await call.closed, 8);
    client.destroy();
  });
});

suite("§6: a client stream of values one after another", patience, () => {
  const bodies = [
    { name: "without anything between", parts: ['{"text":"0"}', '{"text":"1"}', '{"text":"2"}'] },
    { name: "with lines between", parts: ['{"text":"0"}\n', '\n\n{"text":"1"}', ' {"text":"2"}'] },
    {
      name: "as an array all the same",
      parts: ['[{"text":"0"}', ',{"text":"1"}', ',{"text":"2"}'],
    },
  ];
  for (const { name, parts } of bodies) {
    test(`§6 concatenated: is taken where it is switched on, ${name}`, async () => {
      await withStreamGateway({ streams: "{ concatenated: true }" }, async (gateway) => {
        const { client, call } = await collect(gateway, json);
        for (const [index, part] of parts.entries()) {
          client.chunk(part);
          assert.deepEqual(await call.next(), text(String(index)));
        }
        if (parts[0]?.startsWith("[") === true) client.chunk("]");
        client.chunk("");
        await expectAnswer(client, call);
      });
    });
  }
});
