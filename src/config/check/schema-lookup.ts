import type { DocumentPath } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";

/** The part of the schema that is about `path`; undefined where no key of that name is known. */
export function schemaAt(schema: JsonSchema, path: DocumentPath): JsonSchema | undefined {
  let at: JsonSchema | undefined = schema;
  for (const step of path) {
    if (at === undefined) return undefined;
    at = kindsOf(at)
      .map((kind) => (typeof step === "number" ? kind.items : childSchema(kind, step)))
      .find((child) => child !== undefined);
  }
  return at;
}

function childSchema(schema: JsonSchema, key: string): JsonSchema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

/** The keys that a map may have; none where it is a map of names. */
export function knownKeys(schema: JsonSchema | undefined): readonly string[] {
  if (schema === undefined) return [];
  return kindsOf(schema)
    .flatMap((kind) => Object.keys(kind.properties ?? {}))
    .filter((key) => key !== "$schema");
}

/** The schema itself, and what a value may be in its place: a map beside a list or a switch. */
export function kindsOf(schema: JsonSchema): readonly JsonSchema[] {
  return [schema, ...(schema.anyOf ?? [])];
}
