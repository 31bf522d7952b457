// Random messages of a schema, as protobuf-es objects that its own toBinary and toJson accept.
import {
  create,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Message,
  type Registry,
  ScalarType,
  setExtension,
  toBinary,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import {
  AnySchema,
  anyPack,
  DurationSchema,
  FieldMaskSchema,
  ListValueSchema,
  StructSchema,
  TimestampSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";

/** A message of type `desc`, nested at most `depth` levels. */
export function messageArbitrary(
  desc: DescMessage,
  registry: Registry,
  depth = 3,
): fc.Arbitrary<Message> {
  const known = wellKnownArbitrary(desc, registry, depth);
  if (known !== undefined) return known;
  const fields = desc.fields.filter((field) => depth > 0 || field.message === undefined);
  const entries = fields.map((field) => {
    const required = field.presence === 3;
    const value = fieldArbitrary(field, registry, depth);
    return required ? value : fc.option(value, { nil: undefined, freq: 3 });
  });
  return fc.tuple(fc.tuple(...entries), extensionArbitrary(desc, registry)).map(([values, add]) => {
    const target = reflect(desc, create(desc), false);
    for (const [index, field] of fields.entries()) {
      const value = values[index];
      if (value !== undefined) setField(target, field, value);
    }
    add(target.message);
    return target.message;
  });
}

type Target = ReturnType<typeof reflect>;

function setField(target: Target, field: DescField, value: unknown): void {
  if (field.fieldKind === "list") {
    const list = target.get(field);
    for (const item of value as unknown[]) list.add(reflected(field, item) as never);
  } else if (field.fieldKind === "map") {
    const map = target.get(field);
    for (const [key, item] of value as [never, unknown][]) {
      map.set(key, reflected(field, item) as never);
    }
  } else {
    target.set(field, reflected(field, value) as never);
  }
}

function reflected(field: DescField, value: unknown): unknown {
  if (field.message === undefined) return value;
  return reflect(field.message, value as Message, false);
}

function fieldArbitrary(
  field: DescField,
  registry: Registry,
  depth: number,
): fc.Arbitrary<unknown> {
  const item = itemArbitrary(field, registry, depth);
  if (field.fieldKind === "list") return fc.array(item, { maxLength: 4 });
  if (field.fieldKind === "map") {
    return fc.uniqueArray(fc.tuple(scalarArbitrary(field.mapKey), item), {
      maxLength: 4,
      selector: ([key]) => String(key),
    });
  }
  return item;
}

function itemArbitrary(field: DescField, registry: Registry, depth: number): fc.Arbitrary<unknown> {
  if (field.message !== undefined) return messageArbitrary(field.message, registry, depth - 1);
  if (field.enum !== undefined) {
    const known = fc.constantFrom(...field.enum.values.map((value) => value.number));
    return field.enum.open ? fc.oneof(known, known, fc.integer()) : known;
  }
  return scalarArbitrary(field.scalar);
}

/** Strings with what JSON escapes, what UTF-8 makes long, and what JavaScript treats apart. */
const textArbitrary: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "binary-ascii", maxLength: 80 }),
  fc.constantFrom("", '"', "\\", "\n", "\u2028", "__proto__", "constructor", "é", "\u{1F600}", "1"),
  fc.nat(200).map((length) => "x".repeat(length)),
);

const doubleArbitrary = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100),
  fc.constantFrom(0, -0, 1e21, 1e-7, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 0.1, 1e20),
);

const floatArbitrary = fc.oneof(
  fc.float(),
  fc.integer({ min: -9999, max: 9999 }).map((n) => Math.fround(n / 100)),
  fc.constantFrom(0, -0, Number.NaN, Number.NEGATIVE_INFINITY),
);

const signed64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer().map(BigInt),
  fc.constantFrom(0n, -1n, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 32n, -(2n ** 32n)),
);

const unsigned64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.nat().map(BigInt),
  fc.constantFrom(0n, 2n ** 53n, 2n ** 53n - 1n, 2n ** 64n - 1n, 2n ** 32n, 2n ** 32n - 1n),
);

/** Any value of a scalar type, in the form that protobuf-es keeps it. */
function scalarArbitrary(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.DOUBLE:
      return doubleArbitrary;
    case ScalarType.FLOAT:
      return floatArbitrary;
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return signed64;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return unsigned64;
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return fc.oneof(fc.integer(), fc.integer({ min: -2, max: 200 }));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fc.oneof(fc.nat({ max: 0xffffffff }), fc.nat({ max: 200 }));
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes));
    case ScalarType.STRING:
      return textArbitrary;
  }
}

const jsonArbitrary = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;
const jsonObject = fc.dictionary(fc.string({ maxLength: 6 }), jsonArbitrary, { maxKeys: 4 });
const nanos = fc.oneof(
  fc.integer({ min: 0, max: 999_999_999 }),
  fc.nat(999).map((n) => n * 1_000_000),
  fc.nat(999).map((n) => n * 1_000),
  fc.constant(0),
);

function wellKnownArbitrary(
  desc: DescMessage,
  registry: Registry,
  depth: number,
): fc.Arbitrary<Message> | undefined {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return fc
        .tuple(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), nanos)
        .map(([seconds, fraction]) =>
          create(TimestampSchema, { seconds: BigInt(seconds), nanos: fraction }),
        );
    case "google.protobuf.Duration":
      return fc
        .tuple(fc.integer({ min: 0, max: 315_575_999_999 }), nanos, fc.constantFrom(1, -1))
        .map(([seconds, fraction, sign]) =>
          create(DurationSchema, { seconds: BigInt(sign * seconds), nanos: sign * fraction + 0 }),
        );
    case "google.protobuf.FieldMask":
      return fc
        .array(fc.stringMatching(/^[a-z]{1,5}(_[a-z]{1,4}){0,2}(\.[a-z]{1,4}){0,2}$/), {
          maxLength: 4,
        })
        .map((paths) => create(FieldMaskSchema, { paths }));
    case "google.protobuf.Struct":
      return jsonObject.map((json) => fromJson(StructSchema, json));
    case "google.protobuf.Value":
      return jsonArbitrary.map((json) => fromJson(ValueSchema, json));
    case "google.protobuf.ListValue":
      return fc
        .array(jsonArbitrary, { maxLength: 4 })
        .map((json) => fromJson(ListValueSchema, json));
    case "google.protobuf.Any":
      return anyArbitrary(registry, depth);
    default:
      return undefined;
  }
}

function anyArbitrary(registry: Registry, depth: number): fc.Arbitrary<Message> {
  const names = ["google.protobuf.Duration", "google.protobuf.Value", "google.protobuf.Empty"];
  if (depth > 1) names.push("random.v1.Second");
  const descs = names
    .map((name) => registry.getMessage(name))
    .filter((found): found is DescMessage => found !== undefined);
  const packed = fc
    .constantFrom(...descs)
    .chain((desc) =>
      messageArbitrary(desc, registry, depth - 2).map((message) => anyPack(desc, message)),
    );
  return fc.oneof(packed, fc.constant(create(AnySchema)));
}

/** Sets extensions of a message; the bytes of each become unknown fields, as protobuf-es keeps them. */
function extensionArbitrary(
  desc: DescMessage,
  registry: Registry,
): fc.Arbitrary<(message: Message) => void> {
  const note = registry.getExtensionFor(desc, 20_000);
  const counts = registry.getExtensionFor(desc, 20_001);
  return fc
    .record({ text: fc.option(textArbitrary), numbers: fc.array(signed64, { maxLength: 3 }) })
    .map(({ text, numbers }) => (message: Message) => {
      if (note !== undefined && text !== null)
        setExtension(message as never, note as never, text as never);
      if (counts !== undefined && numbers.length > 0) {
        setExtension(message as never, counts as never, numbers as never);
      }
    });
}

/** A random message of `desc` with its wire bytes. */
export function wireArbitrary(
  desc: DescMessage,
  registry: Registry,
  depth = 3,
): fc.Arbitrary<{ readonly message: Message; readonly wire: Uint8Array }> {
  return messageArbitrary(desc, registry, depth).map((message) => ({
    message,
    wire: toBinary(desc, message),
  }));
}
