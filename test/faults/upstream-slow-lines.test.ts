import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startExampleServer } from "../../example/server.ts";
import { patience, withStreamGateway } from "../protocol/rest-streams-gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { startTcpProxy } from "./lab/tcp-proxy.ts";

const megabit = 1_000_000 / 8;
const cancelCode = 8;

suite("U-25: an upstream behind a line of 1 Mbit/s", () => {
  test("its calls take their time, and those to other upstreams pass them", async () => {
    const backEnd = await startExampleServer({ port: 0 });
    const line = await startTcpProxy({ targetPort: backEnd.port });
    const gateway = await startTestGateway({
      upstreamPort: line.port,
      top: `  near: { endpoints: ["127.0.0.1:${backEnd.port}"] }`,
      routes: [
        "- { service: library.v1.KitchenSinkService, cluster: library }",
        "- { service: library.v1.LibraryService, cluster: near }",
      ].join("\n"),
    });
    try {
      const echo = (size: number) => {
        const json = { fString: "x".repeat(size) };
        return send(gateway.port, "POST", "/v1/kitchen-sink:echo", { json });
      };
      assert.equal((await echo(10)).status, 200);
      line.fault = { kind: "throttle", bytesPerSecond: megabit };
      let isSlowOver = false;
      // Four seconds each way.
      const slow = Promise.all(Array.from({ length: 8 }, () => echo(megabit / 2))).then(
        (answers) => {
          isSlowOver = true;
          return answers;
        },
      );
      for (let i = 0; i < 20; i++) {
        assert.equal((await send(gateway.port, "GET", "/v1/shelves")).status, 200);
      }
      assert.equal(isSlowOver, false, "the calls to the other upstream waited for it");
      line.fault = { kind: "none" };
      for (const { status, text } of await slow) {
        assert.equal(status, 200);
        assert.ok(text.length > megabit / 2);
      }
    } finally {
      await gateway.stop();
      await line.stop();
      await backEnd.stop();
    }
  });
});

suite("U-23: a stream that drips", patience, () => {
  test("a byte now and then is no message: the stream ends as one that is silent", () =>
    withStreamGateway(
      { listener: "limits: { stream_idle: 300ms, drain: 1s }" },
      async (gateway) => {
        const { client, call } = await gateway.call(
          "GET /watch/x HTTP/1.1",
          "Accept: application/x-ndjson",
          "Connection: close",
        );
        call.send(Buffer.from([0x12, 1, 0x61]));
        await client.until('"a"');
        // The head of a message of 256 bytes, and then its bytes one by one.
        call.stream.write(Buffer.from([0, 0, 0, 1, 0]));
        const drip = setInterval(() => call.stream.write("\0"), 20);
        try {
          const { body } = await client.ended();
          assert.match(body, /STREAM_IDLE/);
          assert.equal(await call.closed, cancelCode);
        } finally {
          clearInterval(drip);
        }
      },
    ));
});
