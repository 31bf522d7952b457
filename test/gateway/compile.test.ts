import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { systemClock } from "../../src/base/index.ts";
import { type Problem, parseConfig } from "../../src/config/index.ts";
import { type CompiledConfig, compileConfig, uncalledClusters } from "../../src/gateway/index.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "diglot-compile-"));
});
after(() => rmSync(folder, { recursive: true }));

interface Compiled {
  readonly problems: readonly Problem[];
  readonly compiled: CompiledConfig | undefined;
}

/** Compiles a service `t.S` whose rules are given, under a configuration. */
async function compile(proto: string, routes: string, more = ""): Promise<Compiled> {
  const protos = mkdtempSync(join(folder, "p"));
  writeFileSync(join(protos, "t.proto"), proto);
  const text = [
    "version: 1",
    "listeners: { public: { listen: 127.0.0.1:0 } }",
    `descriptors: [{ protos: ${JSON.stringify(protos)} }]`,
    'clusters: { c: { endpoints: ["127.0.0.1:1"] } }',
    "routes:",
    ...routes.split("\n").map((line) => `  ${line}`),
    more,
  ].join("\n");
  const loaded = await parseConfig(text, "test.yaml", { readFile, env: {} });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const result = await compileConfig(loaded.value, {
    clock: systemClock,
    clusters: uncalledClusters(loaded.value.config),
  });
  return result.ok
    ? { problems: [], compiled: result.value }
    : { problems: result.error, compiled: undefined };
}

function service(...rules: string[]): string {
  const methods = rules.map(
    (rule, i) => `  rpc M${i}(R) returns (R) { option (google.api.http) = { ${rule} }; }`,
  );
  return [
    'syntax = "proto3"; package t;',
    'import "google/api/annotations.proto"; import "google/protobuf/timestamp.proto";',
    "message N { string id = 1; }",
    "message R { string id = 1; int32 n = 2; repeated string many = 3; map<string, string> m = 4;",
    "  N nested = 5; google.protobuf.Timestamp at = 6; }",
    "service S {",
    ...methods,
    "}",
  ].join("\n");
}

const all = "- { service: t.S, cluster: c }";

suite("transcoding.md §1: refused when loading, with the method, the binding and the reason", () => {
  const rows = [
    {
      name: "bad grammar",
      rule: 'get: "/a/{"',
      want: /^t\.S\.M0 \(binding 0\): template "\/a\/\{": /,
    },
    {
      name: "a nested brace",
      rule: 'get: "/a/{id={n}}"',
      want: /^t\.S\.M0 \(binding 0\): template /,
    },
    {
      name: "a variable that names no field",
      rule: 'get: "/a/{idd}"',
      want: /path field "idd": t\.R has no field "idd"; did you mean "id"\?/,
    },
    {
      name: "a variable below a scalar",
      rule: 'get: "/a/{id.x}"',
      want: /path field "id\.x": "id" has no fields/,
    },
    { name: "a repeated field", rule: 'get: "/a/{many}"', want: /path field "many": is repeated/ },
    { name: "a map", rule: 'get: "/a/{m}"', want: /path field "m": is a map/ },
    { name: "a message", rule: 'get: "/a/{nested}"', want: /path field "nested": is a message/ },
    {
      name: "one variable twice",
      rule: 'get: "/a/{id}/{id}"',
      want: /^t\.S\.M0 \(binding 0\): template .*id/,
    },
    {
      name: "a body that names no field",
      rule: 'post: "/a" body: "nope"',
      want: /body "nope": t\.R has no field "nope"/,
    },
    {
      name: "a response_body that names no field",
      rule: 'get: "/a" response_body: "nope"',
      want: /response_body "nope": t\.R has no field "nope"/,
    },
    {
      name: "a mistake of an additional binding",
      rule: 'get: "/a" additional_bindings { get: "/b/{x}" }',
      want: /^t\.S\.M0 \(binding 1\): path field "x"/,
    },
  ];
  for (const row of rows) {
    test(row.name, async () => {
      const { problems } = await compile(service(row.rule), all);
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0]?.message ?? "", row.want);
      assert.deepEqual([problems[0]?.file, problems[0]?.line], ["test.yaml", 6]);
    });
  }

  test("two methods with one method and shape, both named", async () => {
    const { problems } = await compile(service('get: "/a/{id}"', 'get: "/a/{n}"'), all);
    assert.match(
      problems[0]?.message ?? "",
      /t\.S\.M0 \(binding 0\) and t\.S\.M1 \(binding 0\) both serve GET/,
    );
  });

  test("all of them at once", async () => {
    const { problems } = await compile(service('get: "/a/{x}"', 'get: "/b/{y}"'), all);
    assert.equal(problems.length, 2);
  });

  test("types that are one text in JSON may be bound", async () => {
    const { problems } = await compile(service('get: "/a/{at}/{nested.id}"'), all);
    assert.deepEqual(problems, []);
  });

  test("a mistake in a .proto file keeps its own place", async () => {
    const { problems } = await compile('syntax = "proto3";\nmessage A { Nope x = 1; }\n', all);
    assert.match(problems[0]?.file ?? "", /t\.proto$/);
    assert.equal(problems[0]?.line, 2);
  });
});

suite("routes and what the descriptors have", () => {
  const two = service('get: "/a"', 'get: "/b"');
  const mistakes = [
    {
      name: "a service that is misspelt",
      routes: "- { service: t.Z, cluster: c }",
      want: ['no service "t.Z" in the descriptors', 'did you mean "t.S"?'],
    },
    {
      name: "a method that is misspelt",
      routes: "- { rpc: t.S/M9, http: { get: /x }, cluster: c }",
      want: ['t.S has no method "M9"', 'did you mean "M0"?'],
    },
    {
      name: "an exception for no method",
      routes: "- { service: t.S, cluster: c, methods: { Nope: { expose: false } } }",
      want: ['t.S has no method "Nope"', "methods: M0, M1"],
    },
  ];
  for (const row of mistakes) {
    test(row.name, async () => {
      const { problems } = await compile(two, row.routes);
      assert.deepEqual([problems[0]?.message, problems[0]?.help], row.want);
      assert.equal(problems[0]?.line, 6);
    });
  }

  const served = async (routes: string, more = ""): Promise<string[]> => {
    const { compiled, problems } = await compile(two, routes, more);
    assert.deepEqual(problems, []);
    return (compiled?.bindings ?? []).map(
      ({ rule, settings }) => `${rule.kind} ${rule.template} ${settings.deadlineMs}`,
    );
  };

  test("a service route serves every rule and every gRPC name", async () => {
    assert.deepEqual(await served(all), [
      "GET /a 15000",
      "POST /t.S/M0 15000",
      "GET /b 15000",
      "POST /t.S/M1 15000",
    ]);
  });

  test("expose: false leaves a method out, and its deadline may be its own", async () => {
    const routes =
      "- { service: t.S, cluster: c, rest: { auto_mapping: false }, methods: { M0: { expose: false }, M1: { deadline: 1s } } }";
    assert.deepEqual(await served(routes), ["GET /b 1000"]);
  });

  test("the most specific route has a method: rpc, then the service, then the longest wildcard", async () => {
    const routes = [
      '- { service: "*", cluster: c, deadline: 1s, rest: { auto_mapping: false } }',
      "- { service: t.*, cluster: c, deadline: 2s, rest: { auto_mapping: false } }",
      "- { rpc: t.S/M1, http: { get: /x }, cluster: c, deadline: 3s, rest: { auto_mapping: false } }",
    ].join("\n");
    assert.deepEqual((await served(routes)).toSorted(), ["GET /a 2000", "GET /x 3000"]);
  });

  test("rules by selector replace the annotation; one for no method is a mistake", async () => {
    const more = "http: { rules: [{ selector: t.S.M0, get: /z }] }";
    const list = await served(
      "- { service: t.S, cluster: c, rest: { auto_mapping: false } }",
      more,
    );
    assert.deepEqual(list, ["GET /z 15000", "GET /b 15000"]);
    const { problems } = await compile(
      two,
      all,
      "http: { rules: [{ selector: t.S.Nope, get: /z }] }",
    );
    assert.match(problems[0]?.message ?? "", /t\.S has no method "Nope"/);
  });
});
