// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how references are written
import assert from "node:assert/strict";
import process from "node:process";
import { suite, test } from "node:test";
import fc from "fast-check";
import { formatProblems, parseConfig } from "../../src/config/index.ts";
import { sample, sources } from "./sample.ts";

// CONFIG_FUZZ_RUNS makes a long run of it.
const { CONFIG_FUZZ_RUNS = "400" } = process.env;
const numRuns = Number(CONFIG_FUZZ_RUNS);
const whole = sample({
  routes: `routes:
  - service: library.v1.*
    cluster: library
    deadline: 2s
    methods: { GetBook: { json: { pretty: true }, expose: "\${env:A:-false}" } }
  - { rpc: a.B/C, cluster: library, http: { get: "/x/{y=a/*}", additional_bindings: [{ put: /y }] } }`,
  more: "json: &j { pretty: true } # comment\nrest: { ignored_query_parameters: ['a', \"b\"] }",
});

/** Every answer is a configuration, or problems whose places are in the text. */
async function answers(text: string): Promise<void> {
  const loaded = await parseConfig(text, "gateway.yaml", sources());
  if (loaded.ok) return;
  const { problems } = loaded.error;
  const lines = text.split("\n");
  assert.ok(problems.some((problem) => problem.severity === "error"));
  for (const { line, column, length } of problems) {
    const end = (lines[line - 1] ?? "").length + 1;
    assert.ok(line >= 1 && line <= lines.length && column >= 1 && length >= 1, text);
    assert.ok(
      column <= end && column + length - 1 <= end,
      `${line}:${column}+${length} of ${text}`,
    );
  }
  formatProblems(problems, { colour: true, sourceOf: () => text });
}

const snippet = fc.oneof(
  fc.constantFrom(
    ..."[]{}:,-&*!|>'\"%@`#?$ \n\t~0a".split(""),
    "${env:",
    "<<: *j",
    "\r\n",
    ": ",
    "- ",
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
);

suite("any text", () => {
  test("of random characters is answered", async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), answers), {
      numRuns,
    });
  });

  test("of YAML's own characters is answered", async () => {
    const text = fc.array(snippet, { maxLength: 60 }).map((parts) => parts.join(""));
    await fc.assert(fc.asyncProperty(text, answers), { numRuns });
  });

  test("near a right one is answered", async () => {
    const edit = fc.record({
      at: fc.nat(whole.length),
      cut: fc.nat(12),
      put: fc.oneof(fc.constant(""), snippet),
    });
    const mutated = fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
      let text = whole;
      for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
      return text;
    });
    await fc.assert(fc.asyncProperty(mutated, answers), { numRuns: numRuns * 2 });
  });

  test("of random values under the right keys is answered", async () => {
    const keys = fc.constantFrom(
      ...["version", "listeners", "clusters", "routes", "descriptors", "http", "json", "rest"],
      ...["public", "listen", "limits", "endpoints", "service", "rpc", "rules", "__proto__", "get"],
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, 0, -1, 1.5, "", "1s", "${env:X}", "a:1", "constructor"),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(keys, tie("tree"), { maxKeys: 5 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, (value) => answers(JSON.stringify(value))),
      { numRuns: numRuns * 2 },
    );
  });
});
