import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
// What is looked at is no business of a user, so it is counted at the file itself.
import { bindQuery } from "../../src/protocol/rest/query.ts";
import { WireWriter } from "../../src/protojson/index.ts";
import { makeFolder } from "../descriptor/proto-folder.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type SendOptions, send } from "../support/http-client.ts";
import { expectFailure, expectRefusal, rawHead, sendRaw } from "./refusal.ts";

const sink = "/v1/kitchen-sink";

/** A name of `levels` dotted names that is a field all the way. */
function deepName(levels: number): string {
  return ["nested", ...Array.from({ length: levels - 2 }, () => "child"), "text"].join(".");
}

const mapInOneof = `
syntax = "proto3"; package m;
import "google/api/annotations.proto";
service S { rpc Get(R) returns (R) { option (google.api.http) = { get: "/m" }; } }
message R { oneof choice { string text = 1; Inside inside = 2; } }
message Inside { map<string, string> map = 1; }
`;

/** Two spellings of one key of a map. */
const mapKeys: readonly { readonly field: string; readonly keys: readonly [string, string] }[] = [
  { field: "m_int32", keys: ["1", "01"] },
  { field: "m_int32", keys: ["0", "000"] },
  { field: "m_sint32", keys: ["-7", "-007"] },
  { field: "m_int64", keys: ["9007199254740993", "09007199254740993"] },
  { field: "m_uint64", keys: ["00", "0"] },
  { field: "m_fixed32", keys: ["4294967295", "0004294967295"] },
  { field: "m_bool", keys: ["true", "true"] },
];

suite("faults.md group 3: queries", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  const form = { "content-type": "application/x-www-form-urlencoded" };
  const refused: readonly {
    readonly name: string;
    readonly method?: string;
    readonly target: string;
    readonly options?: SendOptions;
    readonly reason?: string;
    readonly message: RegExp | string;
  }[] = [
    {
      name: "P-09: a parameter for a field of the path",
      target: `${sink}/a/7?f_string=b`,
      message: "query parameter f_string: is set by the path",
    },
    {
      name: "P-09: the same with an equal value",
      target: `${sink}/a/7?f_string=a`,
      message: "query parameter f_string: is set by the path",
    },
    {
      name: "P-09: the same by its JSON name",
      target: `${sink}/a/7?fString=b`,
      message: "query parameter fString: is set by the path",
    },
    {
      name: "P-09: the same with an escaped name",
      target: `${sink}/a/7?f%5fstring=b`,
      message: "query parameter f_string: is set by the path",
    },
    {
      name: "P-09: a parameter for a field of the body",
      method: "POST",
      target: `${sink}/nested?nested.text=b`,
      options: { json: {} },
      message: "query parameter nested.text: is set by the body",
    },
    {
      name: "P-09: any parameter beside a body that is the whole message",
      method: "POST",
      target: `${sink}:echo?f_int32=1`,
      options: { json: {} },
      message: "query parameter f_int32: the body is the whole message, so no parameter is taken",
    },
    {
      name: "P-09: a body that differs from the path",
      method: "PUT",
      target: `${sink}/a`,
      options: { json: { nested: { text: "b" } } },
      reason: "CONFLICTING_FIELD",
      message: "nested.text: the field differs from the path of the request (line 1, column 12)",
    },
    {
      name: "P-09: a form that differs from the path",
      method: "PUT",
      target: `${sink}/a`,
      options: { headers: form, body: "nested.text=b" },
      message: "form field nested.text: is set by the path",
    },
    {
      name: "P-11: ?method= is a name like others",
      target: `${sink}?method=DELETE`,
      message: 'query parameter method: library.v1.KitchenSink has no field "method"',
    },
    {
      name: "P-11: ?_method= as well",
      target: `${sink}?_method=DELETE`,
      message: 'query parameter _method: library.v1.KitchenSink has no field "_method"',
    },
    {
      name: "P-11: ?$method= as well",
      target: `${sink}?$method=DELETE`,
      message: 'query parameter $method: library.v1.KitchenSink has no field "$method"',
    },
    {
      name: "P-12: a query key of 33 names",
      target: `${sink}?${deepName(33)}=1`,
      message: /^query parameter nested\.child\.[a-z.]{51}…: is nested deeper than 32 levels$/,
    },
    {
      name: "P-12: a query key of nothing but dots",
      target: `${sink}?${".".repeat(4000)}=1`,
      message: /: is nested deeper than 32 levels$/,
    },
    {
      name: "P-12: 257 parameters",
      target: `${sink}?${"r_int32=1&".repeat(257)}`,
      message: "more than 256 query parameters",
    },
    {
      name: "P-12: 257 parameters of a form",
      method: "POST",
      target: `${sink}:echo`,
      options: { headers: form, body: "r_int32=1&".repeat(257) },
      message: "more than 256 form fields",
    },
    {
      name: "P-13: __proto__",
      target: `${sink}?__proto__.x=1`,
      message: 'query parameter __proto__.x: library.v1.KitchenSink has no field "__proto__"',
    },
    {
      name: "P-13: constructor.prototype",
      target: `${sink}?constructor.prototype.x=1`,
      message: /has no field "constructor"$/,
    },
    {
      name: "P-13: __proto__ below a field",
      target: `${sink}?nested.__proto__.x=1`,
      message: 'query parameter nested.__proto__.x: library.v1.Nested has no field "__proto__"',
    },
    {
      name: "P-13: __proto__ with brackets",
      target: `${sink}?__proto__[x]=1`,
      message: 'query parameter __proto__[x]: library.v1.KitchenSink has no field "__proto__"',
    },
    {
      name: "P-14: a singular parameter given twice",
      target: `${sink}?f_int32=1&f_int32=2`,
      message: "query parameter f_int32: is given more than once and is not repeated",
    },
    {
      name: "P-14: a singular parameter by both of its names",
      target: `${sink}?f_int32=1&fInt32=1`,
      message: "query parameter fInt32: is given more than once and is not repeated",
    },
    {
      name: "P-14: one key of a map given twice",
      target: `${sink}?m_string[a]=1&m_string[a]=2`,
      message: "query parameter m_string[a]: is given more than once and is not repeated",
    },
    {
      name: "P-14: one key of a map given by both names of the map",
      target: `${sink}?m_string[a]=1&mString[a]=2`,
      message: "query parameter mString[a]: is given more than once and is not repeated",
    },
    ...mapKeys.map(({ field, keys: [first, second] }) => ({
      name: `P-14: the keys ${first} and ${second} of ${field}, which are one`,
      target: `${sink}?${field}[${first}]=a&${field}[${second}]=b`,
      message: `query parameter ${field}[${second}]: is given more than once and is not repeated`,
    })),
    {
      name: "P-14: the keys 1 and 01 in a form",
      method: "POST",
      target: `${sink}:echo`,
      options: { headers: form, body: "m_int32[1]=a&m_int32[01]=b" },
      message: "form field m_int32[01]: is given more than once and is not repeated",
    },
    {
      name: "P-14: a key of a bool in capitals",
      target: `${sink}?m_bool[true]=a&m_bool[TRUE]=b`,
      message: /^query parameter m_bool\[TRUE\]: expected true or false/,
    },
    {
      name: "P-14: an integer key of a sign and zero",
      target: `${sink}?m_int32[0]=a&m_int32[-0]=b`,
      message: /^query parameter m_int32\[-0\]: expected a 32-bit integer/,
    },
    {
      name: "P-14: an integer key with a point",
      target: `${sink}?m_int32[1]=a&m_int32[1.0]=b`,
      message: /^query parameter m_int32\[1\.0\]: expected a 32-bit integer/,
    },
  ];
  for (const row of refused) {
    const { name, target, message } = row;
    test(`${name} is 400`, async () => {
      const ask = () => send(gateway.port, row.method ?? "GET", target, row.options);
      const reason = row.reason ?? "INVALID_QUERY";
      await expectRefusal(gateway, ask, { status: 400, code: 3, reason, message });
      assert.equal(({} as { x?: unknown }).x, undefined);
    });
  }

  const accepted = [
    {
      name: "P-12: 256 parameters are taken",
      target: `${sink}?${"r_int32=1&".repeat(256)}`,
      want: { rInt32: Array.from({ length: 256 }, () => 1) },
    },
    {
      name: "P-13: __proto__ is an ordinary key of a map",
      target: `${sink}?m_string[__proto__]=a`,
      want: JSON.parse('{"mString":{"__proto__":"a"}}') as unknown,
    },
    {
      name: "P-14: a repeated parameter is a list",
      target: `${sink}?r_int32=1&rInt32=2&r_int32=1`,
      want: { rInt32: [1, 2, 1] },
    },
    {
      name: "P-14: keys of a map that are not one are an entry each",
      target: `${sink}?m_int32[1]=a&m_int32[-1]=b&m_int32[10]=c&m_string[1]=a&m_string[01]=b`,
      want: { mInt32: { "1": "a", "-1": "b", "10": "c" }, mString: { "1": "a", "01": "b" } },
    },
    {
      name: "P-09: the path's value is what goes up, the body beside it",
      method: "PUT",
      target: `${sink}/a`,
      options: { json: { nested: { text: "a", number: "1" }, fInt32: 2 } },
      want: { fInt32: 2, nested: { text: "a", number: "1" } },
    },
  ];
  for (const { name, method, target, options, want } of accepted) {
    test(name, async () => {
      const answer = await send(gateway.port, method ?? "GET", target, options);
      assert.deepEqual([answer.status, answer.json], [200, want]);
    });
  }

  test("P-14: an entry of a map chooses the oneof that the map is inside of", async () => {
    const own = await startTestGateway({
      protos: await makeFolder({ "m.proto": mapInOneof }),
      routes: "- { service: m.S, cluster: library }",
    });
    try {
      const answer = await send(own.port, "GET", "/m?text=a&inside.map[a]=b");
      const message =
        'query parameter inside.map[a]: is in one oneof with "text", which is set as well';
      expectFailure(answer, { status: 400, code: 3, reason: "INVALID_QUERY", message });
    } finally {
      await own.stop();
    }
  });

  test("P-12: a query key of 32 names is taken", async () => {
    const answer = await send(gateway.port, "GET", `${sink}?${deepName(32)}=x`);
    let message = (answer.json as { nested?: Record<string, unknown> }).nested;
    for (let level = 2; level < 32; level++) message = message?.["child"] as typeof message;
    assert.deepEqual(message, { text: "x" });
  });

  // Over 8 KiB a target is over limits.path; 64 KiB are also more than limits.headers lets a parser hold.
  for (const bytes of [9000, 64 * 1024]) {
    test(`P-12: a query of ${bytes} bytes is 414`, async () => {
      const head = rawHead(`GET ${sink}?f_string=${"a".repeat(bytes)} HTTP/1.1`);
      await expectRefusal(gateway, () => sendRaw(gateway.port, head), {
        status: 414,
        code: 3,
        reason: "URI_TOO_LONG",
        message: "the request target is over the limit",
      });
    });
  }

  test("P-12: a query of 64 KiB that the limits let in is 400 by its parameters", async () => {
    const own = await startTestGateway({ listener: "limits: { path: 128KiB, headers: 256KiB }" });
    try {
      for (const pair of ["r_int32=1&", "nope=1&"]) {
        const query = pair.repeat(Math.ceil((64 * 1024) / pair.length));
        await expectRefusal(own, () => send(own.port, "GET", `${sink}?${query}`), {
          status: 400,
          code: 3,
          reason: "INVALID_QUERY",
          message: pair.startsWith("nope")
            ? 'query parameter nope: library.v1.KitchenSink has no field "nope"'
            : "more than 256 query parameters",
        });
      }
    } finally {
      await own.stop();
    }
  });

  test("P-12: no parameter behind the most is looked at, however many there are", () => {
    let looked = 0;
    const rules = {
      parameterOf: () => {
        looked++;
        return { kind: "ignored" } as const;
      },
      plusAsSpace: true,
      maxParameters: 256,
      chosen: [],
      place: "query parameter",
    };
    const failure = bindQuery("a=1&".repeat(100_000), rules, new WireWriter());
    assert.deepEqual([failure?.message, looked], ["more than 256 query parameters", 256]);
  });

  test("P-12: with ignore_unknown_query the bounds are the same", async () => {
    const lenient = await startTestGateway({ top: "rest: { ignore_unknown_query: true }" });
    try {
      const refusals = [
        { query: `${deepName(33)}=1`, message: /is nested deeper than 32 levels$/ },
        { query: "nope=1&".repeat(257), message: "more than 256 query parameters" },
      ];
      for (const { query, message } of refusals) {
        const want = { status: 400, code: 3, reason: "INVALID_QUERY", message };
        await expectRefusal(lenient, () => send(lenient.port, "GET", `${sink}?${query}`), want);
      }
      const answer = await send(lenient.port, "GET", `${sink}?__proto__.x=1&f_int32=2`);
      assert.deepEqual([answer.status, answer.json], [200, { fInt32: 2 }]);
      assert.equal(({} as { x?: unknown }).x, undefined);
    } finally {
      await lenient.stop();
    }
  });
});
