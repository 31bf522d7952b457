import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { reasonOf, statusBody } from "../support/http-client.ts";
import {
  type Ask,
  type ContractGateway,
  expectAsk,
  startContract,
  withContract,
} from "./contract-gateway.ts";

suite("transcoding.md §2: JSON is strict", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({ rules: ['post: "/whole" body: "*"'] });
  });
  after(() => gateway.stop());

  const nested = (levels: number) => `{"value":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
  /** Bodies with the message of each, without its place behind the text: `field: what (line 1, column N)`. */
  const refused: readonly {
    readonly name: string;
    readonly reason: "INVALID_JSON" | "INVALID_FIELD";
    readonly bodies: readonly (readonly [body: string, message: string, column: number])[];
  }[] = [
    {
      name: "§2 json-duplicate-keys: duplicate keys",
      reason: "INVALID_FIELD",
      bodies: [
        ['{"id":"a","id":"a"}', "id: the field is set twice", 11],
        ['{"longName":"a","long_name":"a"}', "longName: the field is set twice", 17],
        ['{"labels":{"a":"b","a":"c"}}', 'labels: the key "a" is there twice', 20],
        ['{"struct":{"a":1,"a":2}}', 'struct: the key "a" is there twice', 18],
      ],
    },
    {
      name: "§2 json-trailing-commas: trailing commas",
      reason: "INVALID_JSON",
      bodies: [
        ['{"id":"a",}', 'expected a key in quotes, got "}"', 11],
        ['{"words":["a",]}', 'words[1]: expected a value, got "]"', 15],
        ["{,}", 'expected a key in quotes, got ","', 2],
      ],
    },
    {
      name: "§2 json-comments: comments",
      reason: "INVALID_JSON",
      bodies: [
        ['{"id":"a"/* b */}', 'expected "," or "}", got "/"', 10],
        ['{"id":"a"} // b', 'expected the end of the text, got "/"', 12],
        ['#\n{"id":"a"}', 'expected a value, got "#"', 1],
      ],
    },
    {
      name: "§2 json-unknown-fields: unknown fields",
      reason: "INVALID_FIELD",
      bodies: [
        ['{"nope":1}', 't.Thing has no field "nope"; did you mean "node"?', 2],
        ['{"node":{"nope":null}}', 'node: t.Node has no field "nope"', 10],
      ],
    },
    {
      name: "§2 json-wrong-types: wrong types",
      reason: "INVALID_FIELD",
      bodies: [
        ['{"id":1}', "id: expected a string, got 1", 7],
        ['{"count":true}', "count: expected a 32-bit integer, got true", 10],
        ['{"flag":"true"}', 'flag: expected true or false, got "true"', 9],
        ['{"words":"a"}', 'words: expected an array, got "a"', 10],
        ['{"node":[]}', "node: expected an object, got an array", 9],
        ['{"labels":[]}', "labels: expected an object, got an array", 11],
        ["[]", "expected an object, got an array", 1],
        ['"a"', 'expected an object, got "a"', 1],
        ["null", "expected a message, got null", 1],
      ],
    },
    {
      name: "§2 json-range: out-of-range numbers",
      reason: "INVALID_FIELD",
      bodies: [
        ['{"count":2147483648}', "count: expected a 32-bit integer, got 2147483648", 10],
        [
          '{"big":9223372036854775808}',
          "big: expected a 64-bit integer, got 9223372036854775808",
          8,
        ],
        ['{"huge":-1}', "huge: expected an unsigned 64-bit integer, got -1", 9],
        ['{"count":1.5}', "count: expected a 32-bit integer, got 1.5", 10],
        ['{"ratio":1e400}', "ratio: expected a number, got 1e400", 10],
      ],
    },
    {
      name: "§2 json-enum-names: unknown enum names",
      reason: "INVALID_FIELD",
      bodies: [
        ['{"kind":"MEDIUM"}', 'kind: expected a value of t.Kind, got "MEDIUM"', 9],
        ['{"kind":"small"}', 'kind: expected a value of t.Kind such as "SMALL", got "small"', 9],
        ['{"kinds":["SMALL","x"]}', 'kinds[1]: expected a value of t.Kind, got "x"', 19],
      ],
    },
    {
      name: "§2 json-base64: bad base64",
      reason: "INVALID_FIELD",
      bodies: [
        ['{"data":"$"}', 'data: expected base64, got "$"', 9],
        ['{"data":"a"}', 'data: expected base64, got "a"', 9],
        ['{"data":"a b="}', 'data: expected base64, got "a b="', 9],
      ],
    },
    {
      name: "§2 json-surrogates: lone surrogates",
      reason: "INVALID_JSON",
      bodies: [
        [String.raw`{"id":"\ud800"}`, String.raw`id: \u escapes half a surrogate pair`, 8],
        [String.raw`{"id":"\udc00\ud800"}`, String.raw`id: \u escapes half a surrogate pair`, 8],
        [
          String.raw`{"labels":{"\ud800":"a"}}`,
          String.raw`labels: \u escapes half a surrogate pair`,
          13,
        ],
      ],
    },
    {
      name: "§2 json-depth: depth over 100",
      reason: "INVALID_JSON",
      bodies: [[nested(101), `value${"[0]".repeat(99)}: nested deeper than 100 levels`, 109]],
    },
    {
      name: "§2 prototype-keys: __proto__ and constructor are ordinary unknown keys",
      reason: "INVALID_FIELD",
      bodies: [
        ['{"__proto__":{}}', 't.Thing has no field "__proto__"', 2],
        ['{"constructor":1}', 't.Thing has no field "constructor"', 2],
        ['{"node":{"toString":1}}', 'node: t.Node has no field "toString"', 10],
        ['{"hasOwnProperty":1}', 't.Thing has no field "hasOwnProperty"', 2],
      ],
    },
  ];
  for (const { name, reason, bodies } of refused) {
    test(`${name} are 400 with their place`, async () => {
      for (const [body, message, column] of bodies) {
        const calls = gateway.upstream.calls.length;
        const answer = await gateway.ask("POST", "/whole", { body });
        assert.deepEqual(
          [answer.status, reasonOf(answer), statusBody(answer).message],
          [400, reason, `${message} (line 1, column ${column})`],
        );
        assert.equal(gateway.upstream.calls.length, calls);
      }
    });
  }

  test("§2 json-depth: messages of depth over 100 are 400, where a long place is cut in its middle", async () => {
    const body = `{"node":${'{"next":'.repeat(99)}{}${"}".repeat(100)}`;
    const answer = await gateway.ask("POST", "/whole", { body });
    assert.deepEqual([answer.status, reasonOf(answer)], [400, "INVALID_JSON"]);
    const place =
      /^node(?:\.next)+\.+(?:\.next)+: nested deeper than 100 levels \(line 1, column 801\)$/;
    assert.match(statusBody(answer).message, place);
  });

  test("§2 json-depth: JSON of depth 100 is taken", async () => {
    await expectAsk(gateway, { method: "POST", target: "/whole", request: { body: nested(100) } });
  });

  test("§2 int64-exact: 64-bit integers are exact, quoted or not", async () => {
    for (const body of [
      '{"big":-9223372036854775808,"huge":18446744073709551615}',
      '{"big":"-9223372036854775808","huge":"18446744073709551615"}',
    ]) {
      const json = { big: "-9223372036854775808", huge: "18446744073709551615" };
      await expectAsk(gateway, { method: "POST", target: "/whole", request: { body }, json });
    }
  });

  test("§2 prototype-keys: __proto__ and the like are plain data where keys are free", async () => {
    const body = '{"labels":{"__proto__":"a","constructor":"b"},"struct":{"__proto__":{"x":1}}}';
    const json = JSON.parse(body) as unknown;
    await expectAsk(gateway, { method: "POST", target: "/whole", request: { body }, json });
  });

  test("§2 error-place: an error says where: the field, the line and the column", async () => {
    const body = '{\n  "nodes": [{}, {},\n    {"weight": "abc"}]\n}';
    const answer = await gateway.ask("POST", "/whole", { body });
    const { message, details } = statusBody(answer);
    const want = 'nodes[2].weight: expected a 32-bit integer, got "abc" (line 3, column 16)';
    assert.equal(message, want);
    assert.equal(details[0]?.fieldViolations?.[0]?.field, "nodes[2].weight");
  });
});

suite("transcoding.md §2: switches of JSON", () => {
  const unknown = '{"nope":[1,{"a":2}],"node":{"nope":1},"id":"a"}';
  const lower = '{"kind":"large","kinds":["Small","LARGE"]}';
  const field = { status: 400, reason: "INVALID_FIELD" };
  const rows: readonly {
    readonly name: string;
    readonly json: string;
    readonly body: string;
    readonly want: Partial<Ask>;
  }[] = [
    {
      name: "§2 json-unknown-fields: ignore_unknown_fields: false refuses them",
      json: "ignore_unknown_fields: false",
      body: unknown,
      want: field,
    },
    {
      name: "§2 ignore-unknown-fields: ignore_unknown_fields: true drops them",
      json: "ignore_unknown_fields: true",
      body: unknown,
      want: { json: { id: "a", node: {} } },
    },
    {
      name: "§2 ignore-unknown-fields: ignore_unknown_fields: true still reads what is known",
      json: "ignore_unknown_fields: true",
      body: '{"nope":1,"count":"x"}',
      want: field,
    },
    {
      name: "§2 json-enum-names: case_insensitive_enums: false refuses another case",
      json: "case_insensitive_enums: false",
      body: lower,
      want: field,
    },
    {
      name: "§2 case-insensitive-enums: case_insensitive_enums: true reads any case",
      json: "case_insensitive_enums: true",
      body: lower,
      want: { json: { kind: "LARGE", kinds: ["SMALL", "LARGE"] } },
    },
    {
      name: "§2 case-insensitive-enums: case_insensitive_enums: true still refuses unknown names",
      json: "case_insensitive_enums: true",
      body: '{"kind":"medium"}',
      want: field,
    },
  ];
  for (const { name, json, body, want } of rows) {
    test(name, () =>
      withContract(
        { rules: ['post: "/whole" body: "*"'], top: `json: { ${json} }` },
        async (gateway) => {
          await expectAsk(gateway, {
            method: "POST",
            target: "/whole",
            request: { body },
            ...want,
          });
        },
      ),
    );
  }

  const enums = [
    { target: "/named/large", want: { kind: "LARGE" } },
    {
      target: "/things?kind=Large&kinds=small&kinds=LARGE",
      want: { kind: "LARGE", kinds: ["SMALL", "LARGE"] },
    },
  ];
  const form = {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "kind=large",
  };
  const enumRules = ['post: "/whole" body: "*"', 'get: "/things"', 'get: "/named/{kind}"'];
  const says = /expected a value of t\.Kind such as \\"LARGE\\", got \\"[Ll]arge\\"/;

  test("§2 case-insensitive-enums: case_insensitive_enums: true reads any case in path, query and form", () =>
    withContract(
      { rules: enumRules, top: "json: { case_insensitive_enums: true }" },
      async (gateway) => {
        for (const { target, want } of enums) await expectAsk(gateway, { target, json: want });
        await expectAsk(gateway, {
          method: "POST",
          target: "/whole",
          request: form,
          json: { kind: "LARGE" },
        });
        const nobodys = { status: 400, says: /expected a value of t\.Kind, got \\"medium\\"/ };
        await expectAsk(gateway, {
          target: "/named/medium",
          reason: "INVALID_PATH_VALUE",
          ...nobodys,
        });
        await expectAsk(gateway, {
          target: "/things?kind=medium",
          reason: "INVALID_QUERY",
          ...nobodys,
        });
      },
    ));

  test("§2 query-enum: case_insensitive_enums: false refuses another case in path, query and form", () =>
    withContract(
      { rules: enumRules, top: "json: { case_insensitive_enums: false }" },
      async (gateway) => {
        const want = { status: 400, says };
        await expectAsk(gateway, { target: "/named/large", reason: "INVALID_PATH_VALUE", ...want });
        await expectAsk(gateway, {
          target: "/things?kind=Large",
          reason: "INVALID_QUERY",
          ...want,
        });
        const posted = { method: "POST", target: "/whole", request: form };
        await expectAsk(gateway, { ...posted, reason: "INVALID_QUERY", ...want });
      },
    ));
});
