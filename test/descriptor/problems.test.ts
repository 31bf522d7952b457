import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { problemsOf } from "./proto-folder.ts";

interface Row {
  readonly name: string;
  /** The text of a.proto; `syntax = "proto3";` is put before it on the same line. */
  readonly text: string;
  readonly want: readonly string[];
}

const three = 'syntax = "proto3"; ';
const two = 'syntax = "proto2"; ';
const edition = 'edition = "2023"; ';

const rows: readonly Row[] = [
  {
    name: "a missing semicolon is found at the next word",
    text: `${three}\nmessage M {\n  string a = 1\n  string b = 2;\n}`,
    want: ['a.proto:4:3: expected ";", found "string"'],
  },
  {
    name: "every statement of a file is reported, not only the first",
    text: `${three}\nmessage M { string = 1; int32 ok = 2; bool 7 = 3; }\nfoo\nmessage N { string a = x; }`,
    want: [
      'a.proto:2:20: expected the name of a field, found "="',
      'a.proto:2:44: expected the name of a field, found "7"',
      'a.proto:3:1: expected a top-level statement (message, enum, service, extend, import, option), found "foo"',
    ],
  },
  {
    name: "an unclosed block points at its opening brace",
    text: `${three}\nmessage M {\n  string a = 1;\n`,
    want: ["a.proto:2:11: this block is never closed"],
  },
  {
    name: "an unclosed comment points at its start",
    text: `${three}\n/* never`,
    want: ["a.proto:2:1: this comment has no end"],
  },
  {
    name: "an unclosed string points at its start",
    text: `${three}\nimport "x.proto;\n`,
    want: [
      "a.proto:2:8: this string has no end on its line",
      "a.proto:3:1: expected the path of a file in quotes, found the end of the file",
    ],
  },
  {
    name: "an unknown escape is named",
    text: `${three}\nmessage M { string a = 1 [json_name = "\\q"]; }`,
    want: ["a.proto:2:39: the escape \\q does not exist"],
  },
  {
    name: "a character outside the language is named",
    text: `${three}\nmessage M { string é = 1; }`,
    want: [
      'a.proto:2:20: the character "é" has no meaning outside strings and comments',
      'a.proto:2:22: expected the name of a field, found "="',
    ],
  },
  {
    name: "a number glued to a word is refused",
    text: `${three}\nmessage M { string a = 1x; }`,
    want: [
      "a.proto:2:25: a space is needed between the number 1 and what follows",
      'a.proto:2:25: expected ";", found "x"',
    ],
  },
  {
    name: "a bad octal is refused",
    text: `${three}\nmessage M { string a = 09; }`,
    want: ["a.proto:2:24: 09 starts with 0, which makes it octal, but holds the digits 8 or 9"],
  },
  {
    name: "an unknown syntax is refused",
    text: `syntax = "proto4";`,
    want: ['a.proto:1:10: "proto4" is not a syntax (the syntaxes are "proto2" and "proto3")'],
  },
  {
    name: "an unknown edition is refused",
    text: `edition = "2042";`,
    want: ['a.proto:1:11: the edition "2042" is not supported (2023 and 2024 are)'],
  },
  {
    name: "a syntax statement further down is refused",
    text: `package a;\nsyntax = "proto3";`,
    want: ['a.proto:2:1: "syntax" is the first statement of a file or absent'],
  },
  {
    name: "a file has one package",
    text: `${three} package a;\npackage b;`,
    want: ["a.proto:2:1: a file has one package statement"],
  },
  {
    name: "a label is needed in proto2",
    text: `${two}\nmessage M { string a = 1; }`,
    want: ['a.proto:2:13: expected "optional", "required" or "repeated", found "string"'],
  },
  {
    name: "required does not exist in proto3",
    text: `${three}\nmessage M { required string a = 1; }`,
    want: ["a.proto:2:13: required fields do not exist in proto3"],
  },
  {
    name: "labels do not exist in editions",
    text: `${edition}\nmessage M { optional string a = 1; required string b = 2; }`,
    want: [
      'a.proto:2:13: the label "optional" does not exist in editions (leave it out, or set features.field_presence = EXPLICIT)',
      'a.proto:2:36: the label "required" does not exist in editions (leave it out, or set features.field_presence = LEGACY_REQUIRED)',
    ],
  },
  {
    name: "groups do not exist in proto3",
    text: `${three}\nmessage M { repeated group G = 1 { int32 x = 1; } }`,
    want: ["a.proto:2:22: groups do not exist in proto3"],
  },
  {
    name: "groups do not exist in editions",
    text: `${edition}\nmessage M { repeated group G = 1 { int32 x = 1; } }`,
    want: [
      "a.proto:2:22: groups do not exist in editions (use features.message_encoding = DELIMITED)",
    ],
  },
  {
    name: "defaults do not exist in proto3",
    text: `${three}\nmessage M { string a = 1 [default = "x"]; }`,
    want: ["a.proto:2:27: default values do not exist in proto3"],
  },
  {
    name: "a default fits its type",
    text: `${two}\nmessage M {\n optional int32 a = 1 [default = 3000000000];\n optional uint64 b = 2 [default = -1];\n optional bool c = 3 [default = 1];\n optional string d = 4 [default = x];\n repeated int32 e = 5 [default = 1];\n optional M f = 6 [default = "m"];\n}`,
    want: [
      "a.proto:3:34: the default is outside -2147483648 to 2147483647",
      "a.proto:4:35: the default is outside 0 to 18446744073709551615",
      "a.proto:5:33: the default of a bool field is true or false",
      "a.proto:6:35: the default of a string field is a string of UTF-8",
      "a.proto:7:24: a repeated field has no default value",
      "a.proto:8:30: the default of an enum field is the name of a value",
    ],
  },
  {
    name: "extension ranges do not exist in proto3",
    text: `${three}\nmessage M { extensions 4 to max; }`,
    want: ["a.proto:2:13: extension ranges do not exist in proto3"],
  },
  {
    name: "a oneof field has no label",
    text: `${three}\nmessage M { oneof o { repeated string a = 1; } }`,
    want: ['a.proto:2:23: the fields of a oneof have no label, but this one is "repeated"'],
  },
  {
    name: "a oneof cannot hold a map",
    text: `${three}\nmessage M { oneof o { map<string, string> a = 1; } }`,
    want: ["a.proto:2:23: a oneof cannot hold a map"],
  },
  {
    name: "a oneof has fields",
    text: `${three}\nmessage M { oneof o { } }`,
    want: ['a.proto:2:19: the oneof "o" has no fields'],
  },
  {
    name: "a map field has no label",
    text: `${three}\nmessage M { repeated map<string, string> a = 1; }`,
    want: ["a.proto:2:13: a map field has no label"],
  },
  {
    name: "map keys are integers, bool or string",
    text: `${three}\nmessage M { map<float, string> a = 1; map<bytes, string> b = 2; map<M, string> c = 3; }`,
    want: [
      'a.proto:2:17: "float" cannot be the key of a map (keys are integers, bool or string)',
      'a.proto:2:43: "bytes" cannot be the key of a map (keys are integers, bool or string)',
      'a.proto:2:69: "M" cannot be the key of a map (keys are integers, bool or string)',
    ],
  },
  {
    name: "a field number is used once",
    text: `${three}\nmessage M { string a = 1; string b = 1; }`,
    want: ['a.proto:2:38: the number 1 of "b" is already used in M by "a" (2 is free)'],
  },
  {
    name: "a field name is used once",
    text: `${three}\nmessage M { string a = 1;\n string a = 2; }`,
    want: ['a.proto:3:9: "a" is already used in M, at a.proto:2'],
  },
  {
    name: "a field and a nested type have different names",
    text: `${three}\nmessage M { string N = 1;\n message N {} }`,
    want: ['a.proto:3:10: "N" is already used in M, at a.proto:2'],
  },
  {
    name: "field numbers are in range",
    text: `${three}\nmessage M { string a = 0; string b = 536870912; string c = 19000; }`,
    want: [
      "a.proto:2:24: the field number 0 is outside 1 to 536870911",
      "a.proto:2:38: the field number 536870912 is outside 1 to 536870911",
      "a.proto:2:60: the field numbers 19000 to 19999 belong to protobuf itself",
    ],
  },
  {
    name: "reserved numbers and names are not used",
    text: `${three}\nmessage M { reserved 2, 4 to 6; reserved "x"; string a = 5; string x = 1; }`,
    want: [
      'a.proto:2:58: the number 5 of "a" is reserved',
      'a.proto:2:68: the name "x" is reserved',
    ],
  },
  {
    name: "reserved ranges do not overlap",
    text: `${three}\nmessage M { reserved 2 to 5;\n reserved 5; }`,
    want: ["a.proto:3:11: the range 5 to 5 overlaps 2 to 5"],
  },
  {
    name: "a range does not end before it starts",
    text: `${three}\nmessage M { reserved 5 to 2; }`,
    want: ["a.proto:2:22: the range 5 to 2 ends before it starts"],
  },
  {
    name: "reserved names are strings in proto3 and identifiers in editions",
    text: `${three}\nmessage M { reserved x; }`,
    want: ["a.proto:2:22: reserved names are strings, in quotes, in proto3"],
  },
  {
    name: "JSON names are used once in proto3",
    text: `${three}\nmessage M { string foo_bar = 1;\n string fooBar = 2; }`,
    want: [
      'a.proto:3:9: "fooBar" and "foo_bar" have the same JSON name, "fooBar" (set json_name on one of them)',
    ],
  },
  {
    name: "a declared JSON name conflicts too",
    text: `${three}\nmessage M { string a = 1;\n string b = 2 [json_name = "a"]; }`,
    want: ['a.proto:3:9: "b" and "a" have the same JSON name, "a" (set json_name on one of them)'],
  },
  {
    name: "a JSON name in brackets is refused",
    text: `${three}\nmessage M { string a = 1 [json_name = "[a]"]; }`,
    want: ["a.proto:2:39: a json_name in brackets means an extension in JSON"],
  },
  {
    name: "an enum has values",
    text: `${three}\nenum E { }`,
    want: ["a.proto:2:6: the enum E has no values"],
  },
  {
    name: "an open enum starts at zero",
    text: `${three}\nenum E { A = 1; }`,
    want: ["a.proto:2:14: the first value of E is 1, and of an open enum it is 0"],
  },
  {
    name: "enum numbers are used once without allow_alias",
    text: `${three}\nenum E { A = 0;\n B = 0; }`,
    want: [
      'a.proto:3:6: "B" has the number 0 of "A" in E (set option allow_alias = true in the enum if this is meant)',
    ],
  },
  {
    name: "allow_alias without an alias is refused",
    text: `${three}\nenum E { option allow_alias = true; A = 0; }`,
    want: ["a.proto:2:6: E sets allow_alias, but no number is used twice"],
  },
  {
    name: "enum values share the scope around the enum",
    text: `${three}\nenum E { A = 0; }\nenum F { A = 0; }`,
    want: [
      'a.proto:3:10: "A" is already defined at a.proto:2 (the values of an enum belong to the scope around the enum)',
    ],
  },
  {
    name: "reserved enum numbers and names are not used",
    text: `${three}\nenum E { reserved -1, 5 to max; reserved "X"; A = 0; B = -1; C = 7; X = 1; }`,
    want: [
      'a.proto:2:58: the number -1 of "B" is reserved',
      'a.proto:2:66: the number 7 of "C" is reserved',
      'a.proto:2:69: the name "X" is reserved',
    ],
  },
  {
    name: "an enum number fits in 32 bits",
    text: `${three}\nenum E { A = 0; B = 2147483648; C = -2147483649; }`,
    want: [
      "a.proto:2:21: 2147483648 does not fit in 32 bits",
      "a.proto:2:37: 2147483649 does not fit in 32 bits",
    ],
  },
  {
    name: "a closed enum cannot have implicit presence",
    text: `${edition}\nenum E { option features.enum_type = CLOSED; A = 1; }\nmessage M { E e = 1 [features.field_presence = IMPLICIT]; }`,
    want: ['a.proto:3:13: "e" has implicit presence, but its enum E is closed'],
  },
  {
    name: "implicit presence has no default",
    text: `${edition}\nmessage M { int32 e = 1 [features.field_presence = IMPLICIT, default = 3]; }`,
    want: ['a.proto:2:19: "e" has implicit presence, so it has no default value'],
  },
  {
    name: "an unknown type is named with the nearest one",
    text: `${three} package p;\nmessage Customer {}\nmessage M { Custmer c = 1; }`,
    want: ['a.proto:3:13: "Custmer" is not defined (did you mean "p.Customer"?)'],
  },
  {
    name: "an inner scope hides an outer one",
    text: `${three} package p.q;\nmessage q { }\nmessage M { q.N n = 1; }`,
    want: [
      'a.proto:3:13: "q.N" means "p.q.q.N" here, which is not defined (write ".q.N" to start from the outermost scope)',
    ],
  },
  {
    name: "a field type is no service",
    text: `${three}\nservice S {}\nmessage M { S s = 1; }`,
    want: ['a.proto:3:13: "S" is a service, and a message or enum is needed'],
  },
  {
    name: "a method takes and gives messages",
    text: `${three}\nenum E { A = 0; }\nservice S { rpc Get(E) returns (Nope); rpc Put(string) returns (E); }`,
    want: [
      'a.proto:3:21: "E" is an enum, and a message is needed',
      'a.proto:3:33: "Nope" is not defined',
      'a.proto:3:48: "string" is a scalar, and a message is needed',
      'a.proto:3:65: "E" is an enum, and a message is needed',
    ],
  },
  {
    name: "a method name is used once",
    text: `${three}\nmessage M {}\nservice S { rpc Get(M) returns (M);\n rpc Get(M) returns (M); }`,
    want: ['a.proto:4:6: the method "Get" is already declared in S'],
  },
  {
    name: "a symbol is defined once",
    text: `${three} package p;\nmessage M {}\nenum M { A = 0; }`,
    want: ['a.proto:3:6: "p.M" is already defined as a message at a.proto:2'],
  },
  {
    name: "an unknown option is named with the nearest one",
    text: `${three}\nmessage M { string a = 1 [deprecatd = true]; }`,
    want: [
      'a.proto:2:27: there is no option "deprecatd" in google.protobuf.FieldOptions (did you mean "deprecated"?)',
    ],
  },
  {
    name: "a custom option is in parentheses and imported",
    text: `${three}\nmessage M { string a = 1 [(google.api.field_behavior) = REQUIRED, whatever.x = 1]; }`,
    want: [
      'a.proto:2:67: there is no option "whatever" in google.protobuf.FieldOptions (custom options are written in parentheses)',
    ],
  },
  {
    name: "an option is set once",
    text: `${three}\noption java_package = "a";\noption java_package = "b";`,
    want: ['a.proto:3:8: option "java_package" is set twice'],
  },
  {
    name: "an option value fits its type",
    text: `${three}\noption java_multiple_files = 1;\noption optimize_for = FAST;\noption java_package = x;`,
    want: [
      'a.proto:2:30: option "java_multiple_files": expected true or false',
      'a.proto:3:23: option "optimize_for": google.protobuf.FileOptions.OptimizeMode has no value "FAST"',
      'a.proto:4:23: option "java_package": expected a string of UTF-8',
    ],
  },
  {
    name: "options that are for something else are refused",
    text: `${edition}\nmessage M { option features.field_presence = EXPLICIT; }`,
    want: ['a.proto:2:29: the option "field_presence" is not for a declaration of kind message'],
  },
  {
    name: "an import may not leave its root",
    text: `${three}\nimport "../secret.proto";\nimport "/etc/passwd";\nimport "a/./b.proto";\nimport "C:\\\\x.proto";`,
    want: [
      'a.proto:2:8: "../secret.proto" is not the path of a file below an import root (imports are written from the root, with / and without . or ..)',
      'a.proto:3:8: "/etc/passwd" is not the path of a file below an import root (imports are written from the root, with / and without . or ..)',
      'a.proto:4:8: "a/./b.proto" is not the path of a file below an import root (imports are written from the root, with / and without . or ..)',
      'a.proto:5:8: "C:\\x.proto" is not the path of a file below an import root (imports are written from the root, with / and without . or ..)',
    ],
  },
  {
    name: "a missing import is named with the nearest file",
    text: `${three}\nimport "google/api/annotation.proto";\nimport "not/there.proto";`,
    want: [
      'a.proto:2:8: the import "google/api/annotation.proto" is not found in . and is not built in (did you mean "google/api/annotations.proto"?)',
      'a.proto:3:8: the import "not/there.proto" is not found in . and is not built in (name its root in imports)',
    ],
  },
  {
    name: "a file does not import itself",
    text: `${three}\nimport "a.proto";`,
    want: ["a.proto:2:8: the imports go round in a circle: a.proto -> a.proto"],
  },
  {
    name: "a file is imported once",
    text: `${three}\nimport "google/type/date.proto";\nimport "google/type/date.proto";`,
    want: ['a.proto:3:8: "google/type/date.proto" is imported twice'],
  },
  {
    name: "names like those of Object.prototype are ordinary",
    text: `${three} package constructor;\nmessage __proto__ { toString hasOwnProperty = 1; string __proto__ = 2; }`,
    want: ['a.proto:2:21: "toString" is not defined'],
  },
  {
    name: "a field number fits in 32 bits",
    text: `${three}\nmessage M { string d = 5000000000; }`,
    want: ["a.proto:2:24: the field number 5000000000 is out of range"],
  },
  {
    name: "a custom option that is not imported is not known",
    text: `${three}\nmessage M { string a = 1 [(google.api.field_behavior) = REQUIRED]; }`,
    want: [
      'a.proto:2:27: "google.api.field_behavior" is not defined (add: import "google/api/field_behavior.proto";)',
    ],
  },
  {
    name: "a custom option is looked up among extensions",
    text: `${three}\nimport "google/api/annotations.proto";\nmessage M { option (google.api.http) = { get: "/" }; string a = 1 [(google.api.htp) = 1, (M) = 1]; }`,
    want: [
      'a.proto:3:20: "google.api.http" extends google.protobuf.MethodOptions, and this is google.protobuf.MessageOptions',
      'a.proto:3:68: "google.api.htp" is not defined (did you mean "google.api.http"?)',
      'a.proto:3:90: "M" is a message, and an extension is needed',
    ],
  },
  {
    name: "a value in braces is read as text format",
    text: `${three}\nimport "google/api/annotations.proto";\nmessage M {}\nservice S { rpc A(M) returns (M) { option (google.api.http) = { gt: "/" }; }\n rpc B(M) returns (M) { option (google.api.http) = "x"; }\n rpc C(M) returns (M) { option (google.api.http).get = 1; option (google.api.http).get.x = 1; } }`,
    want: [
      'a.proto:4:63: option "(google.api.http)": unknown field "gt" for message google.api.HttpRule',
      'a.proto:5:52: option "(google.api.http)" is a message (write (google.api.http) = { field: value }, or (google.api.http).field = value)',
      'a.proto:6:56: option "(google.api.http).get": expected a string of UTF-8',
      'a.proto:6:84: option "(google.api.http).get" is not a single message, and has no parts to set',
    ],
  },
  {
    name: "a value in braces is closed",
    text: `${three}\nmessage M { option (a) = { b: 1;\n }`,
    want: [
      "a.proto:2:11: this block is never closed",
      'a.proto:3:3: expected ";", found the end of the file',
    ],
  },
  {
    name: "the default of an enum field is one of its values",
    text: `${two}\nenum E { ALPHA = 1; }\nmessage M { optional E e = 1 [default = ALPHAA]; }`,
    want: ['a.proto:3:24: "e" has the default "ALPHAA", which E has not (did you mean "ALPHA"?)'],
  },
  {
    name: "features exist in editions only",
    text: `${three}\noption features.field_presence = EXPLICIT;`,
    want: ["a.proto:2:8: features exist in editions only"],
  },
  {
    name: "options of fields fit their type",
    text: `${three}\nmessage M {\n string a = 1 [packed = true];\n int32 b = 2 [jstype = JS_STRING];\n string c = 3 [lazy = true];\n}`,
    want: [
      'a.proto:3:9: "a": packed is for repeated numbers, bools and enums',
      'a.proto:4:8: "b": jstype is for 64-bit integers',
      'a.proto:5:9: "c": lazy is for message fields',
    ],
  },
  {
    name: "features of fields fit their type",
    text: `${edition}\nmessage M {\n repeated int32 a = 1 [features.field_presence = EXPLICIT];\n oneof o { int32 b = 2 [features.field_presence = EXPLICIT]; }\n M c = 3 [features.field_presence = IMPLICIT];\n int32 d = 4 [features.repeated_field_encoding = PACKED];\n repeated string e = 5 [features.repeated_field_encoding = PACKED];\n bytes f = 6 [features.utf8_validation = NONE];\n int32 g = 7 [features.message_encoding = DELIMITED];\n extensions 100;\n}\nextend M { int32 h = 100 [features.field_presence = EXPLICIT]; }`,
    want: [
      'a.proto:3:17: "a": features.field_presence is not for repeated fields',
      'a.proto:4:18: "b": features.field_presence is not for the fields of a oneof',
      'a.proto:5:4: "c": features.field_presence of a message is not IMPLICIT',
      'a.proto:6:8: "d": features.repeated_field_encoding is for repeated fields',
      'a.proto:7:18: "e": features.repeated_field_encoding = PACKED is for numbers, bools and enums',
      'a.proto:8:8: "f": features.utf8_validation is for string fields',
      'a.proto:9:8: "g": features.message_encoding is for message fields',
      'a.proto:12:18: "h": features.field_presence is not for extensions',
    ],
  },
  {
    name: "a closed enum in a map starts at zero",
    text: `${two}\nenum E { A = 1; }\nmessage M { map<string, E> m = 1; }`,
    want: ['a.proto:3:13: the values of "m" are of E, whose first value is not 0'],
  },
  {
    name: "messages are not nested without end",
    text: `${three}\n${"message M { ".repeat(40)}${"}".repeat(40)}`,
    want: ["a.proto:2:395: messages are nested more than 32 deep"],
  },
  {
    name: "an extension is in a range of its message",
    text: `${two}\nmessage M { extensions 1 to 5; }\nextend M { optional int32 a = 6; optional int32 b = 1;\n optional int32 c = 1; required int32 d = 2; }`,
    want: [
      "a.proto:3:31: M does not leave the number 6 to extensions",
      'a.proto:4:21: the number 1 of M is already used by "b" at a.proto:3',
      "a.proto:4:39: an extension cannot be required",
    ],
  },
];

suite("problems of .proto text", () => {
  for (const row of rows) {
    test(row.name, async () => {
      assert.deepEqual(await problemsOf({ "a.proto": row.text }), row.want);
    });
  }
});
