import { create } from "@bufbuild/protobuf";
import {
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  EnumValueDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { parseOptionList, parseOptionStatement } from "./parse-option.ts";
import { parseEnumReserved, parseSigned } from "./parse-ranges.ts";
import { endStatement, openLocation, type ParseState, parseBlock } from "./parse-state.ts";

/** `enum Name { ... }` with the keyword at the cursor; added to `enums` even when its body has problems. */
export function parseEnum(
  state: ParseState,
  enums: EnumDescriptorProto[],
  path: readonly number[],
): EnumDescriptorProto | undefined {
  const { cursor } = state;
  const start = cursor.start;
  const ownPath = [...path, enums.length];
  const location = openLocation(state, ownPath);
  cursor.next();
  const nameOffset = cursor.start;
  const name = cursor.takeIdentifier("the name of an enum");
  if (name === undefined) return undefined;
  const proto = create(EnumDescriptorProtoSchema);
  proto.name = name;
  state.marks.set(proto, { start, name: nameOffset });
  enums.push(proto);
  const isWhole = parseBlock(state, location, () => {
    if (cursor.takeIf(";")) return true;
    if (cursor.is("option") && !cursor.isAhead(1, "=")) return parseOptionStatement(state, proto);
    if (cursor.is("reserved") && !cursor.isAhead(1, "=")) return parseEnumReserved(state, proto);
    return parseEnumValue(state, proto, ownPath);
  });
  return isWhole ? proto : undefined;
}

function parseEnumValue(
  state: ParseState,
  parent: EnumDescriptorProto,
  path: readonly number[],
): boolean {
  const { cursor } = state;
  const start = cursor.start;
  const location = openLocation(state, [...path, 2, parent.value.length]);
  const name = cursor.takeIdentifier("the name of an enum value");
  if (name === undefined || !cursor.take("=")) return false;
  const second = cursor.start;
  const number = parseSigned(state, true);
  if (number === undefined) return false;
  const proto = create(EnumValueDescriptorProtoSchema);
  proto.name = name;
  proto.number = number;
  state.marks.set(proto, { start, name: start, second });
  parent.value.push(proto);
  return parseOptionList(state, proto) && endStatement(state, location);
}
