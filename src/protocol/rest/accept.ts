import type { StreamFormatName } from "./stream-format.ts";

/** The media types that ask for each format. */
const mediaTypes: Readonly<Record<StreamFormatName, readonly string[]>> = {
  array: ["application/json"],
  ndjson: ["application/x-ndjson", "application/ndjson", "application/jsonl"],
  sse: ["text/event-stream"],
};

/** Chooses the format of a stream by the `accept` header; undefined when the client takes none of them. */
export type FormatChooser = (accept: string | undefined) => StreamFormatName | undefined;

/** Distinct `accept` values remembered a route; beyond them each is read anew. */
const rememberedValues = 64;

/** Compiles the choice among a route's formats, of which the first is the default. */
export function compileFormatChooser(formats: readonly StreamFormatName[]): FormatChooser {
  const chosen = new Map<string, StreamFormatName | undefined>();
  return (accept) => {
    if (accept === undefined) return formats[0];
    if (chosen.has(accept)) return chosen.get(accept);
    const format = choose(accept, formats);
    if (chosen.size < rememberedValues) chosen.set(accept, format);
    return format;
  };
}

/** A media range of an `accept` header and its weight (RFC 9110 §12.5.1). */
interface Range {
  readonly type: string;
  readonly quality: number;
}

function choose(
  accept: string,
  formats: readonly StreamFormatName[],
): StreamFormatName | undefined {
  const ranges = accept.split(",").map(parseRange);
  let best: StreamFormatName | undefined;
  let bestQuality = 0;
  for (const format of formats) {
    const quality = qualityOf(mediaTypes[format], ranges);
    if (quality > bestQuality) {
      best = format;
      bestQuality = quality;
    }
  }
  // Who names none of a stream's types, such as a browser that asks for text/html, gets the default.
  const names = [...Object.values(mediaTypes).flat(), "*/*"];
  const isSpoken = ranges.some(({ type }) => names.includes(type));
  return best ?? (isSpoken ? undefined : formats[0]);
}

function parseRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/**
 * The weight of the most specific range that takes a format; 0 when none does. A format is sent under its first
 * name, so that a weight of that name counts before those of its other names.
 */
function qualityOf(types: readonly string[], ranges: readonly Range[]): number {
  const [sent = ""] = types;
  const wildcards = [`${sent.slice(0, sent.indexOf("/"))}/*`, "*/*"];
  for (const type of [...types, ...wildcards]) {
    const match = ranges.find((range) => range.type === type);
    if (match !== undefined) return match.quality;
  }
  return 0;
}
