import { isIPv6 } from "node:net";
import { nearestName } from "../../base/index.ts";
import type { PlainValue } from "../document/plain-value.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import type { Meaning } from "../schema/text.ts";
import { isLaterWord, laterNote } from "./later.ts";
import { kindsOf } from "./schema-lookup.ts";

/** The remedy for `value`, which does not fit `schema`; undefined when none is near. */
export function suggestion(value: PlainValue, schema: JsonSchema | undefined): string | undefined {
  if (value === null || typeof value === "object") return undefined;
  const text = String(value);
  // One number is as near as another: 400 is no misspelt 404.
  const kinds = schema === undefined ? [] : kindsOf(schema);
  const choices = kinds.find((kind) => kind.enum !== undefined)?.enum;
  if (choices?.includes(value)) return undefined;
  if (choices !== undefined && typeof value === "number") {
    return `allowed: ${choices.join(", ")}`;
  }
  if (choices !== undefined) return nearestOf(text, choices.map(String), "allowed");
  if (schema?.type === "array") return `write a list: [${text}]`;
  const meaning = kinds.find((kind) => kind["x-diglot"] !== undefined)?.["x-diglot"];
  const better = betterValues[meaning ?? ""]?.(text);
  return better === undefined || better === text ? undefined : didYouMean(better);
}

/** The question that most suggestions are. */
export function didYouMean(word: string): string {
  return `did you mean "${word}"?`;
}

/** `did you mean` the nearest of `words`, or all of them, as `noun`, where none is near. */
export function nearestOf(word: string, candidates: readonly string[], noun: string): string {
  if (isLaterWord(word)) return laterNote;
  const near = nearestName(word.replaceAll("-", "_"), candidates);
  return near === undefined ? `${noun}: ${candidates.join(", ")}` : didYouMean(near);
}

/** What a person most likely meant by a text that is not of the kind. */
const betterValues: Readonly<Partial<Record<string, (text: string) => string | undefined>>> = {
  duration: (text) => quantity(text, durationWords, "s"),
  size: betterSize,
  percent: betterPercent,
  "hash-key": (text) => (/^[\w-]+$/.test(text) ? `header:${text}` : undefined),
  switch: (text) => switchWords.get(text.toLowerCase()),
  number: (text) => (/^\d{1,9}$/.test(text.trim()) ? text.trim() : undefined),
  listen: betterListen,
  endpoint: betterEndpoint,
  service: (text) => text.replace(/^[./]+|[./]+$/g, "").replace(/\.\*\*$/, ".*"),
  rpc: (text) => {
    const path = text.replace(/^[./]+/, "");
    return path.includes("/") ? path : path.replace(/\.(\w+)$/, "/$1");
  },
  selector: (text) => text.replace(/^[./]+/, "").replaceAll("/", "."),
  template: (text) => `/${text.replace(/^(?:https?:\/\/[^/]*)?\/*/, "")}`,
  header: (text) => text.toLowerCase(),
} satisfies Readonly<Record<Meaning, (text: string) => string | undefined>>;

const durationWords = new Map<string, readonly [factor: number, unit: string]>([
  ...words(["ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"], "ms"),
  ...words(["s", "sec", "secs", "second", "seconds"], "s"),
  ...words(["m", "min", "mins", "minute", "minutes"], "m"),
  ...words(["h", "hr", "hrs", "hour", "hours"], "h"),
  ...words(["d", "day", "days"], "h", 24),
]);

const sizeWords = new Map<string, readonly [factor: number, unit: string]>([
  ...words(["b", "byte", "bytes"], "B"),
  ...words(["k", "kb", "ki", "kib"], "KiB"),
  ...words(["m", "mb", "mi", "mib"], "MiB"),
  ...words(["g", "gb", "gi", "gib"], "GiB"),
]);

const switchWords = new Map([
  ...["true", "on", "yes", "y", "1", "enabled"].map((word) => [word, "true"] as const),
  ...["false", "off", "no", "n", "0", "disabled"].map((word) => [word, "false"] as const),
]);

function words(
  spellings: readonly string[],
  unit: string,
  factor = 1,
): readonly (readonly [string, readonly [number, string]])[] {
  return spellings.map((spelling) => [spelling, [factor, unit]]);
}

function quantity(
  text: string,
  units: ReadonlyMap<string, readonly [factor: number, unit: string]>,
  whenNone: string,
): string | undefined {
  const [, digits, word] = /^\s*(\d{1,12}(?:\.\d{1,9})?)\s*([A-Za-z%]*)\s*$/.exec(text) ?? [];
  if (digits === undefined || word === undefined || Number(digits) === 0) return undefined;
  const unit = word === "" ? ([1, whenNone] as const) : units.get(word.toLowerCase());
  return unit && `${unit[0] === 1 ? digits : Number(digits) * unit[0]}${unit[1]}`;
}

/** A bare number is bytes, said in the largest unit that divides it. */
function betterSize(text: string): string | undefined {
  const whole = /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  if (whole === undefined) return quantity(text, sizeWords, "B");
  for (const [bytes, unit] of [
    [1024 ** 3, "GiB"],
    [1024 ** 2, "MiB"],
    [1024, "KiB"],
  ] as const) {
    if (whole > 0 && whole % bytes === 0) return `${whole / bytes}${unit}`;
  }
  return whole === 0 ? undefined : `${whole}B`;
}

/** A bare number up to 1 is a fraction, any other is a percentage without its sign. */
function betterPercent(text: string): string | undefined {
  if (!/^\s*\d{1,3}(?:\.\d{1,6})?\s*%?\s*$/.test(text)) return undefined;
  const value = Number(text.replace("%", ""));
  if (value === 0 || value > 100) return undefined;
  const isFraction = value <= 1 && text.includes(".") && !text.includes("%");
  return `${isFraction ? Number((value * 100).toFixed(4)) : value}%`;
}

function betterListen(text: string): string | undefined {
  const bare = withoutScheme(text);
  if (/^:?\d{1,5}$/.test(bare)) return `127.0.0.1:${bare.replace(":", "")}`;
  if (bare.startsWith("*:")) return `0.0.0.0:${bare.slice(2)}`;
  return withPort(bare, "8080");
}

function betterEndpoint(text: string): string | undefined {
  const bare = withoutScheme(text);
  if (/^:?\d{1,5}$/.test(bare)) return `127.0.0.1:${bare.replace(":", "")}`;
  const address = withPort(bare, "50051");
  const isFound = text.startsWith("dns:") && address !== undefined;
  return isFound ? `dns:///${address}` : address;
}

/** gRPC's and the web's ways to write a target, without what the gateway does not need. */
function withoutScheme(text: string): string {
  const socket = /^unix:\/\/+(.+)$/.exec(text);
  if (socket !== null) return `unix:/${socket[1]}`;
  return text
    .trim()
    .replace(/^dns:(?:\/\/[^/]*\/)?/, "")
    .replace(/^(?:ipv4|ipv6|grpc|grpcs|https?|tcp|static):(?:\/\/)?/, "")
    .replace(/\/.*$/, (path) => (text.startsWith("unix:") ? path : ""));
}

function withPort(text: string, port: string): string | undefined {
  if (isIPv6(text)) return `[${text}]:${port}`;
  if (text.startsWith("unix:") || /:\d{1,5}$/.test(text)) return text;
  return /^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(text) ? `${text}:${port}` : undefined;
}
