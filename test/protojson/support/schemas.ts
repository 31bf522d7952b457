// Random schemas: every scalar, enum, map key, label and syntax, built as a FileDescriptorProto in code.
import {
  create,
  createFileRegistry,
  type DescMessage,
  type FileRegistry,
} from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  Edition,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  EnumOptionsSchema,
  FeatureSet_EnumType,
  FeatureSet_FieldPresence,
  FeatureSet_MessageEncoding,
  FeatureSet_RepeatedFieldEncoding,
  FeatureSetSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { wellKnownFiles, wellKnownTypes } from "./well-known.ts";

/** A schema and the message type that values are made of. */
export interface RandomSchema {
  readonly file: FileDescriptorProto;
  readonly registry: FileRegistry;
  readonly root: DescMessage;
  readonly syntax: Syntax;
  /** What fast-check prints of a failing schema. */
  readonly [fc.toStringMethod]: () => string;
}

export type Syntax = "proto2" | "proto3" | "editions";

/** What the schemas may hold. All are true by default but `required`. */
export interface SchemaOptions {
  readonly syntaxes?: readonly Syntax[];
  readonly maps?: boolean;
  readonly wellKnown?: boolean;
  readonly floats?: boolean;
  readonly extensions?: boolean;
  readonly required?: boolean;
}

interface FieldPlan {
  readonly number: number;
  readonly shape: "singular" | "optional" | "repeated" | "unpacked" | "map" | "oneof";
  readonly kind: string;
  readonly mapKey: FieldDescriptorProto_Type;
  readonly target: number;
  readonly delimited: boolean;
}

const T = FieldDescriptorProto_Type;
const scalarKinds: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  double: T.DOUBLE,
  float: T.FLOAT,
  int32: T.INT32,
  sint32: T.SINT32,
  uint32: T.UINT32,
  fixed32: T.FIXED32,
  sfixed32: T.SFIXED32,
  int64: T.INT64,
  sint64: T.SINT64,
  uint64: T.UINT64,
  fixed64: T.FIXED64,
  sfixed64: T.SFIXED64,
  bool: T.BOOL,
  string: T.STRING,
  bytes: T.BYTES,
};
const mapKeys = [
  T.STRING,
  T.INT32,
  T.SINT32,
  T.UINT32,
  T.FIXED32,
  T.SFIXED32,
  T.INT64,
  T.SINT64,
  T.UINT64,
  T.FIXED64,
  T.SFIXED64,
  T.BOOL,
];
const messageNames = ["Root", "Second", "Third"];
const packageName = "random.v1";

/** A schema of three message types that refer to each other, and an open and a closed enum. */
export function schemaArbitrary(options: SchemaOptions = {}): fc.Arbitrary<RandomSchema> {
  const syntaxes = options.syntaxes ?? ["proto2", "proto3", "editions"];
  const kinds = Object.keys(scalarKinds).filter(
    (kind) => options.floats !== false || kind !== "float",
  );
  kinds.push("enum", "enum", "message", "message", "message");
  if (options.wellKnown !== false) kinds.push("wellKnown", "wellKnown");
  const shapes: FieldPlan["shape"][] = ["singular", "singular", "optional", "repeated", "unpacked"];
  shapes.push("oneof");
  if (options.maps !== false) shapes.push("map");
  const field = fc.record({
    number: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 21, max: 18_000 })),
    shape: fc.constantFrom(...shapes),
    kind: fc.constantFrom(...kinds),
    mapKey: fc.constantFrom(...mapKeys),
    target: fc.nat(1_000),
    delimited: fc.boolean(),
  });
  const fields = fc.uniqueArray(field, { maxLength: 9, selector: (plan) => plan.number });
  return fc
    .record({
      syntax: fc.constantFrom(...syntaxes),
      messages: fc.tuple(fields, fields, fields),
      extensions: options.extensions === false ? fc.constant(0) : fc.nat(2),
      required: options.required === true ? fc.boolean() : fc.constant(false),
    })
    .map(({ syntax, messages, extensions, required }) =>
      buildSchema(syntax, messages, extensions, required, options.floats !== false),
    );
}

function buildSchema(
  syntax: Syntax,
  messages: readonly (readonly FieldPlan[])[],
  extensions: number,
  required: boolean,
  floats: boolean,
): RandomSchema {
  const file = create(FileDescriptorProtoSchema, {
    name: "random.proto",
    package: packageName,
    syntax,
    dependency: wellKnownFiles.map((known) => known.proto.name),
    messageType: messages.map((plans, index) =>
      buildMessage(syntax, index, plans, required, floats),
    ),
    enumType: [buildEnum("Open", syntax), buildEnum("Closed", syntax)],
  });
  if (syntax === "editions") file.edition = Edition.EDITION_2023;
  if (syntax !== "proto3") addExtensions(file, extensions);
  const registry = createFileRegistry(file, (name) =>
    wellKnownFiles.find((known) => known.proto.name === name),
  );
  const all = createFileRegistry(registry, ...wellKnownFiles.map(registryOf));
  const root = all.getMessage(`${packageName}.Root`);
  if (root === undefined) throw new Error("the schema has no Root");
  const shown = () => describeSchema(file);
  return { file, registry: all, root, syntax, [fc.toStringMethod]: shown };
}

function describeSchema(file: FileDescriptorProto): string {
  const lines = file.messageType.map((message) => {
    const fields = message.field.map(
      (field) =>
        `${FieldDescriptorProto_Label[field.label]} ${T[field.type]}${field.typeName} ${field.name} = ${field.number}`,
    );
    return `message ${message.name} { ${fields.join("; ")} }`;
  });
  return `${file.syntax} ${lines.join(" ")} +${file.extension.length} extensions`;
}

function registryOf(file: (typeof wellKnownFiles)[number]): FileRegistry {
  return createFileRegistry(file.proto, (name) =>
    wellKnownFiles.find((known) => known.proto.name === name),
  );
}

function buildEnum(name: string, syntax: Syntax): EnumDescriptorProto {
  const prefix = name.toUpperCase();
  const proto = create(EnumDescriptorProtoSchema, {
    name,
    value: [
      { name: `${prefix}_ZERO`, number: 0 },
      { name: `${prefix}_ONE`, number: 1 },
      { name: `${prefix}_MINUS`, number: -7 },
      { name: `${prefix}_LARGE`, number: 2147483647 },
    ],
  });
  if (syntax === "editions" && name === "Closed") {
    proto.options = create(EnumOptionsSchema, {
      features: { enumType: FeatureSet_EnumType.CLOSED },
    });
  }
  return proto;
}

function buildMessage(
  syntax: Syntax,
  index: number,
  plans: readonly FieldPlan[],
  required: boolean,
  floats: boolean,
): DescriptorProto {
  const name = messageNames[index] ?? "Root";
  const message = create(DescriptorProtoSchema, { name });
  if (syntax !== "proto3") message.extensionRange.push({ ...range(20_000, 20_010) });
  const oneofMembers = plans.filter((plan) => plan.shape === "oneof");
  if (oneofMembers.length > 0) {
    message.oneofDecl.push({ $typeName: "google.protobuf.OneofDescriptorProto", name: "choice" });
  }
  for (const plan of plans) {
    const field = buildField(syntax, plan, floats);
    if (plan.shape === "map") message.nestedType.push(mapEntryOf(name, field, plan));
    if (plan.shape === "oneof") field.oneofIndex = 0;
    if (plan.shape === "optional" && syntax === "proto3") addSyntheticOneof(message, field);
    // A required message could not be made where the nesting ends.
    const isRequired = required && plan.shape === "singular" && !isMessage(field.type);
    if (isRequired && syntax === "proto2") {
      field.label = FieldDescriptorProto_Label.REQUIRED;
    }
    message.field.push(field);
  }
  return message;
}

function range(start: number, end: number) {
  return {
    $typeName: "google.protobuf.DescriptorProto.ExtensionRange" as const,
    start,
    end,
  };
}

function addSyntheticOneof(message: DescriptorProto, field: FieldDescriptorProto): void {
  field.proto3Optional = true;
  field.oneofIndex = message.oneofDecl.length;
  message.oneofDecl.push({
    $typeName: "google.protobuf.OneofDescriptorProto",
    name: `_${field.name}`,
  });
}

function buildField(syntax: Syntax, plan: FieldPlan, floats: boolean): FieldDescriptorProto {
  const repeated = plan.shape === "repeated" || plan.shape === "unpacked" || plan.shape === "map";
  const field = create(FieldDescriptorProtoSchema, {
    name: `field_${plan.number}_${plan.kind.toLowerCase()}`,
    jsonName: `field${plan.number}${plan.kind.charAt(0).toUpperCase()}${plan.kind.slice(1).toLowerCase()}`,
    number: plan.number,
    label: repeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
    ...typeOf(syntax, plan, floats),
  });
  const packable = field.type !== T.STRING && field.type !== T.BYTES && !isMessage(field.type);
  if (syntax === "editions") return withFeatures(field, plan, packable && repeated);
  if (packable && (plan.shape === "repeated" || plan.shape === "unpacked")) {
    field.options = create(FieldOptionsSchema, { packed: plan.shape === "repeated" });
  }
  return field;
}

function withFeatures(
  field: FieldDescriptorProto,
  plan: FieldPlan,
  packable: boolean,
): FieldDescriptorProto {
  const implicit = plan.shape === "singular" && !isMessage(field.type) && !isClosed(field);
  const features = create(FeatureSetSchema);
  if (implicit) features.fieldPresence = FeatureSet_FieldPresence.IMPLICIT;
  if (packable && plan.shape === "unpacked") {
    features.repeatedFieldEncoding = FeatureSet_RepeatedFieldEncoding.EXPANDED;
  }
  if (field.type === T.MESSAGE && plan.shape !== "map" && plan.delimited) {
    features.messageEncoding = FeatureSet_MessageEncoding.DELIMITED;
  }
  field.options = create(FieldOptionsSchema, { features });
  return field;
}

function isMessage(type: FieldDescriptorProto_Type): boolean {
  return type === T.MESSAGE || type === T.GROUP;
}

function isClosed(field: FieldDescriptorProto): boolean {
  return field.type === T.ENUM && field.typeName.endsWith(".Closed");
}

function typeOf(syntax: Syntax, plan: FieldPlan, floats: boolean) {
  if (plan.kind === "enum") {
    const closed = syntax !== "proto3" && plan.target % 2 === 1;
    return { type: T.ENUM, typeName: `.${packageName}.${closed ? "Closed" : "Open"}` };
  }
  if (plan.kind === "message") {
    const group = syntax === "proto2" && plan.delimited && plan.shape !== "map";
    const name = messageNames[plan.target % messageNames.length] ?? "Root";
    return { type: group ? T.GROUP : T.MESSAGE, typeName: `.${packageName}.${name}` };
  }
  if (plan.kind === "wellKnown") {
    const known = floats
      ? wellKnownTypes
      : wellKnownTypes.filter((one) => !one.endsWith("FloatValue"));
    const name = known[plan.target % known.length] ?? "google.protobuf.Empty";
    return { type: T.MESSAGE, typeName: `.${name}` };
  }
  return { type: scalarKinds[plan.kind] ?? T.STRING };
}

/** Turns `field` into a map: its entry type is nested in `parent`. */
function mapEntryOf(parent: string, field: FieldDescriptorProto, plan: FieldPlan): DescriptorProto {
  const name = `Field${plan.number}Entry`;
  const entry = create(DescriptorProtoSchema, {
    name,
    options: { mapEntry: true },
    field: [
      { name: "key", jsonName: "key", number: 1, type: plan.mapKey },
      {
        name: "value",
        jsonName: "value",
        number: 2,
        type: field.type,
        typeName: field.typeName,
      },
    ],
  });
  for (const member of entry.field) member.label = FieldDescriptorProto_Label.OPTIONAL;
  field.type = T.MESSAGE;
  field.typeName = `.${packageName}.${parent}.${name}`;
  return entry;
}

function addExtensions(file: FileDescriptorProto, count: number): void {
  const kinds = [
    { name: "note", type: T.STRING, label: FieldDescriptorProto_Label.OPTIONAL, typeName: "" },
    { name: "counts", type: T.INT64, label: FieldDescriptorProto_Label.REPEATED, typeName: "" },
    {
      name: "inner",
      type: T.MESSAGE,
      label: FieldDescriptorProto_Label.OPTIONAL,
      typeName: `.${packageName}.Second`,
    },
  ];
  for (const [index, kind] of kinds.slice(0, count + 1).entries()) {
    file.extension.push(
      create(FieldDescriptorProtoSchema, {
        name: kind.name,
        jsonName: kind.name,
        number: 20_000 + index,
        type: kind.type,
        label: kind.label,
        ...(kind.typeName === "" ? {} : { typeName: kind.typeName }),
        extendee: `.${packageName}.Root`,
      }),
    );
  }
}
