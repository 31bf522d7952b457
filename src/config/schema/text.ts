import { z } from "zod";
import { parseDurationMs, parsePercent, parseSizeBytes, type Result } from "../../base/index.ts";

/** What a value means, beyond its JSON type: the `x-diglot` keyword of the JSON Schema. */
export type Meaning =
  | "duration"
  | "size"
  | "percent"
  | "hash-key"
  | "switch"
  | "number"
  | "listen"
  | "endpoint"
  | "service"
  | "rpc"
  | "selector"
  | "template"
  | "header";

interface Range {
  readonly least: string;
  readonly most: string;
}

/** A length of time such as `30s`, within `least` and `most`, as milliseconds. */
export function duration(range: Range): z.ZodType<number, string> {
  return quantity("duration", "a duration such as 500ms, 30s or 5m", parseDurationMs, range);
}

/** A number of bytes such as `4MiB`, within `least` and `most`. */
export function size(range: Range): z.ZodType<number, string> {
  return quantity("size", "a size such as 64KiB or 4MiB", parseSizeBytes, range);
}

/** A share such as `20%`, within `least` and `most`, as a fraction. */
export function percent(range: Range): z.ZodType<number, string> {
  return quantity("percent", "a percentage such as 20%", parsePercent, range);
}

const patterns = {
  duration: /^\d{1,15}(\.\d{1,9})?(ms|s|m|h)$/,
  size: /^\d{1,15}(\.\d{1,9})?(B|KiB|MiB|GiB)$/,
  percent: /^\d{1,15}(\.\d{1,9})?%$/,
};

function quantity(
  meaning: keyof typeof patterns,
  noun: string,
  parse: (text: string) => Result<number, string>,
  { least, most }: Range,
): z.ZodType<number, string> {
  const bound = (text: string) => {
    const parsed = parse(text);
    return parsed.ok ? parsed.value : Number.NaN;
  };
  const [low, high] = [bound(least), bound(most)];
  return z
    .string({ error: `expected ${noun}` })
    .regex(patterns[meaning], { error: `expected ${noun}` })
    .transform((text, context) => {
      const value = bound(text);
      if (value >= low && value <= high) return value;
      context.issues.push({
        code: "custom",
        message: `expected from ${least} to ${most}`,
        input: text,
      });
      return z.NEVER;
    })
    .meta({ "x-diglot": meaning satisfies Meaning });
}

/** A whole number within both bounds. */
export function wholeNumber(least: number, most: number): z.ZodType<number, number> {
  const error = `expected a whole number from ${least} to ${most}`;
  return z
    .int({ error })
    .min(least, { error })
    .max(most, { error })
    .meta({ "x-diglot": "number" satisfies Meaning });
}

/** `true` or `false`. */
export function switchValue(): z.ZodType<boolean, boolean> {
  return z
    .boolean({ error: "expected true or false" })
    .meta({ "x-diglot": "switch" satisfies Meaning });
}

/** One of a few words; `noun` is what they are, as in "is not a policy". */
export function choice<const Words extends readonly [string, ...string[]]>(
  noun: string,
  words: Words,
): z.ZodType<Words[number], Words[number]> {
  return z.enum(words, { error: `is not ${noun}` });
}

/** Text that fits `pattern`; `expected` says what that is. */
export function matching(
  pattern: RegExp,
  expected: string,
  meaning?: Meaning,
): z.ZodType<string, string> {
  const error = `expected ${expected}`;
  const text = z.string({ error }).regex(pattern, { error });
  return meaning === undefined ? text : text.meta({ "x-diglot": meaning });
}

/** Any text but none. */
export function someText(expected: string): z.ZodType<string, string> {
  return matching(/\S/, expected);
}

/** Adds the sentence that editors show. */
export function described<T extends z.ZodType>(description: string, schema: T): T {
  return schema.meta({ ...schema.meta(), description });
}

/** A list with at least one value. */
export function someOf<Output>(
  item: z.ZodType<Output>,
  noun: string,
): z.ZodType<readonly Output[]> {
  return z.array(item).min(1, { error: `expected at least one ${noun}` });
}

/** What listeners and clusters may be called: a name is a metric label and a part of paths. */
export const namePattern: RegExp = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/** A map with at least one entry, whose keys are names. */
export function namedMap<Output>(
  value: z.ZodType<Output>,
  noun: string,
): z.ZodType<Readonly<Record<string, Output>>> {
  return z
    .record(z.string(), value)
    .refine((map) => Object.keys(map).length > 0, { error: `expected at least one ${noun}` })
    .meta({ minProperties: 1, propertyNames: { pattern: namePattern.source } });
}
