import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../scripts/setup.mjs", import.meta.url));
const lock = {
  "": {},
  "node_modules/a": { version: "1.0.0" },
  "node_modules/a-win32": { version: "1.0.0", optional: true },
};
const { "node_modules/a-win32": _, "": __, ...installed } = lock;

suite("setup", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "diglot-setup-"));
    mkdirSync(join(folder, "scripts"));
    mkdirSync(join(folder, "node_modules"));
    cpSync(script, join(folder, "scripts/setup.mjs"));
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: lock }));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs it with an npm that notes its arguments, on what is installed. */
  function run(
    found: unknown,
    npmExit: number,
  ): { status: number | null; output: string; npm: string } {
    const [hidden, note] = [join(folder, "node_modules/.package-lock.json"), join(folder, "note")];
    rmSync(hidden, { force: true });
    if (found !== undefined) writeFileSync(hidden, JSON.stringify({ packages: found }));
    writeFileSync(note, "");
    const npm = join(folder, "npm-cli.js");
    writeFileSync(
      npm,
      `require("fs").writeFileSync(${JSON.stringify(note)}, process.argv.slice(2).join(" "));process.exit(${npmExit})`,
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, "scripts/setup.mjs")],
      { encoding: "utf8", env: { ...process.env, npm_execpath: npm } },
    );
    return { status, output: stdout + stderr, npm: readFileSync(note, "utf8") };
  }

  const rows = [
    { name: "what the lock says is installed", found: installed, why: undefined },
    {
      name: "an optional package of this platform is installed too",
      found: { ...installed, "node_modules/a-win32": { version: "1.0.0" } },
      why: undefined,
    },
    { name: "nothing is installed", found: undefined, why: "there is no node_modules" },
    { name: "a package is missing", found: {}, why: "node_modules/a is missing, not 1.0.0" },
    {
      name: "a package is of another version",
      found: { "node_modules/a": { version: "0.9.0" } },
      why: "node_modules/a is 0.9.0, not 1.0.0",
    },
    {
      name: "a package is too many",
      found: { ...installed, "node_modules/b": { version: "1.0.0" } },
      why: "node_modules/b is not in package-lock.json",
    },
  ];
  for (const { name, found, why } of rows) {
    test(`${why === undefined ? "does nothing" : "installs"} when ${name}`, () => {
      const { status, output, npm } = run(found, 0);
      assert.equal(status, 0);
      assert.equal(npm, why === undefined ? "" : "ci --include=dev --no-audit --no-fund");
      assert.equal(output, why === undefined ? "" : `setup: installing dependencies (${why})\n`);
    });
  }

  test("says what to try when npm fails", () => {
    const { status, output } = run(undefined, 7);
    assert.equal(status, 1);
    assert.match(output, /`npm ci` failed \(exit code 7\)/);
    assert.match(output, /`npm ping` tells/);
  });
});
