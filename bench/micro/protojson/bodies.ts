// The messages that the codec is measured with, and the schema of them for each library.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  type DescMessage,
  fromJson,
  type JsonValue,
  type Registry,
  toBinary,
} from "@bufbuild/protobuf";
import protobuf from "protobufjs";
import { loadSchema } from "../../../src/descriptor/index.ts";

/** One body in all its forms. */
export interface Body {
  readonly name: string;
  readonly desc: DescMessage;
  readonly type: protobuf.Type;
  readonly json: string;
  readonly value: JsonValue;
  readonly wire: Uint8Array;
}

const folder = import.meta.dirname;

function item(index: number): JsonValue {
  const digest = createHash("sha256").update(`${index}`).digest().subarray(0, 16);
  const sku = `SKU-${String(index).padStart(6, "0")}`;
  return {
    sku,
    quantity: (index % 97) + 1,
    price: index * 1.25 + 0.99,
    kind: index % 2 === 0 ? "KIND_RED" : "KIND_BLUE",
    ...(index % 3 === 0 ? {} : { inStock: true }),
    serial: String(18_000_000_000_000_000_000n + BigInt(index)),
    cost: { currencyCode: "EUR", units: String(index), nanos: 990_000_000 },
    tags: ["new", `t${index % 11}`],
    digest: digest.toString("base64"),
    ...(index % 2 === 0 ? { box: `box-${sku}` } : { pallet: index }),
  };
}

function doc(items: number): JsonValue {
  return {
    name: "shelves/1/docs/bench",
    revision: "9007199254740993",
    createdAt: "2026-01-02T03:04:05.600Z",
    ttl: "90.500s",
    labels: { team: "edge", env: "bench" },
    items: Array.from({ length: items }, (_, index) => item(index + 1)),
    extra: { a: 1.5, b: ["x", true, null], c: { d: "e" } },
    note: 'a "note" with unicode ✓',
  };
}

/** Loads the schema and makes the bodies of about 30, 600 and 100,000 bytes of JSON. */
export async function loadBodies(): Promise<{
  readonly registry: Registry;
  readonly bodies: readonly Body[];
}> {
  const loaded = await loadSchema([{ kind: "protos", path: path.join(folder, "doc.proto") }]);
  if (!loaded.ok) throw new Error(loaded.error[0]?.message ?? "the schema did not load");
  const { registry } = loaded.value;
  const root = protobuf.parse(readFileSync(path.join(folder, "doc.proto"), "utf8")).root;
  for (const name of ["duration", "struct", "timestamp", "wrappers"]) {
    root.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`)?.nested ?? {});
  }
  root.resolveAll();
  const body = (name: string, typeName: string, value: JsonValue): Body => {
    const desc = registry.getMessage(typeName);
    if (desc === undefined) throw new Error(`no ${typeName}`);
    const wire = toBinary(desc, fromJson(desc, value));
    return {
      name,
      desc,
      type: root.lookupType(typeName),
      json: JSON.stringify(value),
      value,
      wire,
    };
  };
  return {
    registry,
    bodies: [
      body("30 B", "bench.v1.Echo", { message: "hello", number: "1" }),
      body("600 B", "bench.v1.Doc", doc(1)),
      body("100 KB", "bench.v1.Doc", doc(385)),
    ],
  };
}
