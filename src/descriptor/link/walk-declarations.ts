import type {
  DescriptorProto,
  EnumDescriptorProto,
  FieldDescriptorProto,
  FileDescriptorProto,
} from "@bufbuild/protobuf/wkt";

/** A message of a file, nested ones included, with the names around it. */
export interface MessageDeclaration {
  readonly proto: DescriptorProto;
  readonly fullName: string;
  /** The full name of the message or package around it; empty at the top without a package. */
  readonly scope: string;
  readonly parent: DescriptorProto | undefined;
}

/** An enum of a file, nested ones included. Its values belong to `scope`, not to the enum. */
export interface EnumDeclaration {
  readonly proto: EnumDescriptorProto;
  readonly fullName: string;
  readonly scope: string;
}

/** An extension of a file, nested ones included. */
export interface ExtensionDeclaration {
  readonly proto: FieldDescriptorProto;
  readonly fullName: string;
}

/** Every declaration of a file that has a full name, flat, parents before children. */
export interface Declarations {
  readonly messages: readonly MessageDeclaration[];
  readonly enums: readonly EnumDeclaration[];
  readonly extensions: readonly ExtensionDeclaration[];
}

/** The declarations of `file`. Nesting is walked with a list, so depth cannot exhaust the stack. */
export function walkDeclarations(file: FileDescriptorProto): Declarations {
  const messages: MessageDeclaration[] = [];
  const enums: EnumDeclaration[] = [];
  const extensions: ExtensionDeclaration[] = [];
  const addScope = (
    scope: string,
    parent: DescriptorProto | undefined,
    holder: {
      readonly nested: readonly DescriptorProto[];
      readonly enumType: readonly EnumDescriptorProto[];
      readonly extension: readonly FieldDescriptorProto[];
    },
  ) => {
    for (const proto of holder.nested) {
      messages.push({ proto, fullName: joinName(scope, proto.name), scope, parent });
    }
    for (const proto of holder.enumType) {
      enums.push({ proto, fullName: joinName(scope, proto.name), scope });
    }
    for (const proto of holder.extension) {
      extensions.push({ proto, fullName: joinName(scope, proto.name) });
    }
  };
  addScope(file.package, undefined, { ...pick(file), nested: file.messageType });
  for (const message of messages) {
    const { proto } = message;
    addScope(message.fullName, proto, { ...pick(proto), nested: proto.nestedType });
  }
  return { messages, enums, extensions };
}

function pick(holder: FileDescriptorProto | DescriptorProto) {
  return { enumType: holder.enumType, extension: holder.extension };
}

/** `name` inside `scope`. */
export function joinName(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}
