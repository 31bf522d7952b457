import process from "node:process";
import { parseArgs } from "node:util";
import { type Finding, runCampaign, runRow } from "./campaign.ts";
import { targets } from "./targets.ts";

// npm run fuzz                                    every target, a minute each
// npm run fuzz -- --minutes 10 --target json      one target for longer
// npm run fuzz -- --seed 7                        another seed; a finding tells its own
// npm run fuzz -- --replay '{"target":…}'         a finding once more, as it was printed
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    target: { type: "string", multiple: true },
    seed: { type: "string" },
    replay: { type: "string" },
  },
});

if (values.replay === undefined) await campaigns();
else await replay(values.replay);

async function campaigns(): Promise<void> {
  const { target: names } = values;
  const unknown = names?.find((name) => !targets.some((target) => target.name === name));
  if (unknown !== undefined) {
    const known = targets.map((target) => target.name).join(", ");
    console.error(`fuzz: no target is named ${unknown}; there are ${known}`);
    process.exitCode = 2;
    return;
  }
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  for (const target of targets) {
    if (names !== undefined && !names.includes(target.name)) continue;
    const started = performance.now();
    const endsAt = started + Number(values.minutes) * 60_000;
    const { cases, findings, heapGrowth, peakRss } = await runCampaign(target, {
      seed,
      cases: Number.POSITIVE_INFINITY,
      isOver: () => performance.now() > endsAt,
      onFinding: print,
    });
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    const memory = `heap ${mebibytes(heapGrowth)}, peak resident ${mebibytes(peakRss)}`;
    console.log(
      `${target.name}: ${cases} inputs in ${minutes} min of seed ${seed}, ${findings.length} findings; ${memory}`,
    );
    if (findings.length > 0) process.exitCode = 1;
  }
}

function mebibytes(bytes: number): string {
  return `${bytes < 0 ? "" : "+"}${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** A finding, as a line that `--replay` takes and that a row of fuzz.test.ts is made of. */
function print({ target, seed, index, problem, input }: Finding): void {
  console.log(`FOUND by seed ${seed}, input ${index}: ${problem}`);
  console.log(ascii(JSON.stringify({ target, input })));
}

/** The text with what a terminal may swallow written as escapes. */
function ascii(text: string): string {
  return text.replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

async function replay(line: string): Promise<void> {
  const { target: name, input } = JSON.parse(line) as { target: string; input: unknown };
  const target = targets.find((other) => other.name === name);
  if (target === undefined) throw new Error(`no target is named ${name}`);
  const problem = await runRow(target, input);
  console.log(problem ?? "nothing is wrong");
  if (problem !== undefined) process.exitCode = 1;
}
