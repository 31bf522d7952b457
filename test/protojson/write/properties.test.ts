import assert from "node:assert/strict";
import process from "node:process";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { JsonWriteOptions } from "../../../src/protojson/index.ts";
import { wireArbitrary } from "../support/messages.ts";
import { type SchemaOptions, schemaArbitrary } from "../support/schemas.ts";
import { comparable, writeOurs, writeTheirs } from "./oracle.ts";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 300);
const seed = Number(process.env["FUZZ_SEED"] ?? 7);

function valueArbitrary(options: SchemaOptions) {
  return schemaArbitrary(options).chain((schema) =>
    wireArbitrary(schema.root, schema.registry).map((value) => ({ schema, ...value })),
  );
}

suite("wire to JSON against protobuf-es", () => {
  const rows: readonly { name: string; options: Partial<JsonWriteOptions> }[] = [
    { name: "canonical", options: {} },
    { name: "defaults printed", options: { emitDefaults: true } },
    { name: "enums as integers", options: { enumsAsIntegers: true } },
    { name: "proto names", options: { preserveProtoNames: true } },
    { name: "pretty", options: { pretty: true } },
  ];
  for (const row of rows) {
    test(`the text is the same for random messages: ${row.name}`, () => {
      fc.assert(
        fc.property(valueArbitrary({ floats: false }), ({ schema, wire }) => {
          const ours = writeOurs(schema.registry, schema.root, wire, row.options);
          const theirs = writeTheirs(schema.registry, schema.root, wire, row.options);
          assert.equal(theirs.kind, "text");
          assert.equal(ours.kind, "text", ours.kind === "refused" ? ours.reason : "");
          if (ours.kind !== "text" || theirs.kind !== "text") return;
          assert.equal(comparable(ours.text), comparable(theirs.text));
        }),
        { numRuns, seed },
      );
    });
  }
});
