import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { expectRefusal, rawHead, sendRaw } from "./refusal.ts";
import { connectBothSides } from "./server-side.ts";

const echo = "/v1/kitchen-sink:echo";
const mebibyte = 1024 * 1024;
const message = '{"fInt32":1}';

suite("faults.md group 4: bodies", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());
  const post = (body: string | Uint8Array, headers: Record<string, string>) =>
    send(gateway.port, "POST", echo, { body, headers });

  const tooLarge = {
    status: 413,
    code: 8,
    reason: "BODY_TOO_LARGE",
    message: `the body is over the limit of ${4 * mebibyte} bytes`,
  };

  // Without `connection: close` of ours: ending the connection is the gateway's.
  const declared = (bytes: number, ...headers: readonly string[]) =>
    [`POST ${echo} HTTP/1.1`, "Host: a", `Content-Length: ${bytes}`, ...headers, "", ""].join(
      "\r\n",
    );

  for (const bytes of [4 * mebibyte + 1, 2 ** 53 - 1]) {
    test(`J-04: ${bytes} declared bytes are 413 before any of them was sent, and close`, async () => {
      const ask = () => sendRaw(gateway.port, declared(bytes));
      const answer = await expectRefusal(gateway, ask, tooLarge);
      assert.equal(answer.headers["connection"], "close");
    });
  }

  test("J-04: a client that waits for 100 is told 413 instead", async () => {
    const head = declared(5 * mebibyte, "Expect: 100-continue");
    await expectRefusal(gateway, () => sendRaw(gateway.port, head), tooLarge);
  });

  test("J-04: a body of just the limit is read", async () => {
    const body = message.padEnd(4 * mebibyte, " ");
    const answer = await post(body, {});
    assert.deepEqual([answer.status, answer.text], [200, message]);
  });

  test("J-05: a chunked body is 413 at the byte over the limit, and closes", async () => {
    const head = `POST ${echo} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const bytes = 4 * mebibyte + 1;
    // The chunk is not ended and no chunk follows: what was sent has to be enough.
    const body = `${head}${bytes.toString(16)}\r\n${" ".repeat(bytes)}`;
    const answer = await expectRefusal(gateway, () => sendRaw(gateway.port, body), tooLarge);
    assert.equal(answer.headers["connection"], "close");
  });

  test("J-05: the limit counts the body, not the chunks", async () => {
    const chunk = `${(mebibyte).toString(16)}\r\n${" ".repeat(mebibyte)}\r\n`;
    const head = `POST ${echo} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const body = `${head}${chunk.repeat(4)}1\r\n `;
    await expectRefusal(gateway, () => sendRaw(gateway.port, body), tooLarge);
  });

  // What is held was read from the socket before the answer; what comes behind it is dropped.
  for (const chunkBytes of [64, 16 * 1024, mebibyte]) {
    test(`J-05: of 32 MiB in chunks of ${chunkBytes} bytes no more than the limit and 64 KiB are held`, async () => {
      const own = await startTestGateway({ listener: "limits: { body: 512KiB }" });
      const { client, server } = await connectBothSides(own.port);
      try {
        const closed = new Promise((resolve) => client.once("close", resolve));
        const chunks: Buffer[] = [];
        client.on("data", (data: Buffer) => chunks.push(data));
        let held = 0;
        const write = server.write.bind(server) as (...words: unknown[]) => boolean;
        server.write = (...words: unknown[]) => {
          held ||= server.bytesRead;
          return write(...words);
        };
        client.write(`POST ${echo} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`);
        const chunk = `${chunkBytes.toString(16)}\r\n${" ".repeat(chunkBytes)}\r\n`;
        const piece = chunk.repeat(Math.max(1, mebibyte / chunkBytes));
        for (let sent = 0; sent < 32 && !client.destroyed; sent++) {
          if (client.write(piece)) continue;
          await Promise.race([closed, new Promise((resolve) => client.once("drain", resolve))]);
        }
        await closed;
        assert.match(Buffer.concat(chunks).toString("latin1"), /^HTTP\/1\.1 413 /);
        // The framing of the smallest chunks is a tenth of what they hold; one read takes up to 64 KiB.
        const most = (512 * 1024 + 64 * 1024) * (1 + 6 / chunkBytes) + 1024;
        assert.ok(held > 512 * 1024 && held <= most, `${held} bytes were held, at most ${most}`);
      } finally {
        client.destroy();
        await own.stop();
      }
    });
  }

  const types = [
    { name: "application/json", type: "application/json", isTaken: true },
    { name: "charset=utf-8", type: 'application/json; charset="UTF-8"', isTaken: true },
    { name: "a suffix of +json", type: "application/vnd.example+json", isTaken: true },
    // transcoding.md §2: no content type is JSON, so that `curl -d` without a header is not refused twice over.
    { name: "none", type: undefined, isTaken: true },
    { name: "an empty one", type: "", isTaken: false },
    { name: "text/plain", type: "text/plain", isTaken: false },
    { name: "text/json", type: "text/json", isTaken: false },
    { name: "charset=utf-16", type: "application/json; charset=utf-16", isTaken: false },
    { name: "charset=latin1", type: "application/json; charset=iso-8859-1", isTaken: false },
    { name: "something behind a comma", type: "application/json, text/plain", isTaken: false },
    { name: "application/jsonx", type: "application/jsonx", isTaken: false },
    { name: "application/xml", type: "application/xml", isTaken: false },
  ];
  for (const { name, type, isTaken } of types) {
    test(`J-18: content type: ${name} is ${isTaken ? "taken" : "415"}`, async () => {
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      if (isTaken) {
        assert.equal((await post(message, headers)).text, message);
        return;
      }
      await expectRefusal(gateway, () => post(message, headers), {
        status: 415,
        code: 3,
        reason: "UNSUPPORTED_MEDIA_TYPE",
        message: /^content-type: expected/,
      });
    });
  }

  const bombs = [
    { name: "gzip", body: gzipSync(Buffer.alloc(64 * mebibyte)) },
    { name: "deflate", body: deflateSync(Buffer.alloc(64 * mebibyte)) },
    { name: "gzip", body: gzipSync(Buffer.alloc(4 * mebibyte + 1)), is: "one byte over the limit" },
  ];
  for (const { name, body, is = "64 MiB in 64 KiB" } of bombs) {
    test(`J-19: ${name} of ${is} is 413`, async () => {
      await expectRefusal(gateway, () => post(body, { "content-encoding": name }), tooLarge);
    });
  }

  const unknown = [
    { name: "br", encoding: "br", body: brotliCompressSync(message) },
    { name: "a bomb in br", encoding: "br", body: brotliCompressSync(Buffer.alloc(mebibyte)) },
    { name: "zstd", encoding: "zstd", body: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
    { name: "gzip, gzip", encoding: "gzip, gzip", body: gzipSync(gzipSync(message)) },
    { name: "gzip, identity", encoding: "gzip, identity", body: gzipSync(message) },
    { name: "compress", encoding: "compress", body: Buffer.from(message) },
    { name: "a coding of nobody's", encoding: "x-nope", body: Buffer.from(message) },
    { name: "the star", encoding: "*", body: Buffer.from(message) },
  ];
  const unsupported = {
    status: 415,
    code: 3,
    reason: "UNSUPPORTED_ENCODING",
    message: "content-encoding: expected gzip, deflate or identity",
  };
  for (const { name, encoding, body } of unknown) {
    test(`J-20: content-encoding: ${name} is 415 and says what is taken`, async () => {
      const ask = () => post(body, { "content-encoding": encoding });
      const answer = await expectRefusal(gateway, ask, unsupported);
      assert.equal(answer.headers["accept-encoding"], "gzip, deflate, identity");
    });
  }

  test("J-20: two headers of gzip are gzip, gzip", async () => {
    const body = gzipSync(gzipSync(message));
    const encodings = ["Content-Encoding: gzip", "Content-Encoding: gzip"];
    const length = `Content-Length: ${body.length}`;
    const head = Buffer.from(rawHead(`POST ${echo} HTTP/1.1`, ...encodings, length));
    const bytes = Buffer.concat([head, body]);
    await expectRefusal(gateway, () => sendRaw(gateway.port, bytes), unsupported);
  });

  const zipped = gzipSync(message);
  const corrupt = [
    { name: "gzip cut short", encoding: "gzip", body: zipped.subarray(0, -9) },
    { name: "gzip without its checksum", encoding: "gzip", body: zipped.subarray(0, -8) },
    { name: "gzip of one byte", encoding: "gzip", body: zipped.subarray(0, 1) },
    {
      name: "gzip with a wrong checksum",
      encoding: "gzip",
      body: Buffer.concat([zipped.subarray(0, -8), Buffer.alloc(8)]),
    },
    {
      name: "garbage behind gzip",
      encoding: "gzip",
      body: Buffer.concat([zipped, Buffer.from("x")]),
    },
    { name: "JSON that says it is gzip", encoding: "gzip", body: Buffer.from(message) },
    { name: "JSON that says it is deflate", encoding: "deflate", body: Buffer.from(message) },
    { name: "deflate cut short", encoding: "deflate", body: deflateSync(message).subarray(0, -5) },
    { name: "deflate without its wrapper", encoding: "deflate", body: deflateRawSync(message) },
    {
      name: "garbage behind deflate",
      encoding: "deflate",
      body: Buffer.concat([deflateSync(message), Buffer.from("x")]),
    },
  ];
  for (const { name, encoding, body } of corrupt) {
    test(`J-21: ${name} is 400`, async () => {
      await expectRefusal(gateway, () => post(body, { "content-encoding": encoding }), {
        status: 400,
        code: 3,
        reason: "INVALID_ENCODING",
        message: "the body cannot be decoded by its content-encoding",
      });
    });
  }

  for (const encoding of ["gzip", "x-gzip", "GZIP", "deflate", "identity"]) {
    test(`J-21: ${encoding} that is whole is read`, async () => {
      const isZipped = /gzip/i.test(encoding);
      const body = isZipped ? zipped : encoding === "deflate" ? deflateSync(message) : message;
      const answer = await post(body, { "content-encoding": encoding });
      assert.deepEqual([answer.status, answer.text], [200, message]);
    });
  }
});
