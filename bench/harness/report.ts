import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import process from "node:process";
import { median, type Sample } from "./measure.ts";

/** One gateway on one row: medians of its rounds. */
export interface Cell {
  readonly gateway: string;
  /** CPU µs of the gateway's process per request under full load. */
  readonly cpu: number;
  /** The least and the most of the rounds. */
  readonly cpuRange: readonly [number, number];
  readonly perSecond: number;
  /** Latencies in ms, and CPU µs per request, at the rate that all gateways of the row were given. */
  readonly p50: number;
  readonly p99: number;
  readonly pacedCpu: number;
  readonly memory: number;
  /** CPU per request in Envoy's; absent without Envoy. */
  readonly ratio: number | undefined;
}

/** One row of the bench. */
export interface RowResult {
  readonly row: string;
  readonly bytes: number;
  readonly connections: number;
  /** Requests per second of the equal load. */
  readonly rate: number;
  readonly cells: readonly Cell[];
}

/** A whole run. */
export interface Report {
  readonly machine: Machine;
  readonly upstream: string;
  /** What drove the full load. */
  readonly driver: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly RowResult[];
}

/** What the figures were measured on: they mean nothing on another one. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  readonly commit: string;
}

/** Describes this machine. */
export function describeMachine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    commit: commitOf(),
  };
}

function commitOf(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** What was measured of one gateway on one row. */
export interface Samples {
  readonly gateway: string;
  readonly full: readonly Sample[];
  readonly paced: readonly Sample[];
  readonly memory: number;
}

/** Makes cells of samples. */
export function cellsOf(samples: readonly Samples[]): readonly Cell[] {
  const of = (list: readonly Sample[], key: keyof Sample): number =>
    median(list.map((one) => one[key] ?? Number.NaN));
  const envoy = samples.find(({ gateway }) => gateway === "Envoy");
  const envoyCpu = envoy === undefined ? undefined : of(envoy.full, "cpu");
  return samples.map(({ gateway, full, paced, memory }) => {
    const cpu = of(full, "cpu");
    const all = full.map((one) => one.cpu);
    return {
      gateway,
      cpu,
      cpuRange: [Math.min(...all), Math.max(...all)],
      perSecond: of(full, "perSecond"),
      p50: of(paced, "p50"),
      p99: of(paced, "p99"),
      pacedCpu: of(paced, "cpu"),
      memory,
      ratio: envoyCpu === undefined ? undefined : cpu / envoyCpu,
    };
  });
}

const columns = [
  "",
  "gateway",
  "CPU µs/req",
  "least–most",
  "of Envoy's",
  "req/s",
  "at req/s",
  "CPU µs/req",
  "p50 ms",
  "p99 ms",
  "RSS MiB",
] as const;

/** The run as a table of Markdown, aligned for a terminal. */
export function formatTable(rows: readonly RowResult[]): string {
  const lines = rows.flatMap(({ row, rate, cells }) =>
    cells.map((cell, index) => [
      index === 0 ? row : "",
      cell.gateway,
      short(cell.cpu),
      cell.cpuRange.map(short).join("–"),
      cell.ratio === undefined ? "" : cell.ratio.toFixed(2),
      cell.perSecond.toFixed(0),
      String(rate),
      short(cell.pacedCpu),
      cell.p50.toFixed(2),
      cell.p99.toFixed(2),
      cell.memory.toFixed(0),
    ]),
  );
  const widths = columns.map((column, index) =>
    Math.max(3, ...[column, ...lines.map((line) => line[index] ?? "")].map(({ length }) => length)),
  );
  const format = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => (index < 2 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, index) =>
    index < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [format(columns), format(rule), ...lines.map(format)].join("\n");
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
