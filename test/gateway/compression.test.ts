import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { brotliDecompressSync, createGunzip, gunzipSync } from "node:zlib";
import { type ContractGateway, startContract } from "../protocol/contract-gateway.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

const large = {
  rString: Array.from({ length: 100 }, (_, index) => `a text that repeats ${index}`),
};

suite("§4: replies are compressed where the listener says so", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({ listener: "compression: true" });
  });
  after(() => gateway.stop());

  const ask = (accept: string | undefined, json: unknown = large) =>
    send(gateway.port, "POST", "/v1/kitchen-sink:echo", {
      json,
      ...(accept === undefined ? {} : { headers: { "accept-encoding": accept } }),
    });

  const rows = [
    { name: "gzip alone", accept: "gzip", want: "gzip" },
    { name: "br before gzip by the listener's order", accept: "gzip, br", want: "br" },
    {
      name: "the client's weights before the listener's order",
      accept: "gzip;q=1, br;q=0.5",
      want: "gzip",
    },
    { name: "anything", accept: "*", want: "br" },
    { name: "anything but br", accept: "br;q=0, *", want: "gzip" },
    { name: "plain preferred", accept: "identity, gzip;q=0.5", want: undefined },
    { name: "none", accept: undefined, want: undefined },
    { name: "something unknown", accept: "lzma", want: undefined },
    { name: "gzip refused", accept: "gzip;q=0", want: undefined },
    { name: "a weight that is none", accept: "gzip;q=high", want: undefined },
  ];
  for (const { name, accept, want } of rows) {
    test(`accept-encoding: ${name} gets ${want ?? "plain bytes"}`, async () => {
      const answer = await ask(accept);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["content-encoding"], want);
      assert.equal(answer.headers["vary"], "accept-encoding");
      assert.equal(Number(answer.headers["content-length"]), answer.bytes.length);
      const plain =
        want === "gzip"
          ? gunzipSync(answer.bytes)
          : want === "br"
            ? brotliDecompressSync(answer.bytes)
            : answer.bytes;
      assert.deepEqual(JSON.parse(plain.toString()), large);
    });
  }

  test("a small reply stays as it is, and says that it may vary", async () => {
    const answer = await ask("gzip", { fString: "x" });
    assert.equal(answer.headers["content-encoding"], undefined);
    assert.equal(answer.headers["vary"], "accept-encoding");
  });

  test("a type that is not listed stays as it is", async () => {
    const answer = await send(gateway.port, "GET", "/v1/shelves/novels/books/beloved/cover", {
      headers: { "accept-encoding": "gzip" },
    });
    assert.equal(answer.headers["content-encoding"], undefined);
    assert.equal(answer.headers["vary"], undefined);
  });

  test("the record counts the bytes that were sent", async () => {
    const answer = await ask("gzip");
    assert.equal(gateway.records.at(-1)?.bytesOut, answer.bytes.length);
  });

  test("a stream is compressed message by message", async () => {
    const response = await fetch(`${gateway.url}/v1/books:discuss`, {
      method: "POST",
      headers: {
        "content-type": "application/x-ndjson",
        accept: "application/x-ndjson",
        "accept-encoding": "gzip",
      },
      body: '{"reader":"a","text":"b"}\n',
    });
    assert.equal(response.headers.get("content-encoding"), "gzip");
    assert.equal(await response.text(), '{"reader":"librarian","text":"a said: b"}\n');
  });

  test("each message of a stream can be read before the next one comes", async () => {
    const { request } = await import("node:http");
    const sent = request({
      port: gateway.port,
      method: "POST",
      path: "/v1/books:discuss",
      headers: {
        "content-type": "application/x-ndjson",
        accept: "application/x-ndjson",
        "accept-encoding": "gzip",
      },
    });
    sent.write('{"reader":"a","text":"1"}\n');
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      sent.on("error", reject);
      sent.on("response", (response) => {
        const decoder = response.pipe(createGunzip());
        decoder.on("data", (chunk: Buffer) => {
          lines.push(chunk.toString());
          if (lines.length === 3) sent.end();
          else sent.write(`{"reader":"a","text":"${lines.length + 1}"}\n`);
        });
        decoder.on("end", resolve);
      });
    });
    assert.equal(lines.length, 3);
  });
});

suite("RFC 9110 §9.3.2: HEAD and compression", () => {
  let gateway: ContractGateway;
  before(async () => {
    const rules = ['get: "/a/{id}"', 'stream get: "/s/{id}"'];
    gateway = await startContract({ rules, listener: "compression: true" });
  });
  after(() => gateway.stop());

  const rows = [
    { name: "a large reply", target: `/a/${"x".repeat(2000)}`, accept: "gzip" },
    { name: "a large reply for who takes it plain only", target: `/a/${"x".repeat(2000)}` },
    { name: "a small reply", target: "/a/x", accept: "gzip" },
    { name: "a stream", target: "/s/x", accept: "br" },
    { name: "an error", target: "/nowhere", accept: "gzip" },
  ];
  for (const { name, target, accept } of rows) {
    test(`RFC 9110 §9.3.2: HEAD of ${name} has the fields of GET`, async () => {
      const headers = accept === undefined ? {} : { "accept-encoding": accept };
      const get = await gateway.ask("GET", target, { headers });
      const head = await gateway.ask("HEAD", target, { headers });
      assert.equal(head.status, get.status);
      assert.equal(head.bytes.length, 0);
      for (const field of ["content-type", "content-encoding", "vary"]) {
        assert.equal(head.headers[field], get.headers[field], field);
      }
      assert.equal(get.headers["vary"], "accept-encoding");
      // The length of a compressed body is known only once it was made.
      const isPlain = get.headers["content-encoding"] === undefined;
      const length = isPlain ? get.headers["content-length"] : undefined;
      assert.equal(head.headers["content-length"], length);
    });
  }
});

suite("RFC 9110 §7.7: what must not be transformed", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({ rules: ['get: "/a/{id}"'], listener: "compression: true" });
  });
  after(() => gateway.stop());

  const rows: readonly {
    readonly name: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly want: string | undefined;
  }[] = [
    { name: "a strong etag", metadata: { etag: '"1"' }, want: undefined },
    { name: "a weak etag", metadata: { etag: 'W/"1"' }, want: "gzip" },
    {
      name: "no-transform",
      metadata: { "cache-control": "private, No-Transform" },
      want: undefined,
    },
    { name: "another directive", metadata: { "cache-control": "no-store" }, want: "gzip" },
  ];
  for (const { name, metadata, want } of rows) {
    for (const method of ["GET", "HEAD"]) {
      test(`RFC 9110 §7.7: ${method}, a reply with ${name} is sent ${want ?? "as it is"}`, async () => {
        gateway.upstream.reply = { headers: metadata };
        const answer = await gateway.ask(method, `/a/${"x".repeat(2000)}`, {
          headers: { "accept-encoding": "gzip" },
        });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers["content-encoding"], want);
        for (const [field, value] of Object.entries(metadata)) {
          assert.equal(answer.headers[field], value);
        }
      });
    }
  }
});

suite("§4: without the switch for compression", () => {
  test("nothing is compressed and nothing varies", async () => {
    const gateway = await startTestGateway();
    try {
      const answer = await send(gateway.port, "POST", "/v1/kitchen-sink:echo", {
        json: large,
        headers: { "accept-encoding": "gzip, br" },
      });
      assert.equal(answer.headers["content-encoding"], undefined);
      assert.equal(answer.headers["vary"], undefined);
    } finally {
      await gateway.stop();
    }
  });
});
