import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

/** A required field that a message lacks: where the message is, as in JSON problems, and the problem. */
export interface MissingRequired {
  readonly path: string;
  readonly message: string;
}

/**
 * Compiles the search for the first required field (proto2 `required`, editions' LEGACY_REQUIRED) that wire bytes
 * lack, in singular messages at any depth: what path and query can make. Undefined where no field is required.
 */
export function compileMissingRequired(
  desc: DescMessage,
): ((wire: Uint8Array) => MissingRequired | undefined) | undefined {
  const reached = new Set([desc]);
  // A set gives what is added while it is walked.
  for (const { fields } of reached) {
    for (const field of fields) if (field.fieldKind === "message") reached.add(field.message);
  }
  const isAsked = [...reached].some(({ fields }) => fields.some(isRequired));
  if (!isAsked) return undefined;
  return (wire) => findMissing(reflect(desc, fromBinary(desc, wire)), "");
}

function findMissing(message: ReflectMessage, path: string): MissingRequired | undefined {
  for (const field of message.fields) {
    if (!message.isSet(field)) {
      if (!isRequired(field)) continue;
      return { path, message: `the required field "${field.jsonName}" is missing` };
    }
    if (field.fieldKind !== "message") continue;
    const inner = path === "" ? field.jsonName : `${path}.${field.jsonName}`;
    const missing = findMissing(message.get(field), inner);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function isRequired({ presence }: DescMessage["fields"][number]): boolean {
  return presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
}
