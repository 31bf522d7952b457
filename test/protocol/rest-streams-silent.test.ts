import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { patience, withStreamGateway } from "./rest-streams-gateway.ts";

const cancelCode = 8;

suite("§7: an upstream that has not answered when the response begins", patience, () => {
  const rows = [
    {
      name: "§7 stream-idle-switch: limits.stream_idle resets it",
      head: "GET /watch/x HTTP/1.1",
      says: /STREAM_IDLE/,
    },
    { name: "§6: HEAD resets it", head: "HEAD /watch/x HTTP/1.1", says: /^$/ },
  ];
  for (const { name, head, says } of rows) {
    test(name, () =>
      withStreamGateway(
        {
          streams: "{ first_message_timeout: 50ms }",
          listener: "limits: { stream_idle: 200ms, drain: 1s }",
        },
        async (gateway) => {
          const { client, call } = await gateway.call(
            head,
            "Accept: application/x-ndjson",
            "Connection: close",
          );
          const answer = await client.ended();
          assert.equal(answer.status, 200);
          assert.match(answer.body, says);
          assert.equal(await call.closed, cancelCode);
        },
      ),
    );
  }
});

suite("§7: a client that falls silent in its stream", patience, () => {
  const bodies = [
    { name: "messages", target: "/collect", type: "application/x-ndjson", piece: '{"text":"a"}\n' },
    { name: "a google.api.HttpBody", target: "/upload", type: "image/png", piece: "abc" },
  ];
  for (const { name, target, type, piece } of bodies) {
    test(`§7: limits.stream_idle ends a client stream of ${name} with STREAM_IDLE, not 408`, () =>
      withStreamGateway(
        { listener: "limits: { stream_idle: 200ms, drain: 1s }" },
        async (gateway) => {
          const { client, call } = await gateway.call(
            `POST ${target} HTTP/1.1`,
            `Content-Type: ${type}`,
            "Transfer-Encoding: chunked",
          );
          client.chunk(piece);
          const answer = await client.whole();
          assert.equal(answer.status, 504);
          assert.match(answer.body, /^\{"code":4,.*"reason":"STREAM_IDLE"/);
          assert.equal(await call.closed, cancelCode);
        },
      ));
  }
});
