import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { jsonSchema } from "../../src/config/index.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";
import { expectRefusal } from "./refusal.ts";

const echo = "/v1/kitchen-sink:echo";
const mebibyte = 1024 * 1024;
const anyOf = '{"@type":"type.googleapis.com/google.protobuf.';

function typeOf(name: string): string {
  return `"@type":"type.googleapis.com/${name}"`;
}

/** JSON whose value is nested `depth` levels, the message itself counted. */
const nestings: readonly { readonly name: string; readonly nest: (depth: number) => string }[] = [
  {
    name: "a Value",
    nest: (depth) => `{"value":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`,
  },
  {
    name: "a ListValue",
    nest: (depth) => `{"listValue":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`,
  },
  {
    name: "a Struct",
    nest: (depth) => `{"struct":${'{"a":'.repeat(depth - 2)}{}${"}".repeat(depth - 1)}`,
  },
  {
    name: "messages",
    nest: (depth) => `{"nested":${'{"child":'.repeat(depth - 2)}{}${"}".repeat(depth - 1)}`,
  },
  {
    name: "a map",
    nest: (depth) => `{"mNested":{"a":${'{"child":'.repeat(depth - 3)}{}${"}".repeat(depth - 1)}`,
  },
  {
    name: "an Any of a Value",
    nest: (depth) =>
      `{"any":${anyOf}Value","value":${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}}}`,
  },
  {
    name: "an Any of Any",
    nest: (depth) =>
      `{"any":${`${anyOf}Any","value":`.repeat(depth - 2)}${anyOf}Empty"}${"}".repeat(depth - 1)}`,
  },
  {
    name: "an Any of a Value with @type last",
    nest: (depth) =>
      `{"any":{"value":${"[".repeat(depth - 2)}${"]".repeat(depth - 2)},${typeOf("google.protobuf.Value")}}}`,
  },
  {
    name: "an Any of a Struct with @type last",
    nest: (depth) =>
      `{"any":{"value":${'{"a":'.repeat(depth - 3)}{}${"}".repeat(depth - 3)},${typeOf("google.protobuf.Struct")}}}`,
  },
  {
    name: "an Any of a ListValue",
    nest: (depth) =>
      `{"any":${anyOf}ListValue","value":${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}}}`,
  },
  {
    name: "an Any of a message with @type last",
    nest: (depth) =>
      `{"any":{"child":${'{"child":'.repeat(depth - 3)}{}${"}".repeat(depth - 3)},${typeOf("library.v1.Nested")}}}`,
  },
  {
    name: "an Any of Any with @type last",
    nest: (depth) => {
      const any = `,${typeOf("google.protobuf.Any")}}`;
      return `{"any":${'{"value":'.repeat(depth - 2)}{${typeOf("google.protobuf.Empty")}}${any.repeat(depth - 2)}}`;
    },
  },
  {
    name: "a Struct in a Value of lists and objects by turns",
    nest: (depth) => {
      const pairs = Math.floor((depth - 1) / 2);
      const inside = (depth - 1) % 2 === 1 ? "{}" : "1";
      return `{"value":${'[{"a":'.repeat(pairs)}${inside}${"}]".repeat(pairs)}}`;
    },
  },
  {
    name: "the last entry of a map",
    nest: (depth) =>
      `{"mNested":{"z":{},"a":${'{"child":'.repeat(depth - 3)}{}${"}".repeat(depth - 1)}`,
  },
];

function objectOf(count: number, key: (index: number) => string): string {
  return `{${Array.from({ length: count }, (_, index) => `"${key(index)}":1`).join(",")}}`;
}

suite("faults.md group 4: JSON that is too deep", () => {
  let gateway: TestGateway;
  let lenient: TestGateway;
  let upstream: ScriptedUpstream;
  /** Before an upstream that takes anything, however deep. */
  let open: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    lenient = await startTestGateway({ top: "json: { ignore_unknown_fields: true }" });
    upstream = await startScriptedUpstream();
    upstream.answer = { trailers: { "grpc-status": "0" } };
    open = await startTestGateway({ upstreamPort: upstream.port });
  });
  after(async () => {
    await gateway.stop();
    await lenient.stop();
    await open.stop();
    await upstream.stop();
  });

  const tooDeep = {
    status: 400,
    code: 3,
    reason: "INVALID_JSON",
    message: /: nested deeper than 100 levels \(line 1, column [0-9]+\)$/,
  };
  for (const { name, nest } of nestings) {
    test(`J-01: 101 levels of ${name} are 400, 100 are taken`, async () => {
      const taken = await send(open.port, "POST", echo, { body: nest(100) });
      assert.equal(taken.status, 200, taken.text);
      const body = nest(101);
      await expectRefusal(gateway, () => send(gateway.port, "POST", echo, { body }), tooDeep);
    });

    test(`J-02: 20,000 levels of ${name} are 400 and the process lives`, async () => {
      const body = nest(20_000);
      await expectRefusal(gateway, () => send(gateway.port, "POST", echo, { body }), tooDeep);
    });
  }

  test("J-01: an unknown field that is dropped is no deeper", async () => {
    const nested = (levels: number) => `{"nope":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    const taken = await send(lenient.port, "POST", echo, { body: nested(99) });
    assert.equal(taken.status, 200, taken.text);
    for (const levels of [100, 20_000]) {
      const body = nested(levels);
      const want = { ...tooDeep, message: /nested deeper than 100 levels/ };
      await expectRefusal(lenient, () => send(lenient.port, "POST", echo, { body }), want);
    }
  });

  test("J-01: a mebibyte of brackets is 400 wherever it stands", async () => {
    const brackets = "[".repeat(mebibyte);
    for (const body of [`{"value":${brackets}`, `{"any":${anyOf}Value","value":${brackets}`]) {
      await expectRefusal(gateway, () => send(gateway.port, "POST", echo, { body }), tooDeep);
    }
    await expectRefusal(gateway, () => send(gateway.port, "POST", echo, { body: brackets }), {
      status: 400,
      code: 3,
      reason: "INVALID_FIELD",
      message: "expected an object, got an array (line 1, column 1)",
    });
  });

  test("J-03: a thousand keys are taken, wherever they stand", async () => {
    const keys = objectOf(1000, (index) => `k${index}`);
    const bodies = [
      { port: open.port, body: `{"struct":${keys}}` },
      { port: open.port, body: `{"mString":${keys.replaceAll(":1", ':"1"')}}` },
      { port: lenient.port, body: keys },
    ];
    for (const { port, body } of bodies) {
      const answer = await send(port, "POST", echo, { body });
      assert.equal(answer.status, 200, answer.text);
    }
  });

  const integers = (index: number) => String(index);
  const crowds = [
    { name: "1,001 keys of a Struct", of: () => `{"struct":${objectOf(1001, integers)}}` },
    { name: "1,001 keys of a Value", of: () => `{"value":[${objectOf(1001, integers)}]}` },
    {
      name: "1,001 keys of a map",
      of: () => `{"mString":${objectOf(1001, integers).replaceAll(":1", ':"1"')}}`,
    },
    {
      name: "95,000 keys",
      of: () => `{"struct":${objectOf(95_000, (index) => `k${index}`)}}`,
    },
    {
      name: "a mebibyte of keys that are integers",
      of: () => `{"struct":${objectOf(100_000, (index) => String(index * 31))}}`,
    },
  ];
  for (const { name, of } of crowds) {
    test(`J-03: ${name} are 400`, async () => {
      const body = of();
      await expectRefusal(gateway, () => send(gateway.port, "POST", echo, { body }), {
        status: 400,
        code: 3,
        reason: "INVALID_FIELD",
        message: /: the object has more than 1000 keys \(line 1, column [0-9]+\)$/,
      });
    });
  }

  test("J-03: 1,001 unknown keys are 400 where unknown keys are dropped", async () => {
    for (const keys of [objectOf(1001, integers), `{"nope":${objectOf(1001, integers)}}`]) {
      await expectRefusal(lenient, () => send(lenient.port, "POST", echo, { body: keys }), {
        status: 400,
        code: 3,
        reason: "INVALID_FIELD",
        message: /the object has more than 1000 keys/,
      });
    }
  });

  test("J-03: a mebibyte of empty messages is a list like others", async () => {
    const body = `{"rNested":[${"{},".repeat(mebibyte / 3)}{}]}`;
    const answer = await send(open.port, "POST", echo, { body });
    assert.equal(answer.status, 200, answer.text);
  });
});

suite("faults.md group 4: regular expressions", () => {
  /** The names of all keys of a schema. */
  function keysOf(schema: unknown): readonly string[] {
    if (typeof schema !== "object" || schema === null) return [];
    const properties = (schema as { readonly properties?: object }).properties ?? {};
    return [...Object.keys(properties), ...Object.values(schema).flatMap(keysOf)];
  }

  test("J-27: no key of the configuration takes a regular expression", () => {
    const keys = keysOf(jsonSchema());
    assert.ok(keys.includes("endpoints"), "the schema was not walked");
    assert.deepEqual(
      keys.filter((key) => /regex|pattern|match/i.test(key)),
      [],
    );
  });

  test("J-27: what looks like one in a template is literal text", async () => {
    const gateway = await startTestGateway({
      routes: [
        "- rpc: library.v1.LibraryService/CountBooks",
        '  http: { get: "/(a+)+$" }',
        "  cluster: library",
      ].join("\n"),
    });
    try {
      assert.equal((await send(gateway.port, "GET", "/(a+)+$")).status, 200);
      assert.equal((await send(gateway.port, "GET", `/${"a".repeat(4000)}!`)).status, 404);
    } finally {
      await gateway.stop();
    }
  });
});
