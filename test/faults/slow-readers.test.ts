import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { text, withStreamGateway } from "../protocol/rest-streams-gateway.ts";
import type { UpstreamCall } from "../protocol/rest-streams-upstream.ts";

const mebibyte = 1024 * 1024;

/** Sends what the window takes. */
async function fillWindow({ send, stream }: UpstreamCall, message: Uint8Array): Promise<void> {
  while (send(message) || (await drains(stream)));
}

async function drains(stream: UpstreamCall["stream"]): Promise<boolean> {
  for (let turn = 0; turn < 200; turn++) {
    if (!stream.writableNeedDrain) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}

suite("faults.md group 7: readers that stop", { timeout: 60_000 }, () => {
  test("U-24: forty of them do not stop the other calls of their upstream's connection", () =>
    withStreamGateway({}, async (gateway) => {
      const slow: UpstreamCall[] = [];
      for (let i = 0; i < 40; i++) {
        const stopped = await gateway.call("GET /watch/x HTTP/1.1");
        stopped.client.pause();
        slow.push(stopped.call);
      }
      // Each holds what the kernel has no room for.
      await Promise.all(slow.map((each) => fillWindow(each, text("m".repeat(65_536)))));
      const { client, call } = await gateway.call("GET /watch/y HTTP/1.1");
      assert.equal(call.stream.session, slow[0]?.stream.session);
      call.send(text("q".repeat(mebibyte)));
      await client.until('q"');
      call.end();
      assert.ok((await client.whole()).isWhole);
    }));
});
