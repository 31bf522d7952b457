import type { DocumentPath } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";

/** The part of the schema that is about `path`; undefined where no key of that name is known. */
export function schemaAt(schema: JsonSchema, path: DocumentPath): JsonSchema | undefined {
  let at: JsonSchema | undefined = schema;
  for (const step of path) {
    if (at === undefined) return undefined;
    at = typeof step === "number" ? at.items : childSchema(at, step);
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
  return Object.keys(schema?.properties ?? {}).filter((key) => key !== "$schema");
}
