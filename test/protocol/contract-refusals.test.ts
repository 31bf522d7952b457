import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { systemClock } from "../../src/base/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import { compileConfig, uncalledClusters } from "../../src/gateway/index.ts";
import { makeFolder } from "../descriptor/proto-folder.ts";
import { testConfig } from "../support/gateway.ts";
import { routeOfService, serviceText, withContract } from "./contract-gateway.ts";

/** The messages of the problems for which a gateway with these rules does not start. */
async function refusals(rules: readonly string[], top = "http: { rules: [] }"): Promise<string> {
  const protos = await makeFolder({ "t.proto": serviceText(rules) });
  const text = testConfig(1, { protos, routes: routeOfService, top });
  const loaded = await parseConfig(text, "test.yaml", { readFile, env: {} });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const clusters = uncalledClusters(loaded.value.config);
  const compiled = await compileConfig(loaded.value, { clock: systemClock, clusters });
  assert.ok(!compiled.ok, "it is taken");
  return compiled.error.map(({ message }) => message).join("\n");
}

const first = String.raw`t\.S\.M0 \(binding 0\)`;

suite("transcoding.md §1: refused when loading", () => {
  const rows = [
    {
      name: "§1 refuse-grammar: bad grammar is refused",
      rule: 'get: "a/{id}"',
      want: /template "a\/\{id\}": a template starts with "\/"/,
    },
    {
      name: "§1 refuse-grammar: bad grammar is refused: an open brace",
      rule: 'get: "/a/{id"',
      want: /template "\/a\/\{id": the variable "id" is not closed/,
    },
    {
      name: "§1 refuse-grammar: bad grammar is refused: an empty verb",
      rule: 'get: "/a:"',
      want: /template "\/a:": no verb follows the ":"/,
    },
    {
      name: "§1 refuse-grammar: bad grammar is refused: a star beside text",
      rule: 'get: "/a*"',
      want: /template "\/a\*": "\*" is only a part of its segment/,
    },
    {
      name: "§1 nested-braces: nested braces are refused",
      rule: 'get: "/a/{id={other}}"',
      want: /template .*: a variable stands inside another/,
    },
    {
      name: "§1 double-star-tail: after one ** only literals may follow",
      rule: 'get: "/a/**/*"',
      want: /template .*: "\*" follows "\*\*"/,
    },
    {
      name: "§1 double-star-tail: after one ** only literals may follow, so not another one",
      rule: 'get: "/a/**/b/**"',
      want: /template .*: "\*\*" follows "\*\*"/,
    },
    {
      name: "§1 double-star-tail: after one ** only literals may follow, so no variable",
      rule: 'get: "/a/{id=**}/{other}"',
      want: /template .*: "\*" follows "\*\*"/,
    },
    {
      name: "§1 refuse-no-field: a variable that names no field is refused",
      rule: 'get: "/a/{idd}"',
      want: /path field "idd": .* did you mean "id"/,
    },
    {
      name: "§1 refuse-repeated: a variable of a repeated field is refused",
      rule: 'get: "/a/{words}"',
      want: /path field "words": is repeated/,
    },
    {
      name: "§1 refuse-map: a variable of a map field is refused",
      rule: 'get: "/a/{labels}"',
      want: /path field "labels": is a map/,
    },
    {
      name: "§1 refuse-message: a variable of a message field is refused",
      rule: 'get: "/a/{node}"',
      want: /path field "node": is a message/,
    },
    {
      name: "§1 refuse-message: a variable of a message field is refused, a Struct too",
      rule: 'get: "/a/{struct}"',
      want: /path field "struct": is a message/,
    },
    {
      name: "§1 refuse-twice: the same variable twice is refused",
      rule: 'get: "/a/{id}/{id}"',
      want: /template .*: the variable "id" stands twice/,
    },
    {
      name: "§1 refuse-twice: the same variable twice is refused, in two spellings too",
      rule: 'get: "/a/{long_name}/{longName}"',
      want: /path field "long_name": is bound by path field "long_name" already/,
    },
    {
      name: "§2 refuse-one-of: variables of two members of one oneof are refused",
      rule: 'get: "/a/{left}/{right}"',
      want: /path field "right": is in a oneof with path field "left"/,
    },
    {
      name: "§2 refuse-bound-body: a body that is a variable is refused",
      rule: 'put: "/a/{id}" body: "id"',
      want: /body "id": is bound by path field "id" already/,
    },
    {
      name: "§2 refuse-bound-body: a body that is a variable of a wrapper is refused",
      rule: 'put: "/a/{boxed}" body: "boxed"',
      want: /body "boxed": is bound by path field "boxed" already/,
    },
    {
      name: "§2 refuse-one-of: a body in a oneof with a variable is refused",
      rule: 'put: "/a/{left}" body: "middle"',
      want: /body "middle": is in a oneof with path field "left"/,
    },
    {
      name: "§2 refuse-one-of: a body in a oneof with what a variable is inside is refused",
      rule: 'put: "/a/{middle.id}" body: "left"',
      want: /body "left": is in a oneof with path field "middle\.id"/,
    },
    {
      name: "§1 refuse-body: a body that names no field is refused",
      rule: 'post: "/a" body: "nodes_"',
      want: /body "nodes_": t\.Thing has no field/,
    },
    {
      name: "§1 refuse-response-body: a response_body that names no field is refused",
      rule: 'get: "/a" response_body: "nope"',
      want: /response_body "nope": t\.Thing has no field/,
    },
  ];
  for (const kind of ["", "A B", "GET\\n", "é", "TRACE", "CONNECT", "TRACK"]) {
    rows.push({
      name: `the custom kind ${JSON.stringify(kind)} is refused`,
      rule: `custom { kind: "${kind}" path: "/a" }`,
      want: /custom kind [\s\S]*(?:expected an HTTP method|never served)/,
    });
  }
  for (const { name, rule, want } of rows) {
    test(name, async () => {
      const message = await refusals([rule, 'get: "/sound"']);
      assert.match(message, new RegExp(`^${first}: ${want.source}`));
    });
  }

  test('response_body: "*" is the whole message, as a rule without it', () =>
    withContract({ rules: ['get: "/a/{id}" response_body: "*"'] }, async (gateway) => {
      assert.deepEqual((await gateway.ask("GET", "/a/1")).json, { id: "1" });
    }));

  test("§1 refuse-place: the method, the binding and the reason are named, of an additional binding and a rule of the configuration too", async () => {
    const message = await refusals(['get: "/a" additional_bindings { get: "/b/{x}" }', ""]);
    assert.match(message, /t\.S\.M0 \(binding 1\): path field "x"/);
    const top = 'http: { rules: [{ selector: t.S.M1, get: "/c/{y}" }] }';
    assert.match(await refusals(['get: "/a"', ""], top), /t\.S\.M1 \(binding 0\): path field "y"/);
  });

  const same = [
    { name: "two methods", rules: ['get: "/a/{id}"', 'get: "/a/{other}"'] },
    { name: "two methods with verbs", rules: ['get: "/a/{id}:go"', 'get: "/a/{other}:go"'] },
    { name: "two methods of one custom kind", rules: customs("REPORT", "REPORT") },
    { name: "two methods of any kind", rules: customs("*", "*") },
  ];
  for (const { name, rules } of same) {
    test(`§1 refuse-conflict: the same method, shape and verb twice is refused, both named: ${name}`, async () => {
      const both = new RegExp(`^${first} and t\\.S\\.M1 \\(binding 0\\) both serve [^:]+:`);
      assert.match(await refusals(rules), both);
    });
  }

  const different = [
    { name: "another HTTP method", rules: ['get: "/a/{id}"', 'put: "/a/{id}"'] },
    { name: "another shape", rules: ['get: "/a/{id}"', 'get: "/a/{id=**}"', 'get: "/a/id"'] },
    { name: "another verb", rules: ['get: "/a/{id}:x"', 'get: "/a/{id}:y"', 'get: "/a/{id}"'] },
    { name: "any method beside one", rules: customs("*", "REPORT") },
  ];
  for (const { name, rules } of different) {
    test(`§1 different-shape: what differs in method, shape or verb is loaded: ${name}`, () =>
      withContract({ rules }, async () => undefined));
  }

  const allowed = [
    { name: "a wrapper", field: "boxed", text: "7", json: 7 },
    {
      name: "a Timestamp",
      field: "at",
      text: "2024-01-01T00:00:00Z",
      json: "2024-01-01T00:00:00Z",
    },
    { name: "a Duration", field: "span", text: "1.5s", json: "1.500s" },
    { name: "a FieldMask", field: "mask", text: "id,longName", json: "id,longName" },
    { name: "an enum", field: "kind", text: "LARGE", json: "LARGE" },
    { name: "an enum by its number", field: "kind", text: "1", json: "SMALL" },
  ];
  for (const { name, field, text, json } of allowed) {
    test(`§1 allowed-types: a variable of a scalar-like type is allowed: ${name}`, () =>
      withContract({ rules: [`get: "/a/{${field}}"`] }, async (gateway) => {
        const answer = await gateway.ask("GET", `/a/${text}`);
        assert.deepEqual([answer.status, answer.json], [200, { [field]: json }]);
      }));
  }
});

function customs(...kinds: readonly string[]): string[] {
  return kinds.map((kind) => `custom { kind: "${kind}" path: "/a/{id}" }`);
}
