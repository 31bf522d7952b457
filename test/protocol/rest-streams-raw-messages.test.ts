import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ok } from "../../src/base/index.ts";
import type { BodySource } from "../../src/protocol/rest/body-source.ts";
import { RawMessages } from "../../src/protocol/rest/raw-messages.ts";
import { field, httpBody } from "./rest-streams-gateway.ts";

const mebibyte = 1024 * 1024;

/** A body that comes in these pieces. */
function sourceOf(pieces: readonly Uint8Array[]): BodySource {
  const rest = [...pieces];
  return { next: () => Promise.resolve(ok(rest.shift())), cancel: () => rest.splice(0) };
}

/** The messages without the five bytes before each. */
async function messagesOf(pieces: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const rules = { first: field(1, "x"), contentType: "a/b", fieldNumber: 0 };
  const stream = new RawMessages(sourceOf(pieces), rules);
  const messages: Uint8Array[] = [];
  for (;;) {
    const next = await stream.next();
    assert.ok(next.ok);
    if (next.value === undefined) return messages;
    messages.push(next.value.slice(5));
  }
}

suite("§6: pieces of any size as messages of google.api.HttpBody", () => {
  const rows = [
    { name: "one of 1 MiB is one message", pieces: [mebibyte], messages: [mebibyte] },
    {
      name: "one byte over is a message of its own",
      pieces: [mebibyte + 1],
      messages: [mebibyte, 1],
    },
    {
      name: "each piece is cut by itself, and what has come does not wait for more",
      pieces: [3 * mebibyte - 1, 2, mebibyte * 2],
      messages: [mebibyte, mebibyte, mebibyte - 1, 2, mebibyte, mebibyte],
    },
    { name: "a piece without bytes is no message", pieces: [0, 5, 0], messages: [5] },
    { name: "no piece is one message without data", pieces: [], messages: [0] },
  ];
  for (const { name, pieces, messages } of rows) {
    test(`§6 http-body-parts: ${name}`, async () => {
      const sent = pieces.map((length, index) => Buffer.alloc(length, 97 + index));
      const got = await messagesOf(sent);
      const whole = Buffer.concat(sent);
      let at = 0;
      const wanted = messages.map((length, index) => {
        const data = whole.subarray(at, at + length);
        at += length;
        return index === 0
          ? Buffer.concat([field(1, "x"), httpBody("a/b", data)])
          : httpBody("", data);
      });
      assert.equal(got.length, wanted.length);
      for (const [index, message] of wanted.entries()) {
        assert.ok(message.equals(got[index] ?? Buffer.alloc(0)), `message ${index} differs`);
      }
    });
  }
});
