import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Ask, type ContractOptions, expectAsk, withContract } from "./contract-gateway.ts";

interface Row {
  readonly name: string;
  /** Insides of the google.api.http options of M0, M1, … */
  readonly rules: readonly string[];
  readonly options?: ContractOptions;
  readonly asks: readonly Ask[];
}

const notFound = { status: 404, reason: "NO_ROUTE" };
const slashes = { listener: "limits: { path: 256KiB, headers: 512KiB }" };
const ignoring = { top: "rest: { trailing_slash: ignore }" };

const rows: readonly Row[] = [
  {
    name: "§1 template: a template is / or segments with an optional verb",
    rules: ['get: "/"', 'get: "/a/b"', 'get: "/a/b:c"'],
    asks: [
      { target: "/", calls: 0 },
      { target: "/a/b", calls: 1 },
      { target: "/a/b:c", calls: 2 },
      { target: "/a", ...notFound },
    ],
  },
  {
    name: "§1 segment: a segment is *, **, a literal or a variable of segments",
    rules: ['get: "/a/*/x"', 'get: "/b/**"', 'get: "/c/{node.id=p/*/q}"'],
    asks: [
      { target: "/a/1/x", calls: 0, json: {} },
      { target: "/a/1/y", ...notFound },
      { target: "/b/1/2/3", calls: 1, json: {} },
      { target: "/c/p/1/q", calls: 2, json: { node: { id: "p/1/q" } } },
      { target: "/c/p/1/r", ...notFound },
    ],
  },
  {
    name: "§1 double-star-last: ** as the last node matches zero or more segments",
    rules: ['get: "/a/{id=**}"'],
    asks: [
      { target: "/a", calls: 0, json: {} },
      { target: "/a/b", calls: 0, json: { id: "b" } },
      { target: "/a/b/c/d", calls: 0, json: { id: "b/c/d" } },
    ],
  },
  {
    name: "§1 double-star-inner: ** before a literal tail needs one or more segments",
    rules: ['get: "/a/{id=**}/x"'],
    asks: [
      { target: "/a/x", ...notFound },
      { target: "/a/b/x", calls: 0, json: { id: "b" } },
      { target: "/a/b/x/x", calls: 0, json: { id: "b/x" } },
    ],
  },
  {
    name: "§1 bare-variable: {x} means {x=*}",
    rules: ['get: "/a/{id}"', 'get: "/b/{id=*}"'],
    asks: [
      { target: "/a/1", calls: 0, json: { id: "1" } },
      { target: "/b/1", calls: 1, json: { id: "1" } },
      { target: "/a/1/2", ...notFound },
      { target: "/b/1/2", ...notFound },
    ],
  },
  {
    name: "§1 precedence: a literal goes before *, and * before **",
    rules: ['get: "/a/{id=**}"', 'get: "/a/{id}"', 'get: "/a/b"'],
    asks: [
      { target: "/a/b", calls: 2 },
      { target: "/a/c", calls: 1 },
      { target: "/a/b/c", calls: 0 },
    ],
  },
  {
    name: "§1 backtracking: matching goes back where the better segment led nowhere",
    rules: ['get: "/a/b/x"', 'get: "/a/*/y"', 'get: "/**/z"'],
    asks: [
      { target: "/a/b/x", calls: 0 },
      { target: "/a/b/y", calls: 1 },
      { target: "/a/b/z", calls: 2 },
    ],
  },
  {
    name: "§1 load-order: the order in which routes were loaded never matters",
    rules: ['get: "/a/b"', 'get: "/a/{id}"', 'get: "/a/{id=**}"'],
    asks: [
      { target: "/a/b", calls: 0 },
      { target: "/a/c", calls: 1 },
      { target: "/a/b/c", calls: 2 },
    ],
  },
  {
    name: "§1 many-slashes: 64,000 slashes against /a/**/x neither overflow nor stall",
    rules: ['get: "/a/**/x"', 'get: "/a/**/y:z"', 'get: "/ok"'],
    options: slashes,
    asks: [
      { target: `/a${"/".repeat(64_000)}y`, ...notFound },
      { target: `/a${"/b".repeat(64_000)}`, ...notFound },
      { target: `/a${"/b".repeat(64_000)}/x`, calls: 0 },
      { target: `/a${"/".repeat(64_000)}x`, calls: 0 },
      { target: "/ok", calls: 2 },
    ],
  },
  {
    name: "§1 verb: a verb is what follows the last colon of the last segment",
    rules: ['get: "/a/{id}:go"', 'get: "/b/{id=**}:go"'],
    asks: [
      { target: "/a/1:go", calls: 0, json: { id: "1" } },
      { target: "/a/1:2:go", calls: 0, json: { id: "1:2" } },
      { target: "/a/1:go:2", ...notFound },
      { target: "/b/1:x/2:go", calls: 1, json: { id: "1:x/2" } },
    ],
  },
  {
    name: "§1 verb-first: templates with the verb are tried first, and without one that matches the colon is ordinary",
    rules: ['get: "/a/{id}"', 'get: "/a/{id}:go"', 'get: "/a/b/{id}"'],
    asks: [
      { target: "/a/1:go", calls: 1, json: { id: "1" } },
      { target: "/a/1:stop", calls: 0, json: { id: "1:stop" } },
      { target: "/a/b/1:go", calls: 2, json: { id: "1:go" } },
    ],
  },
  {
    name: "§1 verb-local: verbs are not global: one method's :archive leaves another's {name} alone",
    rules: ['post: "/a/{id}:archive"', 'get: "/b/{id}"', 'get: "/a/{id}"'],
    asks: [
      { target: "/b/1:archive", calls: 1, json: { id: "1:archive" } },
      { target: "/a/1:archive", calls: 2, json: { id: "1:archive" } },
      { method: "POST", target: "/a/1:archive", calls: 0, json: { id: "1" } },
    ],
  },
  {
    name: "§1 literals-decoded: literals are compared after percent-decoding both sides",
    rules: ['get: "/a%20b/c"', 'get: "/d"', 'get: "/v:%67o"'],
    asks: [
      { target: "/a%20b/c", calls: 0 },
      { target: "/%61%20b/%63", calls: 0 },
      { target: "/%64", calls: 1 },
      { target: "/v:go", calls: 2 },
    ],
  },
  {
    name: "§1 query-cut: the query is cut at the first ?",
    rules: ['get: "/a/{id}"'],
    asks: [
      { target: "/a/1?other=x?y=/z", calls: 0, json: { id: "1", other: "x?y=/z" } },
      { target: "/a/1%3Fother=x", calls: 0, json: { id: "1?other=x" } },
      { target: "/a/1?", calls: 0, json: { id: "1" } },
    ],
  },
  {
    name: "§1 trailing-slash: a trailing slash is not matched",
    rules: ['get: "/a"', 'get: "/b/{id}"'],
    asks: [
      { target: "/a", calls: 0 },
      { target: "/a/", ...notFound },
      { target: "/b/1/", ...notFound },
    ],
  },
  {
    name: "§1 trailing-slash: trailing_slash: strict does not match it",
    rules: ['get: "/a"'],
    options: { top: "rest: { trailing_slash: strict }" },
    asks: [
      { target: "/a", calls: 0 },
      { target: "/a/", ...notFound },
    ],
  },
  {
    name: "§1 trailing-slash-ignore: trailing_slash: ignore matches it",
    rules: ['get: "/a"', 'get: "/b/{id}"', 'get: "/c/{id}:go"'],
    options: ignoring,
    asks: [
      { target: "/a", calls: 0 },
      { target: "/a/", calls: 0 },
      { target: "/b/1/", calls: 1, json: { id: "1" } },
      { target: "/c/1:go/", calls: 2, json: { id: "1" } },
      { target: "/a//", ...notFound },
      { target: "//a/", ...notFound },
    ],
  },
  {
    name: "§1 empty-segment: inner empty segments never match *",
    rules: ['get: "/a/*/b"', 'get: "/c/{id}/d"'],
    asks: [
      { target: "/a/1/b", calls: 0 },
      { target: "/a//b", ...notFound },
      { target: "/c//d", ...notFound },
    ],
  },
  {
    name: "§1 one-segment: one-segment variables are fully decoded",
    rules: ['get: "/a/{id}"', 'get: "/b/{id=*}/{other}"'],
    asks: [
      { target: "/a/b%2Fc%20%C3%A9%3a", calls: 0, json: { id: "b/c é:" } },
      { target: "/b/b%2fc/%25", calls: 1, json: { id: "b/c", other: "%" } },
    ],
  },
  {
    name: "§1 several-segments: multi-segment variables decode everything except %2F",
    rules: ['get: "/a/{id=**}"', 'get: "/b/{id=x/*}"'],
    asks: [
      { target: "/a/b%2Fc/%20%21", calls: 0, json: { id: "b%2Fc/ !" } },
      { target: "/a/b%2fc", calls: 0, json: { id: "b%2fc" } },
      { target: "/b/x/%2F%C3%A9", calls: 1, json: { id: "x/%2Fé" } },
    ],
  },
  ...[
    { clause: "§1 unescape-all-but-slash", mode: "all_except_slash", want: "b%2Fc/ !:" },
    { clause: "§1 unescape-all-but-reserved", mode: "all_except_reserved", want: "b%2Fc/ %21%3A" },
    { clause: "§1 unescape-all", mode: "all", want: "b/c/ !:" },
  ].map(({ clause, mode, want }) => ({
    name: `${clause}: url_unescape: ${mode} gives ${want}`,
    rules: ['get: "/a/{id=**}"', 'get: "/b/{id}"'],
    options: { top: `rest: { url_unescape: ${mode} }` },
    asks: [
      { target: "/a/b%2Fc/%20%21%3A", calls: 0, json: { id: want } },
      // One segment is decoded wholly, wherever the switch stands.
      { target: "/b/b%2Fc%21", calls: 1, json: { id: "b/c!" } },
    ],
  })),
];

suite("transcoding.md §1: path templates", () => {
  for (const { name, rules, options, asks } of rows) {
    test(name, () =>
      withContract({ ...options, rules }, async (gateway) => {
        for (const ask of asks) await expectAsk(gateway, ask);
      }),
    );
  }

  test("§1 load-order: the order in which routes were loaded never matters, reversed", () =>
    withContract(
      { rules: ['get: "/a/{id=**}"', 'get: "/a/{id}"', 'get: "/a/b"'] },
      async (gateway) => {
        await expectAsk(gateway, { target: "/a/b", calls: 2 });
        await expectAsk(gateway, { target: "/a/c", calls: 1 });
        await expectAsk(gateway, { target: "/a/b/c", calls: 0 });
      },
    ));

  const refused = [
    {
      name: "§1 dot-segments: . and .. segments, encoded or not, are 400",
      targets: ["/a/.", "/a/..", "/a/%2e", "/a/%2E%2e", "/a/.%2e", "/a/./b", "/a/../b", "/./a/b"],
    },
    { name: "§1 nul: NUL is 400", targets: ["/a/%00", "/a/b%00c"] },
    {
      name: "§1 invalid-utf8: invalid UTF-8 is 400",
      targets: ["/a/%ff", "/a/%c3", "/a/%c0%ae", "/a/%ed%a0%80"],
    },
  ];
  for (const { name, targets } of refused) {
    test(name, () =>
      withContract({ rules: ['get: "/a/{id=**}"'] }, async (gateway) => {
        for (const target of targets) {
          await expectAsk(gateway, { target, status: 400, reason: "INVALID_PATH" });
        }
        const near = await expectAsk(gateway, { target: "/a/.../..b/%C3%A9", calls: 0 });
        assert.deepEqual(near.json, { id: ".../..b/é" });
      }),
    );
  }
});
