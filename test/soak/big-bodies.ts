// `npm run soak:bodies`: a GiB of google.api.HttpBody down and up through a gateway process. Ends with 1 when the
// gateway's memory grows with the body, or a byte is lost.
//   --mib 1024      size of each transfer
import process from "node:process";
import { parseArgs } from "node:util";
import { measureBodies } from "./measure.ts";

/** Most growth of resident memory, in MiB: bodies are not held, but V8 lets some of what is done with them lie. */
const mostGrowthMib = 64;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { mib: { type: "string", default: "1024" } } });
  if (process.platform !== "linux") {
    console.log("soak: memory is read from /proc, which this system does not have");
    return;
  }
  for (const transfer of await measureBodies(Number(values.mib), "built")) {
    const { name, isWhole, bytes, seconds, cpuSeconds, idleMib, peakMib, endMib } = transfer;
    const growthMib = peakMib - idleMib;
    console.log(
      [
        name.padEnd(20),
        `${bytes} bytes${isWhole ? "" : " NOT WHOLE"}`,
        `${seconds.toFixed(1)} s`,
        `${cpuSeconds.toFixed(1)} s CPU`,
        `+${growthMib.toFixed(1)} MiB`,
        `(${idleMib.toFixed(0)} idle, ${peakMib.toFixed(0)} at most, ${endMib.toFixed(0)} at the end)`,
      ].join("  "),
    );
    if (!isWhole || growthMib > mostGrowthMib) process.exitCode = 1;
  }
}

await main();
