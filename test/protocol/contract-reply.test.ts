import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Answer } from "../support/http-client.ts";
import {
  type ContractGateway,
  type ContractOptions,
  expectAsk,
  startContract,
  withContract,
} from "./contract-gateway.ts";
import type { Reply } from "./contract-upstream.ts";

const rules = ['post: "/echo" body: "*"', 'get: "/a/{id}"'];
const sent = '{"longName":"a","big":"9007199254740993","kind":"LARGE","node":{"id":"b"}}';

async function echoed(options: ContractOptions, body = sent): Promise<Answer> {
  const gateway = await startContract({ rules, ...options });
  try {
    return await expectAsk(gateway, { method: "POST", target: "/echo", request: { body } });
  } finally {
    await gateway.stop();
  }
}

suite("transcoding.md §4: a unary reply", () => {
  test("§4 canonical: a reply is 200, application/json, canonical ProtoJSON, with content-length", async () => {
    const body = [
      '{"long_name":"é\\n","count":0,"big":7,"flag":false,"data":"_-8","kind":2,"node":{},',
      '"words":[],"labels":{"b":"1"},"at":"2024-01-01T01:00:00.5+01:00","boxed":0,"maybe":0,"ratio":1e3}',
    ].join("");
    const answer = await echoed({}, body);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(answer.headers["content-length"], String(answer.bytes.length));
    assert.equal(answer.headers["transfer-encoding"], undefined);
    assert.deepEqual(answer.json, {
      longName: "é\n",
      big: "7",
      data: "/+8=",
      kind: "LARGE",
      node: {},
      labels: { b: "1" },
      at: "2024-01-01T00:00:00.500Z",
      boxed: 0,
      maybe: 0,
      ratio: 1000,
    });
  });

  const plain = '{"big":"9007199254740993","kind":"LARGE","node":{"id":"b"},"longName":"a"}';
  const printing = [
    {
      clause: "§4 enums-as-integers",
      name: "enums_as_integers",
      on: plain.replace('"LARGE"', "2"),
    },
    {
      clause: "§4 preserve-proto-names",
      name: "preserve_proto_names",
      on: plain.replace("longName", "long_name"),
    },
    {
      clause: "§4 int64-as-number",
      name: "int64_as_number",
      on: plain.replace('"9007199254740993"', "9007199254740993"),
    },
    {
      clause: "§4 pretty",
      name: "pretty",
      on: '{\n  "big": "9007199254740993",\n  "kind": "LARGE",\n  "node": {\n    "id": "b"\n  },\n  "longName": "a"\n}',
    },
  ];
  for (const { clause, name, on } of printing) {
    for (const [value, want] of [
      ["false", plain],
      ["true", on],
    ] as const) {
      test(`${clause}: ${name}: ${value}, overall and for a route`, async () => {
        const routes = `- { service: t.S, cluster: library, json: { ${name}: ${value} } }`;
        const other = `json: { ${name}: ${value === "false"} }`;
        const overall = await echoed({ top: `json: { ${name}: ${value} }` });
        assert.equal(overall.text.trimEnd(), want);
        const ofRoute = await echoed({ routes, top: other });
        assert.equal(ofRoute.text.trimEnd(), want);
      });
    }
  }

  for (const { name, on } of printing) {
    test(`§4 printing-streams: ${name}: true in a stream, where a message stays on one line`, () =>
      withContract(
        { rules: ['stream post: "/s" body: "*"'], top: `json: { ${name}: true }` },
        async (gateway) => {
          const want = name === "pretty" ? plain : on;
          const lines = await gateway.ask("POST", "/s", {
            body: sent,
            headers: { accept: "application/x-ndjson" },
          });
          assert.equal(lines.text, `${want}\n`);
          const array = await gateway.ask("POST", "/s", { body: sent });
          assert.equal(array.text, `[${want}]`);
        },
      ));
  }

  test("§4 emit-defaults: emit_defaults: true prints what has no presence and nothing that has", async () => {
    const answer = await echoed({ top: "json: { emit_defaults: true }" }, '{"node":{}}');
    assert.deepEqual(answer.json, {
      id: "",
      other: "",
      count: 0,
      big: "0",
      flag: false,
      data: "",
      kind: "KIND_UNSPECIFIED",
      node: { id: "", weight: 0 },
      words: [],
      nodes: [],
      labels: {},
      children: {},
      longName: "",
      ratio: 0,
      numbers: [],
      kinds: [],
      huge: "0",
    });
  });

  test("§4 emit-defaults: emit_defaults: false prints none of them, also for a route", async () => {
    assert.equal((await echoed({ top: "json: { emit_defaults: false }" }, "{}")).text, "{}");
    const routes = "- { service: t.S, cluster: library, json: { emit_defaults: false } }";
    const top = "json: { emit_defaults: true }";
    assert.equal((await echoed({ routes, top }, "{}")).text, "{}");
    const on = "- { service: t.S, cluster: library, json: { emit_defaults: true } }";
    const printed = await echoed({ routes: on, top: "json: { emit_defaults: false }" }, "{}");
    assert.match(printed.text, /^\{"id":"","other":"","count":0,/);
  });
});

suite("transcoding.md §4: response_body", () => {
  const kinds: readonly {
    readonly kind: string;
    readonly field: string;
    readonly given: unknown;
    readonly absent: unknown;
  }[] = [
    { kind: "a string", field: "id", given: "a", absent: "" },
    { kind: "a number", field: "count", given: 7, absent: 0 },
    { kind: "a 64-bit integer", field: "big", given: "9007199254740993", absent: "0" },
    { kind: "a bool", field: "flag", given: true, absent: false },
    { kind: "bytes", field: "data", given: "+/8=", absent: "" },
    { kind: "an enum", field: "kind", given: "LARGE", absent: "KIND_UNSPECIFIED" },
    { kind: "a repeated scalar", field: "words", given: ["a", "b"], absent: [] },
    { kind: "a repeated message", field: "nodes", given: [{ id: "a" }, {}], absent: [] },
    { kind: "a map of scalars", field: "labels", given: { a: "b" }, absent: {} },
    { kind: "a map of messages", field: "children", given: { a: { id: "b" } }, absent: {} },
    { kind: "a message", field: "node", given: { id: "a" }, absent: null },
    { kind: "a wrapper", field: "boxed", given: 0, absent: null },
    { kind: "a Timestamp", field: "at", given: "2024-01-01T00:00:00Z", absent: null },
    { kind: "a Struct", field: "struct", given: { a: [1, null] }, absent: null },
    { kind: "a Value", field: "value", given: [true], absent: null },
    { kind: "a member of a oneof", field: "left", given: "a", absent: "" },
  ];
  for (const { kind, field, given, absent } of kinds) {
    test(`§4 response-body: response_body works for every kind of field: ${kind}, given and absent`, () =>
      withContract(
        { rules: [`post: "/a" body: "*" response_body: "${field}"`] },
        async (gateway) => {
          const ask = (json: object) => gateway.ask("POST", "/a", { json });
          const whole = await ask({ [field]: given, other: "x" });
          assert.deepEqual([whole.status, whole.json], [200, given], whole.text);
          assert.equal(whole.headers["content-type"], "application/json");
          const without = await ask({ other: "x" });
          assert.deepEqual([without.status, without.json], [200, absent], without.text);
        },
      ));
  }
});

const ok = { "grpc-status": "0" };
const replied = (of: ContractGateway, reply: Reply) => {
  of.upstream.reply = reply;
  return of.ask("GET", "/a/1");
};

suite("transcoding.md §4: metadata of a reply", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({ rules });
  });
  after(() => gateway.stop());

  test("§4 initial-metadata: initial metadata becomes headers", async () => {
    const reply = { headers: { "x-a": "1", "x-many": ["1", "2"], "x-data-bin": "AAE" } };
    const { status, headers } = await replied(gateway, reply);
    assert.deepEqual([status, headers["x-a"], headers["x-many"]], [200, "1", "1, 2"]);
    assert.deepEqual(Buffer.from(String(headers["x-data-bin"]), "base64"), Buffer.from([0, 1]));
  });

  test("§4 trailing-metadata: trailing metadata becomes headers", async () => {
    const { status, headers } = await replied(gateway, { trailers: { ...ok, "x-last": "2" } });
    assert.deepEqual([status, headers["x-last"]], [200, "2"]);
  });

  test("§4 trailing-metadata: metadata of a failure becomes headers as well", async () => {
    const trailers = { "grpc-status": "5", "x-last": "2" };
    const { status, headers } = await replied(gateway, { headers: { "x-a": "1" }, trailers });
    assert.deepEqual([status, headers["x-a"], headers["x-last"]], [404, "1", "2"]);
  });

  test("§4 no-leak: grpc-status, grpc-message and grpc-encoding never leak, nor what is this hop's own", async () => {
    for (const status of ["0", "5"]) {
      const { headers } = await replied(gateway, {
        headers: {
          "grpc-encoding": "identity",
          "grpc-accept-encoding": "gzip",
          "content-location": "/de",
          server: "x",
        },
        trailers: { "grpc-status": status, "grpc-message": "x", "grpc-x": "y" },
      });
      const leaked = Object.keys(headers).filter((name) => name.startsWith("grpc-"));
      assert.deepEqual(leaked, []);
      assert.equal(headers["content-location"], undefined);
      assert.notEqual(headers["server"], "x");
    }
  });

  test("§4 no-leak: gRPC's own names never leak under a prefix or from a stream either", () =>
    withContract(
      { rules: [...rules, 'stream get: "/s/{id}"'], top: "metadata: { prefix: m- }" },
      async (own) => {
        own.upstream.reply = {
          headers: { "grpc-encoding": "identity", "grpc-x": "y", "x-a": "1" },
          trailers: { "grpc-status": "5", "grpc-message": "secret-text", "x-last": "2" },
          data: Buffer.alloc(0),
        };
        for (const target of ["/a/1", "/s/1"]) {
          const { status, headers } = await own.ask("GET", target);
          assert.equal(status, 404);
          assert.equal(headers["m-x-a"], "1", target);
          const leaked = Object.entries(headers).filter((entry) =>
            /grpc-|secret/.test(String(entry)),
          );
          assert.deepEqual(leaked, []);
        }
      },
    ));

  const prefixes = [
    { name: 'prefix: ""', metadata: 'prefix: ""', want: ["x-a", "x-last"] },
    {
      name: "prefix: grpc-metadata-",
      metadata: "prefix: grpc-metadata-",
      want: ["grpc-metadata-x-a", "grpc-metadata-x-last"],
    },
    {
      name: "trailer_prefix: grpc-trailer-",
      metadata: "trailer_prefix: grpc-trailer-",
      want: ["grpc-trailer-x-last", "x-a"],
    },
    {
      name: "prefix and trailer_prefix",
      metadata: "prefix: i-, trailer_prefix: t-",
      want: ["i-x-a", "t-x-last"],
    },
  ];
  for (const { name, metadata, want } of prefixes) {
    test(`§4 metadata-prefix: the prefix switch puts it before metadata: ${name}`, () =>
      withContract({ rules, top: `metadata: { ${metadata} }` }, async (own) => {
        for (const status of ["0", "5"]) {
          const trailers = { "grpc-status": status, "x-last": "2" };
          const { headers } = await replied(own, { headers: { "x-a": "1" }, trailers });
          const names = Object.keys(headers).filter((key) => /x-(?:a|last)$/.test(key));
          assert.deepEqual(names.toSorted(), want);
        }
      }));
  }

  test("§4 status-header-off: x-http-code sets no status by default, and is a header like others", async () => {
    const { status, headers } = await replied(gateway, { headers: { "x-http-code": "201" } });
    assert.deepEqual([status, headers["x-http-code"]], [200, "201"]);
  });

  const codes = [
    { name: "in initial metadata", reply: { headers: { "x-http-code": "201" } }, want: 201 },
    {
      name: "in trailing metadata",
      reply: { trailers: { ...ok, "x-http-code": "202" } },
      want: 202,
    },
    { name: "of another key", reply: { headers: { "x-code": "201" } }, want: 200 },
    { name: "that is no status", reply: { headers: { "x-http-code": "99" } }, want: 200 },
    { name: "that is informational", reply: { headers: { "x-http-code": "101" } }, want: 200 },
    { name: "that is text", reply: { headers: { "x-http-code": "201 Created" } }, want: 200 },
  ];
  for (const { name, reply, want } of codes) {
    test(`§4 status-header: status_header: x-http-code sets the status: a value ${name} makes ${want}`, () =>
      withContract({ rules, top: "metadata: { status_header: x-http-code }" }, async (own) => {
        assert.equal((await replied(own, reply)).status, want);
      }));
  }
});

suite("transcoding.md §4: status_header beyond unary replies", () => {
  const top = "metadata: { status_header: x-http-code }";
  const streamed = ['stream get: "/s"', 'get: "/a/{id}"'];
  const notFound = { "grpc-status": "5" };

  test("§4: on a stream initial metadata sets the status; what has no body does not", () =>
    withContract({ rules: streamed, top }, async (gateway) => {
      for (const [code, want] of [
        ["201", 201],
        ["206", 206],
        ["204", 200],
        ["304", 200],
        ["99", 200],
      ] as const) {
        gateway.upstream.reply = { headers: { "x-http-code": code } };
        const answer = await gateway.ask("GET", "/s");
        assert.deepEqual([answer.status, answer.json], [want, [{}]], code);
        assert.equal(answer.headers["x-http-code"], undefined);
        assert.equal((await gateway.ask("HEAD", "/s")).status, want);
      }
    }));

  test("§4: beside an error it sets the status from 400 on, in initial or trailing metadata", () =>
    withContract({ rules: streamed, top: `${top}\nerrors: problem+json` }, async (gateway) => {
      for (const [code, want] of [
        ["410", 410],
        ["599", 599],
        ["200", 404],
        ["304", 404],
      ] as const) {
        for (const target of ["/a/1", "/s"]) {
          gateway.upstream.reply = {
            data: Buffer.alloc(0),
            trailers: { ...notFound, "x-http-code": code },
          };
          const answer = await gateway.ask("GET", target);
          const { status } = answer.json as { status: number };
          assert.deepEqual([answer.status, status], [want, want], `${target} ${code}`);
          assert.equal(answer.headers["x-http-code"], undefined);
        }
      }
    }));

  test("§4: it never becomes a header where it is the status header, and does where it is not", async () => {
    const reply = {
      headers: { "x-http-code": "201", "x-other": "1" },
      trailers: { ...ok, "x-http-code": "202" },
    };
    await withContract({ rules, top }, async (gateway) => {
      const { status, headers } = await replied(gateway, reply);
      assert.deepEqual([status, headers["x-http-code"], headers["x-other"]], [202, undefined, "1"]);
    });
    await withContract({ rules }, async (gateway) => {
      const { status, headers } = await replied(gateway, reply);
      assert.deepEqual([status, headers["x-http-code"]], [200, "201, 202"]);
    });
  });
});

suite("transcoding.md §4: compression", () => {
  const long = JSON.stringify({ id: "a".repeat(5000) });
  const request = { body: long, headers: { "accept-encoding": "gzip" } };

  test("§4 compression: replies are compressed by accept-encoding when the listener says so", () =>
    withContract({ rules, listener: "compression: true" }, async (gateway) => {
      const answer = await gateway.ask("POST", "/echo", request);
      assert.equal(answer.headers["content-encoding"], "gzip");
      assert.equal(gunzipSync(answer.bytes).toString(), long);
      const plain = await gateway.ask("POST", "/echo", { body: long });
      assert.equal(plain.headers["content-encoding"], undefined);
      assert.equal(plain.text, long);
    }));

  test("§4 compression-off: replies are not compressed when the listener says nothing, or compression: false", async () => {
    for (const options of [{}, { listener: "compression: false" }]) {
      await withContract({ rules, ...options }, async (gateway) => {
        const answer = await gateway.ask("POST", "/echo", request);
        assert.equal(answer.headers["content-encoding"], undefined);
        assert.equal(answer.text, long);
      });
    }
  });
});
