// Run by descriptor.test.ts as a process of its own, whose standard output is a pipe that nobody reads or that is
// closed. Writes far more than a pipe holds, then tells on standard error what became of it.
import { argv, stderr } from "node:process";
import { systemClock } from "../../src/base/index.ts";
import { descriptorDestination, openLineSink } from "../../src/telemetry/index.ts";

const lines = Number(argv[2]);
const sink = openLineSink(descriptorDestination(1), {
  clock: systemClock,
  maxWaitingLength: 100_000,
});
let turns = 0;
for (let i = 0; i < lines; i++) {
  sink.write(`${"x".repeat(999)}\n`);
  if (i % 10 === 0) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
}
await sink.close(200);
stderr.write(JSON.stringify({ turns, droppedLines: sink.droppedLines }));
