import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";
import { expectFailure } from "./refusal.ts";

suite("faults.md group 4: what a reply is printed as", () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startScriptedUpstream();
    gateway = await startTestGateway({ upstreamPort: upstream.port });
  });
  after(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  /** Wire bytes in hexadecimal and the JSON that they are, to the letter. */
  const golden = [
    {
      name: "64-bit integers are strings",
      wire: "208180808080808010 30ffffffffffffffffff01 40ffffffffffffffffff01 510100000000002000",
      json: '{"fInt64":"9007199254740993","fUint64":"18446744073709551615","fSint64":"-9223372036854775808","fFixed64":"9007199254740993"}',
    },
    {
      name: "32-bit integers are numbers",
      wire: "18ffffffffffffffffff01 28ffffffff0f 38ffffffff0f 4dffffffff",
      json: '{"fInt32":-1,"fUint32":4294967295,"fSint32":-2147483648,"fFixed32":4294967295}',
    },
    {
      name: "bytes are padded standard base64",
      wire: "7a02fbff 8a0201fb 8a0200",
      json: '{"fBytes":"+/8=","rBytes":["+w==",""]}',
    },
    {
      name: "NaN and the infinities are strings",
      wire: "09000000000000f87f 15000080ff a20210000000000000f07f0000000000000080",
      json: '{"fDouble":"NaN","fFloat":"-Infinity","rDouble":["Infinity",-0]}',
    },
    {
      name: "floats have the digits they need and no more",
      wire: "099a9999999999b93f 15cdcccc3d",
      json: '{"fDouble":0.1,"fFloat":0.1}',
    },
    {
      name: "a default is printed where the field has presence, and only there",
      wire: "1800 6800 7200 8a0100 a00100 aa0100 b00100 b80100 e20300",
      json: '{"nested":{},"optInt32":0,"optString":"","optBool":false,"optColor":"COLOR_UNSPECIFIED","choiceString":""}',
    },
    {
      name: "an enum is its name, and its number when it has none",
      wire: "800101 9202024d02",
      json: '{"color":"RED","rColor":[77,"GREEN"]}',
    },
    {
      name: "keys of maps are strings, in the order of the wire",
      wire: "c202060a017a120131 c202060a0161120132 d2020e08ffffffffffffffffff01120161 9a03050801120162",
      json: '{"mString":{"z":"1","a":"2"},"mInt64":{"-1":"a"},"mBool":{"true":"b"}}',
    },
    {
      name: "well-known types have their own forms",
      wire: "ba040b08f0f381af0610809c9c39 c2041608ffffffffffffffffff011080b6ca91feffffffff01 ca04160a07665f696e7433320a0b6e65737465642e74657874 ea0400 9205020805 b20500",
      json: '{"timestamp":"2024-02-29T12:34:56.120Z","duration":"-1.500s","fieldMask":"fInt32,nested.text","empty":{},"wInt64":"5","wBool":false}',
    },
    { name: "a json_name is the key", wire: "d2050178", json: '{"other-name":"x"}' },
    { name: "an Any of no type and no value is {}", wire: "b20400", json: '{"any":{}}' },
    {
      name: "the longest Duration has its nanos",
      wire: "c2040d0880bcaece970910ff93ebdc03",
      json: '{"duration":"315576000000.999999999s"}',
    },
  ];
  const printed = (wire: string) => {
    const message = Buffer.from(wire.replaceAll(" ", ""), "hex");
    upstream.answer = { message, trailers: { "grpc-status": "0" } };
    return send(gateway.port, "GET", "/v1/kitchen-sink");
  };
  for (const { name, wire, json } of golden) {
    test(`J-26: ${name}`, async () => {
      const answer = await printed(wire);
      assert.deepEqual([answer.status, answer.text], [200, json]);
    });
  }

  /** Wire bytes whose message is sound and has no JSON that could be read back as it. */
  const formless = [
    { name: "J-15: a FieldMask path with an empty name", wire: "ca0406 0a04612e2e62" },
    { name: "J-15: a FieldMask path that its case changes", wire: "ca0405 0a03614262" },
    { name: "J-15: a FieldMask path with a comma", wire: "ca0405 0a03612c62" },
    { name: "J-15: a Duration of more seconds than the most", wire: "c20407 0881bcaece9709" },
    { name: "J-15: a Duration whose signs differ", wire: "c2040d 0801 10ffffffffffffffffff01" },
    { name: "J-15: a Timestamp in the year 10000", wire: "ba0407 088083d1ffaf07" },
    { name: "J-16: an Any with a value and no type", wire: "b20404 12020801" },
    { name: "J-16: an Any of an unknown type", wire: "b20405 0a03612f62" },
    { name: "J-26: a Value of NaN", wire: "da0409 11000000000000f87f" },
    { name: "J-26: a Value of no kind", wire: "da0400" },
  ];
  for (const { name, wire } of formless) {
    test(`${name} in a reply is 500`, async () => {
      expectFailure(await printed(wire), {
        status: 500,
        code: 13,
        reason: "UPSTREAM_INVALID_MESSAGE",
        message: "the upstream's message cannot be decoded",
      });
    });
  }
});
