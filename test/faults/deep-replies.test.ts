import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type ContractGateway, withContract } from "../protocol/contract-gateway.ts";
import { reasonOf, statusBody } from "../support/http-client.ts";
import { exchangeRaw } from "../support/raw-http.ts";

const rules = ['get: "/a/{id}"', 'post: "/b" body: "*"', 'stream get: "/s"'];
const many = 5000;

function inField(number: number, content: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(content).finish();
}

/** google.protobuf.Value as lists, or Structs, inside each other. */
const values = {
  lists: (content: Uint8Array) => inField(6, inField(1, content)),
  structs: (content: Uint8Array) =>
    inField(5, inField(1, Buffer.concat([inField(1, Buffer.from("a")), inField(2, content)]))),
} as const;

function nested(levels: number, wrap: (content: Uint8Array) => Uint8Array): Uint8Array {
  let bytes: Uint8Array = new Uint8Array([0x20, 1]);
  for (let level = 0; level < levels; level++) bytes = wrap(bytes);
  return bytes;
}

function envelope(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

async function expectAlive(gateway: ContractGateway): Promise<void> {
  gateway.upstream.reply = { data: envelope(inField(1, Buffer.from("b"))) };
  const answer = await gateway.ask("GET", "/a/1");
  assert.deepEqual([answer.status, answer.json], [200, { id: "b" }]);
}

suite("faults.md group 4: replies that are nested too deeply", () => {
  const value = 22;
  for (const [name, wrap] of Object.entries(values)) {
    const deep = envelope(inField(value, nested(many, wrap)));

    test(`J-23: ${many} levels of ${name} in a unary reply are 500, and the process lives`, () =>
      withContract({ rules }, async (gateway) => {
        gateway.upstream.reply = { data: deep };
        const answer = await gateway.ask("GET", "/a/1");
        assert.deepEqual(
          [answer.status, statusBody(answer).code, reasonOf(answer)],
          [500, 13, "UPSTREAM_INVALID_MESSAGE"],
        );
        await expectAlive(gateway);
      }));

    for (const accept of ["application/json", "application/x-ndjson", "text/event-stream"]) {
      test(`J-23: ${many} levels of ${name} in the second message end a stream of ${accept} visibly`, () =>
        withContract({ rules }, async (gateway) => {
          gateway.upstream.reply = {
            data: Buffer.concat([envelope(inField(1, Buffer.from("b"))), deep]),
          };
          const head = `GET /s HTTP/1.1\r\nHost: a\r\nAccept: ${accept}\r\n\r\n`;
          const answer = await exchangeRaw(gateway.port, head);
          assert.match(answer, /"id":"b"/);
          assert.doesNotMatch(answer, /\r\n0\r\n\r\n$/);
          const says = /UPSTREAM_INVALID_MESSAGE/.test(answer);
          assert.equal(says, accept !== "application/json");
          await expectAlive(gateway);
        }));
    }

    test(`J-23: ${many} levels of ${name} in the details of an error leave the error as it is`, () =>
      withContract({ rules }, async (gateway) => {
        // What fits into a header block of the upstream.
        const any = Buffer.concat([
          inField(1, Buffer.from("type.googleapis.com/google.protobuf.Value")),
          inField(2, nested(1000, wrap)),
        ]);
        const status = Buffer.concat([Buffer.from([0x08, 5]), inField(3, any)]);
        gateway.upstream.reply = {
          trailers: {
            "grpc-status": "5",
            "grpc-message": "gone",
            "grpc-status-details-bin": status.toString("base64"),
          },
        };
        const answer = await gateway.ask("GET", "/a/1");
        const { code, message } = statusBody(answer);
        assert.deepEqual([answer.status, code, message], [404, 5, "gone"]);
        await expectAlive(gateway);
      }));
  }

  test("J-01: whatever nesting a request may have, its echo can be printed", () =>
    withContract({ rules }, async (gateway) => {
      for (const [open, close] of [
        ["[", "]"],
        ['{"a":', "}"],
      ] as const) {
        const body = `{"value":${open.repeat(99)}1${close.repeat(99)}}`;
        const answer = await gateway.ask("POST", "/b", { body });
        assert.deepEqual([answer.status, answer.text], [200, body]);
      }
    }));
});
