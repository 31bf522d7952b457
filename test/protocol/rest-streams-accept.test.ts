import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { patience, type StreamGateway, startStreamGateway, text } from "./rest-streams-gateway.ts";

suite("§6: what accept refuses and what it says in several lines", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  const rows: readonly {
    readonly name: string;
    readonly headers: readonly string[];
    readonly type: string;
  }[] = [
    {
      name: "a type of weight 0 is not sent, though another name of its format would do",
      headers: ["Accept: application/json;q=0, application/x-ndjson;q=0, */*"],
      type: "text/event-stream",
    },
    {
      name: "the lines of several accept headers are one list (RFC 9110 §5.3)",
      headers: ["Accept: application/json;q=0.2", "Accept: text/event-stream"],
      type: "text/event-stream",
    },
  ];
  for (const { name, headers, type } of rows) {
    test(`§6: ${name}`, async () => {
      const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", ...headers);
      call.send(text("a"));
      call.end();
      const answer = await client.whole();
      client.destroy();
      assert.deepEqual([answer.status, answer.headers["content-type"]], [200, type]);
    });
  }
});
