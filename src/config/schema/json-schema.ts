import { z } from "zod";
import { gatewayDocument } from "./gateway.ts";

/** The part of JSON Schema that is looked into here. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly "x-diglot"?: string;
}

/** What the schema says of values before references are replaced in them. */
export function plainJsonSchema(): JsonSchema {
  return z.toJSONSchema(gatewayDocument, { io: "input", target: "draft-7" }) as JsonSchema;
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
  const { properties, items, additionalProperties, anyOf } = schema;
  if (isLeaf(schema)) return leafWithReference(schema);
  return {
    ...schema,
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

function leafWithReference(schema: JsonSchema): JsonSchema {
  if (schema.const !== undefined) return schema;
  if (schema.type === "string" && schema.enum === undefined) {
    const { pattern } = schema;
    return pattern === undefined ? schema : { ...schema, pattern: `${pattern}|${reference}` };
  }
  const { description, "x-diglot": _, ...rest } = schema;
  const given = "default" in rest ? { default: rest.default } : {};
  const { default: __, ...value } = rest as JsonSchema & { readonly default?: unknown };
  return {
    ...(description !== undefined && { description }),
    ...given,
    anyOf: [value, { type: "string", pattern: reference }],
  };
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
