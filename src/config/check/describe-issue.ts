import type { z } from "zod";
import { nearestName } from "../../base/index.ts";
import { type PlainValue, valueAt } from "../document/plain-value.ts";
import { type DocumentPath, type Finding, formatPath } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { isLaterKey, laterNote } from "./later.ts";
import { knownKeys, schemaAt } from "./schema-lookup.ts";
import type { ValueShower } from "./show-value.ts";
import { didYouMean, suggestion } from "./suggestion.ts";

/** What an issue is told with. */
export interface IssueContext {
  /** The values as the schema saw them. */
  readonly value: PlainValue;
  readonly schema: JsonSchema;
  readonly shower: ValueShower;
}

/** Says in gateway.yaml's words what the schema refuses. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  path: DocumentPath,
  context: IssueContext,
): readonly Finding[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(path, key, context));
  }
  const value = valueAt(context.value, path);
  if (value === undefined) return [missingKey(path, context)];
  const message = `${formatPath(path)}: ${complaint(issue, context.shower.show(path))}`;
  const isSecret = context.shower.isSecret(path);
  const help = isSecret ? undefined : suggestion(value, schemaAt(context.schema, path));
  return [error(path, "value", "invalid-value", message, help)];
}

function unknownKey(path: DocumentPath, key: string, { schema }: IssueContext): Finding {
  const keys = knownKeys(schemaAt(schema, path));
  const near = nearestName(key, keys) ?? nearestName(snakeCase(key), keys);
  const known = near === undefined ? `known keys: ${keys.join(", ")}` : didYouMean(near);
  const help = isLaterKey(path, key) ? laterNote : known;
  return error([...path, key], "key", "unknown-key", `${inMap(path)}unknown key "${key}"`, help);
}

function snakeCase(text: string): string {
  return text.replaceAll("-", "_").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function missingKey(path: DocumentPath, { schema }: IssueContext): Finding {
  const parent = path.slice(0, -1);
  const what = schemaAt(schema, path)?.description;
  const help = what === undefined ? undefined : `${String(path.at(-1))}: ${what}`;
  const message = `${inMap(parent)}"${String(path.at(-1))}" is missing`;
  return error(parent, "key", "missing-key", message, help);
}

function inMap(path: DocumentPath): string {
  return path.length === 0 ? "" : `${formatPath(path)}: `;
}

/** The sentences of the schema either complain by themselves ("is not …") or say what was expected. */
function complaint(issue: z.core.$ZodIssue, got: string): string {
  if (issue.message.startsWith("is not ")) return `${got} ${issue.message}`;
  if (issue.message.startsWith("expected at least one ")) return issue.message;
  if (issue.message.startsWith("expected ")) return `${issue.message}, got ${got}`;
  if (issue.code === "invalid_value") return `expected ${issue.values.join(" or ")}, got ${got}`;
  if (issue.code !== "invalid_type") return issue.message;
  const nouns: Readonly<Partial<Record<string, string>>> = {
    object: "a map",
    record: "a map",
    array: "a list",
    string: "text",
  };
  const expected = nouns[issue.expected] ?? issue.expected;
  return `expected ${expected}, got ${got}`;
}

function error(
  path: DocumentPath,
  part: Finding["part"],
  rule: string,
  message: string,
  help: string | undefined,
): Finding {
  return { path, part, severity: "error", rule, message, help };
}
