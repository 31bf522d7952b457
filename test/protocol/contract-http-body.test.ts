import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type ContractGateway, withContract } from "./contract-gateway.ts";

const proto = `
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
message File { string name = 1; google.api.HttpBody content = 2; }
service S {
  rpc M0(google.api.HttpBody) returns (google.api.HttpBody) {
    option (google.api.http) = { post: "/whole" body: "*" };
  }
  rpc M1(File) returns (File) {
    option (google.api.http) = { put: "/files/{name}" body: "content" response_body: "content" };
  }
}
`;

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** A field of bytes or text with a length below 16,384. */
function field(number: number, bytes: Uint8Array): Buffer {
  const { length } = bytes;
  const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
  return Buffer.concat([Buffer.from([number * 8 + 2, ...size]), bytes]);
}

/** The message that went up last. */
function sentUp({ upstream }: ContractGateway): Buffer {
  return upstream.calls.at(-1)?.envelope.subarray(5) ?? Buffer.alloc(0);
}

const rows = [
  { name: "bytes of any value", type: "image/png; x=y", body: everyByte },
  { name: "what looks like JSON", type: "application/json", body: Buffer.from("{") },
  {
    name: "what looks like a form",
    type: "application/x-www-form-urlencoded",
    body: Buffer.from("a"),
  },
];

suite("transcoding.md §6: google.api.HttpBody of one message", () => {
  for (const { name, type, body } of rows) {
    test(`§6 http-body-up: data and content type go up as sent: ${name}`, () =>
      withContract({ proto }, async (gateway) => {
        const message = Buffer.concat([field(1, Buffer.from(type)), field(2, body)]);
        const request = { headers: { "content-type": type }, body };
        await gateway.ask("POST", "/whole", request);
        assert.deepEqual(sentUp(gateway), message);
        await gateway.ask("PUT", "/files/a", request);
        assert.deepEqual(
          sentUp(gateway),
          Buffer.concat([field(1, Buffer.from("a")), field(2, message)]),
        );
      }));

    test(`§6 http-body-down: reply data is the body with its content type: ${name}`, () =>
      withContract({ proto }, async (gateway) => {
        const request = { headers: { "content-type": type }, body };
        for (const [method, target] of [
          ["POST", "/whole"],
          ["PUT", "/files/a"],
        ] as const) {
          const answer = await gateway.ask(method, target, request);
          assert.deepEqual([answer.status, answer.headers["content-type"]], [200, type]);
          assert.deepEqual(answer.bytes, body);
          assert.equal(answer.headers["content-length"], String(body.length));
        }
      }));
  }

  test("§6 http-body-down: a body without a content type is application/octet-stream", () =>
    withContract({ proto }, async (gateway) => {
      const answer = await gateway.ask("POST", "/whole", { body: "x" });
      assert.deepEqual(sentUp(gateway), field(2, Buffer.from("x")));
      assert.deepEqual(
        [answer.headers["content-type"], answer.text],
        ["application/octet-stream", "x"],
      );
    }));
});
