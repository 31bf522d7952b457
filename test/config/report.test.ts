import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  formatProblems,
  type Problem,
  problemsToJson,
  problemsToSarif,
  sortProblems,
} from "../../src/config/index.ts";

const problem: Problem = {
  severity: "error",
  rule: "invalid-value",
  file: "gateway.yaml",
  line: 2,
  column: 4,
  length: 3,
  message: "b: wrong",
  help: "mend it",
  note: undefined,
};

function format(problems: readonly Problem[], source: string | undefined, colour = false): string {
  return formatProblems(problems, { colour, sourceOf: () => source });
}

suite("problems as text", () => {
  const rows: readonly {
    readonly name: string;
    readonly problems: readonly Problem[];
    readonly source: string | undefined;
    readonly want: readonly string[];
  }[] = [
    { name: "are nothing where there are none", problems: [], source: "", want: [""] },
    {
      name: "have the remedy under the place",
      problems: [problem],
      source: "a: 1\nb: two\n",
      want: [
        "error: b: wrong",
        " --> gateway.yaml:2:4",
        "  |",
        "2 | b: two",
        "  |    ^^^ mend it",
        "",
        "1 error in gateway.yaml",
        "",
      ],
    },
    {
      name: "without the text of the file have no snippet",
      problems: [problem, { ...problem, help: undefined, severity: "warning" }],
      source: undefined,
      want: [
        "error: b: wrong",
        " --> gateway.yaml:2:4",
        "  = mend it",
        "",
        "warning: b: wrong",
        " --> gateway.yaml:2:4",
        "",
        "1 error and 1 warning in gateway.yaml",
        "",
      ],
    },
    {
      name: "keep the place under a tab, and under characters of two columns",
      problems: [{ ...problem, line: 1, column: 5, length: 2 }],
      source: "\t漢x日本\r\n",
      want: [
        "error: b: wrong",
        " --> gateway.yaml:1:5",
        "  |",
        "1 | \t漢x日本",
        "  | \t     ^^ mend it",
        "",
        "1 error in gateway.yaml",
        "",
      ],
    },
    {
      name: "cut a long line around the place",
      problems: [{ ...problem, line: 1, column: 1001, length: 3 }],
      source: `${"a".repeat(1000)}two${"b".repeat(1000)}`,
      want: [
        "error: b: wrong",
        " --> gateway.yaml:1:1001",
        "  |",
        `1 | …${"a".repeat(40)}two${"b".repeat(77)}…`,
        `  | ${" ".repeat(41)}^^^ mend it`,
        "",
        "1 error in gateway.yaml",
        "",
      ],
    },
    {
      name: "do not let a file write to the terminal",
      problems: [{ ...problem, message: "b: \u001b[31m", line: 1, column: 1, length: 1 }],
      source: "x\u001b]0;title\u0007 \u202egnp.exe",
      want: [
        "error: b: ·[31m",
        " --> gateway.yaml:1:1",
        "  |",
        "1 | x·]0;title· ·gnp.exe",
        "  | ^ mend it",
        "",
        "1 error in gateway.yaml",
        "",
      ],
    },
    {
      name: "of several files are counted together",
      problems: [problem, { ...problem, file: "image.binpb", line: 0 }],
      source: undefined,
      want: [
        "error: b: wrong",
        " --> gateway.yaml:2:4",
        "  = mend it",
        "",
        "error: b: wrong",
        " --> image.binpb",
        "  = mend it",
        "",
        "2 errors in 2 files",
        "",
      ],
    },
  ];
  for (const { name, problems, source, want } of rows) {
    test(name, () => assert.deepEqual(format(problems, source).split("\n"), want));
  }

  test("in colour say the same", () => {
    const text = format([problem], "a: 1\nb: two\n", true);
    assert.ok(text.includes("\u001b[31;1merror\u001b[0m"));
    const bare = text.replaceAll(/\p{Cc}\[[\d;]*m/gu, "");
    assert.equal(bare, format([problem], "a: 1\nb: two\n"));
  });

  test("are in the order of the text, errors first on one spot", () => {
    const warning: Problem = { ...problem, severity: "warning" };
    const early = { ...problem, line: 1, column: 9 };
    assert.deepEqual(sortProblems([warning, problem, early]), [early, problem, warning]);
  });
});

const noted: Problem = {
  ...problem,
  rule: "duplicate-key",
  help: undefined,
  note: { line: 1, column: 1, length: 1, message: "first" },
};

suite("problems for machines", () => {
  test("as JSON have every field", () => {
    assert.deepEqual(JSON.parse(problemsToJson([problem, noted])), {
      problems: [
        { ...problem, note: null },
        { ...noted, help: null },
      ],
    });
  });

  test("as SARIF are results with regions, rules and related places", () => {
    assert.deepEqual(JSON.parse(problemsToSarif([problem, noted], "1.2.3")), {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              name: "diglot",
              version: "1.2.3",
              rules: [{ id: "invalid-value" }, { id: "duplicate-key" }],
            },
          },
          columnKind: "utf16CodeUnits",
          results: [
            {
              ruleId: "invalid-value",
              ruleIndex: 0,
              level: "error",
              message: { text: "b: wrong (mend it)" },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: "gateway.yaml" },
                    region: { startLine: 2, startColumn: 4, endColumn: 7 },
                  },
                },
              ],
            },
            {
              ruleId: "duplicate-key",
              ruleIndex: 1,
              level: "error",
              message: { text: "b: wrong" },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: "gateway.yaml" },
                    region: { startLine: 2, startColumn: 4, endColumn: 7 },
                  },
                },
              ],
              relatedLocations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: "gateway.yaml" },
                    region: { startLine: 1, startColumn: 1, endColumn: 2 },
                  },
                  message: { text: "first" },
                },
              ],
            },
          ],
        },
      ],
    });
  });
});
