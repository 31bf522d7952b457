import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { reasonOf, statusBody } from "../support/http-client.ts";
import { type ContractGateway, startContract } from "./contract-gateway.ts";

const rules = ['get: "/a/{id}"', 'stream get: "/s"'];
const html = "<html><title>secret page</title></html>";

suite("transcoding.md §5: upstreams that are not gRPC or break it", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({ rules });
  });
  after(() => gateway.stop());

  // gRPC "HTTP to gRPC Status Code Mapping".
  const mapped = [
    { upstream: 200, code: 2, http: 500 },
    { upstream: 302, code: 2, http: 500 },
    { upstream: 400, code: 13, http: 500 },
    { upstream: 401, code: 16, http: 401 },
    { upstream: 403, code: 7, http: 403 },
    { upstream: 404, code: 12, http: 501 },
    { upstream: 418, code: 2, http: 500 },
    { upstream: 429, code: 14, http: 503 },
    { upstream: 500, code: 2, http: 500 },
    { upstream: 502, code: 14, http: 503 },
    { upstream: 503, code: 14, http: 503 },
    { upstream: 504, code: 14, http: 503 },
  ];
  for (const { upstream, code, http } of mapped) {
    test(`§5 upstream-http-status: an upstream without gRPC is mapped by its HTTP status: ${upstream} is ${http}`, async () => {
      for (const target of ["/a/1", "/s"]) {
        gateway.upstream.reply = {
          headers: { ":status": upstream, "content-type": "text/html", "x-a": "1" },
          data: Buffer.from(html),
        };
        const answer = await gateway.ask("GET", target);
        const seen = [answer.status, statusBody(answer).code, reasonOf(answer)];
        assert.deepEqual(seen, [http, code, "UPSTREAM_NOT_GRPC"]);
      }
    });
  }

  test("§5 upstream-not-passed: an upstream without gRPC is never passed through", async () => {
    for (const status of [200, 404, 502]) {
      const headers = { ":status": status, "content-type": "text/html", "set-cookie": "a=b" };
      gateway.upstream.reply = { headers, data: Buffer.from(html) };
      const answer = await gateway.ask("GET", "/a/1");
      assert.equal(answer.headers["content-type"], "application/json");
      assert.equal(answer.headers["set-cookie"], undefined);
      assert.doesNotMatch(answer.text, /secret|html/);
    }
  });

  const withoutStatus = [
    { name: "trailers without it", trailers: { "x-a": "1" } },
    { name: "one that is a word", trailers: { "grpc-status": "fine" } },
  ];
  for (const { name, trailers } of withoutStatus) {
    test(`§5 upstream-no-status: a reply with no grpc-status is 500: ${name}`, async () => {
      gateway.upstream.reply = { trailers };
      const answer = await gateway.ask("GET", "/a/1");
      const seen = [answer.status, statusBody(answer).code, reasonOf(answer)];
      assert.deepEqual(seen, [500, 2, "UPSTREAM_PROTOCOL_ERROR"]);
    });
  }

  const good = Buffer.from([0, 0, 0, 0, 3, 0x0a, 1, 0x61]);
  const broken = [
    { name: "§5 broken-truncated: a truncated frame", data: Buffer.from([0, 0, 0, 0, 9, 1]) },
    { name: "§5 broken-truncated: a truncated prefix", data: Buffer.from([0, 0, 0]) },
    {
      name: "§5 broken-undecodable: a message that cannot be decoded",
      data: Buffer.from([0, 0, 0, 0, 2, 0x0a, 5]),
    },
    { name: "§5 broken-flag: a flag other than 0 or 1", data: Buffer.from([2, 0, 0, 0, 0]) },
    { name: "§5 broken-flag: a flag of 128", data: Buffer.from([128, 0, 0, 0, 0]) },
  ];
  for (const { name, data } of [
    ...broken,
    {
      name: "§5 broken-second-message: a second message on a unary reply",
      data: Buffer.concat([good, good]),
    },
    { name: "§5 broken-no-message: no message at all", data: Buffer.alloc(0) },
  ]) {
    test(`${name} is 500 INTERNAL`, async () => {
      gateway.upstream.reply = { data };
      const answer = await gateway.ask("GET", "/a/1");
      assert.deepEqual([answer.status, statusBody(answer).code], [500, 13], answer.text);
      assert.match(reasonOf(answer) ?? "", /^UPSTREAM_(?:PROTOCOL_ERROR|INVALID_MESSAGE)$/);
    });
  }

  for (const { name, data } of broken) {
    test(`${name} behind a message of a stream is a visible failure, and cuts it`, async () => {
      gateway.upstream.reply = { data: Buffer.concat([good, data]) };
      const lines = await gateway.stream("/s", "application/x-ndjson");
      assert.match(lines.body, /^\{"id":"a"\}\n\{"error":\{"code":13,[^\n]*\}\}\n$/);
      const events = await gateway.stream("/s", "text/event-stream");
      assert.match(
        events.body,
        /^id: 1\ndata: \{"id":"a"\}\n\nevent: error\ndata: \{"code":13,[^\n]*\}\n\n$/,
      );
      const array = await gateway.stream("/s", "application/json");
      assert.equal(array.body, '[{"id":"a"}');
      for (const { status, isWhole } of [lines, events, array]) {
        assert.deepEqual([status, isWhole], [200, false], "the body has no last chunk");
      }
    });

    test(`${name} before any message of a stream is 500 INTERNAL`, async () => {
      gateway.upstream.reply = { data };
      const answer = await gateway.ask("GET", "/s");
      assert.deepEqual([answer.status, statusBody(answer).code], [500, 13], answer.text);
    });
  }
});
