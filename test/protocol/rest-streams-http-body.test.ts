import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import { seededRandom } from "../../src/base/index.ts";
import {
  collect,
  field,
  httpBody,
  patience,
  type StreamGateway,
  startStreamGateway,
  text,
} from "./rest-streams-gateway.ts";
import type { UpstreamCall } from "./rest-streams-upstream.ts";

const mebibyte = 1024 * 1024;

/** One google.api.HttpBody as the upstream got it. */
interface Part {
  readonly contentType: string;
  readonly data: Buffer;
}

/** Reads the fields 1 and 2, which are all that is there. */
function partOf(message: Buffer): Part {
  let contentType = "";
  let data: Buffer = Buffer.alloc(0);
  for (let at = 0; at < message.length; ) {
    const tag = message[at++];
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = message[at++] ?? 0;
      length += (byte & 127) << shift;
      more = byte > 127;
    }
    const bytes = message.subarray(at, at + length);
    at += length;
    if (tag === 10) contentType = bytes.toString();
    else if (tag === 18) data = bytes;
    else throw new Error(`field ${tag} was not sent`);
  }
  return { contentType, data };
}

async function partsOf(call: UpstreamCall): Promise<Part[]> {
  const parts: Part[] = [];
  for (;;) {
    const message = await call.next();
    if (message === undefined) return parts;
    parts.push(partOf(message));
  }
}

function randomBytes(length: number): Buffer {
  const random = seededRandom(7);
  return Buffer.from(Uint8Array.from({ length }, () => Math.floor(random() * 256)));
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

suite("§6: google.api.HttpBody on a server stream", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  for (const accept of ["*/*", "application/json", "text/event-stream"]) {
    test(`§6 http-body-streamed: is its data one behind the other with its content type, whatever ${accept} says`, async () => {
      const { client, call } = await gateway.call("GET /download HTTP/1.1", `Accept: ${accept}`);
      call.send(httpBody("text/csv; header=present", "a,b\n"));
      await client.until("a,b\n");
      call.send(httpBody("", "1,2\n"));
      await client.until("1,2\n");
      call.send(httpBody("text/html", "[3]"));
      call.end();
      const { status, headers, body, isWhole } = await client.whole();
      client.destroy();
      assert.deepEqual(
        [status, headers["content-type"], body, isWhole],
        [200, "text/csv; header=present", "a,b\n1,2\n[3]", true],
      );
    });
  }

  test("§6 http-body-streamed: without a content type it is application/octet-stream", async () => {
    const { client, call } = await gateway.call("GET /download HTTP/1.1");
    call.send(httpBody("", "x"));
    call.end();
    const { headers, body } = await client.whole();
    client.destroy();
    assert.deepEqual([headers["content-type"], body], ["application/octet-stream", "x"]);
  });

  test("§6: a stream without messages is an empty body", async () => {
    const { client, call } = await gateway.call("GET /download HTTP/1.1");
    call.end();
    const { status, body, isWhole } = await client.whole();
    client.destroy();
    assert.deepEqual([status, body, isWhole], [200, "", true]);
  });

  test("§6: a message without data adds nothing, and does not end the body", async () => {
    const { client, call } = await gateway.call("GET /download HTTP/1.1");
    call.send(httpBody("a/b", "x"));
    call.send(Buffer.alloc(0));
    call.send(httpBody("", "y"));
    await client.until("y\r\n");
    call.end();
    const { body, isWhole } = await client.whole();
    client.destroy();
    assert.deepEqual([body, isWhole], ["xy", true]);
  });

  test("§6: a first message without data has its content type all the same", async () => {
    const { client, call } = await gateway.call("GET /download HTTP/1.1");
    call.send(field(1, "a/b"));
    call.send(httpBody("", "x"));
    call.end();
    const { headers, body, isWhole } = await client.whole();
    client.destroy();
    assert.deepEqual([headers["content-type"], body, isWhole], ["a/b", "x", true]);
  });

  test("§6: a failure in the middle cuts it", async () => {
    const { client, call } = await gateway.call("GET /download HTTP/1.1");
    call.send(httpBody("a/b", "x"));
    await client.until("x\r\n");
    call.end(13, "broken");
    const { status, body, isWhole } = await client.ended();
    assert.deepEqual([status, body, isWhole], [200, "x", false]);
  });

  test("§6: a failure before the first message has its own status", async () => {
    const { client, call } = await gateway.call("GET /download HTTP/1.1");
    call.end(5, "gone");
    const { status, headers, body } = await client.whole();
    client.destroy();
    assert.deepEqual(
      [status, headers["content-type"], body],
      [404, "application/json", '{"code":5,"message":"gone","details":[]}'],
    );
  });
});

suite("§6: google.api.HttpBody on a client stream", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  test("§6 http-body-parts: each part goes up as it comes, the content type with the first alone", async () => {
    const { client, call } = await collect(gateway, "Text/Plain; charset=UTF-8", "/upload");
    for (const [index, data] of ["one", "[{", "\u0000\n"].entries()) {
      client.chunk(data);
      const message = await call.next();
      const contentType = index === 0 ? "Text/Plain; charset=UTF-8" : "";
      assert.deepEqual(message, httpBody(contentType, data));
    }
    client.chunk("");
    assert.equal(await call.next(), undefined);
    call.send(text("ok"));
    call.end();
    assert.equal((await client.whole()).body, '{"text":"ok"}');
    client.destroy();
  });

  const sent = randomBytes(5 * mebibyte + 3);
  const ways = [
    { name: "in one chunk", headers: ["Transfer-Encoding: chunked"], body: sent },
    { name: "with a length", headers: [`Content-Length: ${sent.length}`], body: sent },
    {
      name: "as gzip that unpacks to it",
      headers: ["Transfer-Encoding: chunked", "Content-Encoding: gzip"],
      body: gzipSync(sent),
    },
  ];
  for (const { name, headers, body } of ways) {
    test(`§6 http-body-parts: 5 MiB ${name} are cut into messages of at most 1 MiB`, async () => {
      const { client, call } = await gateway.call(
        "POST /upload HTTP/1.1",
        "Content-Type: a/b",
        ...headers,
      );
      const isChunked = headers[0]?.startsWith("Transfer") === true;
      if (isChunked) {
        client.chunk(body);
        client.chunk("");
      } else client.write(body);
      const parts = await partsOf(call);
      call.send(text("ok"));
      call.end();
      assert.equal((await client.whole()).body, '{"text":"ok"}');
      client.destroy();
      assert.ok(parts.every(({ data }) => data.length > 0 && data.length <= mebibyte));
      assert.equal(hash(Buffer.concat(parts.map(({ data }) => data))), hash(sent));
      assert.deepEqual(
        parts.map(({ contentType }) => contentType),
        ["a/b", ...parts.slice(1).map(() => "")],
      );
    });
  }

  test("§6: an upload without bytes is one message with its content type", async () => {
    const { client, call } = await collect(gateway, "a/b", "/upload");
    client.chunk("");
    const parts = await partsOf(call);
    call.end();
    assert.deepEqual(parts, [{ contentType: "a/b", data: Buffer.alloc(0) }]);
    client.destroy();
  });
});
