import { create } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  MethodDescriptorProtoSchema,
  MethodOptionsSchema,
  type ServiceDescriptorProto,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { parseOptionStatement } from "./parse-option.ts";
import {
  closeLocation,
  endStatement,
  openLocation,
  type ParseState,
  parseBlock,
} from "./parse-state.ts";

/** `service Name { ... }` with the keyword at the cursor. */
export function parseService(state: ParseState, file: FileDescriptorProto): boolean {
  const { cursor } = state;
  const start = cursor.start;
  const path = [6, file.service.length];
  const location = openLocation(state, path);
  cursor.next();
  const nameOffset = cursor.start;
  const name = cursor.takeIdentifier("the name of a service");
  if (name === undefined) return false;
  const proto = create(ServiceDescriptorProtoSchema);
  proto.name = name;
  state.marks.set(proto, { start, name: nameOffset });
  file.service.push(proto);
  return parseBlock(state, location, () => {
    if (cursor.takeIf(";")) return true;
    if (cursor.is("option")) return parseOptionStatement(state, proto);
    if (cursor.is("rpc")) return parseMethod(state, proto, path);
    return cursor.expected('"rpc" or "option"');
  });
}

interface MethodType {
  readonly name: string;
  readonly isStream: boolean;
  readonly offset: number;
}

function parseMethod(
  state: ParseState,
  service: ServiceDescriptorProto,
  path: readonly number[],
): boolean {
  const { cursor } = state;
  const start = cursor.start;
  const location = openLocation(state, [...path, 2, service.method.length]);
  cursor.next();
  const nameOffset = cursor.start;
  const name = cursor.takeIdentifier("the name of a method");
  if (name === undefined) return false;
  const input = parseMethodType(state);
  if (input === undefined || !cursor.take("returns")) return false;
  const output = parseMethodType(state);
  if (output === undefined) return false;
  const proto = create(MethodDescriptorProtoSchema);
  proto.name = name;
  proto.inputType = input.name;
  proto.outputType = output.name;
  if (input.isStream) proto.clientStreaming = true;
  if (output.isStream) proto.serverStreaming = true;
  state.marks.set(proto, { start, name: nameOffset, type: input.offset, second: output.offset });
  service.method.push(proto);
  if (!cursor.is("{")) return endStatement(state, location);
  // As protoc does: a block makes options, even an empty one.
  proto.options = create(MethodOptionsSchema);
  const isWhole = parseBlock(state, location, () => {
    if (cursor.takeIf(";")) return true;
    if (cursor.is("option")) return parseOptionStatement(state, proto);
    return cursor.expected('"option"');
  });
  if (cursor.takeIf(";")) closeLocation(state, location);
  return isWhole;
}

function parseMethodType(state: ParseState): MethodType | undefined {
  const { cursor } = state;
  if (!cursor.take("(")) return undefined;
  const isStream = cursor.takeIf("stream");
  const offset = cursor.start;
  const name = cursor.takeName("the name of a message", true);
  return name === undefined || !cursor.take(")") ? undefined : { name, isStream, offset };
}
