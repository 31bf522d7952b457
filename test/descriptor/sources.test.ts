import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  MethodOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import {
  type DescriptorSource,
  formatProblem,
  type LoadOptions,
  loadSchema,
  type Schema,
} from "../../src/descriptor/index.ts";
import { createTurns } from "../../src/descriptor/turns.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { makeFolder, problemsOf, schemaOf } from "./proto-folder.ts";

const three = 'syntax = "proto3";';

async function load(sources: readonly DescriptorSource[], options?: LoadOptions): Promise<Schema> {
  const schema = await loadSchema(sources, options);
  if (!schema.ok) throw new Error(schema.error.map(formatProblem).join("\n"));
  return schema.value;
}

async function refusals(
  sources: readonly DescriptorSource[],
  folder = "",
  options?: LoadOptions,
): Promise<readonly string[]> {
  const schema = await loadSchema(sources, options);
  if (schema.ok) return [];
  return schema.error.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ""));
}

function setOf(...files: readonly FileDescriptorProto[]): Uint8Array {
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [...files] }));
}

type FileInit = Parameters<typeof create<typeof FileDescriptorProtoSchema>>[1];

function fileOf(init: FileInit): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, init);
}

function bytes(content: Uint8Array, name = "image"): DescriptorSource {
  return { kind: "bytes", bytes: content, name };
}

suite("folders of .proto files", () => {
  test("every file below the folder is compiled, with the folder as import root", async () => {
    const schema = await schemaOf({
      "a.proto": `${three} package a; import "deep/er/b.proto"; message A { b.B b = 1; }`,
      "deep/er/b.proto": `${three} package b; message B {}`,
      "deep/c.proto": `${three} package c; message C {}`,
      "deep/readme.md": "not a proto",
    });
    const names = ["a.A", "b.B", "c.C"].map((name) => schema.registry.getMessage(name)?.typeName);
    assert.deepEqual(names, ["a.A", "b.B", "c.C"]);
    assert.equal(schema.registry.getFile("deep/er/b.proto")?.proto.name, "deep/er/b.proto");
  });

  test("one file brings what it imports, and nothing else of its folder", async () => {
    const folder = await makeFolder({
      "a.proto": `${three} import "b.proto"; message A { B b = 1; }`,
      "b.proto": `${three} message B {}`,
      "broken.proto": "nonsense",
    });
    const schema = await load([{ kind: "protos", path: path.join(folder, "a.proto") }]);
    assert.equal(schema.report.sources[0]?.files, 2);
  });

  test("a file below an import root is called by its path from there", async () => {
    const folder = await makeFolder({
      "root/x/a.proto": `${three} import "x/b.proto"; message A { B b = 1; }`,
      "root/x/b.proto": `${three} message B {}`,
    });
    const imports = [path.join(folder, "root")];
    const file = path.join(folder, "root/x/a.proto");
    const schema = await load([{ kind: "protos", path: file, imports }]);
    assert.equal(schema.registry.getFile("x/a.proto")?.messages[0]?.typeName, "A");
  });

  test("an import root inside the folder names the files below it", async () => {
    const folder = await makeFolder({
      "a.proto": `${three} import "lib/b.proto"; message A { B b = 1; }`,
      "third_party/lib/b.proto": `${three} message B {}`,
    });
    const imports = [path.join(folder, "third_party")];
    const schema = await load([{ kind: "protos", path: folder, imports }]);
    assert.equal(schema.report.sources[0]?.files, 2);
    assert.ok(schema.registry.getFile("lib/b.proto"));
  });

  test("two roots may hold one file, but not two files of one import path", async () => {
    const folder = await makeFolder({
      "a.proto": `${three} message A {}`,
      "same/a.proto": `${three} message A {}`,
      "b.proto": `${three} message B {}`,
      "other/b.proto": `${three} message B { int32 x = 1; }`,
    });
    const imports = ["same", "other"].map((name) => path.join(folder, name));
    assert.deepEqual(await refusals([{ kind: "protos", path: folder, imports }], folder), [
      'other/b.proto: "b.proto" is also b.proto, with different content',
    ]);
  });

  test("a service of a built-in file that is imported is a service like others", async () => {
    const schema = await schemaOf({
      "a.proto": `${three} import "google/longrunning/operations.proto"; service S {}`,
    });
    assert.deepEqual([...schema.services.keys()].toSorted(), [
      "S",
      "google.longrunning.Operations",
    ]);
    assert.equal(schema.report.sources[0]?.services, 1);
  });

  test("long work lets others have their turn", async () => {
    const clock = new FakeClock();
    const turns = createTurns(clock);
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    clock.advance(19);
    await turns.take();
    assert.equal(hadTurn, false);
    clock.advance(1);
    await turns.take();
    assert.equal(hadTurn, true);
  });

  test("a file on disk goes before the built-in one, except protobuf's own", async () => {
    const schema = await schemaOf({
      "google/type/date.proto": `${three} package google.type; message Date { string mine = 1; }`,
      "google/protobuf/empty.proto": `${three} package google.protobuf; message Other {}`,
      "a.proto": `${three} import "google/type/date.proto"; message A { google.type.Date d = 1; }`,
    });
    const date = schema.registry.getMessage("google.type.Date");
    assert.deepEqual(
      date?.fields.map((field) => field.name),
      ["mine"],
    );
    assert.equal(schema.registry.getMessage("google.protobuf.Other"), undefined);
    assert.ok(schema.registry.getMessage("google.protobuf.Empty"));
  });

  test("the types that details of errors have are there without being imported", async () => {
    const schema = await schemaOf({ "a.proto": `${three} message A {}` });
    for (const name of [
      "google.rpc.Status",
      "google.rpc.BadRequest",
      "google.rpc.ErrorInfo",
      "google.api.HttpBody",
      "google.protobuf.Any",
      "google.protobuf.Timestamp",
      "google.protobuf.StringValue",
    ]) {
      assert.ok(schema.registry.getMessage(name), name);
    }
    assert.deepEqual([...schema.services.keys()], []);
  });

  test("links are followed, circles and links to nowhere do no harm, hidden entries are skipped", async () => {
    const folder = await makeFolder({
      "real/a.proto": `${three} message A {}`,
      "..2024/b.proto": `${three} message B {}`,
      ".git/c.proto": "nonsense",
    });
    await symlink(folder, path.join(folder, "real/up"));
    await symlink("..2024/b.proto", path.join(folder, "b.proto"));
    await symlink("nowhere.proto", path.join(folder, "gone.proto"));
    await symlink("self.proto", path.join(folder, "self.proto"));
    await mkdir(path.join(folder, "folder.proto"));
    const schema = await load([{ kind: "protos", path: folder }]);
    assert.equal(schema.report.sources[0]?.files, 2);
    assert.equal(schema.registry.getFile("real/a.proto")?.proto.name, "real/a.proto");
  });

  test("a copy with the same text is read once", async () => {
    const shared = `${three} package s; message S {}`;
    const schema = await schemaOf({
      "lib/s.proto": shared,
      "vendor/lib/s.proto": shared,
      "a.proto": `${three} import "lib/s.proto"; message A { s.S s = 1; }`,
      "b.proto": `${three} import "vendor/lib/s.proto"; message B { s.S s = 1; }`,
    });
    const [a, b] = ["A", "B"].map((name) => schema.registry.getMessage(name)?.fields[0]?.message);
    assert.ok(a);
    assert.equal(a, b);
  });

  test("symbols of unimported files are not seen, and public imports are", async () => {
    assert.deepEqual(
      await problemsOf({
        "a.proto": `${three} import "b.proto"; message A { B b = 1; C c = 2; D d = 3; }`,
        "b.proto": `${three} import public "c.proto"; import "d.proto"; message B { D d = 1; }`,
        "c.proto": `${three} message C {}`,
        "d.proto": `${three} message D {}`,
      }),
      ['a.proto:1:68: "D" is defined in d.proto, which is not imported (add: import "d.proto";)'],
    );
  });

  test("circles of imports are shown", async () => {
    assert.deepEqual(
      await problemsOf({
        "a.proto": `${three} import "b.proto";`,
        "b.proto": `${three} import "c.proto";`,
        "c.proto": `${three} import "a.proto";`,
      }),
      ["c.proto:1:27: the imports go round in a circle: a.proto -> b.proto -> c.proto -> a.proto"],
    );
  });

  test("the problems of all files come together, sorted by place", async () => {
    assert.deepEqual(
      await problemsOf({
        "b.proto": `${three} message B { X x = 1; }`,
        "a.proto": `${three}\nmessage A { Y y = 1;\nstring y = 1; }`,
      }),
      [
        'a.proto:2:13: "Y" is not defined',
        'a.proto:3:8: "y" is already used in A, at a.proto:2',
        'a.proto:3:12: the number 1 of "y" is already used in A by "y" (2 is free)',
        'b.proto:1:32: "X" is not defined',
      ],
    );
  });

  test("a vendored file under another path is refused with the root to name", async () => {
    const problems = await problemsOf({
      "third_party/lib/s.proto": `${three} package s; message S { int32 x = 1; }`,
      "lib/s.proto": `${three} package s; message S {}`,
    });
    assert.deepEqual(problems, [
      'third_party/lib/s.proto:1:39: "s.S" is already defined at lib/s.proto:1 ' +
        "(third_party/lib/s.proto looks like a copy of lib/s.proto: name third_party in imports)",
    ]);
  });

  const limits = [
    { name: "a large file", limit: { protoBytes: 10 }, want: "a.proto: 30 bytes are more than" },
    { name: "too much text", limit: { totalBytes: 40 }, want: "with this file, the source has" },
    { name: "too many files", limit: { files: 1 }, want: "more than 1 .proto files" },
  ];
  for (const row of limits) {
    test(`${row.name} is refused`, async () => {
      const text = `${three} message A {}`.slice(0, 30);
      const folder = await makeFolder({ "a.proto": text, "b.proto": `${three} message BB {}` });
      const source: DescriptorSource = { kind: "protos", path: folder };
      const got = await refusals([source], folder, { limits: row.limit });
      assert.match(got.join("\n"), new RegExp(row.want));
    });
  }

  test("what cannot be read is named", async () => {
    const folder = await makeFolder({ "notes.txt": "", "latin.proto": Buffer.from([0xe9]) });
    const at = (name: string) => path.join(folder, name);
    const rows: readonly [DescriptorSource, string][] = [
      [{ kind: "protos", path: at("gone") }, "gone: there is no such file or folder"],
      [{ kind: "set", path: at("gone") }, "gone: there is no such file or folder"],
      [{ kind: "set", path: folder }, `${folder}: this is not a regular file`],
      [{ kind: "protos", path: "/dev/null" }, "/dev/null: this is neither a file nor a folder"],
      [{ kind: "protos", path: at("latin.proto") }, "latin.proto: this file is not UTF-8"],
      [
        { kind: "protos", path: folder, imports: [at("gone")] },
        "gone: this import root is not a folder",
      ],
    ];
    for (const [source, want] of rows) assert.deepEqual(await refusals([source], folder), [want]);
  });

  test("a folder without .proto files is refused", async () => {
    const folder = await makeFolder({ "notes.txt": "" });
    const got = await refusals([{ kind: "protos", path: folder }], path.dirname(folder));
    assert.deepEqual(got, [`${path.basename(folder)}: there are no .proto files in this folder`]);
  });
});

suite("descriptor sets", () => {
  const message = fileOf({ name: "m.proto", package: "p", messageType: [{ name: "M" }] });

  test("a set is read plain and gzipped, from memory and from disk", async () => {
    const plain = setOf(message);
    const folder = await makeFolder({ "a.binpb": plain, "a.binpb.gz": gzipSync(plain) });
    for (const source of [
      bytes(plain),
      bytes(gzipSync(plain)),
      { kind: "set", path: path.join(folder, "a.binpb") },
      { kind: "set", path: path.join(folder, "a.binpb.gz") },
    ] as const) {
      const schema = await load([source]);
      assert.ok(schema.registry.getMessage("p.M"));
    }
  });

  test("files of a set may come in any order", async () => {
    const user = fileOf({
      name: "a.proto",
      dependency: ["m.proto"],
      messageType: [
        { name: "A", field: [{ name: "m", number: 1, label: 1, type: 11, typeName: ".p.M" }] },
      ],
    });
    const schema = await load([bytes(setOf(user, message))]);
    assert.equal(schema.registry.getMessage("A")?.fields[0]?.message?.typeName, "p.M");
  });

  test("protobuf's own files in a set give way to the built-in ones, others do not", async () => {
    const old = fileOf({ name: "google/protobuf/empty.proto", package: "google.protobuf" });
    const date = fileOf({
      name: "google/type/date.proto",
      package: "google.type",
      messageType: [{ name: "Date" }],
    });
    const schema = await load([bytes(setOf(old, date))]);
    assert.ok(schema.registry.getMessage("google.protobuf.Empty"));
    assert.equal(schema.registry.getMessage("google.type.Date")?.fields.length, 0);
  });

  test("what buf adds to the files of an image is let be", async () => {
    const image = fileOf({ name: "m.proto", messageType: [{ name: "M" }] });
    image.$unknown = [{ no: 8042, wireType: 2, data: Uint8Array.of(2, 8, 0) }];
    const schema = await load([bytes(setOf(image))]);
    assert.ok(schema.registry.getMessage("M"));
  });

  const field = { name: "f", number: 1, label: 1, type: 5 } as const;
  const rows: readonly { name: string; set: Uint8Array; want: RegExp }[] = [
    { name: "no bytes", set: new Uint8Array(), want: /^image: this descriptor set holds no files/ },
    {
      name: "text",
      set: Buffer.from("{}"),
      want: /^image: this is not a descriptor set, or it is cut short/,
    },
    { name: "a set that is cut short", set: setOf(message).subarray(0, 8), want: /cut short/ },
    {
      name: "gzip that is cut short",
      set: gzipSync(setOf(message)).subarray(0, 20),
      want: /its gzip data is damaged/,
    },
    {
      name: "a file without a name",
      set: setOf(fileOf({ package: "x" })),
      want: /a file in this set has no name/,
    },
    {
      name: "a file twice with different content",
      set: setOf(message, fileOf({ name: "m.proto" })),
      want: /"m.proto" is in this set twice, with different content/,
    },
    {
      name: "a missing import",
      set: setOf(fileOf({ name: "a.proto", dependency: ["b.proto"] })),
      want: /^image: a.proto: imports "b.proto", which is not in the set \(make the set with protoc --include_imports/,
    },
    {
      name: "an unresolved type",
      set: setOf(
        fileOf({
          name: "a.proto",
          messageType: [{ name: "A", field: [{ ...field, type: 11, typeName: ".B" }] }],
        }),
      ),
      want: /^image: a.proto: ".B" is not defined/,
    },
    {
      name: "a type of another kind than the field says",
      set: setOf(
        fileOf({
          name: "a.proto",
          messageType: [{ name: "A", field: [{ ...field, type: 14, typeName: ".A" }] }],
        }),
      ),
      want: /the type of "A.f", .A, is of kind message/,
    },
    {
      name: "a field without a type",
      set: setOf(
        fileOf({
          name: "a.proto",
          messageType: [{ name: "A", field: [{ name: "f", number: 1, label: 1 }] }],
        }),
      ),
      want: /the field "A.f" has no type/,
    },
    {
      name: "a field number twice",
      set: setOf(
        fileOf({
          name: "a.proto",
          messageType: [{ name: "A", field: [field, { ...field, name: "g" }] }],
        }),
      ),
      want: /the number 1 of "g" is already used in A by "f"/,
    },
    {
      name: "a oneof that is not there",
      set: setOf(
        fileOf({
          name: "a.proto",
          messageType: [{ name: "A", field: [{ ...field, oneofIndex: 3 }] }],
        }),
      ),
      want: /"f" is in a oneof that is not there/,
    },
    {
      name: "a name that is none",
      set: setOf(
        fileOf({
          name: "a.proto",
          messageType: [{ name: "A", field: [{ ...field, name: "x\ny" }] }],
        }),
      ),
      want: /"x\\ny" is not a name/,
    },
    {
      name: "a package that is none",
      set: setOf(fileOf({ name: "a.proto", package: "a..b" })),
      want: /"a..b" is not the name of a package/,
    },
    {
      name: "an unknown edition",
      set: setOf(fileOf({ name: "a.proto", syntax: "editions", edition: 99998 })),
      want: /edition/,
    },
  ];
  for (const row of rows) {
    test(`refused whole: ${row.name}`, async () => {
      const got = await refusals([bytes(row.set)]);
      assert.equal(got.length, 1, got.join("\n"));
      assert.match(got[0] ?? "", row.want);
    });
  }

  test("refused whole: an HTTP rule that does not decode", async () => {
    const options = create(MethodOptionsSchema);
    options.$unknown = [{ no: 72295728, wireType: 2, data: Uint8Array.of(2, 0x12, 0x7f) }];
    const method = { name: "M", inputType: ".p.M", outputType: ".p.M", options };
    const service = { name: "S", method: [method] };
    const file = fileOf({ name: "s.proto", dependency: ["m.proto"], service: [service] });
    const got = await refusals([bytes(setOf(message, file))]);
    assert.match(got.join("\n"), /^image: a google.api.http option does not decode: /);
  });

  test("a set over the limit is refused unread, and so is one that inflates beyond it", async () => {
    const large = new Uint8Array(1001);
    const options = { limits: { setBytes: 1000 } };
    const folder = await makeFolder({ "large.binpb": large });
    const file = path.join(folder, "large.binpb");
    for (const source of [bytes(large, "large.binpb"), { kind: "set", path: file } as const]) {
      assert.deepEqual(await refusals([source], folder, options), [
        "large.binpb: 1001 bytes are more than a set may have, 1000",
      ]);
    }
    assert.deepEqual(await refusals([bytes(gzipSync(large))], "", options), [
      "image: its gzip data is damaged, or inflates to more than 1000 bytes",
    ]);
  });

  test("names like those of Object.prototype are ordinary", async () => {
    const odd = fileOf({
      name: "__proto__",
      package: "constructor",
      messageType: [
        {
          name: "__proto__",
          field: [
            { name: "toString", number: 1, label: 1, type: 9 },
            {
              name: "__proto__",
              number: 2,
              label: 1,
              type: 11,
              typeName: ".constructor.__proto__",
            },
          ],
        },
      ],
      enumType: [{ name: "hasOwnProperty", value: [{ name: "valueOf", number: 1 }] }],
    });
    const schema = await load([bytes(setOf(odd))]);
    const desc = schema.registry.getMessage("constructor.__proto__");
    assert.deepEqual(
      desc?.fields.map((each) => each.name),
      ["toString", "__proto__"],
    );
    assert.equal(Object.hasOwn(Object.prototype, "valueOf0"), false);
    assert.equal(({} as Record<string, unknown>)["constructor.__proto__"], undefined);
  });
});

suite("several sources", () => {
  const shared = `${three} package s;\nmessage S { string foo_bar = 1; }\nenum E { Z = 0; }`;
  const user = `${three} package u; import "s.proto"; message U { s.S s = 1; }`;

  test("a file that a folder and a set define alike is kept once", async () => {
    const first = await makeFolder({ "s.proto": shared, "u.proto": user });
    const linked = await load([{ kind: "protos", path: first }]);
    const proto = linked.registry.getFile("s.proto")?.proto;
    assert.ok(proto);
    const { sourceCodeInfo: _, ...rest } = proto;
    // Some tools leave JSON names out.
    for (const message of rest.messageType) {
      for (const field of message.field) field.jsonName = "";
    }
    const second = await makeFolder({ "s.proto": shared, "u.proto": user });
    const schema = await load([
      { kind: "protos", path: second },
      bytes(setOf(fileOf({ ...rest })), "image"),
    ]);
    assert.equal(schema.report.sources.length, 2);
    assert.ok(schema.registry.getMessage("u.U"));
  });

  test("one file name with two contents is refused, with both places", async () => {
    const folder = await makeFolder({
      "one/s.proto": shared,
      "two/s.proto": `${three} package s; message S { int32 foo_bar = 1; }`,
    });
    const got = await refusals(
      ["one", "two"].map((name) => ({ kind: "protos", path: path.join(folder, name) }) as const),
      folder,
    );
    assert.deepEqual(got, [
      'two/s.proto:1:1: the file "s.proto" is also in one/s.proto, with different content',
    ]);
  });

  test("a symbol that two files define alike is kept once, and its users agree", async () => {
    const folder = await makeFolder({
      "one/s.proto": shared,
      "one/u.proto": user,
      "two/t.proto": `${shared}\nmessage T { S s = 1; }`,
      "two/v.proto": `${three} import "t.proto"; message V { s.S s = 1; s.T t = 2; s.E e = 3; }`,
    });
    const schema = await load(
      ["one", "two"].map((name) => ({ kind: "protos", path: path.join(folder, name) }) as const),
    );
    const messages = ["u.U", "V", "s.T"].map(
      (name) => schema.registry.getMessage(name)?.fields[0]?.message,
    );
    assert.ok(messages[0]);
    for (const message of messages) assert.equal(message, messages[0]);
  });

  test("a symbol that two files define differently is refused, with both places", async () => {
    const folder = await makeFolder({
      "one/s.proto": shared,
      "two/t.proto": `${three} package s;\n\nmessage S { int32 foo_bar = 1; }`,
    });
    const got = await refusals(
      ["one", "two"].map((name) => ({ kind: "protos", path: path.join(folder, name) }) as const),
      folder,
    );
    assert.deepEqual(got, [
      'two/t.proto:3:9: "s.S" is already defined, differently, at one/s.proto:2',
    ]);
  });

  test("a source's own copy of a built-in file serves all", async () => {
    const date = `${three} package google.type; message Date { string mine = 1; }`;
    const folder = await makeFolder({
      "one/a.proto": `${three} import "google/type/date.proto"; message A { google.type.Date d = 1; }`,
      "two/google/type/date.proto": date,
    });
    const schema = await load(
      ["one", "two"].map((name) => ({ kind: "protos", path: path.join(folder, name) }) as const),
    );
    const type = schema.registry.getMessage("A")?.fields[0]?.message;
    assert.equal(type?.fields[0]?.name, "mine");
  });

  test("the problems of every source are reported", async () => {
    const folder = await makeFolder({ "a.proto": `${three} message A { X x = 1; }` });
    const got = await refusals(
      [{ kind: "protos", path: folder }, bytes(new Uint8Array(), "zzz")],
      folder,
    );
    assert.deepEqual(
      got.map((line) => line.split(":")[0]),
      ["a.proto", "zzz"],
    );
  });

  test("no source is an empty schema with the built-in types", async () => {
    const schema = await load([]);
    assert.equal(schema.services.size, 0);
    assert.ok(schema.registry.getMessage("google.rpc.Status"));
  });
});
