// Runs the tests: all of test/, or those of the folders and files that the arguments name.
//   npm test                                    everything
//   npm test -- route protojson/read            what is in test/route/ and in test/protojson/read/
//   npm test -- cli --test-name-pattern=explain options of Node's test runner go on to it
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const given = process.argv.slice(2);
const options = given.filter((argument) => argument.startsWith("-"));
const words = given.filter((argument) => !argument.startsWith("-"));

// Folders cannot be handed to the runner: with tsx on Node 20 it finds no test in them and is content.
const files = readdirSync(join(root, "test"), { recursive: true })
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => words.length === 0 || words.some((word) => `/${file}`.includes(`/${word}`)))
  .sort();
if (files.length === 0) {
  console.error(`test: no file or folder of test/ is named ${words.join(" or ")}`);
  process.exit(1);
}

// A test that hangs is a failure; the longest file takes less than a tenth of this.
const timeoutMs = 300_000;
const folder = mkdtempSync(join(tmpdir(), "diglot-test-"));
const countFile = join(folder, "count");
const reporters = [
  ["spec", "stdout"],
  [new URL("count-reporter.mjs", import.meta.url).href, countFile],
].flatMap(([reporter, to]) => [`--test-reporter=${reporter}`, `--test-reporter-destination=${to}`]);
const { status } = spawnSync(
  process.execPath,
  ["--import", "tsx", "--test", `--test-timeout=${timeoutMs}`, ...reporters, ...options, ...files],
  { cwd: root, stdio: "inherit" },
);
const count = Number(readFileSync(countFile, "utf8"));
rmSync(folder, { recursive: true });
if (count === 0) {
  console.error("test: no test ran");
  process.exit(1);
}
process.exit(status ?? 1);
