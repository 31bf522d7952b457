import assert from "node:assert/strict";
import process from "node:process";
import { suite, test } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../../src/base/index.ts";
import type { JsonWriteOptions } from "../../../src/protojson/index.ts";
import { wireArbitrary } from "../support/messages.ts";
import { type RandomSchema, type SchemaOptions, schemaArbitrary } from "../support/schemas.ts";
import { mutateWire } from "../support/wire-mutations.ts";
import { comparable, roundFloats, writeOurs, writeTheirs } from "./oracle.ts";

// A longer run: FUZZ_RUNS=20000 FUZZ_SEED=1 node --import tsx --test test/protojson/write/properties.test.ts
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 300);
const seed = Number(process.env["FUZZ_SEED"] ?? 7);

function valueArbitrary(options: SchemaOptions) {
  return schemaArbitrary(options).chain((schema) =>
    fc.record({
      schema: fc.constant(schema),
      value: wireArbitrary(schema.root, schema.registry),
      seed: fc.integer(),
    }),
  );
}

/** Both texts must be there and, in the given form, the same. */
function assertSame(
  schema: RandomSchema,
  wire: Uint8Array,
  options: Partial<JsonWriteOptions>,
  form: (text: string) => string,
): void {
  const ours = writeOurs(schema.registry, schema.root, wire, options);
  const theirs = writeTheirs(schema.registry, schema.root, wire, options);
  if (ours.kind === "text" && theirs.kind === "text") {
    assert.equal(form(ours.text), form(theirs.text));
  } else assert.deepEqual(ours, theirs);
}

suite("wire to JSON against protobuf-es", () => {
  const rows: readonly { name: string; options: Partial<JsonWriteOptions> }[] = [
    { name: "canonical", options: {} },
    { name: "defaults printed", options: { emitDefaults: true } },
    { name: "enums as integers", options: { enumsAsIntegers: true } },
    { name: "proto names", options: { preserveProtoNames: true } },
  ];
  for (const row of rows) {
    test(`the text is the same for random messages: ${row.name}`, () => {
      fc.assert(
        fc.property(valueArbitrary({ floats: false, required: true }), ({ schema, value }) => {
          assertSame(schema, value.wire, row.options, comparable);
        }),
        { numRuns, seed },
      );
    });
  }

  test("floats are the same 32-bit numbers", () => {
    fc.assert(
      fc.property(valueArbitrary({ maps: false }), ({ schema, value }) => {
        assertSame(schema, value.wire, {}, roundFloats);
      }),
      { numRuns, seed },
    );
  });

  test("the text is the same when fields come in another order, cut up or merged", () => {
    fc.assert(
      fc.property(valueArbitrary({ floats: false }), ({ schema, value, seed: mutation }) => {
        const options = { merges: true, repeats: false };
        const wire = mutateWire(schema.root, value.wire, seededRandom(mutation), options);
        assertSame(schema, wire, {}, comparable);
        assertSame(schema, wire, { emitDefaults: true }, comparable);
      }),
      { numRuns: numRuns * 3, seed },
    );
  });

  test("the text is the same when fields come more than once", () => {
    fc.assert(
      fc.property(valueArbitrary({ floats: false }), ({ schema, value, seed: mutation }) => {
        const options = { merges: true, repeats: true };
        const wire = mutateWire(schema.root, value.wire, seededRandom(mutation), options);
        assertSame(schema, wire, {}, comparable);
      }),
      { numRuns: numRuns * 3, seed },
    );
  });
});
