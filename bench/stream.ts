// `npm run bench:stream`: what a streamed message costs Diglot and Envoy; see README.md beside this file.
//   --rounds 5      rounds of every row
//   --seconds 3     length of each measurement
import process from "node:process";
import { parseArgs } from "node:util";
import { type Child, cpuMicroseconds } from "./harness/child.ts";
import { contenders, startUpstream } from "./harness/gateways.ts";
import { median } from "./harness/measure.ts";
import { readStreams, type StreamLoad } from "./harness/read-streams.ts";

/** One shape of server stream. */
interface StreamRow {
  readonly name: string;
  readonly load: Omit<StreamLoad, "port" | "seconds">;
}

const message = "m".repeat(76);

/** About 100 bytes of JSON a message. The first row comes as fast as it can, the second a message at a time. */
const rows: readonly StreamRow[] = [
  {
    name: "100 B, as fast as it comes",
    load: { connections: 8, request: { message, count: 1000 }, messages: 1000 },
  },
  {
    name: "100 B, each by itself (2 ms apart)",
    load: { connections: 16, request: { message, count: 100, delayMillis: 2 }, messages: 100 },
  },
];

/** CPU time of the gateway's process per message, µs. */
async function measure(gateway: Child, row: StreamRow, seconds: number): Promise<number> {
  const before = cpuMicroseconds(gateway.pid);
  const messages = await readStreams({ ...row.load, port: gateway.port, seconds });
  return (cpuMicroseconds(gateway.pid) - before) / messages;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string" }, seconds: { type: "string" } },
  });
  if (process.platform !== "linux") {
    console.log("bench: CPU time is read from /proc, which this system does not have");
    return;
  }
  const rounds = Number(values.rounds ?? 5);
  const seconds = Number(values.seconds ?? 3);
  const upstream = await startUpstream();
  const gateways: Child[] = [];
  try {
    for (const contender of contenders()) {
      // The Go gateways frame their streams in another way.
      if (contender.name !== "Diglot" && contender.name !== "Envoy") continue;
      if ("absent" in contender) console.log(`${contender.name}: ${contender.absent}`);
      else gateways.push(await contender.start(upstream.port));
    }
    for (const row of rows) await measureRow(row, gateways, rounds, seconds);
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await upstream.stop();
  }
}

async function measureRow(
  row: StreamRow,
  gateways: readonly Child[],
  rounds: number,
  seconds: number,
): Promise<void> {
  const samples = gateways.map((gateway) => ({ gateway, cpu: [] as number[] }));
  for (const { gateway } of samples) await measure(gateway, row, 1);
  for (let round = 0; round < rounds; round++) {
    for (const { gateway, cpu } of round % 2 === 0 ? samples : samples.toReversed()) {
      cpu.push(await measure(gateway, row, seconds));
    }
  }
  console.log(row.name);
  for (const { gateway, cpu } of samples) {
    const spread = `${Math.min(...cpu).toFixed(2)}-${Math.max(...cpu).toFixed(2)}`;
    console.log(`  ${gateway.name.padEnd(8)} ${median(cpu).toFixed(2)} us a message (${spread})`);
  }
}

await main();
