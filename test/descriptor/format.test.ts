import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  commentsOf,
  type DescFile,
  formatProblem,
  formatSymbol,
  listPackages,
  loadSchema,
  placeOf,
  type Schema,
  typeText,
} from "../../src/descriptor/index.ts";
import { describeFile } from "./compare-files.ts";
import { schemaOf } from "./proto-folder.ts";

const folder = fileURLToPath(new URL("fixtures/protoc", import.meta.url));

async function loadFixtures(): Promise<Schema> {
  const schema = await loadSchema([{ kind: "protos", path: folder }]);
  if (!schema.ok) throw new Error(schema.error.map(formatProblem).join("\n"));
  return schema.value;
}

function readFixtures(): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const protos = names.filter((name) => name.endsWith(".proto"));
  return Object.fromEntries(
    protos.map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")]),
  );
}

/** The file's own head, then every declaration of it as printed. */
function reprint(file: DescFile, text: string, schema: Schema): string {
  const head = text
    .split("\n")
    .filter((line) => /^(?:syntax|edition|package|import|option) /.test(line));
  const types = [...file.messages, ...file.enums, ...file.extensions, ...file.services];
  // A group of an extension is printed with the extension.
  const groups = file.extensions.flatMap(({ proto, message }) =>
    proto.type === 10 ? message : [],
  );
  const printed = types
    .filter((type) => !groups.some((group) => group === type))
    .map((type) => formatSymbol(schema.registry, type.typeName));
  return [...head, ...printed].join("\n");
}

/** The same data with every list of named things sorted: printing moves nested types behind fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  // A method with an empty block has empty options, which print as none.
  const entries = Object.entries(value).filter(
    ([key, inner]) => key !== "options" || Object.keys(inner as object).length > 0,
  );
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

suite("printed declarations", async () => {
  const schema = await loadFixtures();
  const texts = readFixtures();
  for (const [name, text] of Object.entries(texts)) {
    test(`${name} printed and compiled again is the same`, async () => {
      const file = schema.registry.getFile(name);
      assert.ok(file);
      const again = await schemaOf({ ...texts, [name]: reprint(file, text, schema) });
      const reprinted = again.registry.getFile(name);
      assert.ok(reprinted);
      assert.deepEqual(
        sorted(describeFile(reprinted, again.registry)),
        sorted(describeFile(file, schema.registry)),
      );
    });
  }

  test("a message is printed with its comments and options", () => {
    assert.equal(
      formatSymbol(schema.registry, "fixtures.proto3.Book.Inner"),
      "message Inner {\n  fixtures.proto3.Kind kind = 1;\n  fixtures.proto3.Book.Inner again = 2;\n}\n",
    );
    const book = formatSymbol(schema.registry, "fixtures.proto3.Book") ?? "";
    assert.ok(book.startsWith("// Leads Book.\n// In two lines.\nmessage Book {\n"), book);
    assert.ok(
      book.includes('  option (google.api.resource) = {\n    type: "library.example.org/Book"\n'),
      book,
    );
    assert.ok(book.includes("  repeated int64 loose = 5 [packed = false];\n"), book);
    assert.ok(book.includes("  map<int32, fixtures.proto3.Kind> kinds = 6;\n"), book);
  });

  test("a method is printed alone", () => {
    assert.equal(
      formatSymbol(schema.registry, "fixtures.proto3.Library.Get"),
      `// Gets one.
rpc Get(fixtures.proto3.GetBook) returns (fixtures.proto3.Book) {
  option (google.api.http) = {
    get: "/v1/{name=shelves/*/books/*}"
    additional_bindings: {
      get: "/v1/books/{name}"
      response_body: "price"
    }
  };
}
`,
    );
  });

  test("an unknown name prints nothing", () => {
    for (const name of ["", ".", "nope", "fixtures.proto3.Library.Nope", "__proto__"]) {
      assert.equal(formatSymbol(schema.registry, name), undefined);
    }
  });

  test("types are written as in a file", () => {
    const fields = schema.registry.getMessage("fixtures.proto3.Book")?.fields ?? [];
    const types = Object.fromEntries(fields.map((field) => [field.name, typeText(field)]));
    assert.equal(types["name"], "string");
    assert.equal(types["times"], "map<bool, google.protobuf.Timestamp>");
    assert.equal(types["price"], "google.type.Money");
    assert.equal(types["kind_of"], "fixtures.proto3.Kind");
  });
});

suite("places and comments", async () => {
  const schema = await loadFixtures();

  test("a declaration knows its file, line and column", () => {
    const method = schema.services.get("fixtures.proto3.Library")?.methods[1];
    assert.ok(method);
    assert.deepEqual(placeOf(method), { file: "proto3.proto", line: 58, column: 3 });
    const nested = schema.registry.getEnum("fixtures.options.Everything.Inner");
    assert.ok(nested);
    assert.deepEqual(placeOf(nested), { file: "options/custom.proto", line: 168, column: 3 });
    const [value] = nested.values;
    assert.ok(value);
    assert.deepEqual(placeOf(value)?.line, 171);
  });

  test("comments before and behind a declaration are its own", () => {
    const book = schema.registry.getMessage("fixtures.proto3.Book");
    const [name] = book?.fields ?? [];
    assert.ok(book);
    assert.ok(name);
    assert.deepEqual(commentsOf(book), {
      leading: " Leads Book.\n In two lines.\n",
      trailing: " trails Book\n",
    });
    assert.deepEqual(commentsOf(name), { leading: " Leads name.\n", trailing: " trails name\n" });
  });

  test("built-in declarations have neither", () => {
    const status = schema.registry.getMessage("google.rpc.Status");
    assert.ok(status);
    assert.equal(placeOf(status), undefined);
    assert.deepEqual(commentsOf(status), { leading: "", trailing: "" });
  });
});

suite("listing", async () => {
  const schema = await loadFixtures();

  test("packages come by name with their services, built-in ones are left out", () => {
    const packages = listPackages(schema);
    assert.deepEqual(
      packages.map((each) => [each.name, each.files.length, each.messages, each.services.length]),
      [
        ["fixtures.edition2023", 1, 3, 0],
        ["fixtures.edition2023.delimited", 1, 1, 0],
        ["fixtures.edition2024", 1, 3, 0],
        ["fixtures.options", 1, 2, 1],
        ["fixtures.proto2", 1, 8, 1],
        ["fixtures.proto3", 1, 3, 1],
        ["fixtures.reexported", 2, 2, 0],
      ],
    );
    const methods = packages.flatMap((each) => each.services).flatMap((each) => each.methods);
    assert.deepEqual(
      methods.map((method) => `${method.name} ${method.kind} ${method.rules.length}`),
      [
        "Get server_streaming 0",
        "Put client_streaming 0",
        "Both bidi_streaming 0",
        "Chat client_streaming 0",
        "Get unary 2",
        "Search server_streaming 3",
        "Upload client_streaming 1",
        "Bare unary 0",
      ],
    );
    assert.equal(methods[0]?.isDeprecated, true);
  });

  test("files are known by import path and by where they are", () => {
    assert.equal(schema.ownFiles.get("public/deeper.proto"), `${folder}/public/deeper.proto`);
    assert.equal(schema.ownFiles.has("google/api/http.proto"), false);
  });
});
