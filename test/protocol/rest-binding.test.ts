import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { reasonOf, type SendOptions, send, statusBody } from "../support/http-client.ts";

const sink = "/v1/kitchen-sink";
const echo = "/v1/kitchen-sink:echo";

suite("transcoding.md §2: binding a request", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  const accepted = [
    { name: "+ is a space", query: "f_string=a+b", want: { fString: "a b" } },
    { name: "names are proto names", query: "f_int32=1", want: { fInt32: 1 } },
    { name: "names are JSON names as well", query: "fInt32=1", want: { fInt32: 1 } },
    { name: "a json_name of its own counts", query: "other-name=x", want: { "other-name": "x" } },
    {
      name: "P-14: a repeated scalar repeats the parameter",
      query: "r_int32=1&r_int32=2",
      want: { rInt32: [1, 2] },
    },
    {
      name: "m[key]=v fills a map",
      query: "m_string[a]=b&m_string[c]=d",
      want: { mString: { a: "b", c: "d" } },
    },
    {
      name: "map keys are read by their type",
      query: "m_int32[-7]=x&m_bool[true]=y",
      want: { mInt32: { "-7": "x" }, mBool: { true: "y" } },
    },
    {
      name: "nested messages take dotted paths",
      query: "nested.text=a&nested.child.number=5",
      want: { nested: { text: "a", child: { number: "5" } } },
    },
    {
      name: "wrappers take their value",
      query: "w_int64=9007199254740993&w_bool=false",
      want: { wInt64: "9007199254740993", wBool: false },
    },
    {
      name: "a Timestamp is its text",
      query: "timestamp=2024-02-29T12:00:00.5Z",
      want: { timestamp: "2024-02-29T12:00:00.500Z" },
    },
    { name: "a Duration is its text", query: "duration=1.5s", want: { duration: "1.500s" } },
    {
      name: "a FieldMask is its text",
      query: "field_mask=fInt32,nested.text",
      want: { fieldMask: "fInt32,nested.text" },
    },
    { name: "an enum is its name", query: "color=RED", want: { color: "RED" } },
    { name: "an enum is its number as well", query: "color=2", want: { color: "GREEN" } },
    { name: "bytes are standard base64", query: "f_bytes=%2B%2F8%3D", want: { fBytes: "+/8=" } },
    { name: "bytes are URL-safe base64 as well", query: "f_bytes=-_8", want: { fBytes: "+/8=" } },
    { name: "bool is true or false", query: "f_bool=true", want: { fBool: true } },
    {
      name: "64-bit integers are exact",
      query: "f_uint64=18446744073709551615",
      want: { fUint64: "18446744073709551615" },
    },
    { name: "a value may hold an equals sign", query: "f_string=a=b", want: { fString: "a=b" } },
    { name: "empty pairs are nothing", query: "&f_int32=1&&", want: { fInt32: 1 } },
    {
      name: "optional fields keep a default that was given",
      query: "opt_int32=0",
      want: { optInt32: 0 },
    },
  ];
  for (const row of accepted) {
    test(`query: ${row.name}`, async () => {
      const answer = await send(gateway.port, "GET", `${sink}?${row.query}`);
      assert.deepEqual([answer.status, answer.json], [200, row.want]);
    });
  }

  const refusedQueries = [
    {
      name: "a parameter that names a path-bound field (P-09)",
      path: `${sink}/a/1?f_string=b`,
      want: /f_string: is set by the path/,
    },
    {
      name: "the same field by its other name",
      path: `${sink}/a/1?fString=b`,
      want: /fString: is set by the path/,
    },
    {
      name: "a singular parameter given twice (P-14)",
      path: `${sink}?f_int32=1&f_int32=1`,
      want: /given more than once/,
    },
    {
      name: "a singular parameter given twice by two spellings",
      path: `${sink}?f_int32=1&fInt32=1`,
      want: /given more than once/,
    },
    {
      name: "one map key given twice",
      path: `${sink}?m_string[a]=1&m_string[a]=2`,
      want: /given more than once/,
    },
    {
      name: "an unknown name, with the nearest field",
      path: `${sink}?f_int3=1`,
      want: /did you mean \\"f_int32\\"/,
    },
    { name: "P-13: __proto__", path: `${sink}?__proto__.x=1`, want: /no field \\"__proto__\\"/ },
    {
      name: "P-13: constructor",
      path: `${sink}?constructor.prototype.x=1`,
      want: /no field \\"constructor\\"/,
    },
    {
      name: "two members of one oneof",
      path: `${sink}?choice_string=a&choice_int64=1`,
      want: /choice_int64: is in one oneof with/,
    },
    {
      name: "a Struct, whose fields are no dotted names",
      path: `${sink}?struct=x`,
      want: /struct: is JSON of any kind: give it in a body/,
    },
    { name: "a message without dots", path: `${sink}?nested=x`, want: /nested: is a message/ },
    { name: "a map without a key", path: `${sink}?m_string=x`, want: /m_string: is a map/ },
    { name: "a bad number", path: `${sink}?f_int32=1.5`, want: /f_int32: / },
    { name: "a number out of range", path: `${sink}?f_int32=2147483648`, want: /f_int32: / },
    { name: "a bool that is neither", path: `${sink}?f_bool=1`, want: /f_bool: / },
    { name: "bad base64", path: `${sink}?f_bytes=$$$`, want: /f_bytes: / },
    { name: "an unknown enum name", path: `${sink}?color=MAUVE`, want: /color: / },
    { name: "a broken escape", path: `${sink}?f_string=%zz`, want: /escape/ },
    { name: "invalid UTF-8", path: `${sink}?f_string=%ff`, want: /UTF-8/ },
    {
      name: "P-12: names deeper than 32 levels",
      path: `${sink}?nested${".child".repeat(40)}.text=x`,
      want: /nested deeper/,
    },
    {
      name: "P-12: more than 256 parameters",
      path: `${sink}?${"r_int32=1&".repeat(257)}`,
      want: /more than 256/,
    },
    { name: "P-11: $method", path: `${sink}?$method=DELETE`, want: /\$method/ },
    {
      name: "any parameter where the body is the whole message",
      path: `${echo}?f_int32=1`,
      method: "POST",
      want: /the body is the whole message/,
    },
    {
      name: "a parameter that names the body's field",
      path: "/v1/kitchen-sink/nested?nested.text=a",
      method: "POST",
      want: /is set by the body/,
    },
  ];
  for (const row of refusedQueries) {
    test(`query: ${row.name} is refused and never reaches the upstream`, async () => {
      const before_ = gateway.backend.requestCount();
      const options: SendOptions = row.method === "POST" ? { json: {} } : {};
      const answer = await send(gateway.port, row.method ?? "GET", row.path, options);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(reasonOf(answer), "INVALID_QUERY");
      assert.match(answer.text, row.want);
      assert.equal(gateway.backend.requestCount(), before_);
    });
  }
  test("P-13: nothing was polluted", () => {
    assert.equal(({} as { x?: unknown }).x, undefined);
  });

  test("a path value that cannot be read as its field is refused by name", async () => {
    const answer = await send(gateway.port, "GET", `${sink}/a/b`);
    assert.equal(answer.status, 400);
    assert.equal(reasonOf(answer), "INVALID_PATH_VALUE");
    assert.deepEqual(statusBody(answer).details[0]?.fieldViolations?.[0]?.field, "f_int32");
  });

  test("a body without a rule for it is refused, chunked or not", async () => {
    const answer = await send(gateway.port, "GET", sink, { body: "{}" });
    assert.equal(answer.status, 400);
    assert.equal(reasonOf(answer), "UNEXPECTED_BODY");
    const empty = await send(gateway.port, "GET", sink, {
      headers: { "transfer-encoding": "chunked" },
    });
    assert.equal(empty.status, 200);
  });

  const conflicts = [
    { name: "an equal value is accepted", body: { nested: { text: "a" } }, want: 200 },
    { name: "another value is refused", body: { nested: { text: "b" } }, want: 400 },
    { name: "the default is another value", body: { nested: { text: "" } }, want: 400 },
    {
      name: "fields beside it are accepted",
      body: { nested: { number: 3 }, fInt32: 1 },
      want: 200,
    },
  ];
  for (const row of conflicts) {
    test(`a body field that the path binds: ${row.name}`, async () => {
      const answer = await send(gateway.port, "PUT", `${sink}/a`, { json: row.body });
      assert.equal(answer.status, row.want, answer.text);
      if (row.want === 400) assert.equal(reasonOf(answer), "CONFLICTING_FIELD");
      else assert.equal((answer.json as { nested: { text: string } }).nested.text, "a");
    });
  }

  const types = [
    { name: "application/json", type: "application/json", want: 200 },
    { name: "application/json; charset=utf-8", type: "application/json; charset=utf-8", want: 200 },
    { name: "application/*+json", type: "application/vnd.api+json", want: 200 },
    { name: "no content type", type: undefined, want: 200 },
    { name: "text/plain (J-18)", type: "text/plain", want: 415 },
    { name: "charset=utf-16 (J-18)", type: "application/json; charset=utf-16", want: 415 },
    { name: "application/grpc (P-10)", type: "application/grpc", want: 415 },
    { name: "application/grpc-web+proto (P-10)", type: "application/grpc-web+proto", want: 415 },
  ];
  for (const row of types) {
    test(`body type: ${row.name} is ${row.want}`, async () => {
      const headers: Record<string, string> =
        row.type === undefined ? {} : { "content-type": row.type };
      const answer = await send(gateway.port, "POST", echo, { headers, body: '{"fInt32":1}' });
      assert.equal(answer.status, row.want, answer.text);
      if (row.want === 415) assert.equal(reasonOf(answer), "UNSUPPORTED_MEDIA_TYPE");
    });
  }

  test("a form binds as the query does", async () => {
    const answer = await send(gateway.port, "POST", echo, {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "f_string=a+b&nested.text=%C3%A9",
    });
    assert.deepEqual(answer.json, { fString: "a b", nested: { text: "é" } });
  });

  test("a form fills the field that the body is", async () => {
    const answer = await send(gateway.port, "POST", "/v1/kitchen-sink/nested?f_int32=1", {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "text=a&number=2",
    });
    assert.deepEqual(answer.json, { fInt32: 1, nested: { text: "a", number: "2" } });
  });

  const bodies = [
    { name: "a BOM is skipped", body: Buffer.from('\ufeff{"fInt32":1}'), want: { fInt32: 1 } },
    { name: "an empty body is the empty message (J-17)", body: Buffer.alloc(0), want: {} },
    { name: "proto names are accepted", body: '{"f_int32":1}', want: { fInt32: 1 } },
    {
      name: "64-bit integers are exact without quotes (J-09)",
      body: '{"fInt64":9007199254740993}',
      want: { fInt64: "9007199254740993" },
    },
    {
      name: "64-bit integers are exact in quotes",
      body: '{"fUint64":"18446744073709551615"}',
      want: { fUint64: "18446744073709551615" },
    },
    {
      name: "1.0 and 1e2 are integers (J-10)",
      body: '{"fInt32":1.0,"fUint32":1e2}',
      want: { fInt32: 1, fUint32: 100 },
    },
    {
      name: "__proto__ and constructor are ordinary map keys (J-07)",
      body: '{"mString":{"__proto__":"a","constructor":"b"}}',
      want: JSON.parse('{"mString":{"__proto__":"a","constructor":"b"}}') as unknown,
    },
    {
      name: "an Any finds its @type anywhere",
      body: '{"any":{"text":"x","@type":"type.googleapis.com/library.v1.Nested"}}',
      want: { any: { "@type": "type.googleapis.com/library.v1.Nested", text: "x" } },
    },
  ];
  for (const row of bodies) {
    test(`JSON: ${row.name}`, async () => {
      const answer = await send(gateway.port, "POST", echo, { body: row.body });
      assert.deepEqual([answer.status, answer.json], [200, row.want]);
    });
  }

  const refusedBodies = [
    {
      name: "J-06: duplicate keys",
      body: '{"fInt32":1,"fInt32":1}',
      reason: "INVALID_JSON|INVALID_FIELD",
    },
    {
      name: "J-06: proto name and JSON name both",
      body: '{"fInt32":1,"f_int32":1}',
      reason: "INVALID_FIELD",
    },
    {
      name: "J-06: two members of a oneof",
      body: '{"choiceString":"a","choiceInt64":"1"}',
      reason: "INVALID_FIELD",
    },
    { name: "trailing commas", body: '{"fInt32":1,}', reason: "INVALID_JSON" },
    { name: "comments", body: '{/* */"fInt32":1}', reason: "INVALID_JSON" },
    { name: "J-08: unknown fields", body: '{"nope":1}', reason: "INVALID_FIELD" },
    { name: "J-07: __proto__ as a field", body: '{"__proto__":{}}', reason: "INVALID_FIELD" },
    { name: "wrong types", body: '{"fInt32":true}', reason: "INVALID_FIELD" },
    { name: "J-10: out of range", body: '{"fInt32":2147483648}', reason: "INVALID_FIELD" },
    { name: "J-10: fractions", body: '{"fInt32":1.5}', reason: "INVALID_FIELD" },
    { name: "J-10: NaN", body: '{"fDouble":NaN}', reason: "INVALID_JSON" },
    { name: "J-10: 1e400", body: '{"fDouble":1e400}', reason: "INVALID_FIELD" },
    {
      name: "J-11: a digit string of 1 MiB",
      body: `{"fInt64":"${"9".repeat(1024 * 1024)}"}`,
      reason: "INVALID_FIELD",
    },
    { name: "J-12: bad base64", body: '{"fBytes":"$$$"}', reason: "INVALID_FIELD" },
    {
      name: "J-13: a lone surrogate",
      body: '{"fString":"\\ud800"}',
      reason: "INVALID_JSON|INVALID_FIELD",
    },
    {
      name: "J-13: invalid UTF-8",
      body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      reason: "INVALID_JSON",
    },
    { name: "J-14: an unknown enum name", body: '{"color":"MAUVE"}', reason: "INVALID_FIELD" },
    { name: "J-14: null in a list", body: '{"rInt32":[null]}', reason: "INVALID_FIELD" },
    {
      name: "J-15: year 10000",
      body: '{"timestamp":"10000-01-01T00:00:00Z"}',
      reason: "INVALID_FIELD",
    },
    {
      name: "J-15: a Duration that is too long",
      body: '{"duration":"315576000001s"}',
      reason: "INVALID_FIELD",
    },
    {
      name: "J-16: an Any of an unknown type",
      body: '{"any":{"@type":"type.googleapis.com/no.Such"}}',
      reason: "INVALID_FIELD",
    },
    { name: "J-17: null", body: "null", reason: "INVALID_FIELD|INVALID_JSON" },
    { name: "J-17: a list", body: "[]", reason: "INVALID_FIELD|INVALID_JSON" },
    { name: "J-17: trailing garbage", body: "{} x", reason: "INVALID_JSON" },
    { name: "J-17: two documents", body: "{}{}", reason: "INVALID_JSON" },
    {
      name: "J-01: depth 101",
      body: `{"value":${"[".repeat(101)}${"]".repeat(101)}}`,
      reason: "INVALID_JSON|INVALID_FIELD",
    },
    {
      name: "J-01: 1 MiB of brackets",
      body: "[".repeat(1024 * 1024),
      reason: "INVALID_JSON|INVALID_FIELD",
    },
  ];
  for (const row of refusedBodies) {
    test(`JSON: ${row.name} is refused and never reaches the upstream`, async () => {
      const before_ = gateway.backend.requestCount();
      const answer = await send(gateway.port, "POST", echo, { body: row.body });
      assert.equal(answer.status, 400, answer.text);
      assert.match(reasonOf(answer) ?? "", new RegExp(`^(${row.reason})$`));
      assert.ok(answer.bytes.length < 2048, "the answer does not give the input back");
      assert.equal(gateway.backend.requestCount(), before_);
    });
  }

  test("J-01: what a back end takes can be printed again, however deep", async () => {
    const body = `{"struct":{"a":${"[".repeat(45)}${"]".repeat(45)}}}`;
    const answer = await send(gateway.port, "POST", echo, { body });
    assert.deepEqual([answer.status, answer.text], [200, body]);
  });

  test("an error says where", async () => {
    const body = '{\n  "rNested": [{},\n    {"number": true}\n  ]\n}';
    const answer = await send(gateway.port, "POST", echo, { body });
    const { message, details } = statusBody(answer);
    assert.match(message, /^rNested\[1\]\.number: expected .*, got true \(line 3, column 16\)$/);
    assert.equal(details[0]?.fieldViolations?.[0]?.field, "rNested[1].number");
  });

  const encodings = [
    { name: "gzip", encoding: "gzip", body: gzipSync('{"fInt32":1}'), want: 200 },
    { name: "deflate", encoding: "deflate", body: deflateSync('{"fInt32":1}'), want: 200 },
    { name: "identity", encoding: "identity", body: '{"fInt32":1}', want: 200 },
    { name: "J-20: br", encoding: "br", body: "x", want: 415 },
    { name: "J-20: gzip, gzip", encoding: "gzip, gzip", body: gzipSync(gzipSync("{}")), want: 415 },
    {
      name: "J-21: truncated gzip",
      encoding: "gzip",
      body: gzipSync('{"fInt32":1}').subarray(0, 15),
      want: 400,
    },
    {
      name: "J-21: garbage behind gzip",
      encoding: "gzip",
      body: Buffer.concat([gzipSync("{}"), Buffer.from("x")]),
      want: 400,
    },
    {
      name: "J-19: a bomb",
      encoding: "gzip",
      body: gzipSync(Buffer.alloc(64 * 1024 * 1024)),
      want: 413,
    },
  ];
  for (const row of encodings) {
    test(`content-encoding: ${row.name} is ${row.want}`, async () => {
      const answer = await send(gateway.port, "POST", echo, {
        headers: { "content-encoding": row.encoding },
        body: row.body,
      });
      assert.equal(answer.status, row.want, answer.text);
      if (row.want === 415)
        assert.equal(answer.headers["accept-encoding"], "gzip, deflate, identity");
    });
  }

  test("body: field accepts the JSON of that field, and the path fills in the rest", async () => {
    const answer = await send(
      gateway.port,
      "PATCH",
      "/v1/shelves/science/books/principia?update_mask=title,copiesPrinted",
      { json: { title: "Principia", copiesPrinted: "7" } },
    );
    const { name, title, copiesPrinted } = answer.json as Record<string, string>;
    assert.deepEqual(
      [name, title, copiesPrinted],
      ["shelves/science/books/principia", "Principia", "7"],
    );
  });

  test("a google.api.HttpBody takes any type and gives it back", async () => {
    const path = "/library.v1.LibraryService/GetCover";
    const cover = await send(gateway.port, "GET", "/v1/shelves/novels/books/beloved/cover");
    assert.equal(cover.headers["content-type"], "image/png");
    assert.deepEqual(cover.bytes.subarray(1, 4).toString(), "PNG");
    const byName = await send(gateway.port, "POST", path, {
      json: { name: "shelves/novels/books/beloved" },
    });
    assert.deepEqual(byName.bytes, cover.bytes);
  });
});

suite("transcoding.md §2: switches", () => {
  test("ignore_unknown_query drops what names no field", async () => {
    const gateway = await startTestGateway({ top: "rest: { ignore_unknown_query: true }" });
    try {
      const answer = await send(gateway.port, "GET", `${sink}?nope=1&f_int32=2`);
      assert.deepEqual(answer.json, { fInt32: 2 });
    } finally {
      await gateway.stop();
    }
  });

  test("ignored_query_parameters are dropped by name, and + stays a plus", async () => {
    const gateway = await startTestGateway({
      top: "rest: { ignored_query_parameters: [key], plus_as_space: false }",
    });
    try {
      const answer = await send(gateway.port, "GET", `${sink}?key=1&f_string=a+b`);
      assert.deepEqual(answer.json, { fString: "a+b" });
      const body = await send(gateway.port, "POST", `${echo}?key=1`, { json: {} });
      assert.equal(body.status, 200);
      assert.equal((await send(gateway.port, "GET", `${sink}?nope=1`)).status, 400);
    } finally {
      await gateway.stop();
    }
  });

  test("ignore_unknown_fields and case_insensitive_enums are lenient", async () => {
    const gateway = await startTestGateway({
      top: "json: { ignore_unknown_fields: true, case_insensitive_enums: true }",
    });
    try {
      const answer = await send(gateway.port, "POST", echo, {
        json: { nope: [1, { a: 2 }], color: "red" },
      });
      assert.deepEqual(answer.json, { color: "RED" });
    } finally {
      await gateway.stop();
    }
  });

  test("limits of the listener hold: body, query parameters, depth", async () => {
    const gateway = await startTestGateway({
      listener: "limits: { body: 1KiB, query_parameters: 2, json_depth: 5 }",
    });
    try {
      const large = await send(gateway.port, "POST", echo, { json: { fString: "x".repeat(2000) } });
      assert.deepEqual([large.status, reasonOf(large)], [413, "BODY_TOO_LARGE"]);
      const bomb = await send(gateway.port, "POST", echo, {
        headers: { "content-encoding": "gzip" },
        body: gzipSync("x".repeat(2000)),
      });
      assert.deepEqual([bomb.status, reasonOf(bomb)], [413, "BODY_TOO_LARGE"]);
      assert.equal(
        (await send(gateway.port, "GET", `${sink}?r_int32=1&r_int32=2&r_int32=3`)).status,
        400,
      );
      assert.equal(
        (await send(gateway.port, "POST", echo, { body: '{"value":[[[[1]]]]}' })).status,
        200,
      );
      assert.equal(
        (await send(gateway.port, "POST", echo, { body: '{"value":[[[[[1]]]]]}' })).status,
        400,
      );
    } finally {
      await gateway.stop();
    }
  });
});
