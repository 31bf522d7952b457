import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const made: string[] = [];

/**
 * Makes an empty folder that goes away with the process. The hooks of a test run do not run where a run is ended in
 * its middle by `process.exit`, or where there is no test at all, so that they leave their folders behind.
 */
export function makeTemporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `diglot-${name}-`));
  if (made.push(folder) === 1) process.once("exit", removeFolders);
  return folder;
}

function removeFolders(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
}
