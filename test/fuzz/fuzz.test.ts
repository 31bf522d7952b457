import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { runCampaign, runRow } from "./campaign.ts";
import { targets } from "./targets.ts";

// The short form of `npm run fuzz`: the same inputs every time.
const cases = 300;

suite("fuzz: every answer is well-formed, and nothing crashes, hangs or grows", () => {
  for (const target of targets) {
    test(`${target.name}: ${cases} inputs of a fixed seed`, async () => {
      const { cases: tried, findings } = await runCampaign(target, {
        seed: 1,
        cases,
        isOver: () => false,
        onFinding: () => undefined,
      });
      assert.deepEqual(findings, []);
      assert.equal(tried, cases);
    });
  }

  test("a target that breaks its promise is found, and its input is made small", async () => {
    const { findings } = await runCampaign(
      {
        name: "broken",
        generate: (dice) => ({ texts: dice.list(1, 9, () => dice.bytes(0, 20)), count: 7 }),
        open: () =>
          Promise.resolve({
            run: (input) => {
              const { texts } = input as { readonly texts: readonly string[] };
              return Promise.resolve(texts.join("").includes("7") ? "it holds a 7" : undefined);
            },
            close: () => Promise.resolve(),
          }),
      },
      { seed: 1, cases: 1000, isOver: () => false, onFinding: () => undefined },
    );
    assert.deepEqual(
      findings.map(({ problem, input }) => ({ problem, input })),
      [{ problem: "it holds a 7", input: { texts: ["7"], count: 0 } }],
    );
  });

  // Rows: what was found and mended, as `npm run fuzz` printed it.
  const rows: readonly {
    readonly name: string;
    readonly target: string;
    readonly input: unknown;
  }[] = [];
  for (const row of rows) {
    test(row.name, async () => {
      const target = targets.find(({ name }) => name === row.target);
      assert.ok(target);
      assert.equal(await runRow(target, row.input), undefined);
    });
  }
});
