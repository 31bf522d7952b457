import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { reasonOf, send, statusBody } from "../support/http-client.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";

interface Inspected {
  readonly metadata: Readonly<Record<string, string>>;
  readonly timeLeft?: string;
}

suite("transcoding.md §3: the upstream call", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({ cluster: "deadline: 20s" });
  });
  after(() => gateway.stop());
  const inspect = async (headers: Record<string, string | string[]> = {}): Promise<Inspected> => {
    const answer = await send(gateway.port, "GET", "/v1/inspect", { headers });
    assert.equal(answer.status, 200, answer.text);
    return answer.json as Inspected;
  };

  test("headers become metadata, repeats included", async () => {
    const { metadata } = await inspect({ authorization: "Bearer x", "x-a": ["1", "2"] });
    assert.equal(metadata["authorization"], "Bearer x");
    assert.equal(metadata["x-a"], "1, 2");
  });

  test("the client's user-agent goes through once", async () => {
    const { metadata } = await inspect({ "user-agent": "curl/8" });
    assert.equal(metadata["user-agent"], "curl/8");
  });

  const dropped = [
    "connection",
    "keep-alive",
    "te",
    "accept",
    "accept-language",
    "content-language",
    "grpc-encoding",
    "grpc-status",
    "x-envoy-original-path",
    "forwarded",
    "x-http-method-override",
  ];
  for (const name of dropped) {
    test(`P-17: ${name} does not`, async () => {
      const { metadata } = await inspect({
        [name]: name === "connection" ? "keep-alive" : "trailers",
      });
      assert.equal(metadata[name], undefined);
    });
  }

  test("P-15: names of Object.prototype are plain data", async () => {
    const { metadata } = await inspect({ constructor: "a", tostring: "b" });
    assert.equal(metadata["tostring"], "b");
    assert.equal(Object.hasOwn(metadata, "constructor") && metadata["constructor"], "a");
  });

  test("-bin metadata is base64 in HTTP and bytes in gRPC", async () => {
    const { metadata } = await inspect({ "x-data-bin": "+/8=" });
    assert.equal(metadata["x-data-bin"], "+/8=");
  });

  test("P-18: -bin metadata that is no base64 is 400", async () => {
    const answer = await send(gateway.port, "GET", "/v1/inspect", {
      headers: { "x-data-bin": "$$" },
    });
    assert.deepEqual([answer.status, reasonOf(answer)], [400, "INVALID_METADATA"]);
  });

  test("forwarding headers are this hop's: what an untrusted client claims is dropped", async () => {
    const { metadata } = await inspect({
      "x-forwarded-for": "1.2.3.4",
      "x-forwarded-proto": "https",
      "x-request-id": "mine",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    });
    assert.equal(metadata["x-forwarded-for"], "127.0.0.1");
    assert.equal(metadata["x-forwarded-proto"], "http");
    assert.equal(metadata["x-forwarded-host"], `127.0.0.1:${gateway.port}`);
    assert.match(metadata["x-request-id"] ?? "", /^[0-9a-f]{32}$/);
    assert.match(metadata["traceparent"] ?? "", /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    assert.notEqual(metadata["traceparent"]?.slice(3, 35), "0af7651916cd43dd8448eb211c80319c");
  });

  test("grpc-timeout is the smaller of the client's and the route's", async () => {
    const left = async (headers: Record<string, string>): Promise<number> =>
      Number((await inspect(headers)).timeLeft?.replace("s", ""));
    const byRoute = await left({});
    assert.ok(byRoute > 10 && byRoute <= 20, `${byRoute} s`);
    const byClient = await left({ "grpc-timeout": "5S" });
    assert.ok(byClient > 1 && byClient <= 5, `${byClient} s`);
    const capped = await left({ "grpc-timeout": "99999999H" });
    assert.ok(capped > 10 && capped <= 20, `${capped} s`);
  });

  for (const value of ["-1S", "1x", "123456789S", "", "1"]) {
    test(`P-16: grpc-timeout ${JSON.stringify(value)} is 400`, async () => {
      const answer = await send(gateway.port, "GET", "/v1/inspect", {
        headers: { "grpc-timeout": value },
      });
      assert.deepEqual([answer.status, reasonOf(answer)], [400, "INVALID_TIMEOUT"]);
    });
  }

  test("a deadline that passes is 504", async () => {
    const answer = await send(gateway.port, "GET", "/v1/sleep/10s", {
      headers: { "grpc-timeout": "30m" },
    });
    assert.equal(answer.status, 504);
    assert.equal(statusBody(answer).code, 4);
  });
});

suite("transcoding.md §3: trust and removal", () => {
  test("a trusted hop's forwarding headers are carried on", async () => {
    const gateway = await startTestGateway({ listener: "trusted_hops: 1" });
    try {
      const answer = await send(gateway.port, "GET", "/v1/inspect", {
        headers: {
          "x-forwarded-for": "9.9.9.9, 1.2.3.4",
          "x-forwarded-proto": "https",
          "x-request-id": "mine",
          traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        },
      });
      const { metadata } = answer.json as Inspected;
      assert.equal(metadata["x-forwarded-for"], "1.2.3.4, 127.0.0.1");
      assert.equal(metadata["x-forwarded-proto"], "https");
      assert.equal(metadata["x-request-id"], "mine");
      assert.equal(
        metadata["traceparent"],
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      );
    } finally {
      await gateway.stop();
    }
  });

  test("names that the configuration removes do not go up", async () => {
    const gateway = await startTestGateway({ top: "metadata: { remove: [cookie] }" });
    try {
      const answer = await send(gateway.port, "GET", "/v1/inspect", {
        headers: { cookie: "a=b", "x-a": "1" },
      });
      const { metadata } = answer.json as Inspected;
      assert.deepEqual([metadata["cookie"], metadata["x-a"]], [undefined, "1"]);
    } finally {
      await gateway.stop();
    }
  });
});

suite("transcoding.md §4: a unary reply", () => {
  const row = { fInt64: "5", fDouble: 1.5, color: "RED", other: undefined };
  const body = JSON.stringify({ fInt64: row.fInt64, color: row.color, nested: { text: "a" } });
  const printing = [
    {
      name: "canonical by default",
      top: undefined,
      want: '{"fInt64":"5","color":"RED","nested":{"text":"a"}}',
    },
    {
      name: "enums_as_integers",
      top: "json: { enums_as_integers: true }",
      want: '{"fInt64":"5","color":1,"nested":{"text":"a"}}',
    },
    {
      name: "preserve_proto_names",
      top: "json: { preserve_proto_names: true }",
      want: '{"f_int64":"5","color":"RED","nested":{"text":"a"}}',
    },
    {
      name: "int64_as_number",
      top: "json: { int64_as_number: true }",
      want: '{"fInt64":5,"color":"RED","nested":{"text":"a"}}',
    },
    {
      name: "pretty",
      top: "json: { pretty: true }",
      want: '{\n  "fInt64": "5",\n  "color": "RED",\n  "nested": {\n    "text": "a"\n  }\n}',
    },
  ];
  for (const { name, top, want } of printing) {
    test(`is printed: ${name}`, async () => {
      const gateway = await startTestGateway(top === undefined ? {} : { top });
      try {
        const answer = await send(gateway.port, "POST", "/v1/kitchen-sink:echo", { body });
        assert.deepEqual([answer.status, answer.text.trimEnd()], [200, want]);
        assert.equal(answer.headers["content-type"], "application/json");
        assert.equal(answer.headers["content-length"], String(answer.bytes.length));
      } finally {
        await gateway.stop();
      }
    });
  }

  test("emit_defaults prints what has no presence, and a route's own switch wins over the overall one", async () => {
    const gateway = await startTestGateway({
      top: "json: { emit_defaults: true }",
      routes: [
        "- { service: library.v1.LibraryService, cluster: library }",
        "- { service: library.v1.KitchenSinkService, cluster: library, json: { emit_defaults: false } }",
      ].join("\n"),
    });
    try {
      const shelf = await send(gateway.port, "POST", "/v1/shelves?shelf_id=e", {
        json: { theme: "E" },
      });
      assert.deepEqual(shelf.json, { name: "shelves/e", theme: "E", bookCount: 0 });
      assert.equal((await send(gateway.port, "GET", "/v1/kitchen-sink")).text, "{}");
    } finally {
      await gateway.stop();
    }
  });

  test("response_body gives one field of any kind, a list too", async () => {
    const gateway = await startTestGateway();
    try {
      const answer = await send(gateway.port, "GET", "/v1/shelves/poetry/titles");
      assert.deepEqual(answer.json, ["Leaves of Grass", "Ariel"]);
    } finally {
      await gateway.stop();
    }
  });
});

suite("transcoding.md §4: metadata of a reply", () => {
  let upstream: ScriptedUpstream;
  before(async () => {
    upstream = await startScriptedUpstream();
  });
  after(() => upstream.stop());
  const ask = async (top: string | undefined): Promise<Awaited<ReturnType<typeof send>>> => {
    const gateway = await startTestGateway({
      upstreamPort: upstream.port,
      ...(top === undefined ? {} : { top }),
    });
    try {
      return await send(gateway.port, "GET", "/v1/kitchen-sink");
    } finally {
      await gateway.stop();
    }
  };

  test("initial and trailing metadata become headers; gRPC's own names and this hop's never do", async () => {
    upstream.answer = {
      headers: {
        "x-initial": "1",
        "x-data-bin": "+/8=",
        connection_: "x",
        "content-language": "de",
        "content-range": "bytes 0-1/2",
        "content-encoding": "gzip",
      },
      trailers: { "grpc-status": "0", "grpc-message": "fine", "x-trailing": "2" },
    };
    const { headers, status } = await ask(undefined);
    assert.equal(status, 200);
    assert.equal(headers["x-initial"], "1");
    assert.equal(headers["x-trailing"], "2");
    assert.equal(headers["x-data-bin"], "+/8=");
    const own = [
      "grpc-status",
      "grpc-message",
      "grpc-encoding",
      "content-range",
      "content-encoding",
    ];
    for (const name of own) assert.equal(headers[name], undefined, name);
  });

  test("§7: a download keeps its name and its language, its framing is the gateway's", async () => {
    const name = "attachment; filename*=UTF-8''%e2%82%ac.pdf";
    upstream.answer = {
      headers: { "content-disposition": name, "content-language": "de" },
      trailers: { "grpc-status": "0" },
    };
    const { headers, bytes } = await ask(undefined);
    assert.equal(headers["content-disposition"], name);
    assert.equal(headers["content-language"], "de");
    assert.equal(headers["content-length"], String(bytes.length));
    const prefixed = await ask('metadata: { prefix: "grpc-metadata-" }');
    assert.equal(prefixed.headers["content-disposition"], undefined);
    assert.equal(prefixed.headers["grpc-metadata-content-disposition"], name);
  });

  test("prefix puts grpc-metadata- in front", async () => {
    upstream.answer = { headers: { "x-initial": "1" }, trailers: { "grpc-status": "0" } };
    const { headers } = await ask('metadata: { prefix: "grpc-metadata-" }');
    assert.equal(headers["grpc-metadata-x-initial"], "1");
    assert.equal(headers["x-initial"], undefined);
  });

  test("status_header sets the status, and is off by default", async () => {
    upstream.answer = { headers: { "x-http-code": "201" }, trailers: { "grpc-status": "0" } };
    assert.equal((await ask(undefined)).status, 200);
    assert.equal((await ask("metadata: { status_header: x-http-code }")).status, 201);
    for (const code of ["204", "205", "304"]) {
      upstream.answer = { headers: { "x-http-code": code }, trailers: { "grpc-status": "0" } };
      const answer = await ask("metadata: { status_header: x-http-code }");
      assert.deepEqual([answer.status, answer.text], [Number(code), ""]);
      assert.equal(answer.headers["content-type"], undefined);
    }
    upstream.answer = { headers: { "x-http-code": "99 red" }, trailers: { "grpc-status": "0" } };
    assert.equal((await ask("metadata: { status_header: x-http-code }")).status, 200);
  });
});
