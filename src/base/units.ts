import { err, ok, type Result } from "./result.ts";

const durationUnits = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

const sizeUnits = new Map([
  ["B", 1],
  ["KiB", 1024],
  ["MiB", 1024 ** 2],
  ["GiB", 1024 ** 3],
]);

/** Reads `500ms`, `30s`, `1.5m` or `2h` as milliseconds. */
export function parseDurationMs(text: string): Result<number, string> {
  return parseWithUnit(text, durationUnits, "a duration such as 500ms, 30s or 5m");
}

/** Reads `512B`, `64KiB`, `4MiB` or `1GiB` as whole bytes. */
export function parseSizeBytes(text: string): Result<number, string> {
  const size = parseWithUnit(text, sizeUnits, "a size such as 64KiB or 4MiB");
  return size.ok ? ok(Math.floor(size.value)) : size;
}

/** Reads `20%` as the fraction 0.2; 0% to 100%. */
export function parsePercent(text: string): Result<number, string> {
  const percent = parseWithUnit(text, new Map([["%", 0.01]]), "a percentage such as 20%");
  if (percent.ok && percent.value > 1) return err("expected at most 100%");
  return percent;
}

function parseWithUnit(
  text: string,
  units: ReadonlyMap<string, number>,
  expected: string,
): Result<number, string> {
  const parts = /^(\d{1,15}(?:\.\d{1,9})?)([A-Za-z%]+)$/.exec(text);
  const factor = units.get(parts?.[2] ?? "");
  if (parts?.[1] === undefined || factor === undefined) return err(`expected ${expected}`);
  return ok(Number(parts[1]) * factor);
}
