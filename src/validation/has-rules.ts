import type { DescMessage } from "../descriptor/index.ts";

/** Number of the extensions `buf.validate.message`, `oneof` and `field` (buf/validate/validate.proto). */
const ruleExtension = 1159;

/** What options say beyond descriptor.proto, as their bytes by number. */
interface Options {
  readonly $unknown?: readonly { readonly no: number }[] | undefined;
}

/** Whether a message, or any that it can hold, has a rule of buf.validate. */
export function hasRules(message: DescMessage): boolean {
  return messagesIn(message).some(
    (desc) =>
      isRuled(desc.proto.options) ||
      desc.oneofs.some(({ proto }) => isRuled(proto.options)) ||
      desc.fields.some(({ proto }) => isRuled(proto.options)),
  );
}

/** A message and all that it can hold, each once. */
export function messagesIn(message: DescMessage): readonly DescMessage[] {
  const found = new Set([message]);
  // A set gives what is added while it is walked.
  for (const desc of found) {
    for (const field of desc.fields) if (field.message !== undefined) found.add(field.message);
  }
  return [...found];
}

function isRuled(options: Options | undefined): boolean {
  return options?.$unknown?.some(({ no }) => no === ruleExtension) ?? false;
}
