import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ok } from "../../src/base/index.ts";
import { ReplyBody } from "../../src/protocol/rest/reply-body.ts";
import { rawFormat, streamFormat } from "../../src/protocol/rest/stream-format.ts";
import type { Envelope, MessageStream } from "../../src/rpc/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** An upstream of which the next message is always there. */
function endless(): MessageStream & { taken: number } {
  const stream = {
    taken: 0,
    poll(): Envelope {
      stream.taken++;
      return new Uint8Array(5);
    },
    next: () => Promise.resolve(ok(stream.poll())),
    cancel: () => undefined,
  };
  return stream;
}

suite("U-24: a backlog that its reader takes at once", () => {
  const rows = [
    { name: "google.api.HttpBody without data", format: rawFormat("a/b", true), print: "" },
    { name: "google.api.HttpBody over WebSocket", format: rawFormat("a/b", false), print: "" },
    { name: "NDJSON", format: streamFormat("ndjson", "plain"), print: "{}" },
    { name: "server-sent events", format: streamFormat("sse", "plain"), print: "{}" },
    { name: "an array", format: streamFormat("array", "plain"), print: "{}" },
    { name: "frames", format: streamFormat("frame", "plain"), print: "{}" },
  ];
  for (const { name, format, print } of rows) {
    test(`U-24: of ${name} leaves the loop of events to others after 4096 messages at most`, async () => {
      const messages = endless();
      const body = new ReplyBody(messages, undefined, {
        format,
        print: (_envelope, out) => {
          out.ascii(print);
          return true;
        },
        printFailure: () => "",
        heartbeatMs: 0,
        idleMs: Number.POSITIVE_INFINITY,
        lastReadAt: () => 0,
        clock: new FakeClock(),
      });
      let turns = 0;
      let isReading = true;
      const turn = (): void => {
        turns++;
        if (isReading) setImmediate(turn);
      };
      setImmediate(turn);
      for (let pieces = 0; pieces < 2000; pieces++) await body.next();
      isReading = false;
      body.cancel();
      const most = format.joins ? 4096 : 256;
      assert.ok(turns + 1 >= messages.taken / most, `${messages.taken} messages in ${turns} turns`);
    });
  }
});
