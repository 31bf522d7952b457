import { z } from "zod";
import { gatewayDocument } from "./gateway.ts";

/** The part of JSON Schema that is looked into here. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly "x-diglot"?: string;
}

/** What the schema says of values before references are replaced in them. */
export function plainJsonSchema(schema: z.ZodType = gatewayDocument): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", target: "draft-7" }) as JsonSchema;
}

/**
 * The JSON Schema (draft 7) of gateway.yaml, for editors. A value may be a `${env:NAME}` or `${file:path}`
 * wherever text, a number or a switch is expected.
 */
export function jsonSchema(): object {
  return allowReferences(plainJsonSchema());
}

const reference = "\\$\\{(env|file):";

function allowReferences(schema: JsonSchema): JsonSchema {
  if (isLeaf(schema)) return leafWithReference(schema);
  const { "x-diglot": _, ...rest } = schema;
  const { properties, items, additionalProperties, anyOf } = rest;
  return {
    ...rest,
    ...(properties && { properties: mapValues(properties, allowReferences) }),
    ...(items && { items: allowReferences(items) }),
    ...(typeof additionalProperties === "object" && {
      additionalProperties: allowReferences(additionalProperties),
    }),
    ...(anyOf && { anyOf: anyOf.map(allowReferences) }),
  };
}

function isLeaf({ type, enum: words }: JsonSchema): boolean {
  return words !== undefined || ["string", "integer", "boolean"].includes(type ?? "");
}

function leafWithReference({ "x-diglot": _, ...leaf }: JsonSchema): JsonSchema {
  if (leaf.const !== undefined) return leaf;
  if (leaf.type === "string" && leaf.enum === undefined) {
    return leaf.pattern === undefined ? leaf : { ...leaf, pattern: `${leaf.pattern}|${reference}` };
  }
  const { description, default: given, ...value } = leaf;
  return {
    ...(description !== undefined && { description }),
    ...(given !== undefined && { default: given }),
    anyOf: [value, { type: "string", pattern: reference }],
  };
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
