// Microseconds from JSON bytes to wire bytes, beside both libraries and JSON.parse: node --import tsx bench/micro/protojson-read.ts

import { Buffer } from "node:buffer";
import { createRequire } from "node:module";
import process from "node:process";
import { fromJsonString, toBinary } from "@bufbuild/protobuf";
import type { Type } from "protobufjs";
import { createJsonReaders, WireWriter } from "../../src/protojson/index.ts";
import { loadBodies } from "./protojson/bodies.ts";

const protojson = createRequire(import.meta.url)("protobufjs/ext/protojson.js") as {
  fromJsonString(type: Type, json: string): unknown;
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
const readers = createJsonReaders(registry);
const out = new WireWriter();
process.stdout.write(
  "body    wire bytes   ours    parse    ratio  protobuf-es  protobufjs protojson  (µs)\n",
);
for (const body of bodies) {
  const reader = readers.message(body.desc);
  const bytes = Buffer.from(body.json);
  const ours = microsecondsOf(() => {
    out.reset(5);
    const problem = reader.read(bytes, out);
    return problem === undefined ? out.finish().length : 0;
  }, body.json.length);
  // Every reader begins with the bytes of a request, so that making the string counts.
  const parse = microsecondsOf(
    () => Object.keys(JSON.parse(bytes.toString()) as object).length,
    body.json.length,
  );
  const es = microsecondsOf(
    () => toBinary(body.desc, fromJsonString(body.desc, bytes.toString(), { registry })).length,
    body.json.length * 4,
  );
  const { type } = body;
  const js = microsecondsOf(() => {
    const message = protojson.fromJsonString(type, bytes.toString()) as Record<string, unknown>;
    return type.encode(message).finish().length;
  }, body.json.length * 4);
  const cells = [ours, parse, ours / parse, es, js].map((cell) => cell.toFixed(2).padStart(9));
  process.stdout.write(
    `${body.name.padEnd(8)}${String(body.wire.length).padStart(7)} ${cells.join("")}\n`,
  );
}
