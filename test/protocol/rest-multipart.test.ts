import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import fc from "fast-check";
import { parseMultipart } from "../../src/protocol/rest/multipart.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, reasonOf, send } from "../support/http-client.ts";

const type = "multipart/form-data; boundary=b";
const json = "\r\ncontent-type: application/json";

/** A part with its head and data, up to the next boundary. */
function part(head: string | Buffer, data: string | Buffer): Buffer {
  return Buffer.concat([
    Buffer.from("--b\r\n"),
    Buffer.from(head),
    Buffer.from("\r\n\r\n"),
    Buffer.from(data),
    Buffer.from("\r\n"),
  ]);
}

function named(name: string, data: string | Buffer, more = ""): Buffer {
  return part(`Content-Disposition: form-data; name="${name}"${more}`, data);
}

function form(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.from("--b--\r\n")]);
}

suite("§2: cutting multipart/form-data", () => {
  test("gives name, file name, type and bytes of each part", () => {
    const binary = Buffer.from([0, 13, 10, 45, 45, 97, 255]);
    const body = form(
      named("a", "1"),
      named("f", binary, '; filename="x%22y.bin"\r\nContent-Type: image/png'),
    );
    const parts = parseMultipart(body, type, 10);
    assert.ok(parts.ok);
    assert.deepEqual(
      parts.value.map(({ data, ...rest }) => ({
        ...rest,
        data: Buffer.from(data).toString("hex"),
      })),
      [
        { name: "a", filename: undefined, contentType: undefined, data: "31" },
        { name: "f", filename: 'x"y.bin', contentType: "image/png", data: binary.toString("hex") },
      ],
    );
  });

  const good = [
    { name: "no parts", body: Buffer.from("--b--"), count: 0 },
    { name: "an empty part", body: form(named("a", "")), count: 1 },
    {
      name: "lines behind the last boundary",
      body: Buffer.concat([form(named("a", "1")), Buffer.from("more")]),
      count: 1,
    },
    {
      name: "blanks behind a boundary",
      body: Buffer.from("--b \t\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--b--"),
      count: 1,
    },
  ];
  for (const { name, body, count } of good) {
    test(`takes ${name}`, () => {
      const parts = parseMultipart(body, type, 10);
      assert.ok(parts.ok);
      assert.equal(parts.value.length, count);
    });
  }

  test("takes a quoted boundary", () => {
    assert.ok(parseMultipart(Buffer.from("--a b--"), 'multipart/form-data; boundary="a b"', 1).ok);
  });

  const bad = [
    {
      name: "no boundary",
      contentType: "multipart/form-data",
      body: form(),
      message: /no boundary/,
    },
    {
      name: "a boundary that is none",
      contentType: 'multipart/form-data; boundary="{"',
      body: form(),
      message: /no boundary/,
    },
    { name: "an empty body", body: Buffer.alloc(0), message: /begin with its boundary/ },
    {
      name: "text before the first part",
      body: Buffer.concat([Buffer.from("hi\r\n"), form()]),
      message: /begin with its boundary/,
    },
    {
      name: "a body that ends inside a part",
      body: named("a", "1"),
      message: /ends inside a part|followed by/,
    },
    {
      name: "a boundary with text behind it",
      body: Buffer.from("--bad\r\n"),
      message: /followed by something else/,
    },
    {
      name: "a part without the end of its head",
      body: Buffer.from("--b\r\nx: y\r\n--b--"),
      message: /no end of its head/,
    },
    {
      name: "a part without a name",
      body: form(part("content-disposition: form-data", "1")),
      message: /no name/,
    },
    { name: "a part with an empty name", body: form(named("", "1")), message: /no name/ },
    {
      name: "a part without a disposition",
      body: form(part("x: y", "1")),
      message: /not form-data/,
    },
    {
      name: "another disposition",
      body: form(part('content-disposition: attachment; name="a"', "1")),
      message: /not form-data/,
    },
    {
      name: "a head line without a colon",
      body: form(part('content-disposition: form-data; name="a"\r\nx', "1")),
      message: /is no header/,
    },
    {
      name: "base64",
      body: form(named("a", "MQ==", "\r\ncontent-transfer-encoding: base64")),
      message: /content-transfer-encoding/,
    },
    {
      name: "a name of 257 characters",
      body: form(named("n".repeat(257), "1")),
      message: /too long/,
    },
    {
      name: "text on the line of the last boundary",
      body: Buffer.concat([named("a", "1"), Buffer.from("--b--junk")]),
      message: /followed by something else/,
    },
    {
      name: "data that holds the last boundary and more",
      body: form(named("a", "one\r\n--b--xtwo")),
      message: /followed by something else/,
    },
    {
      name: "a header given twice",
      body: form(
        part(
          'content-disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="z"',
          "",
        ),
      ),
      message: /more than once/,
    },
    {
      name: "a name given twice",
      body: form(part('content-disposition: form-data; name="a"; name="z"', "")),
      message: /not form-data/,
    },
    {
      name: "a boundary given twice",
      contentType: "multipart/form-data; boundary=b; boundary=c",
      body: form(named("a", "1")),
      message: /no boundary/,
    },
    {
      name: "a name inside a malformed parameter",
      body: form(part('content-disposition: form-data; x y="; name=evil"; name="good"', "")),
      message: /not form-data/,
    },
    {
      name: "quotes that do not end",
      body: form(part('content-disposition: form-data; name="a"; filename="q', "")),
      message: /not form-data/,
    },
    {
      name: "a head that is not UTF-8",
      body: form(part(Buffer.from('content-disposition: form-data; name="\xff"', "latin1"), "")),
      message: /not UTF-8/,
    },
    {
      name: "a folded head line",
      body: form(part('content-disposition: form-data;\r\n name="a"', "")),
      message: /is no header/,
    },
    ...["image/é", "a/b\nx: y", "a/b\0", "image"].map((mediaType) => ({
      name: `the media type ${JSON.stringify(mediaType)}`,
      body: form(named("a", "", `\r\ncontent-type: ${mediaType}`)),
      message: /content-type of a part is none/,
    })),
    {
      name: "more parts than the limit",
      body: form(...Array.from({ length: 11 }, () => named("a", "1"))),
      message: /more than 10 parts/,
    },
  ];
  for (const { name, contentType = type, body, message } of bad) {
    test(`refuses ${name}`, () => {
      const parts = parseMultipart(body, contentType, 10);
      assert.ok(!parts.ok && parts.error.kind === "gateway");
      assert.equal(parts.error.reason, "INVALID_FORM");
      assert.match(parts.error.message, message);
    });
  }

  test("any bytes are cut or refused, without a throw", () => {
    const pieces = fc.constantFrom(
      "--b",
      "--b--",
      "\r\n",
      "\r\n\r\n",
      "content-disposition: form-data",
      '; name="a"',
      ":",
      "x",
      "\0",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (texts) => {
        parseMultipart(Buffer.from(texts.join("")), type, 3);
      }),
      { numRuns: 3000 },
    );
  });

  test("any data comes back as it was", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        if (Buffer.from(data).includes("\r\n--b")) return;
        const parts = parseMultipart(form(named("a", Buffer.from(data))), type, 3);
        assert.ok(parts.ok);
        assert.deepEqual(Buffer.from(parts.value[0]?.data ?? []), Buffer.from(data));
      }),
    );
  });
});

suite("§2: multipart/form-data into a message", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  const post = (target: string, ...parts: readonly Buffer[]): Promise<Answer> =>
    send(gateway.port, "POST", target, { headers: { "content-type": type }, body: form(...parts) });

  test("text parts bind as in a query, bytes as they are, JSON parts as messages", async () => {
    const answer = await post(
      "/v1/kitchen-sink:echo",
      named("f_string", "a+b é"),
      named("fInt32", "7"),
      named("r_string", "x"),
      named("r_string", "y"),
      named("nested.text", "in"),
      named("f_bytes", Buffer.from([0, 255, 13, 10])),
      named("r_bytes", "one"),
      named("r_bytes", "two"),
      named("choice_nested", '{"number": "5"}', "\r\ncontent-type: application/json"),
      named("m_string[k]", "v"),
    );
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, {
      fString: "a+b é",
      fInt32: 7,
      rString: ["x", "y"],
      nested: { text: "in" },
      fBytes: Buffer.from([0, 255, 13, 10]).toString("base64"),
      rBytes: ["b25l", "dHdv"],
      choiceNested: { number: "5" },
      mString: { k: "v" },
    });
  });

  const ofJson: readonly {
    readonly name: string;
    readonly parts: readonly (readonly [name: string, data: string])[];
    readonly want: unknown;
  }[] = [
    { name: "a string", parts: [["f_string", '"a\\u0062"']], want: { fString: "ab" } },
    { name: "a number", parts: [["f_int32", "1e1"]], want: { fInt32: 10 } },
    { name: "an enum", parts: [["color", '"RED"']], want: { color: "RED" } },
    { name: "bytes, which stay as they are", parts: [["f_bytes", "1"]], want: { fBytes: "MQ==" } },
    { name: "a nested scalar", parts: [["nested.text", '"x"']], want: { nested: { text: "x" } } },
    {
      name: "a list of messages as an array",
      parts: [["r_nested", '[{"text":"a"},{"number":2}]']],
      want: { rNested: [{ text: "a" }, { number: "2" }] },
    },
    {
      name: "a list of messages as one part an element",
      parts: [
        ["r_nested", '{"text":"a"}'],
        ["rNested", ' {"number":2}'],
        ["r_nested", '[{"text":"c"}]'],
      ],
      want: { rNested: [{ text: "a" }, { number: "2" }, { text: "c" }] },
    },
    {
      name: "a packed list",
      parts: [
        ["r_int32", "[1, 2]"],
        ["r_int32", "3"],
        ["r_int32", "[]"],
      ],
      want: { rInt32: [1, 2, 3] },
    },
    {
      name: "a list of strings",
      parts: [
        ["r_string", '"a"'],
        ["r_string", '["b"]'],
      ],
      want: { rString: ["a", "b"] },
    },
    { name: "a map of scalars", parts: [["m_int32", '{"1":"a"}']], want: { mInt32: { "1": "a" } } },
    {
      name: "a map of messages",
      parts: [["m_nested", '{"a.b":{"text":"x"},"c":{}}']],
      want: { mNested: { "a.b": { text: "x" }, c: {} } },
    },
    { name: "a Struct", parts: [["struct", '{"a":[1]}']], want: { struct: { a: [1] } } },
    {
      name: "a Timestamp",
      parts: [["timestamp", '"2026-01-02T03:04:05Z"']],
      want: { timestamp: "2026-01-02T03:04:05Z" },
    },
    { name: "null, which is no value", parts: [["nested", "null"]], want: {} },
  ];
  for (const { name, parts, want } of ofJson) {
    test(`§2: a part of type application/json gives ${name}`, async () => {
      const answer = await post(
        "/v1/kitchen-sink:echo",
        ...parts.map(([field, data]) => named(field, data, json)),
      );
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json, want);
    });
  }

  test("§2: text and JSON parts fill one list in their order", async () => {
    const answer = await post(
      "/v1/kitchen-sink:echo",
      named("r_string", "a"),
      named("r_string", '["b"]', json),
      named("r_string", "c"),
    );
    assert.deepEqual(answer.json, { rString: ["a", "b", "c"] });
  });

  test("fills the field that the body is", async () => {
    const answer = await post(
      "/v1/kitchen-sink/nested",
      named("text", "x"),
      named("child.number", "3"),
    );
    assert.deepEqual(answer.json, { nested: { text: "x", child: { number: "3" } } });
  });

  const bad = [
    {
      name: "an unknown name",
      parts: [named("f_strin", "x")],
      message: /f_strin: .*did you mean "f_string"/,
    },
    {
      name: "a singular field twice",
      parts: [named("f_bytes", "x"), named("f_bytes", "y")],
      message: /more than once/,
    },
    {
      name: "two members of a oneof",
      parts: [named("choice_string", "x"), named("choice_int64", "1")],
      message: /oneof/,
    },
    {
      name: "a value that does not fit",
      parts: [named("f_int32", "x")],
      message: /expected a 32-bit integer/,
    },
    {
      name: "text that is not UTF-8",
      parts: [named("f_string", Buffer.from([255]))],
      message: /not UTF-8/,
    },
    {
      name: "JSON that does not fit",
      parts: [named("nested", '{"number": true}', "\r\ncontent-type: application/json")],
      message: /number/,
    },
    {
      name: "text inside a message that a part gives",
      parts: [named("nested", '{"text":"x"}', json), named("nested.text", "y")],
      message: /nested.text: is inside a message/,
    },
    {
      name: "a message that holds what a part gives",
      parts: [named("nested.text", "y"), named("nested", '{"text":"x"}', json)],
      message: /nested: holds a field/,
    },
    {
      name: "an entry inside a map that a part gives",
      parts: [named("m_string", '{"a":"x"}', json), named("m_string[b.c]", "y")],
      message: /m_string\[b\.c\]: is inside a message or map/,
    },
    {
      name: "a map whose entry a part gives",
      parts: [named("m_string[b]", "y"), named("m_string", '{"a":"x"}', json)],
      message: /m_string: holds a field/,
    },
    {
      name: "a map twice",
      parts: [named("m_string", '{"a":"x"}', json), named("mString", '{"b":"x"}', json)],
      message: /mString: is inside|mString: is given more than once/,
    },
    {
      name: "an entry of a map as JSON",
      parts: [named("m_nested[a]", '{"text":"x"}', json)],
      message: /m_nested\[a\]: is an entry, which is text: give the whole map as JSON/,
    },
    {
      name: "a list of messages as text",
      parts: [named("r_nested", '{"text":"x"}')],
      message: /r_nested: is a list of messages: give it as JSON/,
    },
    {
      name: "a map as text",
      parts: [named("m_string", '{"a":"x"}')],
      message: /m_string: is a map: give an entry as m_string\[key\]=value/,
    },
    { name: "JSON of nothing", parts: [named("nested", "", json)], message: /nested: is empty/ },
    {
      name: "null in the place of an element",
      parts: [named("r_nested", "null", json)],
      message: /rNested: expected a value, got null/,
    },
    {
      name: "an element that is none",
      parts: [named("r_int32", '"x"', json)],
      message: /rInt32: expected a 32-bit integer/,
    },
    {
      name: "a list of lists",
      parts: [named("r_int32", "[[1]]", json)],
      message: /rInt32\[0\]: expected a 32-bit integer/,
    },
    {
      name: "a string that is not in quotes",
      parts: [named("f_string", "true", json)],
      message: /fString: expected a string/,
    },
  ];
  for (const { name, parts, message } of bad) {
    test(`${name} is 400 and names the part`, async () => {
      const answer = await post("/v1/kitchen-sink:echo", ...parts);
      assert.equal(answer.status, 400);
      assert.equal(reasonOf(answer), "INVALID_FIELD");
      assert.match((answer.json as { message: string }).message, message);
    });
  }

  test("a field that the path has bound is 400", async () => {
    const answer = await send(gateway.port, "PUT", "/v1/kitchen-sink/a", {
      headers: { "content-type": type },
      body: form(named("nested.text", "b")),
    });
    assert.equal(answer.status, 400);
    assert.match((answer.json as { message: string }).message, /is set by the path/);
  });

  test("a message that holds what the path has bound is 400", async () => {
    const answer = await send(gateway.port, "PUT", "/v1/kitchen-sink/a", {
      headers: { "content-type": type },
      body: form(named("nested", '{"text":"b"}', json)),
    });
    assert.equal(answer.status, 400);
    assert.match((answer.json as { message: string }).message, /holds a field that is set by/);
  });

  const urlencoded = { "content-type": "application/x-www-form-urlencoded" };

  test("§2: application/x-www-form-urlencoded is UTF-8, escaped or not", async () => {
    const answer = await send(gateway.port, "POST", "/v1/kitchen-sink:echo", {
      headers: urlencoded,
      body: "\ufefff_string=é%C3%A9",
    });
    assert.deepEqual(answer.json, { fString: "éé" });
  });

  test("§2: application/x-www-form-urlencoded that is not UTF-8 is 400", async () => {
    const answer = await send(gateway.port, "POST", "/v1/kitchen-sink:echo", {
      headers: urlencoded,
      body: Buffer.from("f_string=\xff", "latin1"),
    });
    assert.equal(answer.status, 400);
    assert.equal(reasonOf(answer), "INVALID_FORM");
  });

  test("§6: a google.api.HttpBody of a content type that is no ASCII is 415", async () => {
    const answer = await send(gateway.port, "PUT", "/v1/shelves/novels/books/beloved/cover", {
      headers: { "content-type": "image/é" },
      body: "x",
    });
    assert.equal(answer.status, 415);
  });

  test("§2: a part with two elements that are no array is 400", async () => {
    const answer = await post("/v1/kitchen-sink:echo", named("r_int32", "1, 2", json));
    assert.deepEqual([answer.status, reasonOf(answer)], [400, "INVALID_JSON"]);
  });

  test("a form that is none is 400 INVALID_FORM", async () => {
    const answer = await send(gateway.port, "POST", "/v1/kitchen-sink:echo", {
      headers: { "content-type": type },
      body: "--c--",
    });
    assert.equal(answer.status, 400);
    assert.equal(reasonOf(answer), "INVALID_FORM");
  });

  test("a google.api.HttpBody in a body field takes a form as the bytes that it is", async () => {
    const body = form(named("cover", "x"));
    const path = "/v1/shelves/novels/books/beloved/cover";
    await send(gateway.port, "PUT", path, { headers: { "content-type": type }, body });
    const cover = await send(gateway.port, "GET", path);
    assert.equal(cover.headers["content-type"], type);
    assert.deepEqual(cover.bytes, body);
  });
});
