import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { findBuiltin } from "../../src/descriptor/builtin/builtin-files.ts";
import { type FileRegistry, formatProblem, loadSchema } from "../../src/descriptor/index.ts";
import { compileVendored } from "./build-builtins.ts";
import { describeComments, describeFile, describeSpans, unknownNumbers } from "./compare-files.ts";

// Made by protoc 35.1 (PyPI grpcio-tools 1.85.1) in fixtures/protoc, of all files there:
// protoc -I . -I ../../../../src/descriptor/builtin/protos --include_source_info --retain_options
//   --descriptor_set_out=../protoc.binpb
const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));

async function load(kind: "protos" | "set", path: string): Promise<FileRegistry> {
  const schema = await loadSchema([{ kind, path }]);
  if (!schema.ok) throw new Error(schema.error.map(formatProblem).join("\n"));
  return schema.value.registry;
}

suite("the compiler and protoc agree", async () => {
  const ours = await load("protos", `${fixtures}protoc`);
  const theirs = await load("set", `${fixtures}protoc.binpb`);
  const names = [
    "proto2.proto",
    "proto3.proto",
    "edition2023.proto",
    "edition2023_delimited.proto",
    "edition2024.proto",
    "options/custom.proto",
    "public/deeper.proto",
    "public/reexported.proto",
  ];
  for (const name of names) {
    test(name, () => {
      const mine = ours.getFile(name);
      const reference = theirs.getFile(name);
      assert.ok(mine);
      assert.ok(reference);
      assert.deepEqual(describeFile(mine, ours), describeFile(reference, theirs));
      assert.deepEqual(unknownNumbers(mine.proto), unknownNumbers(reference.proto));
      assert.deepEqual(describeComments(mine.proto), describeComments(reference.proto));
      assert.deepEqual(describeSpans(mine.proto), describeSpans(reference.proto));
    });
  }

  test("the comparison sees what it should", () => {
    const file = ours.getFile("options/custom.proto");
    assert.ok(file);
    const before = JSON.stringify(describeFile(file, ours));
    for (const needle of [
      "9007199254740993",
      "extension in an aggregate",
      "fixtures.options.flag",
    ]) {
      assert.ok(before.includes(needle), needle);
    }
    assert.deepEqual(unknownNumbers(file.proto).filter((number) => number >= 50001).length, 19);
  });
});

suite("built-in files", () => {
  test("the committed data is what the vendored files compile to", async () => {
    const compiled = await compileVendored();
    for (const [name, bytes] of compiled) {
      const committed = findBuiltin(name)?.proto;
      assert.ok(committed, name);
      assert.deepEqual(
        toJson(FileDescriptorProtoSchema, committed),
        toJson(FileDescriptorProtoSchema, fromBinary(FileDescriptorProtoSchema, bytes)),
      );
      assert.deepEqual(
        unknownNumbers(committed),
        unknownNumbers(fromBinary(FileDescriptorProtoSchema, bytes)),
      );
    }
    assert.equal(compiled.size, 35);
  });

  test("the vendored files name their licence", () => {
    const folder = new URL("../../src/descriptor/builtin/protos/", import.meta.url);
    assert.match(readFileSync(new URL("LICENSE", folder), "utf8"), /Apache License/);
    assert.match(readFileSync(new URL("README.md", folder), "utf8"), /protovalidate/);
  });
});
