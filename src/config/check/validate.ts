import type { z } from "zod";
import { err, ok, type Result } from "../../base/index.ts";
import { type PlainValue, valueAt } from "../document/plain-value.ts";
import type { DocumentPath, Finding } from "../problem.ts";
import { type GatewayDocument, gatewayDocument } from "../schema/gateway.ts";
import { plainJsonSchema } from "../schema/json-schema.ts";
import { describeIssue } from "./describe-issue.ts";
import type { ValueShower } from "./show-value.ts";

/** Reads plain values by the schema of gateway.yaml, or says everything that the schema refuses. */
export function validate(
  value: PlainValue,
  shower: ValueShower,
): Result<GatewayDocument, readonly Finding[]> {
  return validateBy(gatewayDocument, value, shower);
}

/** As {@link validate}, by another schema. */
export function validateBy<Output>(
  schema: z.ZodType<Output>,
  value: PlainValue,
  shower: ValueShower,
): Result<Output, readonly Finding[]> {
  const first = schema.safeParse(value);
  if (first.success) return ok(first.data);
  // A reference stands for text; where the schema wants a number or a switch, text that reads as one is one.
  const retyped = first.error.issues
    .flatMap(insideUnion)
    .filter((issue) => issue.code === "invalid_type")
    .map((issue) => documentPath(issue.path))
    .filter((path) => shower.isSecret(path) && retype(value, path));
  const second = retyped.length > 0 ? schema.safeParse(value) : first;
  if (second.success) return ok(second.data);
  const context = { value, schema: plainJsonSchema(schema), shower };
  return err(
    second.error.issues
      .flatMap(insideUnion)
      .flatMap((issue) => describeIssue(issue, documentPath(issue.path), context)),
  );
}

/** Where a value may be of several kinds: what is wrong with it as the kind that it is. */
function insideUnion(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((branch) => !branch.some(isOtherKind));
  if (meant === undefined) return [issue];
  return meant
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    .flatMap(insideUnion);
}

/** Whether the value is of another kind as a whole: of another type, or not the one word that is meant. */
function isOtherKind({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function documentPath(path: readonly PropertyKey[]): DocumentPath {
  return path.map((step) => (typeof step === "symbol" ? String(step) : step));
}

/** Makes the text at `path` what it reads as, in place. Whether it did. */
function retype(root: PlainValue, path: DocumentPath): boolean {
  const text = valueAt(root, path);
  if (typeof text !== "string" || !/^(?:true|false|\d{1,15})$/.test(text)) return false;
  const typed = text === "true" || (text === "false" ? false : Number(text));
  const parent = valueAt(root, path.slice(0, -1));
  const last = path.at(-1) ?? "";
  if (Array.isArray(parent)) parent[Number(last)] = typed;
  else if (typeof parent === "object" && parent !== null) parent[last] = typed;
  return true;
}
