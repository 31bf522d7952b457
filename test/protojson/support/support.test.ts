import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { fromBinary, toBinary, toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import { wireArbitrary } from "./messages.ts";
import { schemaArbitrary } from "./schemas.ts";

suite("random schemas and messages", () => {
  test("every message is read back by protobuf-es and has a JSON form", () => {
    const pair = schemaArbitrary().chain((schema) =>
      wireArbitrary(schema.root, schema.registry).map((value) => ({ schema, ...value })),
    );
    fc.assert(
      fc.property(pair, ({ schema, message, wire }) => {
        const again = fromBinary(schema.root, wire);
        assert.deepEqual(toBinary(schema.root, again), wire);
        toJsonString(schema.root, message, { registry: schema.registry });
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
