// `npm run faults`: back ends that fail under a steady load, behind Diglot and, where it is there, behind Envoy; see
// README.md beside this file. Ends with 1 when Diglot fails a GET that it had to save.
//   --only killed,hang   some scenarios only
//   --rate 400           requests a second
//   --all                Envoy in the small scenarios too
import { loadavg } from "node:os";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { describeMachine } from "../../../bench/harness/report.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { type BackEnds, startBackEnds } from "./back-ends.ts";
import { endWithUs } from "./end-with-us.ts";
import { diglot, envoy, type LabGateway } from "./gateways.ts";
import { startLoad } from "./load.ts";
import { failedGets, formatTable, type Row } from "./report.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";
import { troubles } from "./troubles.ts";

interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly rate: number;
  readonly isAll: boolean;
}

/** What is run in one go: its rows make one table. */
interface Part {
  readonly scenarios: readonly Scenario[];
  readonly gateways: readonly LabGateway[];
}

const endpoints = 4;

function readPlan(): Plan {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      rate: { type: "string", default: "400" },
      all: { type: "boolean", default: false },
    },
  });
  const known = [...scenarios, ...troubles];
  const names = values.only?.split(",");
  const unknown = names?.filter((name) => known.every((scenario) => scenario.name !== name)) ?? [];
  if (unknown.length > 0) {
    const all = known.map(({ name }) => name).join(", ");
    throw new Error(`no scenario is named ${unknown.join(", ")}; there are ${all}`);
  }
  return {
    scenarios: known.filter(({ name }) => names === undefined || names.includes(name)),
    rate: Number(values.rate),
    isAll: values.all,
  };
}

async function runScenario(
  scenario: Scenario,
  gateway: LabGateway,
  backEnds: BackEnds,
  rate: number,
): Promise<Row> {
  const { name, isProxied, needsSpares, warmUpSeconds, seconds } = scenario;
  const { places } = backEnds;
  await backEnds.repair(needsSpares);
  const ports = places.map(({ port, proxy }) => (isProxied ? proxy.port : port));
  const child = await gateway.start(ports, makeTemporaryFolder("faults"));
  const forget = endWithUs(child.pid);
  try {
    await startLoad({ port: child.port, rate: rate * 2, seconds: warmUpSeconds }).finished;
    const load = startLoad({ port: child.port, rate, seconds });
    const begunAt = performance.now();
    const until = (at: number): Promise<void> =>
      sleep(Math.max(0, begunAt + at * 1000 - performance.now()));
    const deed = await scenario.act({ places, until });
    await load.finished;
    const { samples } = load;
    return {
      scenario: name,
      gateway: gateway.name,
      samples,
      at: deed.at,
      figure: deed.figure(samples),
    };
  } finally {
    await child.stop();
    forget();
  }
}

async function runPart(
  { scenarios: chosen, gateways }: Part,
  backEnds: BackEnds,
  rate: number,
): Promise<boolean> {
  const rows: Row[] = [];
  let isSaved = true;
  for (const scenario of chosen) {
    for (const gateway of gateways) {
      const row = await runScenario(scenario, gateway, backEnds, rate);
      rows.push(row);
      if (scenario.mustSave && gateway === diglot && failedGets(row.samples) > 0) isSaved = false;
    }
  }
  if (rows.length > 0) console.log(`${formatTable(rows)}\n`);
  return isSaved;
}

async function main(): Promise<void> {
  const plan = readPlan();
  const { cpu, cores, node, commit } = describeMachine();
  const load = (loadavg()[0] ?? 0).toFixed(1);
  console.log(`${cpu}, ${cores} cores with load ${load}, Node ${node}, ${commit}\n`);
  const peer = envoy();
  if (peer === undefined) {
    console.log("Envoy: not there, its rows are skipped; `npm run bench:peers` obtains it");
  }
  const both = peer === undefined ? [diglot] : [diglot, peer];
  const backEnds = await startBackEnds(endpoints);
  try {
    const isLarge = (scenario: Scenario): boolean => scenarios.includes(scenario);
    const parts: readonly Part[] = [
      { scenarios: plan.scenarios.filter(isLarge), gateways: both },
      {
        scenarios: plan.scenarios.filter((scenario) => !isLarge(scenario)),
        gateways: plan.isAll ? both : [diglot],
      },
    ];
    for (const part of parts) {
      if (!(await runPart(part, backEnds, plan.rate))) process.exitCode = 1;
    }
    if (process.exitCode === 1) console.log("faults: Diglot failed GETs that it had to save");
  } finally {
    await backEnds.stop();
  }
}

await main();
