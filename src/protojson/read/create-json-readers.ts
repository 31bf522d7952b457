import type { DescExtension, DescField, DescMessage, Registry } from "@bufbuild/protobuf";
import type { WireWriter } from "../wire-writer.ts";
import { PlanBook } from "./compile-plans.ts";
import { done, failed, JsonCursor, type Status } from "./cursor.ts";
import { readEnd } from "./elements.ts";
import type { Guard } from "./guard.ts";
import type { JsonProblem } from "./problem.ts";
import { readField, readFieldOrElement } from "./read-field.ts";
import { failKind, peek } from "./scan.ts";

/** What reading JSON allows. */
export interface JsonReadOptions {
  /** Keys and enum names that the schema does not have are passed over. Default false: a misspelt key is lost in silence otherwise. */
  readonly ignoreUnknownFields: boolean;
  /** Enum names are compared without case. Default false. */
  readonly caseInsensitiveEnums: boolean;
  /** Objects and arrays inside each other. Default 100; above 1000 it counts as 1000, which the stack holds. */
  readonly maxDepth: number;
  /**
   * Keys of one map, Struct, or object of unknown keys. Default 1000: every key costs a comparison and an entry upstream,
   * so a body of nothing but keys is the dearest there is (faults.md, J-03).
   */
  readonly maxKeysPerObject?: number;
}

/** Reads one kind of JSON value as wire bytes. */
export interface JsonReader {
  /**
   * Appends the wire bytes of `json` (UTF-8) to `out`, or gives the first problem and leaves `out` with
   * a part of them. No bytes at all are the empty message. With `guard`, fields that the path of the request
   * has bound must be absent or equal; `bound` has what `TextField.write` wrote for each path of the guard.
   */
  read(
    json: Uint8Array,
    out: WireWriter,
    guard?: Guard,
    bound?: readonly (Uint8Array | undefined)[],
  ): JsonProblem | undefined;
}

/** The readers of a schema; what they compile is kept with them. */
export interface JsonReaders {
  /** The message itself, without tag or length. */
  message(desc: DescMessage): JsonReader;
  /** The JSON value of a field, of any kind, written with its tag into the message that has it. `null` is no value. */
  field(desc: DescField | DescExtension): JsonReader;
  /** As `field`, and of a list also one element, which is added to those before it. An array is the elements. */
  fieldOrElement(desc: DescField | DescExtension): JsonReader;
}

const mostDepth = 1000;
const defaultKeysPerObject = 1000;

/** Fills in the defaults of `JsonReadOptions`. */
function jsonReadOptions(options: Partial<JsonReadOptions>): JsonReadOptions {
  return { ignoreUnknownFields: false, caseInsensitiveEnums: false, maxDepth: 100, ...options };
}

/**
 * Compiles the messages of a schema into readers of ProtoJSON (protobuf.dev, "ProtoJSON Format"), straight from bytes to
 * bytes. Beside ProtoJSON they hold RFC 8259 to the letter: duplicate keys, lone surrogates and bad
 * UTF-8 are problems.
 */
export function createJsonReaders(
  registry: Registry,
  options: Partial<JsonReadOptions> = {},
): JsonReaders {
  const filled = jsonReadOptions(options);
  const plans = new PlanBook(registry, filled.caseInsensitiveEnums);
  const maxDepth = Math.min(filled.maxDepth, mostDepth);
  const maxKeys = filled.maxKeysPerObject ?? defaultKeysPerObject;
  const cursor = new JsonCursor(maxDepth, maxKeys, filled.ignoreUnknownFields);
  return {
    message(desc) {
      const content = plans.content(desc);
      const takesNull = desc.typeName === "google.protobuf.Value";
      return createReader(cursor, () => {
        if (peek(cursor) === 0x6e && !takesNull) return failKind(cursor, "a message");
        return content(cursor);
      });
    },
    field(desc) {
      const plan = plans.field(desc);
      return createReader(cursor, () => {
        const bound = cursor.guard?.fields.get(plan.number);
        if (bound?.kind === "message") cursor.guard = bound.node;
        else cursor.guard = undefined;
        return readField(cursor, plan) === failed ? cursor.within(plan.name) : done;
      });
    },
    fieldOrElement(desc) {
      const plan = plans.field(desc);
      return createReader(cursor, () => {
        cursor.guard = undefined;
        return readFieldOrElement(cursor, plan) === failed ? cursor.within(plan.name) : done;
      });
    },
  };
}

function createReader(cursor: JsonCursor, readValue: () => Status): JsonReader {
  return {
    read(json, out, guard, bound) {
      if (json.length === 0) return undefined;
      if (cursor.open(json, out)) {
        cursor.guard = guard;
        cursor.guardValues = bound ?? [];
        // A byte order mark and nothing else is an empty body, too.
        if (cursor.position < cursor.end && readValue() !== failed) readEnd(cursor);
      }
      return cursor.close();
    },
  };
}
