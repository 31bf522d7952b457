import {
  create,
  getOption,
  isFieldSet,
  type Message,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { FieldOptionsSchema, MessageOptionsSchema } from "@bufbuild/protobuf/wkt";
import type { Validator } from "@bufbuild/protovalidate";
import {
  type FieldRules,
  FieldRulesSchema,
  field as fieldExtension,
  MessageRulesSchema,
  message as messageExtension,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type DescField, type DescMessage, placeOf } from "../descriptor/index.ts";
import { createStripper, type KeptRule } from "./bare-message.ts";
import { hasMap, isOpen, sampleMessages } from "./sample-message.ts";

/** One rule by itself. */
interface SingleRule {
  /** `string.pattern "^a$"`, `cel "order.total"`: for messages. */
  readonly name: string;
  readonly kept: KeptRule;
}

/** Says what is wrong with the rules on one message type, those of the types inside it left aside. */
export type RuleTrial = (message: DescMessage) => readonly string[];

/**
 * Tries rules one by one on sample messages: the library compiles a rule when it is first used, finds the types of
 * CEL wrong only as it runs, and stops at the first that fails.
 */
export function createRuleTrial(validator: Validator): RuleTrial {
  const strip = createStripper();
  return (message) => {
    const rules = [...rulesOfMessage(message), ...message.fields.flatMap(rulesOfField)];
    if (rules.length === 0) return [];
    const samples = sampleMessages(message);
    return rules.flatMap((rule) => {
      const problem = tryRule(validator, strip(message, rule.kept), rule.kept, samples);
      return problem === undefined ? [] : [describe(message, rule, problem)];
    });
  };
}

function tryRule(
  validator: Validator,
  desc: DescMessage,
  kept: KeptRule,
  samples: readonly Message[],
): string | undefined {
  let problem: string | undefined;
  const isFault = faultsOf(kept.kind === "field" ? kept.field : desc);
  for (const sample of samples) {
    if (kept.kind === "field" && problem !== undefined && !isFieldSet(sample, kept.field)) continue;
    const result = validator.validate(desc, sample);
    if (result.kind === "error") {
      const { name, message } = result.error;
      if (name === "CompilationError") return message;
      // What one value brings about another may not: only what no sample could pass is the rule's fault.
      if (!isFault(message)) return undefined;
      problem = message;
    } else if (kept.kind === "message" || isFieldSet(sample, kept.field)) return undefined;
  }
  return problem;
}

/** What is wrong whatever the values are. */
const always = /^unbound function|wanted either bool or string$|^error parsing regexp/;
/** What is wrong whatever the values are, where descriptors tell the types of all of them. */
const typed = /^found no matching overload|^type mismatch|^unresolved attribute/;
/** The library's word for a field that a message has not, and for a key that a map has not just now. */
const missing = /^field not found/;

/** Tells errors that are a rule's own fault from those that the values of `this` bring about. */
function faultsOf(desc: DescMessage | DescField): (error: string) => boolean {
  const message = desc.kind === "message" ? desc : desc.message;
  const isKnown = message === undefined || !isOpen(message);
  const isMap = desc.kind === "field" && desc.fieldKind === "map";
  const isFixed = isKnown && !isMap && (message === undefined || !hasMap(message));
  return (error) =>
    always.test(error) || (isKnown && typed.test(error)) || (isFixed && missing.test(error));
}

function describe(message: DescMessage, { name, kept }: SingleRule, problem: string): string {
  const desc = kept.kind === "field" ? kept.field : message;
  const place = placeOf(desc);
  const at = place === undefined ? "" : ` (${place.file}:${place.line}:${place.column})`;
  const field = kept.kind === "field" ? `.${kept.field.name}` : "";
  return `${message.typeName}${field}: ${name}: ${problem}${at}`;
}

function rulesOfMessage(message: DescMessage): readonly SingleRule[] {
  const rules = getOption(message, messageExtension);
  const single = (name: string, alone: MessageInitShape<typeof MessageRulesSchema>): SingleRule => {
    const options = create(MessageOptionsSchema);
    setExtension(options, messageExtension, create(MessageRulesSchema, alone));
    return { name, kept: { kind: "message", options } };
  };
  return [
    ...rules.cel.map((rule) => single(celName(rule), { cel: [rule] })),
    ...rules.celExpression.map((rule) => single(celName(rule), { celExpression: [rule] })),
    ...rules.oneof.map((rule) => single(`oneof ${rule.fields.join(", ")}`, { oneof: [rule] })),
  ];
}

function rulesOfField(field: DescField): readonly SingleRule[] {
  return singleRules(getOption(field, fieldExtension), "").map(({ name, rules }) => {
    const options = create(FieldOptionsSchema);
    setExtension(options, fieldExtension, rules);
    return { name, kept: { kind: "field", field, options } };
  });
}

/** Rules of a field, or of the items, keys or values of one, with one thing asked for. */
interface SingleFieldRule {
  readonly name: string;
  readonly rules: FieldRules;
}

function singleRules(rules: FieldRules, prefix: string): readonly SingleFieldRule[] {
  const { ignore } = rules;
  const single = (
    name: string,
    alone: MessageInitShape<typeof FieldRulesSchema>,
  ): SingleFieldRule => ({
    name: `${prefix}${name}`,
    rules: create(FieldRulesSchema, { ignore, ...alone }),
  });
  return [
    ...rules.cel.map((rule) => single(celName(rule), { cel: [rule] })),
    ...rules.celExpression.map((rule) => single(celName(rule), { celExpression: [rule] })),
    ...typeRules(rules).map(({ name, type }) => single(name, { type })),
  ];
}

type TypeRules = FieldRules["type"];

/** `string: {min_len, pattern}` as two; what lists and maps say of their elements is taken apart, too. */
function typeRules({
  type,
}: FieldRules): readonly { readonly name: string; readonly type: TypeRules }[] {
  if (type.case === undefined) return [];
  const whole = reflect(descOf(type.value), type.value);
  const single = (name: string, value: Message) => ({
    name: `${type.case}.${name}`,
    type: { case: type.case, value } as TypeRules,
  });
  const alone = whole.fields
    .filter((rule) => whole.isSet(rule))
    .flatMap((rule) => {
      const only = reflect(whole.desc);
      if (rule.message?.typeName !== FieldRulesSchema.typeName) {
        only.set(rule, whole.get(rule));
        return [single(rule.name, only.message)];
      }
      const inner = (whole.get(rule) as ReflectMessage).message as FieldRules;
      return singleRules(inner, "").map(({ name, rules }) => {
        const holder = reflect(whole.desc);
        holder.set(rule, reflect(FieldRulesSchema, rules));
        return single(`${rule.name}.${name}`, holder.message);
      });
    });
  if (type.value.$unknown === undefined) return alone;
  // Predefined rules are extensions of these; which is at fault the library says.
  const extended = create(whole.desc);
  extended.$unknown = type.value.$unknown;
  return [...alone, single("(predefined)", extended)];
}

function descOf(value: Message): DescMessage {
  const rules = FieldRulesSchema.fields.find((rule) => rule.message?.typeName === value.$typeName);
  if (rules?.message === undefined) throw new Error(`${value.$typeName} are no rules of a field`);
  return rules.message;
}

function celName(rule: string | { readonly id: string; readonly expression: string }): string {
  const { id, expression } = typeof rule === "string" ? { id: "", expression: rule } : rule;
  return id === "" ? `cel \`${expression}\`` : `cel ${id}`;
}
