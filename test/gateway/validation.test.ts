import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { systemClock } from "../../src/base/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import { compileConfig, uncalledClusters } from "../../src/gateway/index.ts";
import { makeFolder } from "../descriptor/proto-folder.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { reasonOf, send, statusBody } from "../support/http-client.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";

const proto = `
syntax = "proto3";
package shop.v1;
import "buf/validate/validate.proto";
import "google/api/annotations.proto";
service Shop {
  rpc Order(OrderRequest) returns (OrderReply) { option (google.api.http) = { post: "/v1/orders" body: "*" }; }
  rpc Bulk(stream OrderRequest) returns (OrderReply) { option (google.api.http) = { post: "/v1/orders:bulk" body: "*" }; }
}
message OrderRequest { string sku = 1 [(buf.validate.field).string.pattern = "^[A-Z]+$"]; int32 count = 2 [(buf.validate.field).int32.gt = 0]; }
message OrderReply {}
`;

suite("filter protovalidate", () => {
  let upstream: ScriptedUpstream;
  let checked: TestGateway;
  let plain: TestGateway;
  before(async () => {
    const protos = await makeFolder({ "shop.proto": proto });
    upstream = await startScriptedUpstream();
    upstream.answer = { trailers: { "grpc-status": "0" } };
    const common = { protos, upstreamPort: upstream.port };
    checked = await startTestGateway({
      ...common,
      top: "filters: { checked: { type: protovalidate } }",
      routes: "- { service: shop.v1.*, cluster: library, filters: [checked] }",
    });
    plain = await startTestGateway({
      ...common,
      routes: "- { service: shop.v1.*, cluster: library }",
    });
  });
  after(async () => {
    await checked.stop();
    await plain.stop();
    await upstream.stop();
  });

  test("answers 400 with every violation, and nothing goes upstream", async () => {
    const calls = upstream.heads.length;
    const answer = await send(checked.port, "POST", "/v1/orders", { json: { sku: "a", count: 0 } });
    assert.equal(answer.status, 400);
    assert.equal(reasonOf(answer), "CONSTRAINT_VIOLATION");
    assert.deepEqual(
      statusBody(answer).details[0]?.fieldViolations?.map(({ field }) => field),
      ["sku", "count"],
    );
    assert.equal(upstream.heads.length, calls);
  });

  test("lets a good message through", async () => {
    const answer = await send(checked.port, "POST", "/v1/orders", { json: { sku: "A", count: 1 } });
    assert.equal(answer.status, 200, answer.text);
  });

  test("checks each message of a client's stream", async () => {
    const answer = await send(checked.port, "POST", "/v1/orders:bulk", {
      json: [
        { sku: "A", count: 1 },
        { sku: "b", count: 1 },
      ],
    });
    assert.equal(answer.status, 400);
    assert.equal(reasonOf(answer), "CONSTRAINT_VIOLATION");
    assert.deepEqual(statusBody(answer).details[0]?.fieldViolations, [
      { field: "[1].sku", description: "does not match regex pattern `^[A-Z]+$`" },
    ]);
    assert.match(statusBody(answer).message, /^\[1\]\.sku: /);
  });

  test("is off where no route names it", async () => {
    const answer = await send(plain.port, "POST", "/v1/orders", { json: { sku: "a", count: 0 } });
    assert.equal(answer.status, 200, answer.text);
  });
});

suite("a rule that cannot be used", () => {
  test("is a problem of the configuration, told once however many methods and listeners have it", async () => {
    const protos = await makeFolder({
      "a.proto": `syntax = "proto3"; package a; import "buf/validate/validate.proto";
service S { rpc A(R) returns (R); rpc B(R) returns (R); rpc C(stream N) returns (R); }
message R { N n = 1; string s = 2 [(buf.validate.field).string.pattern = "["]; }
message N { string s = 1 [(buf.validate.field).string.pattern = "("]; }`,
    });
    const text = [
      "version: 1",
      "listeners: { one: { listen: 127.0.0.1:0 }, two: { listen: 127.0.0.1:0 } }",
      `descriptors: [{ protos: ${JSON.stringify(protos)} }]`,
      'clusters: { c: { endpoints: ["127.0.0.1:1"] } }',
      "filters: { checked: { type: protovalidate } }",
      "routes: [{ service: a.S, cluster: c, filters: [checked] }]",
    ].join("\n");
    const loaded = await parseConfig(text, "test.yaml", { readFile, env: {} });
    assert.ok(loaded.ok);
    const clusters = uncalledClusters(loaded.value.config);
    const compiled = await compileConfig(loaded.value, { clock: systemClock, clusters });
    assert.ok(!compiled.ok);
    assert.deepEqual(
      compiled.error.map(({ line, message }) => `${line}: ${message}`),
      [
        "6: a.R.s: string.pattern: error parsing regexp: missing closing ]: `[` (a.proto:3:22)",
        "6: a.N.s: string.pattern: error parsing regexp: missing closing ): `(` (a.proto:4:13)",
      ],
    );
  });
});
