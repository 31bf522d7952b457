import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, suite, test } from "node:test";
import { makeFolder } from "../descriptor/proto-folder.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { startScriptedUpstream } from "../support/scripted-upstream.ts";
import { expectRefusal } from "./refusal.ts";

const echo = "/v1/kitchen-sink:echo";

interface RefusedRow {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly message: RegExp | string;
}

suite("faults.md group 4: JSON and its fields", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());
  const post = (body: string | Uint8Array) => send(gateway.port, "POST", echo, { body });

  /** JSON, but no value of its field. */
  const values: readonly RefusedRow[] = [
    {
      name: "J-06: a key given twice",
      body: '{"fInt32":1,"fInt32":1}',
      message: "fInt32: the field is set twice (line 1, column 13)",
    },
    {
      name: "J-06: a key given twice, once with an escape",
      body: '{"fInt32":1,"f\\u0049nt32":1}',
      message: "fInt32: the field is set twice (line 1, column 13)",
    },
    {
      name: "J-06: the proto name and the JSON name",
      body: '{"fInt32":1,"f_int32":1}',
      message: "fInt32: the field is set twice (line 1, column 13)",
    },
    {
      name: "J-06: a key of a map given twice",
      body: '{"mString":{"a":"","\\u0061":""}}',
      message: 'mString: the key "a" is there twice (line 1, column 20)',
    },
    {
      name: "J-06: a key of a map given twice by its number",
      body: '{"mInt32":{"1":"","01":""}}',
      message: 'mInt32: the key "01" is there twice (line 1, column 19)',
    },
    {
      name: "J-06: a key of a Struct given twice",
      body: '{"struct":{"a":1,"a":2}}',
      message: 'struct: the key "a" is there twice (line 1, column 18)',
    },
    {
      name: "J-06: two members of a oneof",
      body: '{"choiceString":"a","choiceInt64":"1"}',
      message: 'choiceInt64: another field of the oneof "choice" is set (line 1, column 21)',
    },
    {
      name: "J-07: __proto__ as a field",
      body: '{"__proto__":{"x":1}}',
      message: 'library.v1.KitchenSink has no field "__proto__" (line 1, column 2)',
    },
    {
      name: "J-07: constructor as a field of a field",
      body: '{"nested":{"constructor":{"prototype":{"x":1}}}}',
      message: 'nested: library.v1.Nested has no field "constructor" (line 1, column 12)',
    },
    {
      name: "J-08: an unknown field",
      body: '{"fInt3":1}',
      message:
        'library.v1.KitchenSink has no field "fInt3"; did you mean "fInt32"? (line 1, column 2)',
    },
    {
      name: "J-16: an Any of an unknown type",
      body: '{"any":{"@type":"type.googleapis.com/no.Such"}}',
      message: /^any\.@type: expected a type of the schema, got "type\.googleapis\.com\/no\.Such"/,
    },
    { name: "J-16: an Any without a type", body: '{"any":{"a":1}}', message: /^any: .*"@type"/ },
    {
      name: "J-17: null for the message",
      body: "null",
      message: "expected a message, got null (line 1, column 1)",
    },
    {
      name: "J-17: a list for the message",
      body: "[]",
      message: "expected an object, got an array (line 1, column 1)",
    },
    {
      name: "J-17: a string for the message",
      body: '"a"',
      message: /^expected an object, got "a"/,
    },
  ];
  for (const { name, body, message } of values) {
    test(`${name} is 400`, async () => {
      const want = { status: 400, code: 3, reason: "INVALID_FIELD", message };
      await expectRefusal(gateway, () => post(body), want);
      assert.equal(({} as { x?: unknown }).x, undefined);
    });
  }

  /** No JSON. */
  const texts: readonly RefusedRow[] = [
    {
      name: "J-13: bytes that are not UTF-8",
      body: Buffer.from([...Buffer.from('{"fString":"'), 0xff, ...Buffer.from('"}')]),
      message: "the text is not UTF-8 (line 1, column 13)",
    },
    {
      name: "J-13: an overlong NUL",
      body: Buffer.from([...Buffer.from('{"fString":"'), 0xc0, 0x80, ...Buffer.from('"}')]),
      message: "the text is not UTF-8 (line 1, column 13)",
    },
    {
      name: "J-13: half a surrogate pair as bytes",
      body: Buffer.from([...Buffer.from('{"fString":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')]),
      message: "the text is not UTF-8 (line 1, column 13)",
    },
    {
      name: "J-13: a lone surrogate",
      body: '{"fString":"\\ud800"}',
      message: "fString: \\u escapes half a surrogate pair (line 1, column 13)",
    },
    {
      name: "J-13: a lone low surrogate in a key",
      body: '{"struct":{"\\udc00":1}}',
      message: /^struct.*\\u escapes half a surrogate pair/,
    },
    { name: "J-13: UTF-16", body: Buffer.from('{"fInt32":1}', "utf16le"), message: /./ },
    {
      name: "J-17: garbage behind the message",
      body: "{} x",
      message: 'expected the end of the text, got "x" (line 1, column 4)',
    },
    {
      name: "J-17: two messages",
      body: "{}{}",
      message: 'expected the end of the text, got "{" (line 1, column 3)',
    },
    {
      name: "J-17: NUL behind the message",
      body: "{}\0",
      message: /^expected the end of the text/,
    },
    { name: "J-17: half a message", body: '{"fInt32":1', message: /got the end of the text/ },
  ];
  for (const { name, body, message } of texts) {
    test(`${name} is 400`, async () => {
      const want = { status: 400, code: 3, reason: "INVALID_JSON", message };
      await expectRefusal(gateway, () => post(body), want);
    });
  }

  const accepted = [
    {
      name: "J-07: __proto__ and constructor are ordinary keys of maps",
      body: '{"mString":{"__proto__":"a","constructor":"b"}}',
    },
    {
      name: "J-07: __proto__ and constructor are ordinary keys of a Struct",
      body: '{"struct":{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}}',
    },
    { name: "J-13: a BOM is skipped", body: '\ufeff{"fInt32":1}', want: '{"fInt32":1}' },
    {
      name: "J-13: a pair of surrogates is one character",
      body: '{"fString":"\\ud83d\\ude00"}',
      want: '{"fString":"😀"}',
    },
    { name: "J-17: an empty body is the empty message", body: "", want: "{}" },
    { name: "J-17: white space around the message", body: " \r\n\t{} \n", want: "{}" },
  ];
  for (const { name, body, want } of accepted) {
    test(name, async () => {
      const answer = await post(body);
      assert.deepEqual([answer.status, answer.text], [200, want ?? body]);
      assert.equal(({} as { x?: unknown }).x, undefined);
    });
  }

  test("J-08: with ignore_unknown_fields unknown fields are dropped, and stay JSON", async () => {
    const lenient = await startTestGateway({ top: "json: { ignore_unknown_fields: true }" });
    try {
      const body = '{"nope":[1,{"a":"\\u0061"}],"__proto__":{"x":1},"fInt32":1}';
      const answer = await send(lenient.port, "POST", echo, { body });
      assert.deepEqual([answer.status, answer.text], [200, '{"fInt32":1}']);
      const broken = { body: '{"nope":[1,]}' };
      await expectRefusal(lenient, () => send(lenient.port, "POST", echo, broken), {
        status: 400,
        code: 3,
        reason: "INVALID_JSON",
        message: /^.*expected a value, got "\]"/,
      });
    } finally {
      await lenient.stop();
    }
  });

  test("J-08: one route drops unknown fields beside one that refuses them", async () => {
    const routes = [
      "- { service: library.v1.LibraryService, cluster: library }",
      "- service: library.v1.KitchenSinkService",
      "  cluster: library",
      "- rpc: library.v1.KitchenSinkService/Echo",
      "  cluster: library",
      "  json: { ignore_unknown_fields: true }",
    ].join("\n");
    const own = await startTestGateway({ routes });
    try {
      const json = { nope: 1 };
      const dropped = await send(own.port, "POST", echo, { json: { ...json, fInt32: 1 } });
      assert.deepEqual([dropped.status, dropped.text], [200, '{"fInt32":1}']);
      const strict = "/library.v1.KitchenSinkService/Inspect";
      await expectRefusal(own, () => send(own.port, "POST", strict, { json }), {
        status: 400,
        code: 3,
        reason: "INVALID_FIELD",
        message: 'library.v1.InspectRequest has no field "nope" (line 1, column 2)',
      });
    } finally {
      await own.stop();
    }
  });

  test("J-08: one of two routes of the same shape drops unknown fields, in whichever order", async () => {
    const shape = (name: string) => `
      rpc ${name}(R) returns (R) { option (google.api.http) = { post: "/j/${name}" body: "*" }; }`;
    const proto = `
syntax = "proto3"; package j;
import "google/api/annotations.proto";
service S {${shape("Strict")}${shape("Lenient")} }
message R { string text = 1; R inner = 2; }
`;
    const upstream = await startScriptedUpstream();
    upstream.answer = { trailers: { "grpc-status": "0" } };
    const strict =
      "- { rpc: j.S/Strict, cluster: library, json: { ignore_unknown_fields: false } }";
    const lenient =
      "- { rpc: j.S/Lenient, cluster: library, json: { ignore_unknown_fields: true } }";
    const protos = await makeFolder({ "j.proto": proto });
    try {
      for (const routes of [`${strict}\n${lenient}`, `${lenient}\n${strict}`]) {
        const own = await startTestGateway({ protos, routes, upstreamPort: upstream.port });
        try {
          for (const json of [{ nope: 1 }, { inner: { nope: 1 } }]) {
            const statuses = [];
            for (const path of ["/j/Strict", "/j/Lenient", "/j/Strict"]) {
              statuses.push((await send(own.port, "POST", path, { json })).status);
            }
            assert.deepEqual(statuses, [400, 200, 400]);
          }
        } finally {
          await own.stop();
        }
      }
    } finally {
      await upstream.stop();
    }
  });

  test("J-16: the URL of a type is never fetched", async () => {
    let connections = 0;
    const remote = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => remote.listen(0, "127.0.0.1", resolve));
    try {
      const address = remote.address();
      assert.ok(typeof address === "object" && address !== null);
      const host = `http://127.0.0.1:${address.port}`;
      const unknown = `{"any":{"@type":"${host}/no.Such","value":1}}`;
      await expectRefusal(gateway, () => post(unknown), {
        status: 400,
        code: 3,
        reason: "INVALID_FIELD",
        message: /^any\.@type: expected a type of the schema/,
      });
      const known = `{"any":{"@type":"${host}/library.v1.Nested","text":"a"}}`;
      const answer = await post(known);
      assert.deepEqual([answer.status, answer.text], [200, known]);
      assert.equal(connections, 0);
    } finally {
      await new Promise((resolve) => remote.close(resolve));
    }
  });
});
