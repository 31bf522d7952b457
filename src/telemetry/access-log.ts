import type { LineSink } from "./line-sink.ts";
import { redactQuery } from "./redact.ts";

/** One request and what became of it. */
export interface AccessRecord {
  /** When it came, in ms since the Unix epoch. */
  readonly time: number;
  readonly requestId: string;
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** As sent; undefined (the default of the configuration) leaves it out. Secret parameters are replaced. */
  readonly query: string | undefined;
  /** The template; undefined when no route matched. The one form of a path that is safe as a label. */
  readonly route: string | undefined;
  /** `package.Service/Method`. */
  readonly rpc: string | undefined;
  /** The HTTP status. */
  readonly status: number;
  /** `OK`, `NOT_FOUND` …; undefined when no RPC was concerned. */
  readonly grpcCode: string | undefined;
  /** The reason of the gateway's own failure; undefined when it did not fail. */
  readonly reason: string | undefined;
  readonly durationMs: number;
  /** The part of the duration that was spent on the upstream; undefined when none was called. */
  readonly upstreamMs: number | undefined;
  /** Bytes of the body as received and as sent. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The client's address, or `unix`. */
  readonly peer: string;
  /** `HTTP/1.1`, `HTTP/2` … */
  readonly protocol: string;
  /** The upstream endpoint that answered last. */
  readonly endpoint: string | undefined;
  readonly userAgent: string | undefined;
  /** How often an upstream was tried; 0 when none was. */
  readonly attempts: number;
}

/** The log of requests: a JSON line each. */
export interface AccessLog {
  /** Called for every request, so it only makes a string. */
  write(record: AccessRecord): void;
}

/** What a client chose is cut at this length, so that no request writes a line of any size. */
const maxTextLength = 1024;

/** Makes an access log that writes to `sink`, which its owner closes. */
export function createAccessLog(sink: LineSink): AccessLog {
  const formatTime = createTimeFormat();
  return {
    write(record) {
      sink.write(formatRecord(record, formatTime(record.time)));
    },
  };
}

/** Written by hand: JSON.stringify of the object takes several times as long. */
function formatRecord(record: AccessRecord, time: string): string {
  let line = `{"time":"${time}","requestId":${quote(record.requestId)}`;
  line += `,"method":${quote(record.method)},"path":${quote(record.path)}`;
  if (record.query !== undefined) line += `,"query":${quote(redactQuery(record.query))}`;
  if (record.route !== undefined) line += `,"route":${quote(record.route)}`;
  if (record.rpc !== undefined) line += `,"rpc":${quote(record.rpc)}`;
  line += `,"status":${number(record.status)}`;
  if (record.grpcCode !== undefined) line += `,"grpcCode":${quote(record.grpcCode)}`;
  if (record.reason !== undefined) line += `,"reason":${quote(record.reason)}`;
  line += `,"durationMs":${milliseconds(record.durationMs)}`;
  if (record.upstreamMs !== undefined) line += `,"upstreamMs":${milliseconds(record.upstreamMs)}`;
  line += `,"bytesIn":${number(record.bytesIn)},"bytesOut":${number(record.bytesOut)}`;
  line += `,"peer":${quote(record.peer)},"protocol":${quote(record.protocol)}`;
  if (record.endpoint !== undefined) line += `,"endpoint":${quote(record.endpoint)}`;
  if (record.userAgent !== undefined) line += `,"userAgent":${quote(record.userAgent)}`;
  return `${line},"attempts":${number(record.attempts)}}\n`;
}

/** The text as a JSON string; JSON.stringify only where something must be escaped. */
function quote(text: string): string {
  if (text.length > maxTextLength) return JSON.stringify(`${text.slice(0, maxTextLength)}...`);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x22 || code === 0x5c || code > 0x7e) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/** JSON knows no NaN and no infinity. */
function number(value: number): string {
  return Number.isFinite(value) ? String(value) : "null";
}

/** Microseconds are as fine as the clock is honest. Made of whole numbers, which print several times as fast. */
function milliseconds(value: number): string {
  const micros = Math.round(value * 1000);
  if (!(micros >= 0 && micros < 0x4000_0000)) return number(micros / 1000);
  const rest = micros % 1000;
  const whole = (micros - rest) / 1000;
  if (rest === 0) return String(whole);
  return `${whole}.${rest < 100 ? "0" : ""}${rest < 10 ? "0" : ""}${rest}`;
}

/** The last moment that a Date can hold, in ms. */
const maxTime = 8.64e15;

/** ISO 8601 in UTC. The part up to the second is the same for many lines and kept. */
function createTimeFormat(): (time: number) => string {
  let second = Number.NaN;
  let prefix = "";
  return (given) => {
    const time = Math.abs(given) <= maxTime ? given : 0;
    const whole = Math.floor(time / 1000);
    if (whole !== second) {
      second = whole;
      prefix = new Date(whole * 1000).toISOString().slice(0, -4);
    }
    const rest = Math.floor(time) - whole * 1000;
    return `${prefix}${rest < 100 ? "0" : ""}${rest < 10 ? "0" : ""}${rest}Z`;
  };
}
