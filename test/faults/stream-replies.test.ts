import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { field, patience, text, withStreamGateway } from "../protocol/rest-streams-gateway.ts";

const mebibyte = 1024 * 1024;

/** Bytes behind a flag and a length, which may lie. */
function envelope(flag: number, length: number, message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

const whole = (message: Uint8Array): Buffer => envelope(0, message.length, message);

suite("faults.md group 4: a message of a stream that is broken", patience, () => {
  const protocolError = "UPSTREAM_PROTOCOL_ERROR";
  const invalid = "UPSTREAM_INVALID_MESSAGE";
  const tooLarge = "UPSTREAM_MESSAGE_TOO_LARGE";
  const groups = Buffer.alloc(200_000, Buffer.from([0xc3, 0x3e]));
  const rows = [
    {
      name: "J-22: a length over the limit",
      bytes: envelope(0, 5 * mebibyte, Buffer.of(1)),
      reason: tooLarge,
    },
    { name: "J-22: a flag of 2", bytes: envelope(2, 0, Buffer.alloc(0)), reason: protocolError },
    {
      name: "J-22: a flag of 255",
      bytes: envelope(255, 0, Buffer.alloc(0)),
      reason: protocolError,
    },
    {
      name: "J-22: the compressed flag without an encoding",
      bytes: envelope(1, 1, Buffer.of(1)),
      reason: protocolError,
    },
    {
      name: "J-22: a message cut short",
      bytes: envelope(0, 9, Buffer.of(1)),
      reason: protocolError,
      ends: true,
    },
    { name: "J-23: 100,000 groups inside each other", bytes: whole(groups), reason: invalid },
    {
      name: "J-23: a string that is not UTF-8",
      bytes: whole(field(2, Buffer.of(0xff))),
      reason: invalid,
    },
    { name: "J-23: wire type 7", bytes: whole(Buffer.of(0x1f, 1)), reason: invalid },
    {
      name: "J-24: a message over 4 MiB",
      bytes: whole(Buffer.alloc(4 * mebibyte + 1)),
      reason: tooLarge,
    },
  ];
  for (const { name, bytes, reason, ends } of rows) {
    for (const accept of ["application/json", "application/x-ndjson", "text/event-stream"]) {
      test(`${name} is 500 as the first, and seen in ${accept} as the second; the connection is kept`, () =>
        withStreamGateway({}, async (gateway) => {
          const first = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
          const { session } = first.call.stream;
          first.call.begin();
          first.call.stream.write(bytes);
          if (ends) first.call.end();
          const { status, body } = await first.client.whole();
          assert.equal(status, 500);
          assert.match(body, new RegExp(reason));
          const second = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
          second.call.send(text("a"));
          await second.client.until('"a"');
          second.call.stream.write(bytes);
          if (ends) second.call.end();
          const answer = await second.client.ended();
          assert.deepEqual([answer.status, answer.isWhole], [200, false]);
          assert.equal(answer.body.includes(reason), accept !== "application/json");
          const third = await gateway.call("GET /watch/x HTTP/1.1");
          assert.equal(third.call.stream.session, session);
        }));
    }
  }
});
