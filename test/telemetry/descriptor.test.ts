import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { descriptorDestination } from "../../src/telemetry/index.ts";

const childFile = new URL("./descriptor-child.ts", import.meta.url).pathname;

interface Outcome {
  readonly code: number | null;
  readonly turns: number;
  readonly droppedLines: number;
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  assert.ok(child.stderr !== null);
  const [report] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code: child.exitCode, ...(JSON.parse(report) as Omit<Outcome, "code">) };
}

function start(lines: number): ChildProcess {
  const args = ["--import", "tsx", childFile, String(lines)];
  return spawn(execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
}

function writeTo(descriptor: number, content: string): Promise<Error | undefined> {
  const destination = descriptorDestination(descriptor);
  return new Promise((resolve) => {
    destination.write(content, (error) => {
      destination.close();
      resolve(error);
    });
  });
}

suite("faults.md X-13: standard output that takes nothing", () => {
  test("a full log pipe neither blocks nor ends the process; lines are dropped and counted", async () => {
    const { code, turns, droppedLines } = await outcomeOf(start(2000));
    assert.equal(code, 0);
    assert.equal(turns, 200);
    assert.ok(droppedLines > 1000, `only ${droppedLines} lines were dropped`);
  });

  test("a closed log pipe neither blocks nor ends the process; lines are dropped and counted", async () => {
    const child = start(2000);
    child.stdout?.destroy();
    const { code, turns, droppedLines } = await outcomeOf(child);
    assert.equal(code, 0);
    assert.equal(turns, 200);
    assert.equal(droppedLines, 2000);
  });

  test("a pipe that is read gets every line, whole and in order", async () => {
    const child = start(50);
    assert.ok(child.stdout !== null);
    const [output, { droppedLines }] = await Promise.all([text(child.stdout), outcomeOf(child)]);
    assert.equal(droppedLines, 0);
    assert.equal(output, `${"x".repeat(999)}\n`.repeat(50));
  });
});

suite("a destination over a file descriptor", () => {
  test("goes on in a regular file where others left off, and leaves it open", async () => {
    const folder = mkdtempSync(join(tmpdir(), "telemetry-"));
    try {
      const file = join(folder, "log");
      const descriptor = openSync(file, "w");
      writeSync(descriptor, "before\n");
      assert.equal(await writeTo(descriptor, "é\n"), undefined);
      writeSync(descriptor, "after\n");
      closeSync(descriptor);
      assert.equal(readFileSync(file, "utf8"), "before\né\nafter\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("R-12: a full disk is an error of the write, not a throw", async () => {
    const descriptor = openSync("/dev/full", "w");
    const error = await writeTo(descriptor, "a\n");
    closeSync(descriptor);
    assert.match(error?.message ?? "", /ENOSPC/);
  });

  test("a descriptor that is not open is an error of the write", async () => {
    const error = await writeTo(9999, "a\n");
    assert.match(error?.message ?? "", /EBADF/);
  });

  test("after close a write fails", async () => {
    const destination = descriptorDestination(9999);
    destination.close();
    const error = await new Promise<Error | undefined>((resolve) => {
      destination.write("a\n", resolve);
    });
    assert.match(error?.message ?? "", /closed/);
  });
});
