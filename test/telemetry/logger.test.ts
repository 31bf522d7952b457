import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createLogger, type LogLevel, openLineSink } from "../../src/telemetry/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { InstantDestination } from "./memory-destination.ts";

function open(level: LogLevel) {
  const clock = new FakeClock();
  const destination = new InstantDestination();
  const sink = openLineSink(destination, { clock });
  return { destination, logger: createLogger({ level, sink, clock }) };
}

suite("the logger", () => {
  test("writes one JSON line an event: level, time by the clock, fields, event", () => {
    const { destination, logger } = open("info");
    logger.info("listener.started", { listener: "public", port: 8080 });
    assert.equal(
      destination.text,
      '{"level":"info","time":"2023-11-14T22:13:21.000Z","listener":"public","port":8080,"event":"listener.started"}\n',
    );
  });

  const levels: readonly { level: LogLevel; want: readonly string[] }[] = [
    { level: "debug", want: ["debug", "info", "warn", "error"] },
    { level: "info", want: ["info", "warn", "error"] },
    { level: "warn", want: ["warn", "error"] },
    { level: "error", want: ["error"] },
    { level: "silent", want: [] },
  ];
  for (const { level, want } of levels) {
    test(`level ${level} writes ${want.join(", ") || "nothing"}`, () => {
      const { destination, logger } = open(level);
      for (const name of ["debug", "info", "warn", "error"] as const) logger[name]("an.event", {});
      const lines = destination.text.split("\n").filter((line) => line !== "");
      assert.deepEqual(
        lines.map((line) => (JSON.parse(line) as { level: string }).level),
        want,
      );
    });
  }

  test("A-27: secrets in fields are redacted", () => {
    const { destination, logger } = open("info");
    logger.warn("auth.refused", { headers: ["authorization", "Bearer abcdef"], api_key: "k" });
    assert.match(
      destination.text,
      /"headers":\["authorization","\[redacted\]"\],"api_key":"\[redacted\]"/,
    );
  });

  test("a line break in a field does not make a second line", () => {
    const { destination, logger } = open("info");
    logger.info("an.event", { text: 'a\n{"level":"error"}\u2028' });
    assert.equal(destination.text.split("\n").length, 2);
  });

  test("a circle in the fields does not throw", () => {
    const { destination, logger } = open("info");
    const list: unknown[] = [];
    list.push(list);
    logger.error("an.event", { list });
    assert.match(destination.text, /\[deeper\]/);
  });
});
