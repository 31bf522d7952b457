import assert from "node:assert/strict";
import process from "node:process";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type Random, seededRandom } from "../../../src/base/index.ts";
import { wireArbitrary } from "../support/messages.ts";
import { schemaArbitrary } from "../support/schemas.ts";
import { irregularitiesOf } from "./irregularities.ts";
import { comparable, writeOurs, writeTheirs } from "./oracle.ts";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 2_000);
const seed = Number(process.env["FUZZ_SEED"] ?? 3);

/** Changes up to three places of the bytes: a byte set, cut out, put in, or the rest cut off. */
function damage(wire: Uint8Array, random: Random): Uint8Array {
  const bytes = [...wire];
  for (let i = Math.floor(random() * 3); i >= 0; i--) {
    const place = Math.floor(random() * bytes.length);
    const kind = random();
    if (kind < 0.4) bytes[place] = Math.floor(random() * 256);
    else if (kind < 0.6) bytes.splice(place, 1);
    else if (kind < 0.8) bytes.splice(place, 0, Math.floor(random() * 256));
    else if (kind < 0.9) bytes.splice(place, 0, ...bytes.slice(place, place + 6));
    else bytes.length = place;
  }
  return Uint8Array.from(bytes);
}

suite("damaged wire bytes", () => {
  const damaged = schemaArbitrary({ floats: false }).chain((schema) =>
    fc.record({
      schema: fc.constant(schema),
      value: wireArbitrary(schema.root, schema.registry),
      seed: fc.integer(),
    }),
  );

  test("give what protobuf-es gives, or refuse with it, and never throw", () => {
    let regular = 0;
    let refused = 0;
    fc.assert(
      fc.property(damaged, ({ schema, value, seed: random }) => {
        const wire = damage(value.wire, seededRandom(random));
        const ours = writeOurs(schema.registry, schema.root, wire);
        if (irregularitiesOf(schema.registry, schema.root, wire).size > 0) return;
        const theirs = writeTheirs(schema.registry, schema.root, wire);
        regular++;
        if (theirs.kind === "refused") refused++;
        if (ours.kind === "text" && theirs.kind === "text") {
          assert.equal(comparable(ours.text), comparable(theirs.text));
        } else assert.equal(ours.kind, theirs.kind, JSON.stringify({ ours, theirs }));
      }),
      { numRuns, seed },
    );
    // The comparison must not pass by looking away.
    assert.ok(regular > numRuns / 3, `${regular} regular`);
    assert.ok(refused > numRuns / 20, `${refused} refused`);
  });
});
