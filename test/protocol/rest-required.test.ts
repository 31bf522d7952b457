import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { makeFolder } from "../descriptor/proto-folder.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { reasonOf, type SendOptions, send, statusBody } from "../support/http-client.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";

const proto = `
syntax = "proto2"; package r;
import "google/api/annotations.proto";
service S { rpc Get(R) returns (A) { option (google.api.http) = { get: "/r/{id}" additional_bindings { put: "/r/{id}" body: "n" } additional_bindings { post: "/r" body: "*" } }; }
  rpc Add(stream R) returns (A) { option (google.api.http) = { post: "/s/{id}" body: "*" additional_bindings { put: "/s/{id}" body: "n" } }; } }
message R { required string id = 1; required int32 count = 2; optional N n = 3; }
message N { required string name = 1; optional int32 size = 2; }
message A {}
`;

interface Row {
  readonly title: string;
  readonly method: string;
  readonly target: string;
  readonly json?: unknown;
  readonly form?: string;
  /** The part "id" of a form of parts. */
  readonly parts?: string;
  readonly want: { readonly field: string; readonly description: string } | undefined;
}

suite("required fields, whatever the message is made of", () => {
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
  const id = { field: "", description: 'the required field "id" is missing' };
  const name = { field: "n", description: 'the required field "name" is missing' };
  const rows: readonly Row[] = [
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
    { title: "one that an empty body lacks", method: "POST", target: "/r", want: id },
    { title: "one that a JSON body lacks", method: "POST", target: "/r", json: {}, want: id },
    { title: "one that a form lacks", method: "POST", target: "/r", form: "id=a", want: count },
    {
      title: "one of a message that a form makes",
      method: "POST",
      target: "/r",
      form: "id=a&count=1&n.size=2",
      want: name,
    },
    {
      title: "one that a form of parts lacks",
      method: "POST",
      target: "/r",
      parts: "a",
      want: count,
    },
    {
      title: "one that no element of a stream gives",
      method: "POST",
      target: "/s/a",
      json: [],
      want: { ...count, field: "" },
    },
    {
      title: "one that the second message of a stream lacks",
      method: "POST",
      target: "/s/a",
      json: [{ count: 1 }, { count: 2 }],
      want: { ...id, field: "[1]" },
    },
    {
      title: "one beside the field that a stream's elements are",
      method: "PUT",
      target: "/s/a?count=1",
      json: [{ name: "x" }, { name: "y" }],
      want: { ...id, field: "[1]" },
    },
    {
      title: "none of a stream",
      method: "POST",
      target: "/s/a",
      json: [{ count: 1 }, { id: "a", count: 2 }],
      want: undefined,
    },
    {
      title: "none of a form",
      method: "POST",
      target: "/r",
      form: "id=a&count=1",
      want: undefined,
    },
    { title: "none", method: "GET", target: "/r/a?count=0&n.name=", want: undefined },
  ];
  const bodyOf = ({ json, form, parts }: Row): SendOptions => {
    if (json !== undefined) return { json };
    if (form !== undefined) {
      return { body: form, headers: { "content-type": "application/x-www-form-urlencoded" } };
    }
    if (parts === undefined) return {};
    const body = `--b\r\ncontent-disposition: form-data; name="id"\r\n\r\n${parts}\r\n--b--`;
    return { body, headers: { "content-type": "multipart/form-data; boundary=b" } };
  };
  for (const row of rows) {
    const { title, method, target, want } = row;
    test(`${title} is ${want === undefined ? "let through" : "answered 400"}`, async () => {
      const answer = await send(gateway.port, method, target, bodyOf(row));
      assert.equal(answer.status, want === undefined ? 200 : 400, answer.text);
      if (want === undefined) return;
      assert.equal(reasonOf(answer), "INVALID_FIELD");
      assert.deepEqual(statusBody(answer).details[0]?.fieldViolations, [want]);
    });
  }
});
