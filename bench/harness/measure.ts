import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, stripVTControlCharacters } from "node:util";
import type { Row } from "./bodies.ts";
import { type Child, cpuMicroseconds, residentMebibytes } from "./child.ts";
import { hasH2load, runH2load } from "./h2load.ts";
import type { LoadRequest, LoadResult } from "./load-request.ts";

/** What one round of one gateway on one row came to. */
export interface Sample {
  /** CPU time of the gateway's process per request, µs. */
  readonly cpu: number;
  readonly perSecond: number;
  /** Latencies in ms, where the load was paced. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

/** Asks once and compares: a gateway that answers something else is not measured. */
export async function checkAnswer(gateway: Child, row: Row): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${gateway.port}${row.path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: row.body,
  });
  const text = await response.text();
  const place = `${gateway.name}, ${row.name}`;
  if (response.status !== 200)
    throw new Error(`${place}: ${response.status} ${text.slice(0, 300)}`);
  if (!isDeepStrictEqual(JSON.parse(text), JSON.parse(row.body))) {
    throw new Error(`${place}: answers what it was not sent: ${text.slice(0, 300)}`);
  }
}

/** As many requests as there can be. */
export async function saturate(gateway: Child, row: Row, seconds: number): Promise<Sample> {
  const request = { ...row, port: gateway.port, seconds };
  const load = hasH2load ? runH2load : (asked: LoadRequest) => runScript("saturate.ts", asked);
  return sample(gateway, () => load(request));
}

/** Requests at a fixed rate. */
export async function pace(
  gateway: Child,
  row: Row,
  seconds: number,
  rate: number,
): Promise<Sample> {
  // More connections than are ever busy: nobody waits for one while the gateway keeps up.
  const request = { ...row, port: gateway.port, connections: 64, seconds, rate };
  return sample(gateway, () => runScript("pace.ts", request));
}

/** Resident memory of the gateway's process now, MiB. */
export function memoryOf(gateway: Child): number {
  return residentMebibytes(gateway.pid);
}

async function sample(gateway: Child, load: () => Promise<LoadResult>): Promise<Sample> {
  const before = cpuMicroseconds(gateway.pid);
  const { requests, failures, seconds, p50, p99 } = await load();
  const used = cpuMicroseconds(gateway.pid) - before;
  if (failures > 0 || requests === 0) {
    throw new Error(`${gateway.name}: ${failures} of ${requests + failures} requests failed`);
  }
  return { cpu: used / requests, perSecond: requests / seconds, p50, p99 };
}

function runScript(script: string, request: LoadRequest): Promise<LoadResult> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", file], { stdio: "pipe" });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  child.stdin.end(JSON.stringify(request));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(output).toString()) as LoadResult);
      else {
        const said = stripVTControlCharacters(Buffer.concat(errors).toString());
        reject(new Error(`${script} ended with ${code}: ${said.slice(-1000)}`));
      }
    });
  });
}

/** The middle of the numbers: of an even count, the lower one of the two. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}
