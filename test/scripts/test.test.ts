import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the test script as a person does, not as a file of the runner that runs this one. */
function run(...words: readonly string[]): { status: number | null; lines: readonly string[] } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawnSync(process.execPath, ["scripts/test.mjs", ...words], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  return { status: child.status, lines: (child.stdout + child.stderr).trim().split("\n") };
}

suite("scripts/test.mjs", () => {
  test("runs the folders that are named, and closes with the runner's summary", () => {
    const { status, lines } = run("balancer");
    assert.equal(status, 0);
    assert.match(lines.at(-8) ?? "", /^ℹ tests [1-9]/);
    assert.match(lines.at(-1) ?? "", /^ℹ duration_ms/);
  });

  test("fails when no file is named so", () => {
    assert.deepEqual(run("nowhere"), {
      status: 1,
      lines: ["test: no file or folder of test/ is named nowhere"],
    });
  });

  test("fails when no test of the files ran", () => {
    const { status, lines } = run("balancer", "--test-name-pattern=^nothing is called so$");
    assert.equal(status, 1);
    assert.equal(lines.at(-1), "test: no test ran");
  });
});
