import type { DescField, DescMessage } from "../descriptor/index.ts";

type FieldOptions = DescField["proto"]["options"];
type MessageOptions = DescMessage["proto"]["options"];

/** The one rule of a message that is left to it: on itself, or on one of its fields. */
export type KeptRule =
  | { readonly kind: "message"; readonly options: MessageOptions }
  | { readonly kind: "field"; readonly field: DescField; readonly options: FieldOptions };

/**
 * Gives descriptors like the ones of a schema, but without options, so that one rule can be tried alone: what
 * else the message and those inside it ask for is not compiled with it.
 */
export function createStripper(): (message: DescMessage, kept: KeptRule) => DescMessage {
  const bare = new Map<DescMessage, DescMessage>();
  const strip = (message: DescMessage, kept: KeptRule | undefined): DescMessage => {
    const known = kept === undefined ? bare.get(message) : undefined;
    if (known !== undefined) return known;
    const fields: DescField[] = [];
    const members: DescMessage["members"] = [];
    const stripped: DescMessage = override(message, {
      proto: override(message.proto, {
        options: kept?.kind === "message" ? kept.options : undefined,
      }),
      fields,
      members,
      oneofs: [],
    });
    if (kept === undefined) bare.set(message, stripped);
    for (const field of message.fields) {
      const options = kept?.kind === "field" && kept.field === field ? kept.options : undefined;
      const copy = override(field, {
        proto: override(field.proto, { options }),
        ...(field.message && { message: strip(field.message, undefined) }),
      } as Partial<DescField>);
      fields.push(copy);
      members.push(copy);
    }
    return stripped;
  };
  return strip;
}

/** A thing that is `base` in all but these properties; its own hide those of the prototype. */
function override<T extends object>(base: T, properties: Partial<T>): T {
  return Object.create(base, Object.getOwnPropertyDescriptors(properties)) as T;
}
