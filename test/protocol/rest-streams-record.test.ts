import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { patience, recordsOf, text, withStreamGateway } from "./rest-streams-gateway.ts";

const chunked = ["Content-Type: application/x-ndjson", "Transfer-Encoding: chunked"] as const;

suite("§6: the bytes in the access record of a stream", patience, () => {
  test("§6: of a bidirectional stream counts the bytes of both sides", async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, call } = await gateway.call(
        "POST /chat HTTP/1.1",
        ...chunked,
        "Accept: application/x-ndjson",
      );
      client.chunk('{"text":"a"}\n');
      await call.next();
      call.send(text("bc"));
      await client.until('"bc"');
      client.chunk('{"text":"d"}\n');
      client.chunk("");
      await call.next();
      assert.equal(await call.next(), undefined);
      call.end();
      await client.whole();
      client.destroy();
      await recordsOf(gateway, 1);
      await gateway.stop();
      assert.deepEqual(
        gateway.records.map(({ status, bytesIn, bytesOut }) => [status, bytesIn, bytesOut]),
        [[200, 26, 14]],
      );
    });
  });
});
