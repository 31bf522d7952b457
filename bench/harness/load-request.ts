import { readFileSync } from "node:fs";
import process from "node:process";

/** What a load process is asked for, as JSON on its standard input. */
export interface LoadRequest {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second; absent for as many as there can be. */
  readonly rate?: number;
}

/** What a load process measured, as JSON on its standard output. */
export interface LoadResult {
  /** Requests that were answered with 200. */
  readonly requests: number;
  readonly failures: number;
  readonly seconds: number;
  /** Latencies in ms, where the load was paced: under full load they say how long the queue was. */
  readonly p50?: number;
  readonly p99?: number;
}

/** Reads the request of this process. */
export function readLoadRequest(): LoadRequest {
  return JSON.parse(readFileSync(0, "utf8")) as LoadRequest;
}

/** Writes the result of this process. */
export function writeLoadResult(result: LoadResult): void {
  process.stdout.write(JSON.stringify(result));
}

/** The latency that a share of the requests did not exceed. */
export function percentile(latencies: readonly number[], share: number): number {
  const sorted = Float64Array.from(latencies).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
