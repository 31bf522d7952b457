import assert from "node:assert/strict";
import type { OutgoingHttpHeaders } from "node:http2";
import { after, before, suite, test } from "node:test";
import { type Answer, reasonOf, type SendOptions, statusBody } from "../support/http-client.ts";
import {
  type ContractGateway,
  type ContractOptions,
  expectAsk,
  startContract,
  withContract,
} from "./contract-gateway.ts";

const rules = ['get: "/a/{id}"', 'post: "/b" body: "*"', 'stream get: "/s"'];
const info = "type.googleapis.com/google.rpc.ErrorInfo";

/** Checks that an answer is a google.rpc.Status of the gateway's own, and gives its reason. */
function ownReason(answer: Answer): string | undefined {
  assert.equal(answer.headers["content-type"], "application/json");
  assert.equal(answer.headers["content-length"], String(answer.bytes.length));
  const { code, message, details } = statusBody(answer);
  assert.deepEqual(Object.keys(answer.json as object), ["code", "message", "details"]);
  assert.ok(Number.isInteger(code) && message !== "");
  const own = details.find((detail) => detail["@type"] === info);
  assert.equal((own as { domain?: string } | undefined)?.domain, "diglot");
  return reasonOf(answer);
}

const constrained = `
syntax = "proto3";
package t;
import "buf/validate/validate.proto";
import "google/api/annotations.proto";
service S { rpc M0(R) returns (R) { option (google.api.http) = { get: "/a/{n}" }; } }
message R { int32 n = 1 [(buf.validate.field).int32.gt = 0]; }
`;

suite("transcoding.md §5: one shape, whoever made the error", () => {
  const makers: readonly {
    readonly maker: string;
    readonly options?: ContractOptions;
    readonly method?: string;
    readonly target: string;
    readonly request?: SendOptions;
    readonly want: readonly [status: number, code: number, reason: string];
  }[] = [
    { maker: "§5 shape-router: the router", target: "/nowhere", want: [404, 5, "NO_ROUTE"] },
    {
      maker: "§5 shape-filter: a filter",
      options: {
        proto: constrained,
        top: "filters: { checked: { type: protovalidate } }",
        routes: "- { service: t.S, cluster: library, filters: [checked] }",
      },
      target: "/a/0",
      want: [400, 3, "CONSTRAINT_VIOLATION"],
    },
    {
      maker: "§5 shape-transcoder: the transcoder",
      target: "/a/1?count=x",
      want: [400, 3, "INVALID_QUERY"],
    },
    {
      maker: "§5 shape-balancer: the balancer",
      // Port 1 is nobody's.
      options: { upstreamPort: 1 },
      target: "/a/1",
      want: [503, 14, "UPSTREAM_UNAVAILABLE"],
    },
    {
      maker: "§5 shape-listener: the listener",
      target: `/${"a".repeat(9000)}`,
      want: [414, 3, "URI_TOO_LONG"],
    },
  ];
  for (const { maker, options, method, target, request, want } of makers) {
    test(`${maker} makes an error that is google.rpc.Status in JSON`, () =>
      withContract({ rules, ...options }, async (gateway) => {
        const answer = await gateway.ask(method ?? "GET", target, request);
        const reason = ownReason(answer);
        assert.deepEqual([answer.status, statusBody(answer).code, reason], want);
      }));
  }

  test("§5 shape-upstream: the upstream makes an error that is google.rpc.Status in JSON", () =>
    withContract({ rules }, async (gateway) => {
      gateway.upstream.reply = { trailers: { "grpc-status": "6", "grpc-message": "caf%C3%A9%" } };
      const answer = await gateway.ask("GET", "/a/1");
      assert.equal(answer.headers["content-type"], "application/json");
      assert.deepEqual(
        [answer.status, answer.json],
        [409, { code: 6, message: "café%", details: [] }],
      );
    }));

  test("§5 field-violations: a bad field is a BadRequest with its field and description", () =>
    withContract({ rules }, async (gateway) => {
      const answer = await gateway.ask("POST", "/b", { body: '{"nodes":[{},{"weight":"abc"}]}' });
      const description = 'expected a 32-bit integer, got "abc"';
      assert.deepEqual(answer.json, {
        code: 3,
        message: `nodes[1].weight: ${description} (line 1, column 24)`,
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            fieldViolations: [{ field: "nodes[1].weight", description }],
          },
          { "@type": info, reason: "INVALID_FIELD", domain: "diglot" },
        ],
      });
    }));
});

suite("transcoding.md §5: gRPC codes", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({ rules });
  });
  after(() => gateway.stop());

  const table = [
    { name: "§5 code-ok: OK", code: 0, http: 200 },
    { name: "§5 code-cancelled: CANCELLED", code: 1, http: 499 },
    { name: "§5 code-unknown: UNKNOWN", code: 2, http: 500 },
    { name: "§5 code-invalid-argument: INVALID_ARGUMENT", code: 3, http: 400 },
    { name: "§5 code-deadline-exceeded: DEADLINE_EXCEEDED", code: 4, http: 504 },
    { name: "§5 code-not-found: NOT_FOUND", code: 5, http: 404 },
    { name: "§5 code-already-exists: ALREADY_EXISTS", code: 6, http: 409 },
    { name: "§5 code-permission-denied: PERMISSION_DENIED", code: 7, http: 403 },
    { name: "§5 code-resource-exhausted: RESOURCE_EXHAUSTED", code: 8, http: 429 },
    { name: "§5 code-failed-precondition: FAILED_PRECONDITION", code: 9, http: 400 },
    { name: "§5 code-aborted: ABORTED", code: 10, http: 409 },
    { name: "§5 code-out-of-range: OUT_OF_RANGE", code: 11, http: 400 },
    { name: "§5 code-unimplemented: UNIMPLEMENTED", code: 12, http: 501 },
    { name: "§5 code-internal: INTERNAL", code: 13, http: 500 },
    { name: "§5 code-unavailable: UNAVAILABLE", code: 14, http: 503 },
    { name: "§5 code-data-loss: DATA_LOSS", code: 15, http: 500 },
    { name: "§5 code-unauthenticated: UNAUTHENTICATED", code: 16, http: 401 },
  ];
  for (const { name, code, http } of table) {
    test(`${name} is ${http}`, async () => {
      const trailers = { "grpc-status": String(code), "grpc-message": "m" };
      for (const data of [undefined, Buffer.alloc(0)]) {
        if (code === 0 && data !== undefined) continue;
        gateway.upstream.reply = { trailers, ...(data === undefined ? {} : { data }) };
        const answer = await gateway.ask("GET", "/a/1");
        const want = code === 0 ? { id: "1" } : { code, message: "m", details: [] };
        assert.deepEqual([answer.status, answer.json], [http, want]);
      }
    });
  }

  for (const number of ["17", "99", "4294967295"]) {
    test(`§5 code-other: any other number is 500: ${number}`, async () => {
      gateway.upstream.reply = { trailers: { "grpc-status": number, "grpc-message": "m" } };
      const answer = await gateway.ask("GET", "/a/1");
      const { code, message } = statusBody(answer);
      assert.deepEqual([answer.status, code, message], [500, 2, "m"]);
    });
  }

  const any = (type: string, value: readonly number[]): Buffer => {
    const url = Buffer.from(`type.googleapis.com/${type}`);
    const inner = [0x0a, url.length, ...url, 0x12, value.length, ...value];
    return Buffer.from([0x1a, inner.length, ...inner]);
  };
  const failedWith = (...details: readonly Buffer[]): OutgoingHttpHeaders => ({
    "grpc-status": "9",
    "grpc-message": "m",
    "grpc-status-details-bin": Buffer.concat([Buffer.from([0x08, 9, 0x12, 1, 0x6d]), ...details])
      .toString("base64")
      .replaceAll("=", ""),
  });

  test("§5 details-decoded: grpc-status-details-bin is decoded, of types of google.rpc and of the descriptors", async () => {
    const trailers = failedWith(
      any("google.rpc.ErrorInfo", [0x0a, 1, 0x52]),
      any("t.Node", [0x0a, 1, 0x61]),
    );
    gateway.upstream.reply = { trailers };
    const answer = await gateway.ask("GET", "/a/1");
    assert.deepEqual(statusBody(answer).details, [
      { "@type": info, reason: "R" },
      { "@type": "type.googleapis.com/t.Node", id: "a" },
    ]);
  });

  test("§5 nothing-internal: no stack ever appears: a google.rpc.DebugInfo is left out, unless debug_info says so", async () => {
    const stack = any("google.rpc.DebugInfo", [0x0a, 1, 0x53, 0x12, 1, 0x44]);
    const trailers = failedWith(stack, any("google.rpc.ErrorInfo", [0x0a, 1, 0x52]));
    const own = { "@type": info, reason: "R" };
    const debug = {
      "@type": "type.googleapis.com/google.rpc.DebugInfo",
      stackEntries: ["S"],
      detail: "D",
    };
    for (const target of ["/a/1", "/s"]) {
      gateway.upstream.reply = { trailers, data: Buffer.alloc(0) };
      const answer = await gateway.ask("GET", target);
      assert.deepEqual(statusBody(answer).details, [own]);
    }
    await withContract({ rules, top: "rest: { debug_info: true }" }, async (telling) => {
      telling.upstream.reply = { trailers };
      const answer = await telling.ask("GET", "/a/1");
      assert.deepEqual(statusBody(answer).details, [debug, own]);
    });
  });

  test("§5 details-unknown: a detail type that is not known keeps its @type and a base64 value, and the rest is printed", async () => {
    const trailers = failedWith(
      any("no.Such", [0xfb, 0xff]),
      any("t.Node", [0x0a, 1, 0x61]),
      any("no.Other", []),
    );
    gateway.upstream.reply = { trailers };
    const answer = await gateway.ask("GET", "/a/1");
    assert.deepEqual(answer.json, {
      code: 9,
      message: "m",
      details: [
        { "@type": "type.googleapis.com/no.Such", value: "+/8=" },
        { "@type": "type.googleapis.com/t.Node", id: "a" },
        { "@type": "type.googleapis.com/no.Other", value: "" },
      ],
    });
  });

  test("§5 details-broken: details that cannot be decoded leave the code and the message", async () => {
    for (const text of ["$$$", "AAE", "GgL//w"]) {
      const trailers = { "grpc-status": "9", "grpc-message": "m", "grpc-status-details-bin": text };
      gateway.upstream.reply = { trailers };
      const answer = await gateway.ask("GET", "/a/1");
      const { code, message } = statusBody(answer);
      assert.deepEqual([answer.status, code, message], [400, 9, "m"]);
    }
  });
});

suite("transcoding.md §5: not from gRPC", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({ rules, top: "streams: [ndjson]" });
  });
  after(() => gateway.stop());

  const rows = [
    { name: "§5 own-404: 404 no route", target: "/nowhere", want: [404, "NO_ROUTE"] },
    { name: "§5 own-405: 405", method: "PUT", target: "/a/1", want: [405, "METHOD_NOT_ALLOWED"] },
    {
      name: "§5 own-406: 406",
      target: "/s",
      request: { headers: { accept: "text/event-stream" } },
      want: [406, "NOT_ACCEPTABLE"],
    },
    {
      name: "§5 own-413: 413 too large",
      method: "POST",
      target: "/b",
      request: { body: Buffer.alloc(4 * 1024 * 1024 + 1, 0x20) },
      want: [413, "BODY_TOO_LARGE"],
    },
    { name: "§5 own-414: 414", target: `/${"a".repeat(9000)}`, want: [414, "URI_TOO_LONG"] },
    {
      name: "§5 own-415: 415",
      method: "POST",
      target: "/b",
      request: { body: "x", headers: { "content-type": "text/plain" } },
      want: [415, "UNSUPPORTED_MEDIA_TYPE"],
    },
    {
      name: "§5 own-431: 431",
      target: "/a/1",
      request: { headers: { "x-a": "a".repeat(17 * 1024) } },
      want: [431, "HEADERS_TOO_LARGE"],
    },
  ] as const;
  for (const { name, target, want, ...row } of rows) {
    test(`${name} is in the same shape`, async () => {
      const method = "method" in row ? row.method : "GET";
      const answer = await gateway.ask(method, target, "request" in row ? row.request : {});
      assert.deepEqual([answer.status, ownReason(answer)], want);
    });
  }

  test("§5 problem-json: each of them is a problem, where errors is problem+json", () =>
    withContract({ rules, top: "streams: [ndjson]\nerrors: problem+json" }, async (own) => {
      for (const row of rows) {
        const method = "method" in row ? row.method : "GET";
        const answer = await own.ask(method, row.target, "request" in row ? row.request : {});
        const [status, reason] = row.want;
        assert.equal(answer.headers["content-type"], "application/problem+json", row.name);
        const problem = answer.json as Record<string, unknown>;
        assert.deepEqual(
          [answer.status, problem["status"], problem["type"], problem["title"]],
          [status, status, `urn:diglot:reason:${reason}`, reason],
        );
        assert.equal(problem["detail"], statusBody(answer).message);
      }
    }));

  test("§5 nothing-internal: no stack, file name, address or configuration ever appears", async () => {
    const answers: Answer[] = [];
    for (const row of rows) {
      const method = "method" in row ? row.method : "GET";
      answers.push(await gateway.ask(method, row.target, "request" in row ? row.request : {}));
    }
    answers.push(await gateway.ask("POST", "/b", { body: "{" }));
    gateway.upstream.reply = { headers: { ":status": 502, "content-type": "text/html" } };
    answers.push(await gateway.ask("GET", "/a/1"));
    gateway.upstream.reply = { data: Buffer.from([0, 0, 0, 0, 1, 0xff]) };
    answers.push(await gateway.ask("GET", "/a/1"));
    await withContract({ rules, upstreamPort: 1 }, async (lost) => {
      answers.push(await lost.ask("GET", "/a/1"));
    });
    assert.ok(answers.every(({ status }) => status >= 400));
    for (const { text, headers } of answers) {
      const all = text + JSON.stringify({ ...headers, date: "" });
      assert.doesNotMatch(
        all,
        /\.[tj]s\b|\n\s+at |node:|node_modules|127\.0\.0\.1|ECONN|\.yaml|\.proto|library/,
      );
    }
  });
});

suite("transcoding.md §5: errors: problem+json", () => {
  test("§5 problem-json: errors: status is the default, errors: problem+json wraps it, wherever the error was made", async () => {
    const makers = [
      { target: "/a/1?count=x", status: 400, reason: "INVALID_QUERY" },
      { target: "/nowhere", status: 404, reason: "NO_ROUTE" },
      { target: `/${"a".repeat(9000)}`, status: 414, reason: "URI_TOO_LONG" },
    ];
    for (const { target, status: http, reason } of makers) {
      await withContract({ rules, top: "errors: status" }, async (gateway) => {
        ownReason(await expectAsk(gateway, { target, status: http }));
      });
      await withContract({ rules, top: "errors: problem+json" }, async (gateway) => {
        const answer = await gateway.ask("GET", target);
        assert.equal(answer.headers["content-type"], "application/problem+json");
        const { type, title, status, detail } = answer.json as Record<string, unknown>;
        assert.deepEqual([type, title, status], [`urn:diglot:reason:${reason}`, reason, http]);
        assert.equal(answer.status, http);
        assert.equal(detail, statusBody(answer).message);
        assert.equal(reasonOf(answer), reason);
      });
    }
  });
});
