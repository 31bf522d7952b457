import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { withContract } from "./contract-gateway.ts";

const rules = ['get: "/a/{id}"', 'stream get: "/s"'];

/** One gRPC envelope whose flag says that it is compressed. */
function compressed(bytes: Uint8Array): Buffer {
  const prefix = Buffer.from([1, 0, 0, 0, 0]);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

// Thing.id = "a".
const message = Buffer.from([0x0a, 1, 0x61]);
const plain = Buffer.concat([Buffer.from([0, 0, 0, 0, 3]), message]);

suite("transcoding.md §3: replies that are compressed", () => {
  const rows = [
    { name: "§3 reply-gzip: gzip", encoding: "gzip", data: compressed(gzipSync(message)) },
    {
      name: "§3 reply-deflate: deflate",
      encoding: "deflate",
      data: compressed(deflateSync(message)),
    },
    { name: "§3 reply-identity: identity", encoding: "identity", data: plain },
    { name: "§3 reply-gzip: gzip announced and not used", encoding: "gzip", data: plain },
  ];
  for (const { name, encoding, data } of rows) {
    test(`${name} replies are understood`, () =>
      withContract({ rules }, async (gateway) => {
        gateway.upstream.reply = { headers: { "grpc-encoding": encoding }, data };
        const answer = await gateway.ask("GET", "/a/1");
        assert.deepEqual([answer.status, answer.json], [200, { id: "a" }]);
        const offered = String(gateway.upstream.calls[0]?.head["grpc-accept-encoding"]).split(",");
        assert.deepEqual(offered.toSorted(), ["deflate", "gzip", "identity"]);
      }));
  }
});

suite("transcoding.md §3: replies of streams that are compressed", () => {
  const gzipped = compressed(gzipSync(message));
  const deflated = compressed(deflateSync(message));
  const rows = [
    { name: "§3 reply-gzip: gzip", encoding: "gzip", data: [gzipped, gzipped, gzipped] },
    { name: "§3 reply-gzip: gzip of some", encoding: "gzip", data: [plain, gzipped, plain] },
    { name: "§3 reply-deflate: deflate", encoding: "deflate", data: [deflated, plain, deflated] },
    { name: "§3 reply-identity: identity", encoding: "identity", data: [plain, plain, plain] },
  ];
  const formats = [
    { accept: "application/json", want: '[{"id":"a"},{"id":"a"},{"id":"a"}]' },
    { accept: "application/x-ndjson", want: '{"id":"a"}\n'.repeat(3) },
    {
      accept: "text/event-stream",
      want: [1, 2, 3].map((id) => `id: ${id}\ndata: {"id":"a"}\n\n`).join(""),
    },
  ];
  for (const { name, encoding, data } of rows) {
    test(`${name} messages of a stream are understood`, () =>
      withContract({ rules }, async (gateway) => {
        gateway.upstream.reply = {
          headers: { "grpc-encoding": encoding },
          data: Buffer.concat(data),
        };
        for (const { accept, want } of formats) {
          const { status, body, isWhole } = await gateway.stream("/s", accept);
          assert.deepEqual([status, body, isWhole], [200, want, true]);
          const offered = String(gateway.upstream.calls.at(-1)?.head["grpc-accept-encoding"]);
          assert.deepEqual(offered.split(",").toSorted(), ["deflate", "gzip", "identity"]);
        }
      }));
  }
});
