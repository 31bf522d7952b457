import { pino } from "pino";
import type { Clock } from "../base/index.ts";
import type { LineSink } from "./line-sink.ts";
import { redactFields } from "./redact.ts";

/** What a log may be limited to, the least limit first. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** The least severe kind of line that is written. */
export type LogLevel = (typeof logLevels)[number];

/** Where the level of a log is read and changed, while it is written. */
export interface LevelControl {
  level: LogLevel;
}

/** Facts that go with an event. Values of names that hold secrets are replaced. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What the gateway tells its operator: one JSON line an event. Never throws and never blocks. */
export interface Logger {
  /** `event` is a stable word such as `listener.started`; what varies belongs in the fields. */
  debug(event: string, fields: LogFields): void;
  info(event: string, fields: LogFields): void;
  warn(event: string, fields: LogFields): void;
  error(event: string, fields: LogFields): void;
}

/** What a logger is made of. */
export interface LoggerOptions {
  readonly level: LogLevel;
  readonly sink: LineSink;
  readonly clock: Clock;
}

/** Makes a logger that writes to `sink`, which its owner closes. */
export function createLogger({ level, sink, clock }: LoggerOptions): Logger & LevelControl {
  const lines = pino(
    {
      level,
      base: null,
      messageKey: "event",
      timestamp: () => `,"time":"${new Date(clock.wallNow()).toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: redactFields,
      },
    },
    { write: (line) => sink.write(line) },
  );
  let current = level;
  return {
    get level() {
      return current;
    },
    set level(next) {
      current = next;
      lines.level = next;
    },
    debug: (event, fields) => lines.debug(fields, event),
    info: (event, fields) => lines.info(fields, event),
    warn: (event, fields) => lines.warn(fields, event),
    error: (event, fields) => lines.error(fields, event),
  };
}
