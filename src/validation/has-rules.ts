import type { DescField, DescMessage } from "../descriptor/index.ts";

/** Number of the extensions `buf.validate.message`, `oneof` and `field` (buf/validate/validate.proto). */
const ruleExtension = 1159;

/** What options say beyond descriptor.proto, as their bytes by number. */
interface Options {
  readonly $unknown?: readonly { readonly no: number }[] | undefined;
}

/** Whether a message, or any that it can hold, has a rule of buf.validate. */
export function hasRules(message: DescMessage): boolean {
  const seen = new Set<DescMessage>();
  const search = (desc: DescMessage): boolean => {
    if (seen.has(desc)) return false;
    seen.add(desc);
    if (isRuled(desc.proto.options) || desc.oneofs.some(({ proto }) => isRuled(proto.options))) {
      return true;
    }
    return desc.fields.some((field) => {
      if (isRuled(field.proto.options)) return true;
      const inner = messageOf(field);
      return inner !== undefined && search(inner);
    });
  };
  return search(message);
}

function isRuled(options: Options | undefined): boolean {
  return options?.$unknown?.some(({ no }) => no === ruleExtension) ?? false;
}

function messageOf(field: DescField): DescMessage | undefined {
  if (field.fieldKind === "message") return field.message;
  if (field.fieldKind === "list" && field.listKind === "message") return field.message;
  return field.fieldKind === "map" && field.mapKind === "message" ? field.message : undefined;
}
