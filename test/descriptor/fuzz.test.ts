import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { alwaysPresent, findBuiltin } from "../../src/descriptor/builtin/builtin-files.ts";
import { loadSchema } from "../../src/descriptor/index.ts";
import { linkFiles } from "../../src/descriptor/link/link-files.ts";
import { parseFile } from "../../src/descriptor/syntax/parse-file.ts";
import type { Turns } from "../../src/descriptor/turns.ts";

// More runs: FUZZ_RUNS=100000 node --import tsx --test test/descriptor/fuzz.test.ts
const numRuns = Number(process.env["FUZZ_RUNS"] ?? "400");
const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));
const texts = readdirSync(`${fixtures}protoc`, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".proto"))
  .map((name) => readFileSync(`${fixtures}protoc/${name}`, "utf8"));
const set = readFileSync(`${fixtures}protoc.binpb`);
const words = [
  ..."{}[]()<>=;,.-\"'/\\\n\t\0",
  ..."message enum service rpc extend oneof map group option reserved extensions to max".split(" "),
  ..."optional required repeated import public syntax edition returns stream true inf nan".split(
    " ",
  ),
  ..."features json_name default packed (x) .a. 0 -1 0x 1e9 09 99999999999999999999 \u00e9 /* // */".split(
    " ",
  ),
];

/** The tests need no other work done meanwhile. */
const noTurns: Turns = { take: () => Promise.resolve() };

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(400)),
  insert: fc.oneof(fc.constant(""), fc.constantFrom(...words), fc.string({ maxLength: 12 })),
});

/** The text with the edits made, the last one first. */
function applyEdits(text: string, edits: readonly Edit[]): string {
  let edited = text;
  for (const { at, remove, insert } of edits) {
    const start = Math.floor(at * edited.length);
    edited = `${edited.slice(0, start)} ${insert} ${edited.slice(start + remove)}`;
  }
  return edited;
}

/** Parses and, when there are no problems, links `text` beside the built-in files. */
async function compile(text: string): Promise<void> {
  const { file, problems } = parseFile("fuzzed.proto", "fuzzed.proto", text);
  for (const { line, column } of problems) {
    assert.ok(line !== undefined && line > 0 && column !== undefined && column > 0);
  }
  if (problems.length > 0) return;
  const builtins = [...alwaysPresent, "google/protobuf/cpp_features.proto"];
  const units = builtins.flatMap((name) => findBuiltin(name) ?? []);
  const known = new Set([...units.map((unit) => unit.proto.name)]);
  // Other imports would be reported when reading; here they are left out.
  file.proto.dependency = file.proto.dependency.filter((name) => known.has(name));
  file.proto.publicDependency = [];
  file.proto.weakDependency = [];
  file.proto.optionDependency = [];
  await linkFiles([...units, { proto: file.proto, origin: "fuzzed.proto", parsed: file }], noTurns);
}

suite("whatever is read, problems are values", () => {
  test("mutated .proto text neither throws nor hangs", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...texts), fc.array(edit, { maxLength: 6 }), (text, edits) =>
        compile(applyEdits(text, edits)),
      ),
      { numRuns },
    );
  });

  test("streams of the language's words neither throw nor hang", { timeout: 120_000 }, async () => {
    const name = fc.constantFrom("A", "b", "C", "string", "int32", "A.C", ".A");
    const soup = fc.array(fc.oneof(fc.constantFrom(...words), name), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(soup, (parts) => compile(parts.join(" "))),
      { numRuns },
    );
  });

  test("mutated descriptor sets neither throw nor hang", { timeout: 120_000 }, async () => {
    const change = fc.tuple(fc.nat(set.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 255)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.oneof(fc.constant(set.length), fc.nat(set.length)),
        async (changes, end) => {
          const bytes = Uint8Array.from(set);
          for (const [at, value] of changes) bytes[at] = value;
          await loadSchema([{ kind: "bytes", bytes: bytes.subarray(0, end), name: "fuzzed" }]);
        },
      ),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  test("random bytes are refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const schema = await loadSchema([{ kind: "bytes", bytes, name: "fuzzed" }]);
        assert.equal(schema.ok, false);
      }),
      { numRuns },
    );
  });

  const large: readonly { name: string; text: string }[] = [
    { name: "a million spaces", text: " ".repeat(1e6) },
    { name: "a million empty statements", text: ";".repeat(1e6) },
    { name: "half a million comment starts", text: "/*".repeat(5e5) },
    { name: "half a million quotes", text: '"'.repeat(1e6) },
    { name: "half a million lines of comments", text: "//\n".repeat(5e5) },
    { name: "a hundred thousand open blocks", text: "message M {".repeat(1e5) },
    { name: "a hundred thousand open values", text: `option (a) = ${"{ a: ".repeat(1e5)}` },
    { name: "a long string of escapes", text: `option a = "${"\\n".repeat(2e5)}";` },
    { name: "a long name", text: `message M { ${"a.".repeat(2e5)}b c = 1; }` },
    {
      name: "a deep value",
      text: `option java_package = ${"{ a ".repeat(500)}${"}".repeat(500)};`,
    },
    {
      name: "twenty thousand clashing fields",
      text: `message M { ${"optional string a = 1; ".repeat(2e4)} }`,
    },
    {
      name: "twenty thousand unknown types",
      text: `message M { ${Array.from({ length: 2e4 }, (_, i) => `optional Type${i} f${i} = ${i + 20000};`).join("\n")} }`,
    },
  ];
  for (const row of large) {
    test(`${row.name} end in problems or a file`, { timeout: 20_000 }, () => compile(row.text));
  }

  test("a set serialized again is the same schema", async () => {
    const first = await loadSchema([{ kind: "bytes", bytes: set, name: "a" }]);
    assert.ok(first.ok);
    const file = [...first.value.registry.files].map(({ proto }) => proto);
    const bytes = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
    const second = await loadSchema([
      { kind: "bytes", bytes: set, name: "a" },
      { kind: "bytes", bytes, name: "b" },
    ]);
    assert.ok(second.ok);
    assert.deepEqual([...second.value.services.keys()], [...first.value.services.keys()]);
  });
});
