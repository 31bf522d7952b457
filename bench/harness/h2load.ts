import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LoadRequest, LoadResult } from "./load-request.ts";

/** Whether nghttp2's h2load is there: it takes a fraction of autocannon's CPU, which the gateways then have. */
export const hasH2load = spawnSync("h2load", ["--version"]).status === 0;

/** As many requests as there can be, over HTTP/1.1. */
export async function runH2load(request: LoadRequest): Promise<LoadResult> {
  const { port, path, body, connections, seconds } = request;
  const folder = mkdtempSync(join(tmpdir(), "diglot-bench-"));
  const file = join(folder, "body");
  writeFileSync(file, body);
  const words = ["--h1", "-t", "1", "-c", String(connections), "-D", String(seconds)];
  const url = `http://127.0.0.1:${port}${path}`;
  try {
    const { stdout } = await promisify(execFile)("h2load", [
      ...words,
      ...["-H", "content-type: application/json", "-d", file, url],
    ]);
    return resultOf(stdout, seconds);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** From `requests: 9 total, 9 started, 9 done, 9 succeeded, …` and `status codes: 9 2xx, …`; what was under way at the end is neither. */
function resultOf(output: string, seconds: number): LoadResult {
  const done = Number(/ (\d+) done,/.exec(output)?.[1]);
  const good = Number(/status codes: (\d+) 2xx/.exec(output)?.[1]);
  if (Number.isNaN(done) || Number.isNaN(good)) throw new Error(`h2load said: ${output}`);
  return { requests: good, failures: done - good, seconds };
}
