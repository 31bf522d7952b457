// The second oracle: protobufjs, whose ext/protojson is another reading of the same specification.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { suite, test } from "node:test";
import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import protobuf from "protobufjs";
import { messageArbitrary } from "../support/messages.ts";
import { roundFloats, writeOurs } from "./oracle.ts";
import { loadKinds, messageOf } from "./schemas.ts";

const protojson = createRequire(import.meta.url)("protobufjs/ext/protojson.js") as {
  toJsonString(type: protobuf.Type, message: unknown): string;
};

const registry = await loadKinds();
const root = new protobuf.Root();
for (const name of ["kinds.proto", "legacy.proto"]) {
  root.loadSync(path.join(import.meta.dirname, "protos", name), { keepCase: false });
}
root.resolveAll();

/**
 * Values to compare. protobufjs leaves out a -0 without presence, which is not the default (proto3 language guide,
 * "Default Field Values": "-0 is considered different and will be serialized"), so zeros are left out of both.
 */
function comparableValue(text: string): unknown {
  return JSON.parse(roundFloats(text), (key, value: unknown) =>
    (key === "aFloat" || key === "aDouble") && value === 0 ? undefined : value,
  );
}

suite("wire to JSON against protobufjs", () => {
  for (const typeName of ["kinds.v1.Kinds", "kinds.legacy.Legacy"]) {
    test(`the values are the same for random messages: ${typeName}`, () => {
      const desc = messageOf(registry, typeName);
      const type = root.lookupType(typeName);
      const messages = messageArbitrary(desc, registry, 2);
      fc.assert(
        fc.property(messages, (message) => {
          const wire = toBinary(desc, message);
          const ours = writeOurs(registry, desc, wire);
          const theirs = protojson.toJsonString(type, type.decode(wire));
          const text = ours.kind === "text" ? ours.text : "null";
          assert.deepEqual(comparableValue(text), comparableValue(theirs));
        }),
        { numRuns: 200, seed: 5 },
      );
    });
  }
});
