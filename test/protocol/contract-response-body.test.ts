import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withContract } from "./contract-gateway.ts";

const proto = `
syntax = "proto3";
package t;
import "google/api/annotations.proto";
enum Kind { KIND_UNSPECIFIED = 0; SMALL = 1; LARGE = 2; }
message Part { string long_name = 1; int64 big = 2; Kind kind = 3; int32 count = 4; }
message Thing {
  Part part = 1;
  repeated Part parts = 2;
  map<string, Part> by_name = 3;
  Kind kind = 4;
  int64 big = 5;
  repeated Kind kinds = 6;
  repeated int64 bigs = 7;
}
service S {
  rpc M0(Thing) returns (Thing) {
    option (google.api.http) = {
      post: "/part" body: "*" response_body: "part"
      additional_bindings { post: "/parts" body: "*" response_body: "parts" }
      additional_bindings { post: "/by_name" body: "*" response_body: "by_name" }
      additional_bindings { post: "/kind" body: "*" response_body: "kind" }
      additional_bindings { post: "/big" body: "*" response_body: "big" }
      additional_bindings { post: "/kinds" body: "*" response_body: "kinds" }
      additional_bindings { post: "/bigs" body: "*" response_body: "bigs" }
    };
  }
}
`;

const sent = {
  part: { longName: "a", big: "7", kind: "LARGE" },
  parts: [{ longName: "b" }],
  byName: { x: { big: "8" } },
  kind: "SMALL",
  big: "9",
  kinds: ["LARGE"],
  bigs: ["1", "2"],
};

/** What each field is printed as, in the order of `fields`. */
const fields = ["part", "parts", "by_name", "kind", "big", "kinds", "bigs"] as const;
type Printed = Readonly<Record<(typeof fields)[number], string>>;

const plain: Printed = {
  part: '{"longName":"a","big":"7","kind":"LARGE"}',
  parts: '[{"longName":"b"}]',
  by_name: '{"x":{"big":"8"}}',
  kind: '"SMALL"',
  big: '"9"',
  kinds: '["LARGE"]',
  bigs: '["1","2"]',
};

const switches: readonly { readonly name: string; readonly on: Partial<Printed> }[] = [
  {
    name: "emit_defaults",
    on: {
      part: '{"longName":"a","big":"7","kind":"LARGE","count":0}',
      parts: '[{"longName":"b","big":"0","kind":"KIND_UNSPECIFIED","count":0}]',
      by_name: '{"x":{"longName":"","big":"8","kind":"KIND_UNSPECIFIED","count":0}}',
    },
  },
  {
    name: "enums_as_integers",
    on: { part: '{"longName":"a","big":"7","kind":2}', kind: "1", kinds: "[2]" },
  },
  {
    name: "preserve_proto_names",
    on: { part: '{"long_name":"a","big":"7","kind":"LARGE"}', parts: '[{"long_name":"b"}]' },
  },
  {
    name: "int64_as_number",
    on: {
      part: '{"longName":"a","big":7,"kind":"LARGE"}',
      by_name: '{"x":{"big":8}}',
      big: "9",
      bigs: "[1,2]",
    },
  },
  {
    name: "pretty",
    on: {
      part: '{\n  "longName": "a",\n  "big": "7",\n  "kind": "LARGE"\n}',
      parts: '[\n  {\n    "longName": "b"\n  }\n]',
      by_name: '{\n  "x": {\n    "big": "8"\n  }\n}',
      kinds: '[\n  "LARGE"\n]',
      bigs: '[\n  "1",\n  "2"\n]',
    },
  },
];

suite("transcoding.md §4: response_body with each printing switch", () => {
  for (const { name, on } of switches) {
    for (const [value, want] of [
      ["false", plain],
      ["true", { ...plain, ...on }],
    ] as const) {
      test(`§4 response-body-printing: each kind of field with ${name}: ${value}`, () =>
        withContract({ proto, top: `json: { ${name}: ${value} }` }, async (gateway) => {
          for (const field of fields) {
            const answer = await gateway.ask("POST", `/${field}`, { json: sent });
            assert.deepEqual([answer.status, answer.text.trimEnd()], [200, want[field]], field);
            assert.equal(answer.headers["content-length"], String(answer.bytes.length));
          }
        }));
    }
  }
});
