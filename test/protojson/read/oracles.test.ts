// protobuf-es and protobufjs decide what a JSON text is, but for the differences that have a name.
import assert from "node:assert/strict";
import process from "node:process";
import { suite, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { type Message, toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { Type } from "protobufjs";
import { messageArbitrary } from "../support/messages.ts";
import { type RandomSchema, schemaArbitrary } from "../support/schemas.ts";
import { differenceOf, differences, isWellFormed, type Library } from "./differences.ts";
import { mutationArbitrary } from "./mutations.ts";
import { esAsValue, jsAsValue, oursAsValue, protobufjsType, type Reading } from "./oracle.ts";
import { messageOf, registry } from "./schema.ts";

// FUZZ_RUNS=20000 for a long search from a new seed; without it every run sees the same cases.
const asked = process.env["FUZZ_RUNS"];
const search = {
  numRuns: Number(asked ?? 300),
  includeErrorInReport: true,
  ...(asked === undefined ? { seed: 8259 } : {}),
};

/** protobufjs writes groups of loaded descriptors as broken wire bytes, so that it has no say on schemas with them. */
function typeOf(schema: RandomSchema): Type | undefined {
  const text = JSON.stringify(schema.file.messageType, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  const hasGroups = /"type":10|"messageEncoding":2/u.test(text);
  return hasGroups ? undefined : protobufjsType([schema.file], "random.v1.Root");
}

function printed(schema: RandomSchema, message: Message, options: object): string {
  return toJsonString(schema.root, message, { registry: schema.registry, ...options });
}

function agrees(ours: Reading, theirs: Reading): boolean {
  if (ours.kind === "refused" || theirs.kind === "refused") return ours.kind === theirs.kind;
  return isDeepStrictEqual(ours.value, theirs.value);
}

function assertExplained(library: Library, json: string, ours: Reading, theirs: Reading): void {
  if (agrees(ours, theirs) || differenceOf(library, json, ours, theirs) !== undefined) return;
  assert.fail(`${library} says ${JSON.stringify(theirs)}, we say ${JSON.stringify(ours)}: ${json}`);
}

suite("what a library prints is what we read", () => {
  const settings = fc.record({
    useProtoFieldName: fc.boolean(),
    enumAsInteger: fc.boolean(),
    alwaysEmitImplicit: fc.boolean(),
    prettySpaces: fc.constantFrom(0, 2),
  });
  const cases = schemaArbitrary({ required: true }).chain((schema) =>
    fc.tuple(fc.constant(schema), messageArbitrary(schema.root, schema.registry), settings),
  );
  test("any message of any schema, as protobuf-es and protobufjs read it", () => {
    fc.assert(
      fc.property(cases, ([schema, message, options]) => {
        const json = printed(schema, message, options);
        const ours = oursAsValue(schema.registry, schema.root, json);
        assert.deepEqual(ours, esAsValue(schema.registry, schema.root, json), json);
        const type = typeOf(schema);
        if (type === undefined) return;
        assert.deepEqual(ours, jsAsValue(schema.registry, schema.root, type, json), json);
      }),
      search,
    );
  });
});

suite("what is nearly right is taken or refused as the libraries do", () => {
  const cases = schemaArbitrary().chain((schema) =>
    messageArbitrary(schema.root, schema.registry).chain((message) =>
      fc.record({
        schema: fc.constant(schema),
        texts: fc.array(mutationArbitrary(printed(schema, message, {})), {
          minLength: 5,
          maxLength: 15,
        }),
        ignores: fc.boolean(),
      }),
    ),
  );
  test("any small change of any message", () => {
    fc.assert(
      fc.property(cases, ({ schema, texts, ignores }) => {
        const type = typeOf(schema);
        for (const json of texts.filter(isWellFormed)) {
          const options = { ignoreUnknownFields: ignores };
          const ours = oursAsValue(schema.registry, schema.root, json, options);
          const es = esAsValue(schema.registry, schema.root, json, ignores);
          assertExplained("protobuf-es", json, ours, es);
          if (type === undefined) continue;
          const js = jsAsValue(schema.registry, schema.root, type, json, ignores);
          assertExplained("protobufjs", json, ours, js);
        }
      }),
      search,
    );
  });
});

suite("differences from the libraries", () => {
  const files = [...registry.files].map((file) => file.proto);
  for (const difference of differences) {
    const { type, json, accepts } = difference.example;
    for (const library of difference.shownBy ?? difference.libraries) {
      test(`${difference.name} (${library})`, () => {
        const desc = messageOf(type);
        const ours = oursAsValue(registry, desc, json);
        const theirs =
          library === "protobuf-es"
            ? esAsValue(registry, desc, json)
            : jsAsValue(registry, desc, protobufjsType(files, type, false), json);
        assert.ok(!agrees(ours, theirs), `both say ${JSON.stringify(ours)}`);
        assert.equal(ours.kind, accepts === "they" ? "refused" : "value");
        assert.equal(theirs.kind, accepts === "we" ? "refused" : "value");
        assert.equal(differenceOf(library, json, ours, theirs)?.name, difference.name);
      });
    }
  }
});
