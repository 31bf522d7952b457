import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { clauses, missing } from "./contract-clauses.ts";

const pages = ["docs/rest.md", "docs/errors.md", "docs/configuration.md"];

/** Names of clauses at the beginning of a title, behind a row of faults.md where there is one. */
const title = /["'`](?:[A-Z0-9]+-[0-9]+: )?(§[1-7] [a-z0-9-]+)(?=[:"'`])/g;

/** The files of test/ that each name is in. */
function readNames(): Map<string, string[]> {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" })
    .map((file) => `test/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".ts") && !file.startsWith("test/docs/"));
  const names = new Map<string, string[]>();
  for (const file of files) {
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(title)) {
      names.set(name, [...(names.get(name) ?? []), file]);
    }
  }
  return names;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

suite("the contract of the transcoder, clause by clause", () => {
  const names = readNames();
  const listed = clauses.map(({ name }) => name);

  test("no clause is listed twice, and each has words", () => {
    assert.deepEqual([...new Set(listed)], listed);
    assert.deepEqual(
      clauses.filter(({ words }) => words === "").map(({ name }) => name),
      [],
    );
  });

  test("each is named by the title of a test", () => {
    assert.deepEqual(
      listed.filter((name) => !names.has(name)),
      [],
    );
  });

  test("none is listed that is known to be missing", () => {
    assert.deepEqual(
      listed.filter((name) => name in missing),
      [],
    );
  });

  test("no title names a clause that is none", () => {
    const known = new Set(listed);
    assert.deepEqual(
      [...names].filter(([name]) => !known.has(name)),
      [],
    );
  });

  test("docs/ tells each in these words", () => {
    const docs = pages.map((page) => oneLine(readFileSync(page, "utf8"))).join(" ");
    assert.deepEqual(
      clauses.filter(({ words }) => !docs.includes(words)),
      [],
    );
  });
});
