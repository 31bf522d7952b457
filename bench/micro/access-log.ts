// Nanoseconds for one line of the access log: node --import tsx bench/micro/access-log.ts

import process from "node:process";
import { systemClock } from "../../src/base/index.ts";
import { type AccessRecord, createAccessLog, openLineSink } from "../../src/telemetry/index.ts";

const plain: AccessRecord = {
  time: Date.now(),
  requestId: "5f0c2b7a9d1e4c38b6a7f00112233445",
  method: "GET",
  path: "/v1/shelves/fantasy/books/the-name-of-the-wind",
  query: undefined,
  route: "/v1/{name=shelves/*/books/*}",
  rpc: "library.v1.Library/GetBook",
  status: 200,
  grpcCode: "OK",
  reason: undefined,
  durationMs: 1.2345678,
  upstreamMs: 0.9876543,
  bytesIn: 0,
  bytesOut: 607,
  peer: "192.0.2.17",
  protocol: "HTTP/1.1",
  endpoint: "10.0.0.7:50051",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
  attempts: 1,
};
const escaped: AccessRecord = { ...plain, path: '/v1/"shelves"', userAgent: "caf\u00e9 \\ 1" };

let writtenLength = 0;
const destination = {
  write(text: string, done: (error: Error | undefined) => void): void {
    writtenLength += Buffer.from(text).length;
    done(undefined);
  },
  close(): void {},
};
const sink = openLineSink(destination, { clock: systemClock, gatherMs: 5 });
const log = createAccessLog(sink);
const count = 2000;

for (const [name, record] of [
  ["plain", plain],
  ["with escapes", escaped],
] as const) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 200; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) log.write({ ...record, time: record.time + i });
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count);
    await new Promise((resolve) => setTimeout(resolve, 6));
  }
  console.log(`${name}: ${best.toFixed(0)} ns a line, the record's copy included`);
}
await sink.close();
console.log(`${writtenLength} bytes written, ${sink.droppedLines} lines dropped`);
