import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { statusBody } from "../support/http-client.ts";
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
  const refused = [
    {
      name: "duplicate keys",
      bodies: [
        '{"id":"a","id":"a"}',
        '{"longName":"a","long_name":"a"}',
        '{"labels":{"a":"b","a":"c"}}',
        '{"struct":{"a":1,"a":2}}',
      ],
    },
    { name: "trailing commas", bodies: ['{"id":"a",}', '{"words":["a",]}', "{,}"] },
    { name: "comments", bodies: ['{"id":"a"/* b */}', '{"id":"a"} // b', '#\n{"id":"a"}'] },
    { name: "unknown fields", bodies: ['{"nope":1}', '{"node":{"nope":null}}'] },
    {
      name: "wrong types",
      bodies: [
        '{"id":1}',
        '{"count":true}',
        '{"flag":"true"}',
        '{"words":"a"}',
        '{"node":[]}',
        '{"labels":[]}',
        "[]",
        '"a"',
        "null",
      ],
    },
    {
      name: "out-of-range numbers",
      bodies: [
        '{"count":2147483648}',
        '{"big":9223372036854775808}',
        '{"huge":-1}',
        '{"count":1.5}',
        '{"ratio":1e400}',
      ],
    },
    {
      name: "unknown enum names",
      bodies: ['{"kind":"MEDIUM"}', '{"kind":"small"}', '{"kinds":["SMALL","x"]}'],
    },
    { name: "bad base64", bodies: ['{"data":"$"}', '{"data":"a"}', '{"data":"a b="}'] },
    {
      name: "lone surrogates",
      bodies: [
        String.raw`{"id":"\ud800"}`,
        String.raw`{"id":"\udc00\ud800"}`,
        String.raw`{"labels":{"\ud800":"a"}}`,
      ],
    },
    {
      name: "depth over 100",
      bodies: [nested(101), `{"node":${'{"next":'.repeat(99)}{}${"}".repeat(100)}`],
    },
    {
      name: "__proto__ and constructor are ordinary unknown keys",
      bodies: [
        '{"__proto__":{}}',
        '{"constructor":1}',
        '{"node":{"toString":1}}',
        '{"hasOwnProperty":1}',
      ],
    },
  ];
  for (const { name, bodies } of refused) {
    test(`§2: JSON is strict, 400: ${name}`, async () => {
      for (const body of bodies) {
        const calls = gateway.upstream.calls.length;
        const answer = await gateway.ask("POST", "/whole", { body });
        assert.equal(answer.status, 400, `${body.slice(0, 80)}: ${answer.text}`);
        assert.match(answer.text, /INVALID_JSON|INVALID_FIELD/);
        assert.equal(gateway.upstream.calls.length, calls);
      }
    });
  }

  test("§2: JSON of depth 100 is taken", async () => {
    await expectAsk(gateway, { method: "POST", target: "/whole", request: { body: nested(100) } });
  });

  test("§2: 64-bit integers are exact, quoted or not", async () => {
    for (const body of [
      '{"big":-9223372036854775808,"huge":18446744073709551615}',
      '{"big":"-9223372036854775808","huge":"18446744073709551615"}',
    ]) {
      const json = { big: "-9223372036854775808", huge: "18446744073709551615" };
      await expectAsk(gateway, { method: "POST", target: "/whole", request: { body }, json });
    }
  });

  test("§2: __proto__ and the like are plain data where keys are free", async () => {
    const body = '{"labels":{"__proto__":"a","constructor":"b"},"struct":{"__proto__":{"x":1}}}';
    const json = JSON.parse(body) as unknown;
    await expectAsk(gateway, { method: "POST", target: "/whole", request: { body }, json });
  });

  test("§2: an error says where: the field, the line and the column", async () => {
    const body = '{\n  "nodes": [{}, {},\n    {"weight": "abc"}]\n}';
    const answer = await gateway.ask("POST", "/whole", { body });
    const { message, details } = statusBody(answer);
    assert.match(message, /^nodes\[2\]\.weight: expected .*, got "abc" \(line 3, column 16\)$/);
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
      name: "§2: ignore_unknown_fields: false refuses them",
      json: "ignore_unknown_fields: false",
      body: unknown,
      want: field,
    },
    {
      name: "§2: ignore_unknown_fields: true drops them",
      json: "ignore_unknown_fields: true",
      body: unknown,
      want: { json: { id: "a", node: {} } },
    },
    {
      name: "§2: ignore_unknown_fields: true still reads what is known",
      json: "ignore_unknown_fields: true",
      body: '{"nope":1,"count":"x"}',
      want: field,
    },
    {
      name: "§2: case_insensitive_enums: false refuses another case",
      json: "case_insensitive_enums: false",
      body: lower,
      want: field,
    },
    {
      name: "§2: case_insensitive_enums: true reads any case",
      json: "case_insensitive_enums: true",
      body: lower,
      want: { json: { kind: "LARGE", kinds: ["SMALL", "LARGE"] } },
    },
    {
      name: "§2: case_insensitive_enums: true still refuses unknown names",
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
});
