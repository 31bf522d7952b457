import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { codeName, httpStatusOfCode, type ReasonFacts, reasons } from "../../src/rpc/index.ts";

suite("docs/errors.md", () => {
  const page = readFileSync("docs/errors.md", "utf8");
  const listed = [...page.matchAll(/^\| `([A-Z_]+)` \| ([A-Z_]+) \| ([0-9]+) \| (.+) \|$/gm)];

  test("lists every reason as the code has it, in its order, and no other", () => {
    const facts: readonly (readonly [string, ReasonFacts])[] = Object.entries(reasons);
    assert.deepEqual(
      listed.map(([, reason, code, http, meaning]) => [reason, code, Number(http), meaning]),
      facts.map(([reason, { code, http, meaning }]) => [
        reason,
        codeName(code),
        http ?? httpStatusOfCode(code),
        meaning,
      ]),
    );
  });
});
