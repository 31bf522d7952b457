// `npm run bench:micro [words]`: the benches of bench/micro/, or those whose name holds a word, one after another.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("micro/", import.meta.url));
const words = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".ts"))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`bench: nothing in bench/micro/ is named ${words.join(" or ")}`);
  process.exitCode = 1;
}
for (const file of files) {
  console.log(`\n${file}`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", folder + file], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}
