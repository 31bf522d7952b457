import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type LineSinkOptions, openLineSink } from "../../src/telemetry/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { InstantDestination, MemoryDestination } from "./memory-destination.ts";

function open(options: Partial<LineSinkOptions> = {}) {
  const clock = new FakeClock();
  const destination = new MemoryDestination();
  return { clock, destination, sink: openLineSink(destination, { clock, ...options }) };
}

const lost = (count: number) =>
  `{"level":"warn","time":"2023-11-14T22:13:21.000Z","event":"log.lines_dropped","count":${count}}\n`;

suite("a line sink", () => {
  test("writes a line at once when nothing is to be gathered", () => {
    const { destination, sink } = open();
    sink.write("a\n");
    destination.finish();
    sink.write("b\n");
    destination.finish();
    assert.deepEqual(destination.writes, ["a\n", "b\n"]);
  });

  test("gathers what comes while a write is under way into the next one", () => {
    const { destination, sink } = open();
    for (const line of ["a\n", "b\n", "c\n"]) sink.write(line);
    destination.finish();
    destination.finish();
    assert.deepEqual(destination.writes, ["a\n", "b\nc\n"]);
  });

  test("gathers lines for gatherMs", () => {
    const { clock, destination, sink } = open({ gatherMs: 5 });
    sink.write("a\n");
    clock.advance(4);
    sink.write("b\n");
    assert.deepEqual(destination.writes, []);
    clock.advance(1);
    assert.deepEqual(destination.writes, ["a\nb\n"]);
    destination.finish();
    assert.equal(clock.timerCount, 0);
  });

  test("does not wait once gatherLength has come", () => {
    const { clock, destination, sink } = open({ gatherMs: 5, gatherLength: 4 });
    sink.write("a\n");
    assert.deepEqual(destination.writes, []);
    sink.write("b\n");
    assert.deepEqual(destination.writes, ["a\nb\n"]);
    destination.finish();
    assert.equal(clock.timerCount, 0);
  });

  test("R-12, X-13: what a slow destination leaves waiting is bounded; the rest is dropped and counted", () => {
    const { destination, sink } = open({ maxWaitingLength: 6 });
    sink.write("0\n");
    for (const line of ["a\n", "b\n", "c\n", "d\n", "e\n"]) sink.write(line);
    assert.equal(sink.droppedLines, 2);
    destination.finish();
    destination.finish();
    assert.deepEqual(destination.writes, ["0\n", `${lost(2)}a\nb\nc\n`]);
  });

  test("a loss is reported once", () => {
    const { destination, sink } = open({ maxWaitingLength: 2 });
    for (const line of ["0\n", "a\n", "b\n"]) sink.write(line);
    destination.finish();
    destination.finish();
    sink.write("c\n");
    destination.finish();
    assert.equal(destination.text, `0\n${lost(1)}a\nc\n`);
    assert.equal(sink.droppedLines, 1);
  });

  test("X-13: a failed write drops its lines, counts them and leaves the destination alone for a second", () => {
    const { clock, destination, sink } = open();
    sink.write("a\n");
    sink.write("b\n");
    destination.finish(new Error("EPIPE"));
    assert.equal(sink.droppedLines, 1);
    sink.write("c\n");
    clock.advance(999);
    assert.deepEqual(destination.writes, ["a\n"]);
    clock.advance(1);
    destination.finish();
    assert.equal(destination.text, `${lost(1).replace("21.000", "22.000")}b\nc\n`);
    assert.equal(sink.droppedLines, 1);
  });

  test("R-12: a loss whose report is lost too is reported later, in sum", () => {
    const { clock, destination, sink } = open({ gatherMs: 5 });
    sink.write("a\n");
    clock.advance(5);
    destination.finish(new Error("ENOSPC"));
    sink.write("b\n");
    clock.advance(1000);
    destination.finish(new Error("ENOSPC"));
    sink.write("c\n");
    clock.advance(1000);
    destination.finish();
    assert.match(destination.text, /"count":2\}\nc\n$/);
    assert.equal(sink.droppedLines, 2);
  });

  test("after a failure nothing is written early, however much waits", () => {
    const { destination, sink } = open({ gatherMs: 5, gatherLength: 1 });
    sink.write("a\n");
    sink.write("b\n");
    destination.finish(new Error("EPIPE"));
    sink.write("c\n");
    sink.write("d\n");
    assert.equal(destination.writes.length, 1);
  });

  test("close writes what waits and closes the destination", async () => {
    const { clock, destination, sink } = open({ gatherMs: 5 });
    sink.write("a\n");
    const closed = sink.close();
    assert.equal(destination.closedTimes, 0);
    destination.finish();
    await closed;
    assert.equal(destination.text, "a\n");
    assert.equal(destination.closedTimes, 1);
    assert.equal(clock.timerCount, 0);
  });

  test("close waits for the write under way and for what came during it", async () => {
    const { destination, sink } = open();
    sink.write("a\n");
    sink.write("b\n");
    const closed = sink.close();
    destination.finish();
    destination.finish();
    await closed;
    assert.equal(destination.text, "a\nb\n");
    assert.equal(sink.droppedLines, 0);
  });

  test("close gives a stuck destination its time, then counts what waits as dropped", async () => {
    const { clock, destination, sink } = open();
    sink.write("a\n");
    sink.write("b\n");
    const closed = sink.close(100);
    clock.advance(100);
    await closed;
    assert.equal(sink.droppedLines, 1);
    assert.equal(destination.closedTimes, 1);
    destination.finish();
    assert.equal(destination.writes.length, 1);
  });

  test("close gives up at once when the last write fails", async () => {
    const { clock, destination, sink } = open();
    sink.write("a\n");
    sink.write("b\n");
    const closed = sink.close();
    destination.finish(new Error("EPIPE"));
    await closed;
    assert.equal(sink.droppedLines, 2);
    assert.equal(clock.timerCount, 0);
  });

  test("close of an idle sink ends at once, and twice is once", async () => {
    const { destination, sink } = open();
    await sink.close();
    await sink.close();
    assert.equal(destination.closedTimes, 1);
  });

  test("after close lines are dropped and counted", async () => {
    const { destination, sink } = open();
    await sink.close();
    sink.write("a\n");
    assert.equal(sink.droppedLines, 1);
    assert.deepEqual(destination.writes, []);
  });

  test("a destination that is done before it returns is fine", () => {
    const destination = new InstantDestination();
    const sink = openLineSink(destination, { clock: new FakeClock() });
    sink.write("a\n");
    sink.write("b\n");
    assert.equal(destination.text, "a\nb\n");
  });
});
