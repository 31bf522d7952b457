// `npm run bench`: Diglot and its peers under the same load; see README.md beside this file.
//   --short         a taste for CI: two rows, one round of a second
//   --rounds 5      rounds of every row
//   --seconds 3     length of each measurement
//   --rows 30B,1MB  some rows only
//   --only Diglot   some gateways only
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Row, rows } from "./harness/bodies.ts";
import { drawChart } from "./harness/chart.ts";
import type { Child } from "./harness/child.ts";
import { type Contender, contenders, startUpstream } from "./harness/gateways.ts";
import { hasH2load } from "./harness/h2load.ts";
import { checkAnswer, median, memoryOf, pace, type Sample, saturate } from "./harness/measure.ts";
import { cellsOf, describeMachine, formatTable, type RowResult } from "./harness/report.ts";

interface Plan {
  readonly rows: readonly Row[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly contenders: readonly Contender[];
  /** Where the results go. */
  readonly folder: string;
}

function readPlan(): Plan {
  const { values } = parseArgs({
    options: {
      short: { type: "boolean", default: false },
      rounds: { type: "string" },
      seconds: { type: "string" },
      rows: { type: "string" },
      only: { type: "string" },
    },
  });
  const isShort = values.short;
  const bare = (name: string): string => name.replaceAll(" ", "").toLowerCase();
  const chosen = (list: string | undefined, name: string, otherwise: boolean): boolean =>
    list === undefined ? otherwise : list.split(",").map(bare).includes(bare(name));
  const inShort = ["30 B", "600 B"];
  const isWhole = !isShort && values.rows === undefined && values.only === undefined;
  return {
    rows: rows().filter(({ name }) =>
      chosen(values.rows, name, !isShort || inShort.includes(name)),
    ),
    rounds: Number(values.rounds ?? (isShort ? 1 : 5)),
    seconds: Number(values.seconds ?? (isShort ? 1 : 3)),
    warmUpSeconds: isShort ? 1 : 3,
    contenders: contenders().filter(({ name }) => chosen(values.only, name, true)),
    folder: fileURLToPath(new URL(isWhole ? "results" : "../.cache/bench", import.meta.url)),
  };
}

/** The equal load is this share of what the slowest gateway manages. */
const pacedShare = 0.3;

async function measureRow(row: Row, gateways: readonly Child[], plan: Plan): Promise<RowResult> {
  const samples = gateways.map((gateway) => ({
    gateway,
    full: [] as Sample[],
    paced: [] as Sample[],
  }));
  for (const gateway of gateways) {
    await checkAnswer(gateway, row);
    await saturate(gateway, row, plan.warmUpSeconds);
  }
  const rounds = Array.from({ length: plan.rounds }, (_, round) =>
    // There and back: what drifts in the machine falls on nobody in particular.
    round % 2 === 0 ? samples : samples.toReversed(),
  );
  for (const order of rounds) {
    for (const { gateway, full } of order) full.push(await saturate(gateway, row, plan.seconds));
  }
  const slowest = Math.min(
    ...samples.map(({ full }) => median(full.map(({ perSecond }) => perSecond))),
  );
  const rate = Math.max(10, Math.round((slowest * pacedShare) / 10) * 10);
  for (const order of rounds) {
    for (const { gateway, paced } of order) {
      paced.push(await pace(gateway, row, plan.seconds, rate));
    }
  }
  const cells = cellsOf(
    samples.map(({ gateway, full, paced }) => ({
      gateway: gateway.name,
      full,
      paced,
      memory: memoryOf(gateway),
    })),
  );
  const { name, body, connections } = row;
  return { row: name, bytes: Buffer.byteLength(body), connections, rate, cells };
}

async function startAll(plan: Plan, upstream: Child): Promise<Child[]> {
  const started: Child[] = [];
  for (const contender of plan.contenders) {
    if ("absent" in contender) console.log(`${contender.name}: ${contender.absent}`);
    else started.push(await contender.start(upstream.port));
  }
  return started;
}

async function main(): Promise<void> {
  if (process.platform !== "linux") {
    console.log("bench: CPU time is read from /proc, which this system does not have");
    return;
  }
  const plan = readPlan();
  const driver = hasH2load ? "h2load" : "autocannon";
  const upstream = await startUpstream();
  const gateways: Child[] = [];
  try {
    gateways.push(...(await startAll(plan, upstream)));
    console.log(`upstream: ${upstream.name}, full load: ${driver}\n`);
    const results: RowResult[] = [];
    for (const row of plan.rows) {
      const result = await measureRow(row, gateways, plan);
      results.push(result);
      console.log(`${formatTable([result])}\n`);
    }
    const { rounds, seconds, folder } = plan;
    const machine = describeMachine();
    const report = { machine, upstream: upstream.name, driver, rounds, seconds, rows: results };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "bench.json"), `${JSON.stringify(report, undefined, 2)}\n`);
    writeFileSync(join(folder, "bench.svg"), drawChart(report));
    console.log(`written: ${join(folder, "bench.json")}, ${join(folder, "bench.svg")}`);
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await upstream.stop();
  }
}

await main();
