import { pino } from "pino";
import type { Clock } from "../base/index.ts";
import type { LineSink } from "./line-sink.ts";
import { redactFields } from "./redact.ts";

/** The least severe kind of line that is written. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

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
export function createLogger({ level, sink, clock }: LoggerOptions): Logger {
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
  return {
    debug: (event, fields) => lines.debug(fields, event),
    info: (event, fields) => lines.info(fields, event),
    warn: (event, fields) => lines.warn(fields, event),
    error: (event, fields) => lines.error(fields, event),
  };
}
