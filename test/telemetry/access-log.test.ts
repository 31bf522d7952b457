import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type AccessRecord, createAccessLog, openLineSink } from "../../src/telemetry/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { InstantDestination } from "./memory-destination.ts";

const full: AccessRecord = {
  time: 1_700_000_000_007.9,
  requestId: "r1",
  method: "GET",
  path: "/v1/shelves/1",
  query: "view=FULL",
  route: "/v1/{name=shelves/*}",
  rpc: "library.v1.Library/GetShelf",
  status: 404,
  grpcCode: "NOT_FOUND",
  reason: "NO_ROUTE",
  durationMs: 1.23456,
  upstreamMs: 1,
  bytesIn: 0,
  bytesOut: 120,
  peer: "192.0.2.1",
  protocol: "HTTP/1.1",
  endpoint: "10.0.0.1:50051",
  userAgent: "curl/8",
  attempts: 1,
};

const bare: AccessRecord = {
  ...full,
  query: undefined,
  route: undefined,
  rpc: undefined,
  grpcCode: undefined,
  reason: undefined,
  upstreamMs: undefined,
  endpoint: undefined,
  userAgent: undefined,
};

function lineOf(record: AccessRecord): string {
  const destination = new InstantDestination();
  createAccessLog(openLineSink(destination, { clock: new FakeClock() })).write(record);
  return destination.text;
}

/** What a reader of the line sees; its time is text. */
function parsed(record: AccessRecord): { readonly [K in keyof AccessRecord]?: unknown } {
  return JSON.parse(lineOf(record)) as Record<keyof AccessRecord, unknown>;
}

suite("the access log", () => {
  test("writes a record as one JSON line in a fixed order", () => {
    assert.equal(
      lineOf(full),
      '{"time":"2023-11-14T22:13:20.007Z","requestId":"r1","method":"GET","path":"/v1/shelves/1",' +
        '"query":"view=FULL","route":"/v1/{name=shelves/*}","rpc":"library.v1.Library/GetShelf",' +
        '"status":404,"grpcCode":"NOT_FOUND","reason":"NO_ROUTE","durationMs":1.235,"upstreamMs":1,' +
        '"bytesIn":0,"bytesOut":120,"peer":"192.0.2.1","protocol":"HTTP/1.1",' +
        '"endpoint":"10.0.0.1:50051","userAgent":"curl/8","attempts":1}\n',
    );
  });

  test("leaves out what is undefined", () => {
    assert.equal(
      lineOf(bare),
      '{"time":"2023-11-14T22:13:20.007Z","requestId":"r1","method":"GET","path":"/v1/shelves/1",' +
        '"status":404,"durationMs":1.235,"bytesIn":0,"bytesOut":120,"peer":"192.0.2.1",' +
        '"protocol":"HTTP/1.1","attempts":1}\n',
    );
  });

  test("A-15, A-27: secret query parameters are redacted", () => {
    assert.equal(parsed({ ...full, query: "api_key=x&a=1" }).query, "api_key=[redacted]&a=1");
  });

  test("what a client sends is cut at 1,024 characters", () => {
    const long = "a".repeat(5000);
    assert.equal(parsed({ ...full, path: long }).path, `${"a".repeat(1024)}...`);
    assert.ok(lineOf({ ...full, path: long, userAgent: long, query: long }).length < 4000);
  });

  const times = [
    { name: "the first millisecond of a second", time: 1_700_000_000_000, want: "20.000Z" },
    { name: "two digits", time: 1_700_000_000_042, want: "20.042Z" },
    { name: "three digits", time: 1_700_000_000_999, want: "20.999Z" },
    { name: "the next second", time: 1_700_000_001_001, want: "21.001Z" },
    { name: "not a time", time: Number.NaN, want: "00.000Z" },
    { name: "beyond all times", time: 1e300, want: "00.000Z" },
    { name: "before the epoch", time: -1, want: "59.999Z" },
  ];
  for (const { name, time, want } of times) {
    test(`time: ${name}`, () => assert.ok(String(parsed({ ...full, time }).time).endsWith(want)));
  }

  test("numbers that JSON does not have are null", () => {
    const line = parsed({ ...full, durationMs: Number.NaN, bytesOut: Number.POSITIVE_INFINITY });
    assert.equal(line.durationMs, null);
    assert.equal(line.bytesOut, null);
  });

  test("whatever the texts hold, a record is one line that reads back the same", () => {
    const text = fc.string({ unit: "binary", maxLength: 60 });
    const maybe = fc.option(text, { nil: undefined });
    const texts = fc.record({
      requestId: text,
      method: text,
      path: text,
      route: maybe,
      rpc: maybe,
      grpcCode: maybe,
      reason: maybe,
      peer: text,
      protocol: text,
      endpoint: maybe,
      userAgent: maybe,
    });
    fc.assert(
      fc.property(texts, fc.nat(), fc.date({ noInvalidDate: true }), (given, bytesOut, date) => {
        const record = { ...full, ...given, bytesOut, time: date.getTime() };
        const line = lineOf(record);
        assert.equal(line.indexOf("\n"), line.length - 1);
        const want: unknown = JSON.parse(
          JSON.stringify({ ...record, time: date.toISOString(), durationMs: 1.235 }),
        );
        assert.deepEqual(JSON.parse(line), want);
      }),
      { numRuns: 1000 },
    );
  });
});
