import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { patience, text, withStreamGateway } from "../protocol/rest-streams-gateway.ts";

suite("faults.md U-08: a stream that breaks while its client still sends", patience, () => {
  const rows = [
    { accept: "application/x-ndjson", ends: /^\{"text":"a"\}\n\{"error":.*UPSTREAM_RESET.*\}\n$/ },
    { accept: "text/event-stream", ends: /^id: 1\n.*event: error\ndata: .*UPSTREAM_RESET.*\n\n$/s },
    { accept: "application/json", ends: /^\[\{"text":"a"\}$/ },
  ];
  for (const { accept, ends } of rows) {
    test(`U-08: §6 failure-broken: ends ${accept} behind all that was written, without a last chunk`, () =>
      withStreamGateway({}, async (gateway) => {
        const { client, call } = await gateway.call(
          "POST /chat HTTP/1.1",
          `Accept: ${accept}`,
          "Content-Type: application/x-ndjson",
          "Transfer-Encoding: chunked",
        );
        call.send(text("a"));
        await client.until('"a"');
        client.chunk('{"text":"b"}\n');
        await call.next();
        call.stream.close(2);
        for (let i = 0; i < 20; i++) client.chunk('{"text":"more"}\n');
        const { body, isWhole } = await client.ended();
        assert.match(body, ends);
        assert.equal(isWhole, false);
      }));
  }
});
