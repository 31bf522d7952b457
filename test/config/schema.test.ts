import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { jsonSchema } from "../../src/config/index.ts";

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Key {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** Every key of the schema by its path, in the order of the schema. */
function keysOf(schema: Schema, path: string): readonly Key[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const childPath = path === "" ? key : `${path}.${key}`;
    const isRequired = schema.required?.includes(key) ?? false;
    return [{ path: childPath, schema: child, isRequired }, ...keysOf(child, childPath)];
  });
  const { additionalProperties: named, items } = schema;
  return [
    ...own,
    ...(typeof named === "object" ? keysOf(named, `${path}.NAME`) : []),
    ...(items === undefined ? [] : keysOf(items, `${path}[]`)),
    // What may be a word or a map has the keys of the map.
    ...(schema.anyOf ?? [])
      .filter((branch) => branch.properties)
      .flatMap((branch) => keysOf(branch, path)),
  ];
}

/** Rows of the page by path: what follows a heading that names a path is under it. */
function rowsOf(text: string): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  let section = "";
  for (const line of text.split("\n")) {
    const heading = /^##+ (?:`(.*)`|.*)$/.exec(line);
    if (heading !== null) section = heading[1] ?? "";
    const [, key, value] = /^\| `([^`]+)` \|([^|]*)\|/.exec(line) ?? [];
    if (key !== undefined)
      rows.set(section === "" ? key : `${section}.${key}`, value?.trim() ?? "");
  }
  return rows;
}

/** The path that the page describes a key at: switches and rules are described once. */
function described(path: string): string {
  return path
    .replace(
      /^(?:listeners\.NAME|routes\[\](?:\.methods\.NAME)?)\.(json|rest|metadata|streams)\./,
      "$1.",
    )
    .replace(/^routes\[\]\.http\./, "http.rules[].")
    .replace(/\.additional_bindings\[\]\./, ".");
}

const published: Schema = jsonSchema();
const keys = keysOf(published, "");
const page = readFileSync("docs/configuration.md", "utf8");

suite("the JSON Schema", () => {
  test("in docs is the one that the loader reads by", () => {
    const written = JSON.parse(readFileSync("docs/gateway.schema.json", "utf8")) as unknown;
    assert.deepEqual(written, JSON.parse(JSON.stringify(published)));
  });

  test("says of every key what it means", () => {
    assert.deepEqual(
      keys.filter((key) => key.schema.description === undefined).map((key) => key.path),
      [],
    );
  });

  test("takes no unknown keys", () => {
    const open = (at: Schema): readonly Schema[] => [
      ...(at.properties !== undefined && at.additionalProperties !== false ? [at] : []),
      ...Object.values(at.properties ?? {}).flatMap(open),
      ...(typeof at.additionalProperties === "object" ? open(at.additionalProperties) : []),
      ...(at.items === undefined ? [] : open(at.items)),
    ];
    assert.deepEqual(open(published), []);
  });

  test("takes a reference wherever a value is not a constant", () => {
    const refused = keys.filter(({ path, schema: { type, pattern } }) => {
      if (path === "version") return false;
      if (type === "integer" || type === "boolean") return true;
      return pattern !== undefined && !new RegExp(pattern).test(["$", "{env:X}"].join(""));
    });
    assert.deepEqual(refused, []);
  });
});

suite("the page of the configuration", () => {
  const rows = rowsOf(page);

  test("has a row for every key, and for nothing else", () => {
    const wanted = new Set(keys.map((key) => described(key.path)));
    assert.deepEqual([...rows.keys()].toSorted(), [...wanted].toSorted());
  });

  test("says the default that the loader fills in", () => {
    for (const { path, schema: at, isRequired } of keys) {
      const cell = rows.get(described(path)) ?? "";
      if (at.default !== undefined) {
        assert.equal(cell.replaceAll("`", "").replace(/^""$/, ""), plain(at.default), path);
      }
      // An additional binding has no selector; the rule itself does.
      assert.equal(cell === "required", isRequired, `${path} is ${cell}`);
    }
  });
});

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
