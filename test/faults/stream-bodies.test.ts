import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { type StreamGateway, startStreamGateway, text } from "../protocol/rest-streams-gateway.ts";
import { startCountingUpstream } from "./counting-upstream.ts";

const mebibyte = 1024 * 1024;
const cancelCode = 8;

const layouts = {
  array: { type: "application/json", open: "[", between: ",", close: "]" },
  NDJSON: { type: "application/x-ndjson", open: "", between: "\n", close: "\n" },
} as const;

/** How a client stream is sent. */
interface Upload {
  readonly encoding?: string;
  readonly isWhole?: boolean;
  readonly to?: StreamGateway;
}

suite("faults.md group 4: bodies of client streams", { timeout: 120_000 }, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  /** Sends a client stream at once, in one chunk that the last chunk does not follow unless `isWhole`. */
  const upload = (type: string, body: string | Uint8Array, options: Upload = {}) => {
    const { encoding, isWhole = true, to = gateway } = options;
    const headers = [`Content-Type: ${type}`, "Transfer-Encoding: chunked"];
    if (encoding !== undefined) headers.push(`Content-Encoding: ${encoding}`);
    const client = to.open("POST /collect HTTP/1.1", ...headers);
    client.chunk(body);
    if (isWhole) client.chunk("");
    return client;
  };
  const expectRefused = async (
    client: ReturnType<typeof upload>,
    want: { readonly status: number; readonly reason: string },
  ): Promise<void> => {
    const answer = await client.whole();
    client.destroy();
    const body = JSON.parse(answer.body) as { details: { reason?: string }[] };
    assert.deepEqual([answer.status, body.details[0]?.reason], [want.status, want.reason]);
    assert.ok(answer.body.length < 4096, "the answer gives the input back");
  };

  for (const [layout, { type, open, between, close }] of Object.entries(layouts)) {
    test(`J-19: gzip of 64 MiB in one element of ${layout} is 413 and resets the call`, async () => {
      const bomb = gzipSync(`${open}{"text":"${"a".repeat(64 * mebibyte)}"}${close}`);
      const client = upload(type, bomb, { encoding: "gzip" });
      const call = await gateway.upstream.nextCall();
      await expectRefused(client, { status: 413, reason: "BODY_TOO_LARGE" });
      assert.equal(await call.closed, cancelCode);
    });

    const unknown = [
      { name: "br", encoding: "br", body: brotliCompressSync("{}") },
      { name: "zstd", encoding: "zstd", body: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
      { name: "gzip, gzip", encoding: "gzip, gzip", body: gzipSync(gzipSync("{}")) },
      { name: "a coding of nobody's", encoding: "x-nope", body: Buffer.from("{}") },
    ];
    for (const { name, encoding, body } of unknown) {
      test(`J-20: content-encoding: ${name} of ${layout} is 415, says what is taken, and calls nobody`, async () => {
        const client = upload(type, body, { encoding });
        const { status, headers } = await client.whole();
        client.destroy();
        assert.deepEqual([status, headers["accept-encoding"]], [415, "gzip, deflate, identity"]);
        // The next call that comes up is the next one of ours: none was made before it.
        const sound = upload(type, `${open}{"text":"sound"}${close}`);
        assert.deepEqual(await (await gateway.upstream.nextCall()).next(), text("sound"));
        sound.destroy();
      });
    }

    const zipped = gzipSync(`${open}{"text":"a"}${close}`);
    const corrupt = [
      { name: "gzip cut short", encoding: "gzip", body: zipped.subarray(0, -9) },
      { name: "gzip without its checksum", encoding: "gzip", body: zipped.subarray(0, -8) },
      {
        name: "gzip with a wrong checksum",
        encoding: "gzip",
        body: Buffer.concat([zipped.subarray(0, -8), Buffer.alloc(8)]),
      },
      {
        name: "garbage behind gzip",
        encoding: "gzip",
        body: Buffer.concat([zipped, Buffer.of(1)]),
      },
      {
        name: "deflate cut short",
        encoding: "deflate",
        body: deflateSync(`${open}{"text":"a"}${close}`).subarray(0, -5),
      },
    ];
    for (const { name, encoding, body } of corrupt) {
      test(`J-21: ${name} of ${layout} is 400 and resets the call`, async () => {
        const client = upload(type, body, { encoding });
        const call = await gateway.upstream.nextCall();
        await expectRefused(client, { status: 400, reason: "INVALID_ENCODING" });
        assert.equal(await call.closed, cancelCode);
      });
    }

    test(`J-25: an element of 10 MB in ${layout} is 413 at the limit of a message`, async () => {
      const client = upload(type, `${open}{"text":"${"a".repeat(10_000_000)}`, { isWhole: false });
      const call = await gateway.upstream.nextCall();
      await expectRefused(client, { status: 413, reason: "BODY_TOO_LARGE" });
      assert.equal(await call.closed, cancelCode);
    });

    test(`J-25: 1,000,000 elements of ${layout} go up, each of them, and leave the loop of events to others`, async () => {
      const count = 1_000_000;
      const body = `${open}${`{}${between}`.repeat(count - 1)}{}${close}`;
      const upstream = await startCountingUpstream();
      const own = await startStreamGateway({ upstreamPort: upstream.port });
      try {
        let turns = 0;
        let isSending = true;
        const turn = (): void => {
          turns++;
          if (isSending) setImmediate(turn);
        };
        setImmediate(turn);
        const counted = upstream.nextCall();
        const client = upload(type, body, { to: own });
        const answer = await client.whole();
        isSending = false;
        assert.deepEqual([answer.status, answer.body], [200, "{}"]);
        assert.equal((await counted).bytes, count * 5);
        // It takes about as many turns as there are pieces of 64 KiB, fewer where several of them wait already.
        assert.ok(turns > 10, `${turns} turns`);
      } finally {
        await own.stop();
        await upstream.stop();
      }
    });
  }

  const unclosed = [
    { name: "an array that is not closed", body: '[{"text":"a"}' },
    { name: "an element that is not closed", body: '[{"text":"a"},{"text":' },
    { name: "a comma at the end", body: '[{"text":"a"},' },
  ];
  for (const { name, body } of unclosed) {
    test(`J-25: ${name} when the body ends is 400, and what closed before has gone up`, async () => {
      const client = upload("application/json", body);
      const call = await gateway.upstream.nextCall();
      await expectRefused(client, { status: 400, reason: "INVALID_JSON" });
      assert.equal(await call.closed, cancelCode);
    });
  }
});
