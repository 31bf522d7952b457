import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { makeFolder } from "../descriptor/proto-folder.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";

suite("faults.md group 3: empty segments of a **", () => {
  const proto = `
syntax = "proto3"; package p;
import "google/api/annotations.proto";
import "buf/validate/validate.proto";
service S {
  rpc Get(R) returns (R) { option (google.api.http) = { get: "/files/{path=**}" }; }
  rpc Admin(R) returns (R) { option (google.api.http) = { get: "/files/admin" }; }
}
message R { string path = 1 [(buf.validate.field).string.not_contains = "//"]; }
`;
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startScriptedUpstream();
    upstream.answer = { trailers: { "grpc-status": "0" } };
    gateway = await startTestGateway({
      protos: await makeFolder({ "p.proto": proto }),
      upstreamPort: upstream.port,
      top: "filters: { checked: { type: protovalidate } }",
      routes: "- { service: p.S, cluster: library, filters: [checked] }",
    });
  });
  after(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  // transcoding.md §1 says of inner empty segments that they never match `*`; a `**` takes them as they are, so that
  // what is matched is what filters judge and what goes up. Nothing is merged, at no place.
  const rows = [
    { path: "/files/a//b", rpc: "Get", status: 400 },
    { path: "/files///b", rpc: "Get", status: 400 },
    { path: "/files//b", rpc: "Get", status: 200 },
    { path: "/files//admin", rpc: "Get", status: 200 },
    { path: "/files/a/b", rpc: "Get", status: 200 },
    { path: "/files/admin", rpc: "Admin", status: 200 },
  ];
  for (const { path, rpc, status } of rows) {
    test(`P-03: ${path} is ${rpc}'s to the router, and ${status} by the filter`, async () => {
      const calls = upstream.heads.length;
      const answer = await send(gateway.port, "GET", path);
      const record = gateway.records.at(-1);
      assert.deepEqual([answer.status, record?.rpc], [status, `p.S/${rpc}`], answer.text);
      const paths = upstream.heads.slice(calls).map((head) => head[":path"]);
      assert.deepEqual(paths, status === 200 ? [`/p.S/${rpc}`] : []);
    });
  }
});
