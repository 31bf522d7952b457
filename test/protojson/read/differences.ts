// Where our reader and a library do not say the same, by name, with the clause that decides it.
import { Buffer } from "node:buffer";
import type { Reading } from "./oracle.ts";

export type Library = "protobuf-es" | "protobufjs";

/** One way in which a library reads another language than we do. */
export interface Difference {
  readonly name: string;
  /** What decides it. */
  readonly clause: string;
  readonly libraries: readonly Library[];
  /** Whether two readings of a text differ in this way. */
  explains(json: string, ours: Reading, theirs: Reading): boolean;
  /** The libraries that differ on the example; all of them when not given. */
  readonly shownBy?: readonly Library[];
  /** A text of a type that shows it. */
  readonly example: {
    readonly type: string;
    readonly json: string;
    readonly accepts: "we" | "they" | "both";
  };
}

const both: readonly Library[] = ["protobuf-es", "protobufjs"];

export const differences: readonly Difference[] = [
  {
    name: "no text at all is the empty message",
    clause: "transcoding.md §2: an empty body is the empty message",
    libraries: both,
    explains: (json) => json === "",
    example: { type: "everything.v1.Plain", json: "", accepts: "we" },
  },
  {
    name: "a lone surrogate is refused wherever it stands",
    clause: "RFC 8259 §8.2: it has no UTF-8; transcoding.md §2",
    libraries: both,
    explains: (_, ours) => weSay(ours, /half a surrogate pair/),
    example: { type: "google.protobuf.Value", json: '{"\\ud800":1}', accepts: "they" },
    shownBy: ["protobuf-es"],
  },
  {
    name: "64-bit integers without quotes are not rounded into their range",
    clause: "ProtoJSON: a number out of range is refused",
    libraries: both,
    explains: (json, ours) => /[0-9]{16}/u.test(json) && weSay(ours, /64-bit integer/),
    example: { type: "google.protobuf.Int64Value", json: "-9223372036854775809", accepts: "they" },
  },
  {
    name: "64-bit integers without quotes are exact",
    clause: "ProtoJSON: int64 takes numbers and strings; the wire has 64 bits",
    libraries: both,
    explains: (json, ours) => ours.kind === "value" && /[0-9]{16}/u.test(json),
    example: { type: "google.protobuf.Int64Value", json: "9007199254740993", accepts: "both" },
  },
  {
    name: "64-bit integers in quotes may have an exponent or a fraction of zero",
    clause: "ProtoJSON: exponent notation is accepted in both quoted and unquoted forms",
    libraries: ["protobuf-es"],
    explains: (_, ours, theirs) => ours.kind === "value" && theySay(theirs, /expected bigint/),
    example: { type: "google.protobuf.Int64Value", json: '"1e3"', accepts: "we" },
  },
  {
    name: "integers in quotes have no white space and are not empty",
    clause: "ProtoJSON: empty strings are invalid; conformance Int64FieldLeadingSpace",
    libraries: ["protobuf-es"],
    explains: (_, ours) => weSay(ours, /expected an? .*integer, got "(?: .*|.* |)"$/),
    example: { type: "google.protobuf.Int64Value", json: '" 1"', accepts: "they" },
  },
  {
    name: "numbers in quotes are decimal",
    clause: "ProtoJSON: the value is a decimal number",
    libraries: ["protobuf-es"],
    explains: (_, ours) => weSay(ours, /got "0x10"$/),
    example: { type: "google.protobuf.Int32Value", json: '"0x10"', accepts: "they" },
  },
  {
    name: "integer map keys have digits only",
    clause: "ProtoJSON: keys are strings of the scalar as it is printed; conformance MapKeyNotInt",
    libraries: ["protobuf-es"],
    explains: (_, ours) => weSay(ours, /integer as the key/),
    example: { type: "everything.v1.Everything", json: '{"byInt32":{"1e2":"a"}}', accepts: "they" },
  },
  {
    name: "the largest float may be written with eight digits",
    clause: "ProtoJSON prints it so; rounded to a float it is in range",
    libraries: ["protobufjs"],
    explains: (json, ours) => ours.kind === "value" && /3\.4028235e\+?38/u.test(json),
    example: { type: "google.protobuf.FloatValue", json: "3.4028235e38", accepts: "we" },
  },
  {
    name: "base64 has full padding or none",
    clause: "RFC 4648 §3.2 and §4; transcoding.md §2: bad base64 is refused",
    libraries: both,
    explains: (_, ours) => weSay(ours, /expected base64, got "[^"]*=.*"$/),
    example: { type: "google.protobuf.BytesValue", json: '"AQ="', accepts: "they" },
  },
  {
    name: "base64 has no white space",
    clause: "RFC 4648 §3.3",
    libraries: ["protobuf-es"],
    explains: (_, ours) => weSay(ours, /expected base64, got "[^"]*(?: |\\[nrt])/),
    example: { type: "google.protobuf.BytesValue", json: '"AQ D"', accepts: "they" },
  },
  {
    name: "a Timestamp is on a day of the calendar and in hours 0 to 23",
    clause: "RFC 3339 §5.6 and §5.7",
    libraries: ["protobuf-es"],
    explains: (_, ours) => weSay(ours, /expected a time such as/),
    example: { type: "google.protobuf.Timestamp", json: '"2023-02-29T00:00:00Z"', accepts: "they" },
  },
  {
    name: "a Duration ends with its unit and has nine digits at most",
    clause: "duration.proto, JSON mapping",
    libraries: ["protobuf-es"],
    explains: (_, ours) => weSay(ours, /expected a duration such as/),
    example: { type: "google.protobuf.Duration", json: '"1s1s"', accepts: "they" },
  },
  {
    name: "a FieldMask has no empty names",
    clause: "field_mask.proto: paths are names with points between them",
    libraries: both,
    explains: (_, ours) => weSay(ours, /field mask without empty names/),
    example: { type: "google.protobuf.FieldMask", json: '"a..b"', accepts: "they" },
  },
  {
    name: "a type with a JSON form of its own has two keys in an Any",
    clause: "any.proto: a field value beside @type; transcoding.md §2: unknown fields are refused",
    libraries: both,
    explains: (_, ours) => weSay(ours, /an Any of .* has no field/),
    example: {
      type: "google.protobuf.Any",
      json: '{"@type":"a/google.protobuf.Duration","value":"1s","x":1}',
      accepts: "they",
    },
  },
  {
    name: "an Any of Empty may have an empty value",
    clause: "google.protobuf.Empty is in ProtoJSON's table of special types, and Go writes it so",
    libraries: both,
    explains: (json, ours) => ours.kind === "value" && json.includes("google.protobuf.Empty"),
    example: {
      type: "google.protobuf.Any",
      json: '{"@type":"a/google.protobuf.Empty","value":{}}',
      accepts: "we",
    },
  },
  {
    name: "an Any that holds something has a type",
    clause: "ProtoJSON, row Any: @type says which message the keys are",
    libraries: ["protobufjs"],
    explains: (_, ours) => weSay(ours, /has no "@type"/),
    example: { type: "google.protobuf.Any", json: '{"value":"1s"}', accepts: "they" },
  },
  {
    name: "an Any of a type with a JSON form of its own needs its value",
    clause: "any.proto: the value is in the key value",
    libraries: both,
    shownBy: ["protobuf-es"],
    explains: (_, ours) => weSay(ours, /needs the key "value"/),
    example: {
      type: "google.protobuf.Any",
      json: '{"@type":"a/google.protobuf.Struct"}',
      accepts: "they",
    },
  },
  {
    name: "a type URL has a slash",
    clause: "any.proto: it must contain at least one slash",
    libraries: both,
    explains: (_, ours) => weSay(ours, /expected a type URL such as/),
    example: {
      type: "google.protobuf.Any",
      json: '{"@type":"google.protobuf.Duration","value":"1s"}',
      accepts: "they",
    },
  },
  {
    name: "the host of a type URL is kept",
    clause: "any.proto: the URL is the sender's",
    libraries: ["protobuf-es"],
    explains: (json, ours, theirs) =>
      ours.kind === "value" &&
      theirs.kind === "value" &&
      json.includes('"@type"') &&
      /"@type":"(?!type\.googleapis\.com\/)/u.test(json),
    example: {
      type: "google.protobuf.Any",
      json: '{"@type":"a/google.protobuf.Duration","value":"1s"}',
      accepts: "both",
    },
  },
  {
    name: "an extension of another message is an unknown field",
    clause: "ProtoJSON: unknown fields are refused",
    libraries: ["protobuf-es"],
    explains: (_, ours) => weSay(ours, /has no field "\[/),
    example: { type: "everything.v1.Plain", json: '{"[everything.v1.stamp]":1}', accepts: "they" },
  },
  {
    name: "null for an extension is its absence",
    clause: "ProtoJSON: null is an accepted value for all field types and treated as absent",
    libraries: ["protobuf-es"],
    explains: (json, ours, theirs) =>
      ours.kind === "value" && theirs.kind === "value" && /\[[\w.]+\]"\s*:\s*null/u.test(json),
    example: {
      type: "everything.v1.Plain",
      json: '{"[everything.v1.mark]":null}',
      accepts: "both",
    },
  },
  {
    name: "null for an open wrapper at the top is no message",
    clause: "transcoding.md §2: null for a message is refused",
    libraries: ["protobuf-es"],
    explains: (json) => json.trim() === "null",
    example: { type: "google.protobuf.Int32Value", json: "null", accepts: "they" },
  },
  {
    name: "a required field is there",
    clause:
      "proto2: a message without it is not initialized, and a strict upstream would refuse it",
    libraries: ["protobufjs"],
    explains: (_, ours) => weSay(ours, /the required field|the field is required/),
    example: { type: "everything.v1.Legacy", json: "{}", accepts: "they" },
  },
  {
    name: "nothing is nested deeper than 100 objects and arrays",
    clause: "transcoding.md §7; the libraries count messages",
    libraries: both,
    explains: (_, ours) => weSay(ours, /nested deeper/),
    example: {
      type: "everything.v1.Everything",
      json: `${'{"items":['.repeat(60)}${"]}".repeat(60)}`,
      accepts: "they",
    },
  },
  {
    name: "no integer is minus zero",
    clause: "faults.md J-10; IEEE 754 has a minus zero, two's complement has none",
    libraries: both,
    explains: (_, ours) =>
      weSay(
        ours,
        /expected an? (?:.*integer|value of .*), got "?-0(?:\.0+)?(?:[eE][+-]?[0-9]+)?"?$/,
      ),
    example: { type: "google.protobuf.Int32Value", json: "-0", accepts: "they" },
  },
  {
    name: "minus zero is a value of its own",
    clause: "encoding: a double is left out when all its bits are zero",
    libraries: ["protobufjs"],
    explains: (json, ours, theirs) =>
      ours.kind === "value" && theirs.kind === "value" && /-0(?:\.0*)?(?![.0-9])/u.test(json),
    example: { type: "everything.v1.Everything", json: '{"aDouble":-0}', accepts: "both" },
  },
];

/** The difference that a disagreement is, if it has a name. */
export function differenceOf(
  library: Library,
  json: string,
  ours: Reading,
  theirs: Reading,
): Difference | undefined {
  return differences.find(
    (one) => one.libraries.includes(library) && one.explains(json, ours, theirs),
  );
}

/** Whether a text survives UTF-8, so that the libraries, which read strings, see what we see. */
export function isWellFormed(json: string): boolean {
  return Buffer.from(json).toString() === json;
}

function weSay(ours: Reading, message: RegExp): boolean {
  return ours.kind === "refused" && message.test(ours.reason);
}

function theySay(theirs: Reading, message: RegExp): boolean {
  return theirs.kind === "refused" && message.test(theirs.reason);
}
