// Microseconds from wire bytes to JSON bytes, beside both libraries: node --import tsx bench/micro/protojson-write.ts

import { createRequire } from "node:module";
import process from "node:process";
import { fromBinary, toJsonString } from "@bufbuild/protobuf";
import type { Type } from "protobufjs";
import { createJsonWriters, defaultJsonWriteOptions, JsonSink } from "../../src/protojson/index.ts";
import { loadBodies } from "./protojson/bodies.ts";

const protojson = createRequire(import.meta.url)("protobufjs/ext/protojson.js") as {
  toJsonString(type: Type, message: unknown): string;
};

/** Best of several rounds; the others hold what the machine did besides. */
function microsecondsOf(run: () => number, bytes: number): number {
  const count = Math.max(20, Math.floor(3_000_000 / (bytes + 200)));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 9; round++) {
    const start = process.hrtime.bigint();
    let total = 0;
    for (let i = 0; i < count; i++) total += run();
    const elapsed = Number(process.hrtime.bigint() - start) / 1_000 / count;
    if (total > 0 && elapsed < best) best = elapsed;
  }
  return best;
}

const { registry, bodies } = await loadBodies();
const writers = createJsonWriters(registry, defaultJsonWriteOptions);
const sink = new JsonSink();
process.stdout.write(
  "body    JSON bytes   ours  stringify  ratio  protobuf-es  protobufjs protojson  (µs)\n",
);
for (const body of bodies) {
  const writer = writers.message(body.desc);
  const ours = microsecondsOf(() => {
    sink.reset();
    writer.write(body.wire, 0, body.wire.length, sink);
    return sink.length;
  }, body.json.length);
  const value: unknown = JSON.parse(body.json);
  const stringify = microsecondsOf(() => JSON.stringify(value).length, body.json.length);
  const es = microsecondsOf(
    () => toJsonString(body.desc, fromBinary(body.desc, body.wire), { registry }).length,
    body.json.length * 4,
  );
  const js = microsecondsOf(
    () => protojson.toJsonString(body.type, body.type.decode(body.wire)).length,
    body.json.length * 4,
  );
  const cells = [ours, stringify, ours / stringify, es, js].map((cell) =>
    cell.toFixed(2).padStart(9),
  );
  process.stdout.write(
    `${body.name.padEnd(8)}${String(sink.length).padStart(7)} ${cells.join("")}\n`,
  );
}
