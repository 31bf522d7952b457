import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { reasonOf, send, statusBody } from "../support/http-client.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";

suite("transcoding.md §5: errors have one shape", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  const codes = [
    { code: 1, http: 499 },
    { code: 2, http: 500 },
    { code: 3, http: 400 },
    { code: 4, http: 504 },
    { code: 5, http: 404 },
    { code: 6, http: 409 },
    { code: 7, http: 403 },
    { code: 8, http: 429 },
    { code: 9, http: 400 },
    { code: 10, http: 409 },
    { code: 11, http: 400 },
    { code: 12, http: 501 },
    { code: 13, http: 500 },
    { code: 14, http: 503 },
    { code: 15, http: 500 },
    { code: 16, http: 401 },
  ];
  for (const { code, http } of codes) {
    test(`an upstream's code ${code} is ${http}, and the body says the code and the message`, async () => {
      const answer = await send(gateway.port, "GET", `/v1/fail/${code}?message=caf%C3%A9`);
      assert.equal(answer.status, http);
      assert.equal(answer.headers["content-type"], "application/json");
      assert.deepEqual(answer.json, { code, message: "café", details: [] });
    });
  }

  test("details of an upstream are printed", async () => {
    const answer = await send(gateway.port, "GET", "/v1/fail/8?details=true");
    assert.deepEqual(statusBody(answer).details, [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "ASKED_TO",
        domain: "library.example",
        metadata: { code: "8" },
      },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1.500s" },
      { "@type": "type.googleapis.com/library.internal.Unpublished", value: "CAE=" },
    ]);
  });

  test("§5 own-reason: the gateway's own errors carry a reason and its domain, and nothing internal", async () => {
    const answer = await send(gateway.port, "GET", "/nowhere");
    assert.deepEqual(answer.json, {
      code: 5,
      message: "no route matches this path",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "NO_ROUTE",
          domain: "diglot",
        },
      ],
    });
  });

  test("the access log has a line for each, with the reason", async () => {
    await send(gateway.port, "GET", "/nowhere?secret=1");
    const record = gateway.records.at(-1);
    assert.deepEqual(
      [record?.path, record?.status, record?.reason, record?.route],
      ["/nowhere", 404, "NO_ROUTE", undefined],
    );
    await send(gateway.port, "GET", "/v1/shelves");
    const served = gateway.records.at(-1);
    assert.deepEqual(
      [served?.route, served?.rpc, served?.status, served?.grpcCode],
      ["/v1/shelves", "library.v1.LibraryService/ListShelves", 200, "OK"],
    );
  });
});

suite("transcoding.md §5: upstreams that break the rules", () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startScriptedUpstream();
    gateway = await startTestGateway({
      upstreamPort: upstream.port,
      listener: "limits: { reply: 1KiB }",
    });
  });
  after(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  const ok = { "grpc-status": "0" };
  const rows = [
    {
      name: "HTML instead of gRPC",
      answer: { headers: { "content-type": "text/html" }, data: Buffer.from("<h1>hi</h1>") },
      want: [500, 2, "UPSTREAM_NOT_GRPC"],
    },
    {
      name: "U-10: a bare 503",
      answer: {
        headers: { ":status": 503, "content-type": "text/html" },
        data: Buffer.from("down"),
      },
      want: [503, 14, "UPSTREAM_NOT_GRPC"],
    },
    {
      name: "a bare 401",
      answer: {
        headers: { ":status": 401, "content-type": "text/plain" },
        data: Buffer.from("no"),
      },
      want: [401, 16, "UPSTREAM_NOT_GRPC"],
    },
    {
      name: "a bare 404",
      answer: {
        headers: { ":status": 404, "content-type": "text/plain" },
        data: Buffer.from("no"),
      },
      want: [501, 12, "UPSTREAM_NOT_GRPC"],
    },
    {
      name: "a message that cannot be decoded",
      answer: { message: Buffer.from([0x72, 0xff]), trailers: ok },
      want: [500, 13, "UPSTREAM_INVALID_MESSAGE"],
    },
    {
      name: "J-23: a string that is not UTF-8",
      answer: { message: Buffer.from([0x72, 1, 0xff]), trailers: ok },
      want: [500, 13, "UPSTREAM_INVALID_MESSAGE"],
    },
    {
      name: "a second message on a unary reply",
      answer: { data: Buffer.alloc(10), trailers: ok },
      want: [500, 13, "UPSTREAM_PROTOCOL_ERROR"],
    },
    {
      name: "a truncated frame",
      answer: { data: Buffer.from([0, 0, 0, 0, 9, 1]), trailers: ok },
      want: [500, 13, "UPSTREAM_PROTOCOL_ERROR"],
    },
    {
      name: "a flag other than 0 or 1",
      answer: { data: Buffer.from([2, 0, 0, 0, 0]), trailers: ok },
      want: [500, 13, "UPSTREAM_PROTOCOL_ERROR"],
    },
    {
      name: "J-24: a message over the limit",
      answer: { message: Buffer.alloc(2000), trailers: ok },
      want: [500, 13, "UPSTREAM_MESSAGE_TOO_LARGE"],
    },
    {
      name: "OK without a message",
      answer: { data: Buffer.alloc(0), trailers: ok },
      want: [500, 13, "UPSTREAM_PROTOCOL_ERROR"],
    },
  ] as const;
  for (const row of rows) {
    test(`${row.name} is ${row.want[0]} and never 200`, async () => {
      upstream.answer = row.answer;
      const answer = await send(gateway.port, "GET", "/v1/kitchen-sink");
      assert.deepEqual([answer.status, statusBody(answer).code, reasonOf(answer)], row.want);
    });
  }

  test("U-09: a status that is no number, or none of gRPC's, is UNKNOWN", async () => {
    for (const status of ["99", "x"]) {
      upstream.answer = { trailers: { "grpc-status": status } };
      const answer = await send(gateway.port, "GET", "/v1/kitchen-sink");
      assert.equal(answer.status, 500);
      assert.ok([2, 13].includes(statusBody(answer).code));
    }
  });

  test("a detail of an unknown type keeps its @type and a base64 value, and the rest is printed", async () => {
    const any = (type: string, value: Buffer): Buffer => {
      const url = Buffer.from(`type.googleapis.com/${type}`);
      const inner = Buffer.concat([
        Buffer.from([0x0a, url.length]),
        url,
        Buffer.from([0x12, value.length]),
        value,
      ]);
      return Buffer.concat([Buffer.from([0x1a, inner.length]), inner]);
    };
    const reason = Buffer.from([0x0a, 1, 0x52]);
    const status = Buffer.concat([
      Buffer.from([0x08, 5]),
      any("no.Such", Buffer.from([1, 2])),
      any("google.rpc.ErrorInfo", reason),
    ]);
    upstream.answer = {
      trailers: {
        "grpc-status": "5",
        "grpc-message": "gone",
        "grpc-status-details-bin": status.toString("base64").replaceAll("=", ""),
      },
    };
    const answer = await send(gateway.port, "GET", "/v1/kitchen-sink");
    assert.deepEqual(answer.json, {
      code: 5,
      message: "gone",
      details: [
        { "@type": "type.googleapis.com/no.Such", value: "AQI=" },
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "R" },
      ],
    });
  });
});

suite("transcoding.md §5: no upstream", () => {
  test("U-02: an upstream that refuses is 503 without its address", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const address = closed.address();
    assert.ok(typeof address === "object" && address !== null);
    await new Promise((resolve) => closed.close(resolve));
    const gateway = await startTestGateway({ upstreamPort: address.port });
    try {
      const answer = await send(gateway.port, "GET", "/v1/shelves");
      assert.deepEqual([answer.status, reasonOf(answer)], [503, "UPSTREAM_UNAVAILABLE"]);
      assert.doesNotMatch(answer.text, /127\.0\.0\.1|ECONN/);
    } finally {
      await gateway.stop();
    }
  });
});
