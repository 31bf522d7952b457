import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Ask, type ContractOptions, expectAsk, withContract } from "./contract-gateway.ts";

interface Row {
  readonly name: string;
  readonly options: ContractOptions;
  readonly asks: readonly Ask[];
}

const wrongMethod = { status: 405, reason: "METHOD_NOT_ALLOWED" };
const notFound = { status: 404, reason: "NO_ROUTE" };
const json = (value: unknown) => ({ request: { json: value } });
const byName = (index: number) => `/t.S/M${index}`;

const bindings: readonly Row[] = [
  {
    name: "§1 additional-bindings: additional_bindings are served beside the primary one",
    options: {
      rules: ['get: "/a/{id}" additional_bindings { get: "/b/{other}" }', 'get: "/c"'],
    },
    asks: [
      { target: "/a/1", calls: 0, json: { id: "1" } },
      { target: "/b/1", calls: 0, json: { other: "1" } },
      { target: "/c", calls: 1 },
    ],
  },
  {
    name: "§1 own-body: body is taken from its own binding",
    options: {
      rules: [
        [
          'post: "/whole" body: "*"',
          'additional_bindings { post: "/field" body: "node" }',
          'additional_bindings { post: "/none" }',
        ].join(" "),
        'post: "/primary-without" additional_bindings { post: "/second-whole" body: "*" }',
      ],
    },
    asks: [
      { method: "POST", target: "/whole", ...json({ id: "1" }), calls: 0, json: { id: "1" } },
      {
        method: "POST",
        target: "/field?other=x",
        ...json({ id: "1" }),
        calls: 0,
        json: { other: "x", node: { id: "1" } },
      },
      { method: "POST", target: "/none?id=1", calls: 0, json: { id: "1" } },
      {
        method: "POST",
        target: "/none",
        ...json({}),
        status: 400,
        reason: "UNEXPECTED_BODY",
      },
      {
        method: "POST",
        target: "/primary-without",
        ...json({}),
        status: 400,
        reason: "UNEXPECTED_BODY",
      },
      { method: "POST", target: "/second-whole", ...json({ count: 1 }), json: { count: 1 } },
    ],
  },
  {
    name: "§1 own-response-body: response_body is taken from its own binding",
    options: {
      rules: [
        [
          'get: "/field/{id}" response_body: "id"',
          'additional_bindings { get: "/message/{id}" }',
          'additional_bindings { get: "/other/{id}" response_body: "other" }',
        ].join(" "),
      ],
    },
    asks: [
      { target: "/field/1", json: "1" },
      { target: "/message/1", json: { id: "1" } },
      { target: "/other/1?other=x", json: "x" },
    ],
  },
  {
    name: "§1 own-custom: custom kind is taken from its own binding",
    options: {
      rules: [
        [
          'get: "/a"',
          'additional_bindings { custom { kind: "REPORT" path: "/a" } body: "*" }',
          'additional_bindings { custom { kind: "PURGE" path: "/b/{id}" } }',
        ].join(" "),
      ],
    },
    asks: [
      { target: "/a?id=1", calls: 0, json: { id: "1" } },
      { method: "REPORT", target: "/a", ...json({ id: "1" }), calls: 0, json: { id: "1" } },
      { method: "PURGE", target: "/b/1", calls: 0, json: { id: "1" } },
      { target: "/b/1", ...wrongMethod },
    ],
  },
  {
    name: "§1 custom-kind: custom kind is any method",
    options: { rules: ['custom { kind: "PROPFIND" path: "/a/{id}" }'] },
    asks: [
      { method: "PROPFIND", target: "/a/1", calls: 0, json: { id: "1" } },
      { method: "GET", target: "/a/1", ...wrongMethod },
    ],
  },
  {
    name: "§1 custom-any: custom kind * is all methods, and an exact one goes before it",
    options: { rules: ['custom { kind: "*" path: "/a/{id}" }', 'delete: "/a/{id}"'] },
    asks: [
      ...["GET", "POST", "PUT", "PATCH", "PROPFIND"].map((method) => ({
        method,
        target: "/a/1",
        calls: 0,
        json: { id: "1" },
      })),
      { method: "DELETE", target: "/a/1", calls: 1, json: { id: "1" } },
    ],
  },
  {
    name: "§1 wrong-method: a known path with another method is 405",
    options: { rules: ['get: "/a/{id}"', 'put: "/a/{id}"'] },
    asks: [
      { method: "DELETE", target: "/a/1", ...wrongMethod },
      { method: "PUT", target: "/a/1", calls: 1 },
    ],
  },
  {
    name: "§1 unknown-path: an unknown path is 404, whatever the method",
    options: { rules: ['get: "/a/{id}"'] },
    asks: [
      { target: "/b", ...notFound },
      { method: "POST", target: "/b", ...notFound },
      { method: "PROPFIND", target: "/a", ...notFound },
    ],
  },
  {
    name: '§1 auto-mapping: methods without an annotation are served at their gRPC name, with body "*"',
    options: { rules: [""] },
    asks: [
      { method: "POST", target: byName(0), ...json({ id: "1" }), calls: 0, json: { id: "1" } },
      { method: "POST", target: `${byName(0)}?id=1`, status: 400, reason: "INVALID_QUERY" },
      { method: "GET", target: byName(0), ...wrongMethod },
    ],
  },
  {
    name: '§1 auto-mapping-annotated: annotated methods are served at their gRPC name as well, with body "*"',
    options: { rules: ['get: "/a/{id}"'] },
    asks: [
      { method: "POST", target: byName(0), ...json({ id: "1" }), calls: 0, json: { id: "1" } },
      { target: "/a/1", calls: 0, json: { id: "1" } },
    ],
  },
  {
    name: "§1 auto-mapping: auto_mapping: true is what holds where nothing is said",
    options: { rules: ['get: "/a/{id}"'], top: "rest: { auto_mapping: true }" },
    asks: [{ method: "POST", target: byName(0), ...json({ id: "1" }), calls: 0 }],
  },
  {
    name: "§1 auto-mapping-streams: a server stream is served at its gRPC name",
    options: { rules: ['stream get: "/a/{id}"'] },
    asks: [
      { method: "POST", target: byName(0), ...json({ id: "1" }), calls: 0, json: [{ id: "1" }] },
      { method: "POST", target: `${byName(0)}?id=1`, status: 400, reason: "INVALID_QUERY" },
      { method: "GET", target: byName(0), ...wrongMethod },
    ],
  },
  {
    name: "§1 auto-mapping-off: auto_mapping: false serves no stream at its gRPC name either",
    options: { rules: ['stream get: "/a/{id}"'], top: "rest: { auto_mapping: false }" },
    asks: [
      { method: "POST", target: byName(0), ...json({}), ...notFound },
      { target: "/a/1", calls: 0, json: [{ id: "1" }] },
    ],
  },
  {
    name: "§1 auto-mapping-off: auto_mapping: false serves no gRPC name",
    options: { rules: ['get: "/a/{id}"', ""], top: "rest: { auto_mapping: false }" },
    asks: [
      { method: "POST", target: byName(0), ...json({}), ...notFound },
      { method: "POST", target: byName(1), ...json({}), ...notFound },
      { target: "/a/1", calls: 0 },
    ],
  },
];

const configured = (...rules: readonly string[]) =>
  ["http:", "  rules:", ...rules.map((rule) => `    - { ${rule} }`)].join("\n");

const rulesByConfiguration: readonly Row[] = [
  {
    name: "§1 configured-rules: rules come from the configuration too, by selector",
    options: {
      rules: ["", ""],
      top: configured(
        'selector: t.S.M0, get: "/a/{id}"',
        'selector: t.S.M1, post: "/b/{id}:go", body: node, response_body: node',
      ),
    },
    asks: [
      { target: "/a/1", calls: 0, json: { id: "1" } },
      { method: "POST", target: "/b/1:go", ...json({ id: "2" }), calls: 1, json: { id: "2" } },
    ],
  },
  {
    name: "§1 configured-rules: rules of the configuration have additional_bindings and custom kinds",
    options: {
      rules: [""],
      top: configured(
        'selector: t.S.M0, get: "/a/{id}", additional_bindings: [{ put: "/b", body: "*" }, { custom: { kind: REPORT, path: "/c/{other}" }, response_body: other }]',
      ),
    },
    asks: [
      { target: "/a/1", calls: 0, json: { id: "1" } },
      { method: "PUT", target: "/b", ...json({ count: 1 }), calls: 0, json: { count: 1 } },
      { method: "REPORT", target: "/c/x", calls: 0, json: "x" },
    ],
  },
  {
    name: "§1 configured-rules-replace: rules of the configuration replace the method's annotation, all its bindings",
    options: {
      rules: ['get: "/a/{id}" additional_bindings { get: "/b/{id}" }', 'get: "/d/{id}"'],
      top: configured('selector: t.S.M0, get: "/c/{id}"'),
    },
    asks: [
      { target: "/c/1", calls: 0, json: { id: "1" } },
      { target: "/a/1", ...notFound },
      { target: "/b/1", ...notFound },
      { target: "/d/1", calls: 1, json: { id: "1" } },
    ],
  },
  {
    name: "§1 configured-rules-replace: a route of rpc and http gives one method its rule, in place of the annotation",
    options: {
      rules: ['get: "/a/{id}"', 'get: "/b/{id}"'],
      routes: [
        "- rpc: t.S/M0",
        '  http: { put: "/x/{id}", body: node, additional_bindings: [{ get: "/y/{other}" }] }',
        "  cluster: library",
      ].join("\n"),
    },
    asks: [
      {
        method: "PUT",
        target: "/x/1",
        ...json({ id: "2" }),
        calls: 0,
        json: { id: "1", node: { id: "2" } },
      },
      { target: "/y/1", calls: 0, json: { other: "1" } },
      { target: "/a/1", ...notFound },
      { target: "/b/1", ...notFound },
    ],
  },
];

suite("transcoding.md §1: bindings and methods", () => {
  for (const { name, options, asks } of [...bindings, ...rulesByConfiguration]) {
    test(name, () =>
      withContract(options, async (gateway) => {
        for (const ask of asks) await expectAsk(gateway, ask);
      }),
    );
  }

  const rules = ['get: "/a/{id}"', 'post: "/a/{id}"', 'put: "/b" body: "*"'];

  test("§1 head: HEAD falls back to the GET binding without a body", () =>
    withContract({ rules }, async (gateway) => {
      const head = await expectAsk(gateway, { method: "HEAD", target: "/a/1", calls: 0 });
      const get = await expectAsk(gateway, { target: "/a/1", calls: 0 });
      assert.equal(head.bytes.length, 0);
      assert.equal(head.headers["content-length"], get.headers["content-length"]);
      assert.equal(head.headers["content-type"], "application/json");
      assert.equal((await gateway.ask("HEAD", "/b")).status, 405);
    }));

  test("§1 options: OPTIONS answers 204 with Allow", () =>
    withContract({ rules }, async (gateway) => {
      const calls = gateway.upstream.calls.length;
      const answer = await expectAsk(gateway, { method: "OPTIONS", target: "/a/1", status: 204 });
      assert.equal(answer.headers.allow, "GET, HEAD, POST, OPTIONS");
      assert.equal(answer.bytes.length, 0);
      assert.equal(gateway.upstream.calls.length, calls);
      assert.equal((await gateway.ask("OPTIONS", "/nowhere")).status, 404);
    }));

  test("§1 options: OPTIONS goes up by a custom rule that names it, and by no other", async () => {
    const custom = [
      'custom: { kind: "*" path: "/any" }',
      'custom: { kind: "OPTIONS" path: "/own" }',
    ];
    await withContract({ rules: custom }, async (gateway) => {
      const any = await expectAsk(gateway, { method: "OPTIONS", target: "/any", status: 204 });
      assert.equal(any.headers.allow, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
      assert.equal(gateway.upstream.calls.length, 0);
      await expectAsk(gateway, { method: "OPTIONS", target: "/own" });
      await expectAsk(gateway, { method: "PUT", target: "/any" });
      assert.equal(gateway.upstream.calls.length, 2);
    });
  });

  test("§1 wrong-method: a known path with another method is 405 with Allow", () =>
    withContract({ rules }, async (gateway) => {
      const refused = await expectAsk(gateway, { method: "PUT", target: "/a/1", ...wrongMethod });
      assert.equal(refused.headers.allow, "GET, HEAD, POST, OPTIONS");
      const other = await expectAsk(gateway, { method: "GET", target: "/b", ...wrongMethod });
      assert.equal(other.headers.allow, "PUT, OPTIONS");
    }));
});
