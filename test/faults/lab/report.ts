import type { Sample } from "./load.ts";

/** One gateway in one scenario. */
export interface Row {
  readonly scenario: string;
  readonly gateway: string;
  readonly samples: readonly Sample[];
  /** When it went wrong: latencies are of what was due from then on. */
  readonly at: number;
  readonly figure: string;
}

const columns = [
  "scenario",
  "gateway",
  "requests",
  "GETs failed",
  "POSTs failed",
  "p50 ms",
  "p99 ms",
  "max ms",
  "what else",
] as const;

/** GETs that did not get their answer. */
export function failedGets(samples: readonly Sample[]): number {
  return samples.filter(({ method, outcome }) => method === "GET" && outcome !== "200").length;
}

/** The rows as a table of Markdown, aligned for a terminal. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map(cellsOf);
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...lines.map((line) => line[index]?.length ?? 0)),
  );
  const format = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`;
  return [
    format(columns),
    format(widths.map((width) => "-".repeat(width))),
    ...lines.map(format),
  ].join("\n");
}

function cellsOf({ scenario, gateway, samples, at, figure }: Row): readonly string[] {
  const since = samples.filter(({ dueAt }) => dueAt >= at);
  const latencies = since.map(({ dueAt, endedAt }) => endedAt - dueAt).sort((a, b) => a - b);
  return [
    scenario,
    gateway,
    String(samples.length),
    failures(samples, "GET"),
    failures(samples, "POST"),
    ...[0.5, 0.99, 1].map((share) => percentile(latencies, share).toFixed(1)),
    figure,
  ];
}

function failures(samples: readonly Sample[], wanted: Sample["method"]): string {
  const counts = new Map<string, number>();
  for (const { method, outcome } of samples) {
    if (method === wanted && outcome !== "200") {
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
  }
  if (counts.size === 0) return "0";
  return [...counts].map(([outcome, count]) => `${count} × ${outcome}`).join(", ");
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
