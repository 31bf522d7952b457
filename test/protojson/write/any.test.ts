import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, type Message, toBinary } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { AnySchema, DurationSchema, EmptySchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { writeOurs } from "./oracle.ts";
import { hex, loadKinds, messageOf } from "./schemas.ts";

const registry = await loadKinds();
const desc = messageOf(registry, "google.protobuf.Any");

function any(typeUrl: string, value: Uint8Array): Uint8Array {
  return toBinary(AnySchema, create(AnySchema, { typeUrl, value }));
}

function packed<T extends Message>(schema: GenMessage<T>, value: T): Uint8Array {
  return toBinary(schema, value);
}

const kinds = "type.googleapis.com/kinds.v1.Kinds";

suite("Any", () => {
  const rows = [
    { name: "of nothing is {}", wire: any("", new Uint8Array()), want: "{}" },
    { name: "of an empty type and an empty value is {}", wire: hex("0a 00 12 00"), want: "{}" },
    {
      name: "prints the type before the fields",
      wire: any(kinds, hex("08 01")),
      want: `{"@type":"${kinds}","aBool":true}`,
    },
    {
      name: "of an empty message prints the type alone",
      wire: any(kinds, hex("")),
      want: `{"@type":"${kinds}"}`,
    },
    {
      name: "of a message whose fields come late takes the thorough way",
      wire: any(kinds, hex("10 02 08 01")),
      want: `{"@type":"${kinds}","aBool":true,"anInt32":2}`,
    },
    {
      name: "of a type with a form of its own prints it as the value",
      wire: any(
        "x/google.protobuf.Duration",
        packed(DurationSchema, create(DurationSchema, { seconds: 3n })),
      ),
      want: '{"@type":"x/google.protobuf.Duration","value":"3s"}',
    },
    {
      name: "of a wrapper prints it as the value",
      wire: any(
        "x/google.protobuf.StringValue",
        packed(StringValueSchema, create(StringValueSchema, { value: "a" })),
      ),
      want: '{"@type":"x/google.protobuf.StringValue","value":"a"}',
    },
    {
      name: "of Empty, which has no form of its own, prints the type alone",
      wire: any("x/google.protobuf.Empty", packed(EmptySchema, create(EmptySchema))),
      want: '{"@type":"x/google.protobuf.Empty"}',
    },
    {
      name: "takes what follows the last slash for the type",
      wire: any("a/b/c/kinds.v1.Kinds", hex("08 01")),
      want: '{"@type":"a/b/c/kinds.v1.Kinds","aBool":true}',
    },
    {
      name: "of an Any",
      wire: any("/google.protobuf.Any", any(kinds, hex("08 01"))),
      want: `{"@type":"/google.protobuf.Any","value":{"@type":"${kinds}","aBool":true}}`,
    },
    {
      name: "with its value before its type",
      wire: hex("12 02 08 01 0a 10 78 2f 6b 69 6e 64 73 2e 76 31 2e 4b 69 6e 64 73"),
      want: '{"@type":"x/kinds.v1.Kinds","aBool":true}',
    },
  ];
  for (const row of rows) {
    test(row.name, () => {
      assert.deepEqual(writeOurs(registry, desc, row.wire), { kind: "text", text: row.want });
    });
  }

  test("a type URL that is not UTF-8 is refused", () => {
    const written = writeOurs(registry, desc, hex("0a 01 ff"), { unknownAny: "base64" });
    assert.deepEqual(written, { kind: "refused", reason: ": not UTF-8" });
  });

  test("bytes that are not of the type are refused with their place inside", () => {
    assert.deepEqual(writeOurs(registry, desc, any(kinds, hex("8a01 03 72 01 ff"))), {
      kind: "refused",
      reason: "inner.aString: not UTF-8",
    });
  });
});

suite("details of a Status", () => {
  const status = messageOf(registry, "google.rpc.Status");
  const detail = (bytes: Uint8Array) => [0x1a, bytes.length, ...bytes];

  test("an unknown type keeps its bytes as base64, and the rest is printed", () => {
    const wire = Uint8Array.from([
      0x08,
      0x05,
      ...detail(any("x/unknown.Type", hex("0a ff"))),
      ...detail(any(kinds, hex("08 01"))),
    ]);
    assert.deepEqual(writeOurs(registry, status, wire, { unknownAny: "base64" }), {
      kind: "text",
      text: `{"code":5,"details":[{"@type":"x/unknown.Type","value":"Cv8="},{"@type":"${kinds}","aBool":true}]}`,
    });
  });

  test("a value without a type is kept the same way", () => {
    const wire = Uint8Array.from([...detail(any("", hex("08 01"))), ...detail(any("", hex("")))]);
    assert.deepEqual(writeOurs(registry, status, wire, { unknownAny: "base64" }), {
      kind: "text",
      text: '{"details":[{"@type":"","value":"CAE="},{}]}',
    });
  });

  test("bytes that are not of the type they claim are kept the same way", () => {
    const wire = Uint8Array.from([
      ...detail(any(kinds, hex("0a ff"))),
      ...detail(any(kinds, hex("08 01"))),
    ]);
    assert.deepEqual(writeOurs(registry, status, wire, { unknownAny: "base64" }), {
      kind: "text",
      text: `{"details":[{"@type":"${kinds}","value":"Cv8="},{"@type":"${kinds}","aBool":true}]}`,
    });
  });
});
