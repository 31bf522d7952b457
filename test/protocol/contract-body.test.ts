import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { SendOptions } from "../support/http-client.ts";
import {
  type Ask,
  type ContractGateway,
  expectAsk,
  startContract,
  withContract,
} from "./contract-gateway.ts";

const typed = (type: string | undefined, body: string | Uint8Array): SendOptions =>
  type === undefined ? { body } : { headers: { "content-type": type }, body };
const encoded = (encoding: string, body: Uint8Array): SendOptions => ({
  headers: { "content-encoding": encoding, "content-type": "application/json" },
  body,
});

const sent = '{"id":"a"}';
const taken = { json: { id: "a" } };
const unsupported = { status: 415, reason: "UNSUPPORTED_MEDIA_TYPE" };
const unknownEncoding = { status: 415, reason: "UNSUPPORTED_ENCODING" };

interface BodyRow {
  readonly name: string;
  readonly asks: readonly (Omit<Ask, "target" | "method"> & { readonly target?: string })[];
}

suite("transcoding.md §2: the body", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({
      rules: [
        'post: "/whole" body: "*"',
        'post: "/node" body: "node"',
        'post: "/raw" body: "raw"',
        'post: "/bound/{id}" body: "*"',
      ],
    });
  });
  after(() => gateway.stop());

  const rows: readonly BodyRow[] = [
    {
      name: "§2 type-json: application/json is taken",
      asks: [
        "application/json",
        "Application/JSON; charset=utf-8",
        'application/json;charset="UTF-8"',
      ].map((type) => ({ request: typed(type, sent), ...taken })),
    },
    {
      name: "§2 type-suffix-json: application/*+json is taken",
      asks: [{ request: typed("application/vnd.api+json", sent), ...taken }],
    },
    {
      name: "§2 type-none: no content type is taken as JSON",
      asks: [{ request: typed(undefined, sent), ...taken }],
    },
    {
      name: "§2 type-other: any other content type is 415",
      asks: [
        "text/plain",
        "text/json",
        "application/xml",
        "application/grpc+json",
        "application/octet-stream",
        "image/svg+json",
        "",
      ].map((type) => ({ request: typed(type, sent), ...unsupported })),
    },
    {
      name: "§2 type-http-body: google.api.HttpBody takes any content type",
      asks: [
        {
          target: "/raw?id=a",
          request: typed("image/png", Buffer.from([0, 0xff])),
          json: { id: "a", raw: { contentType: "image/png", data: "AP8=" } },
        },
        {
          target: "/raw",
          request: typed("application/json", "{"),
          json: { raw: { contentType: "application/json", data: "ew==" } },
        },
      ],
    },
    {
      name: "§2 type-form: application/x-www-form-urlencoded binds like the query",
      asks: [
        {
          request: typed(
            "application/x-www-form-urlencoded",
            "id=a+b&node.weight=1&labels[x]=y&words=1&words=2",
          ),
          json: { id: "a b", node: { weight: 1 }, labels: { x: "y" }, words: ["1", "2"] },
        },
        {
          target: "/node?id=a",
          request: typed("application/x-www-form-urlencoded", "id=b"),
          json: { id: "a", node: { id: "b" } },
        },
        {
          request: typed("application/x-www-form-urlencoded", "id=a&id=b"),
          status: 400,
          reason: "INVALID_QUERY",
        },
        ...[
          { form: "nope=a", says: /form field nope: t\.Thing has no field/ },
          { form: "longName=a&long_name=a", says: /form field long_name: is given more than once/ },
          { form: "count=x", says: /form field count: expected a 32-bit integer, got/ },
          { form: "node=a", says: /form field node: is a message/ },
          {
            form: "labels[a]=b&labels[a]=c",
            says: /form field labels\[a\]: is given more than once/,
          },
          { form: "id=%zz", says: /form field: an escape is not two hexadecimal digits/ },
          { form: "words=a&".repeat(257), says: /more than 256 form fields/ },
        ].map(({ form, says }) => ({
          request: typed("application/x-www-form-urlencoded", form),
          status: 400,
          reason: "INVALID_QUERY",
          says,
        })),
        {
          target: "/bound/a",
          request: typed("application/x-www-form-urlencoded", "id=b"),
          status: 400,
          reason: "INVALID_QUERY",
          says: /form field id: is set by the path/,
        },
        {
          target: "/bound/a",
          request: typed("application/x-www-form-urlencoded", "other=b%2Bc"),
          json: { id: "a", other: "b+c" },
        },
      ],
    },
    {
      name: "§2 one-of: two members of one oneof are 400, in JSON and in a form",
      asks: [
        {
          request: { body: '{"left":"a","right":"b"}' },
          status: 400,
          reason: "INVALID_FIELD",
          says: /right: another field of the oneof \\"choice\\" is set \(line 1, column 13\)/,
        },
        {
          request: { body: '{"middle":{},"left":"a"}' },
          status: 400,
          reason: "INVALID_FIELD",
          says: /left: another field of the oneof \\"choice\\" is set/,
        },
        {
          request: typed("application/x-www-form-urlencoded", "left=a&right=b"),
          status: 400,
          reason: "INVALID_QUERY",
          says: /form field right: is in one oneof with \\"left\\"/,
        },
        {
          request: typed("application/x-www-form-urlencoded", "left=a&middle.id=b"),
          status: 400,
          reason: "INVALID_QUERY",
          says: /form field middle\.id: is in one oneof with \\"left\\"/,
        },
        { request: { body: '{"right":"b"}' }, json: { right: "b" } },
      ],
    },
    {
      name: "§2 utf8: JSON is UTF-8 only",
      asks: [
        { request: typed("application/json; charset=latin1", sent), ...unsupported },
        { request: typed("application/json; charset=utf-16", sent), ...unsupported },
        {
          request: { body: Buffer.from([...Buffer.from('{"id":"'), 0xe9, 0x22, 0x7d]) },
          status: 400,
          reason: "INVALID_JSON",
        },
        { request: { body: Buffer.from(sent, "utf16le") }, status: 400, reason: "INVALID_JSON" },
        { request: { body: '{"id":"é😀"}' }, json: { id: "é😀" } },
      ],
    },
    {
      name: "§2 bom: a BOM is skipped",
      asks: [{ request: { body: `\ufeff${sent}` }, ...taken }],
    },
    {
      name: "§2 empty-body: an empty body is the empty message",
      asks: [
        { request: { body: "" }, json: {} },
        { request: typed("application/json", ""), json: {} },
        { target: "/node", request: { body: "" }, json: { node: {} } },
      ],
    },
    {
      name: "§2 gzip: content-encoding gzip is decoded",
      asks: [{ request: encoded("gzip", gzipSync(sent)), ...taken }],
    },
    {
      name: "§2 deflate: content-encoding deflate is decoded",
      asks: [{ request: encoded("deflate", deflateSync(sent)), ...taken }],
    },
    {
      name: "§2 br-zstd: br and zstd are 415 where the runtime's decoder is not known to be sound",
      asks: [
        { request: encoded("br", brotliCompressSync(sent)), ...unknownEncoding },
        { request: encoded("zstd", Buffer.from(sent)), ...unknownEncoding },
      ],
    },
    {
      name: "§2 encoding-unknown: an unknown content-encoding is 415",
      asks: [
        { request: encoded("lzma", Buffer.from(sent)), ...unknownEncoding },
        { request: encoded("gzip, gzip", gzipSync(gzipSync(sent))), ...unknownEncoding },
      ],
    },
    {
      name: "§2 decoded-limit: a body that is decoded is under the same size limit",
      asks: [
        {
          request: encoded("gzip", gzipSync(`{"id":"${"a".repeat(4 * 1024 * 1024)}"}`)),
          status: 413,
          reason: "BODY_TOO_LARGE",
        },
        {
          request: encoded("deflate", deflateSync(`{"id":"${"a".repeat(4 * 1024 * 1024)}"}`)),
          status: 413,
          reason: "BODY_TOO_LARGE",
        },
      ],
    },
  ];
  for (const { name, asks } of rows) {
    test(name, async () => {
      for (const ask of asks)
        await expectAsk(gateway, { method: "POST", target: "/whole", ...ask });
    });
  }
});

suite("transcoding.md §2: body of one field", () => {
  const kinds = [
    { kind: "a string", field: "id", sent: '"a"', json: "a" },
    { kind: "a number", field: "count", sent: "7", json: 7 },
    {
      kind: "a 64-bit integer",
      field: "big",
      sent: '"9007199254740993"',
      json: "9007199254740993",
    },
    { kind: "a bool", field: "flag", sent: "true", json: true },
    { kind: "bytes", field: "data", sent: '"+/8="', json: "+/8=" },
    { kind: "an enum", field: "kind", sent: '"SMALL"', json: "SMALL" },
    { kind: "a repeated scalar", field: "words", sent: '["a","b"]', json: ["a", "b"] },
    {
      kind: "a repeated message",
      field: "nodes",
      sent: '[{"id":"a"},{}]',
      json: [{ id: "a" }, {}],
    },
    { kind: "a map of scalars", field: "labels", sent: '{"a":"b"}', json: { a: "b" } },
    {
      kind: "a map of messages",
      field: "children",
      sent: '{"a":{"id":"b"}}',
      json: { a: { id: "b" } },
    },
    { kind: "a message", field: "node", sent: '{"weight":1}', json: { weight: 1 } },
    { kind: "a wrapper", field: "boxed", sent: "0", json: 0 },
    {
      kind: "a Timestamp",
      field: "at",
      sent: '"2024-01-01T00:00:00Z"',
      json: "2024-01-01T00:00:00Z",
    },
    { kind: "a Struct", field: "struct", sent: '{"a":[1,null]}', json: { a: [1, null] } },
    { kind: "a Value", field: "value", sent: "[true]", json: [true] },
    { kind: "a ListValue", field: "list", sent: '["a",{}]', json: ["a", {}] },
    { kind: "a member of a oneof", field: "left", sent: '""', json: "" },
  ];
  for (const { kind, field, sent: body, json } of kinds) {
    test(`§2 body-field: body of one field takes that field's JSON: ${kind}`, () =>
      withContract({ rules: [`post: "/a" body: "${field}"`] }, async (gateway) => {
        const request = { body, headers: { "content-type": "application/json" } };
        await expectAsk(gateway, {
          method: "POST",
          target: "/a",
          request,
          json: { [field]: json },
        });
        const wrong = { ...request, body: `{"${field}":${body}` };
        const answer = await gateway.ask("POST", "/a", wrong);
        assert.equal(answer.status, 400, answer.text);
      }));
  }
});

const lists = `
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
service S {
  rpc M0(Thing) returns (Thing) { option (google.api.http) = {
    post: "/whole" body: "*" additional_bindings { post: "/words" body: "words" }
    additional_bindings { post: "/raw" body: "raw" } }; }
  rpc M1(stream Thing) returns (Thing) { option (google.api.http) = { post: "/stream" body: "*" }; }
}
message Thing { string id = 1; repeated string words = 2; google.api.HttpBody raw = 3; }
`;

suite("RFC 9110 §15.5.16: a 415 says what is taken", () => {
  const forms = "application/x-www-form-urlencoded";
  const rows = [
    {
      target: "/whole",
      accept: `application/json, ${forms}, multipart/form-data`,
      message: `content-type: expected application/json, ${forms} or multipart/form-data`,
    },
    {
      target: "/words",
      accept: "application/json",
      message: "content-type: expected application/json",
    },
    {
      target: "/stream",
      accept: "application/json, application/x-ndjson",
      message: "content-type: expected application/json or application/x-ndjson",
    },
    {
      target: "/raw",
      type: "image/é",
      accept: "*/*",
      message: "content-type: expected a media type in printable ASCII",
    },
  ];
  for (const { target, type = "text/plain", accept, message } of rows) {
    test(`RFC 9110 §15.5.16: at ${target} in its message and in accept`, () =>
      withContract({ proto: lists }, async (gateway) => {
        const answer = await gateway.ask("POST", target, typed(type, "x"));
        assert.equal(answer.status, 415);
        assert.equal(answer.headers["accept"], accept);
        assert.equal((answer.json as { message: string }).message, message);
      }));
  }
});
