import { create, type DescMessage, type Message, type Registry } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import {
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  ExtensionRangeOptionsSchema,
  FieldOptionsSchema,
  FileOptionsSchema,
  MessageOptionsSchema,
  MethodOptionsSchema,
  OneofOptionsSchema,
  ServiceOptionsSchema,
  FieldOptions_OptionTargetType as Target,
} from "@bufbuild/protobuf/wkt";
import type { OptionHolder, PendingOption } from "../syntax/parsed-file.ts";
import { lookup } from "./lookup.ts";
import { explainLookup, type ResolveContext } from "./resolve-types.ts";
import { type OptionContext, setOption } from "./set-option.ts";
import { type Declarations, joinName } from "./walk-declarations.ts";

/** The options message of each kind of declaration, and what `targets` of an option calls that kind. */
const optionSchemas: Readonly<Record<OptionHolder["$typeName"], readonly [DescMessage, Target]>> = {
  "google.protobuf.FileDescriptorProto": [FileOptionsSchema, Target.TARGET_TYPE_FILE],
  "google.protobuf.DescriptorProto": [MessageOptionsSchema, Target.TARGET_TYPE_MESSAGE],
  "google.protobuf.DescriptorProto.ExtensionRange": [
    ExtensionRangeOptionsSchema,
    Target.TARGET_TYPE_EXTENSION_RANGE,
  ],
  "google.protobuf.FieldDescriptorProto": [FieldOptionsSchema, Target.TARGET_TYPE_FIELD],
  "google.protobuf.OneofDescriptorProto": [OneofOptionsSchema, Target.TARGET_TYPE_ONEOF],
  "google.protobuf.EnumDescriptorProto": [EnumOptionsSchema, Target.TARGET_TYPE_ENUM],
  "google.protobuf.EnumValueDescriptorProto": [
    EnumValueOptionsSchema,
    Target.TARGET_TYPE_ENUM_ENTRY,
  ],
  "google.protobuf.ServiceDescriptorProto": [ServiceOptionsSchema, Target.TARGET_TYPE_SERVICE],
  "google.protobuf.MethodDescriptorProto": [MethodOptionsSchema, Target.TARGET_TYPE_METHOD],
};

/**
 * Sets the options that descriptor.proto itself defines (packed, deprecated, features and so on). They
 * decide how fields are encoded, so this comes before the schema model is made.
 */
export function interpretStandardOptions(context: ResolveContext): void {
  interpret(context, undefined, undefined, (option) => !isCustom(option));
}

/**
 * Sets the options that are extensions, like google.api.http, with the registry that defines them. The
 * descriptors of the registry see them, since the options messages are the same objects.
 */
export function interpretCustomOptions(
  context: ResolveContext,
  declarations: Declarations,
  registry: Registry,
): void {
  interpret(context, declarations, registry, isCustom);
}

function isCustom(option: PendingOption): boolean {
  return option.name.some((part) => part.isExtension);
}

function interpret(
  context: ResolveContext,
  declarations: Declarations | undefined,
  registry: Registry | undefined,
  isMeant: (option: PendingOption) => boolean,
): void {
  const { parsed } = context.unit;
  if (parsed === undefined) return;
  let scopes: ReadonlyMap<Message, string> | undefined;
  for (const [holder, options] of parsed.pending) {
    const meant = options.filter(isMeant);
    if (meant.length === 0) continue;
    if (declarations !== undefined) scopes ??= scopesOf(context, declarations);
    const scope = scopes?.get(holder) ?? joinName(parsed.proto.package, "");
    const [schema, target] = optionSchemas[holder.$typeName];
    const optionContext = createOptionContext(context, registry, scope, target);
    const message = reflect(schema, holder.options ?? create(schema));
    for (const option of meant) {
      const [first] = option.name;
      if (first?.text === "features" && !first.isExtension && parsed.proto.syntax !== "editions") {
        context.log.addAt(context.unit, option.offset, "features exist in editions only");
      } else setOption(optionContext, message, option);
    }
    // The holder's type decided the schema, so the message is of the type its options have.
    (holder as { options?: Message }).options = message.message;
  }
}

function createOptionContext(
  context: ResolveContext,
  registry: Registry | undefined,
  scope: string,
  target: Target,
): OptionContext {
  const fail = (offset: number, message: string, help?: string) =>
    context.log.addAt(context.unit, offset, message, help);
  return {
    registry: registry && relativeRegistry(context, registry, scope),
    target,
    fail,
    findExtension(part) {
      const found = lookup(context.table, context.visibility, part.text, scope, false);
      if (found.kind === "found" && found.symbol.kind === "extension") {
        return registry?.getExtension(found.symbol.fullName);
      }
      const { message, help } = explainLookup(context, found, part.text, ["extension"]);
      fail(part.offset, message, help);
      return undefined;
    },
  };
}

/** A registry that also finds extensions by the relative names that may stand in brackets in a value. */
function relativeRegistry(context: ResolveContext, registry: Registry, scope: string): Registry {
  const getExtension: Registry["getExtension"] = (name) => {
    const exact = registry.getExtension(name);
    if (exact !== undefined) return exact;
    const found = lookup(context.table, context.visibility, name, scope, false);
    return found.kind === "found" ? registry.getExtension(found.symbol.fullName) : undefined;
  };
  return Object.assign(Object.create(registry) as Registry, { getExtension });
}

/** The full name of every declaration of the file that can hold options: where lookups start. */
function scopesOf(
  { unit }: ResolveContext,
  declarations: Declarations,
): ReadonlyMap<Message, string> {
  const scopes = new Map<Message, string>();
  for (const { proto, fullName } of declarations.messages) {
    scopes.set(proto, fullName);
    for (const part of [...proto.field, ...proto.oneofDecl]) {
      scopes.set(part, joinName(fullName, part.name));
    }
    for (const range of proto.extensionRange) scopes.set(range, fullName);
  }
  for (const { proto, fullName, scope } of declarations.enums) {
    scopes.set(proto, fullName);
    for (const value of proto.value) scopes.set(value, joinName(scope, value.name));
  }
  for (const { proto, fullName } of declarations.extensions) scopes.set(proto, fullName);
  for (const service of unit.proto.service) {
    const serviceName = joinName(unit.proto.package, service.name);
    scopes.set(service, serviceName);
    for (const method of service.method) scopes.set(method, joinName(serviceName, method.name));
  }
  return scopes;
}
