import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { makeFolder } from "../descriptor/proto-folder.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { reasonOf, send, statusBody } from "../support/http-client.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";

const proto = `
syntax = "proto2"; package r;
import "google/api/annotations.proto";
service S { rpc Get(R) returns (A) { option (google.api.http) = { get: "/r/{id}" additional_bindings { put: "/r/{id}" body: "n" } }; } }
message R { required string id = 1; required int32 count = 2; optional N n = 3; }
message N { required string name = 1; optional int32 size = 2; }
message A {}
`;

suite("required fields where the message is not one JSON body", () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startScriptedUpstream();
    upstream.answer = { trailers: { "grpc-status": "0" } };
    gateway = await startTestGateway({
      protos: await makeFolder({ "r.proto": proto }),
      upstreamPort: upstream.port,
      routes: "- { service: r.S, cluster: library }",
    });
  });
  after(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  const count = { field: "", description: 'the required field "count" is missing' };
  const name = { field: "n", description: 'the required field "name" is missing' };
  const rows = [
    { title: "one that the query lacks", method: "GET", target: "/r/a", want: count },
    {
      title: "one of a message that the query makes",
      method: "GET",
      target: "/r/a?count=1&n.size=2",
      want: name,
    },
    {
      title: "one beside a field that is the body",
      method: "PUT",
      target: "/r/a",
      json: { name: "x" },
      want: count,
    },
    { title: "none", method: "GET", target: "/r/a?count=0&n.name=", want: undefined },
  ];
  for (const { title, method, target, json, want } of rows) {
    test(`${title} is ${want === undefined ? "let through" : "answered 400"}`, async () => {
      const answer = await send(gateway.port, method, target, json === undefined ? {} : { json });
      assert.equal(answer.status, want === undefined ? 200 : 400, answer.text);
      if (want === undefined) return;
      assert.equal(reasonOf(answer), "INVALID_FIELD");
      assert.deepEqual(statusBody(answer).details[0]?.fieldViolations, [want]);
    });
  }
});
