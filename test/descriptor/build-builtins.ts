// Writes src/descriptor/builtin/builtin-data.ts from the .proto files beside it. Run it after changing
// them: node --import tsx test/descriptor/build-builtins.ts
import { readdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { systemClock } from "../../src/base/index.ts";
import { linkFiles } from "../../src/descriptor/link/link-files.ts";
import { readProtos } from "../../src/descriptor/read/read-protos.ts";
import { defaultLimits } from "../../src/descriptor/read/source.ts";
import { createTurns } from "../../src/descriptor/turns.ts";

const folder = fileURLToPath(new URL("../../src/descriptor/builtin/", import.meta.url));

/** Every vendored file by import path, as descriptor bytes without source info. */
export async function compileVendored(): Promise<ReadonlyMap<string, Uint8Array>> {
  const path = `${folder}protos`;
  // Below the door, since loadSchema itself needs the data that is made here.
  const turns = createTurns(systemClock);
  const read = await readProtos({ path }, defaultLimits, turns);
  const linked = read.ok ? await linkFiles(read.value.units, turns) : read;
  if (!linked.ok) throw new Error(JSON.stringify(linked.error, undefined, 2));
  const names = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".proto"))
    .toSorted();
  return new Map(
    names.map((name) => {
      const proto = linked.value.registry.getFile(name)?.proto;
      if (proto === undefined) throw new Error(`${name} was not compiled`);
      const { sourceCodeInfo: _, ...rest } = proto;
      return [name, toBinary(FileDescriptorProtoSchema, rest)];
    }),
  );
}

function formatData(files: ReadonlyMap<string, Uint8Array>): string {
  const rows = [...files].map(([name, bytes]) => {
    const data = deflateRawSync(bytes, { level: 9 }).toString("base64");
    return `  [\n    "${name}",\n    "${data}",\n  ],\n`;
  });
  return [
    "// Made by test/descriptor/build-builtins.ts from protos/ beside this file: do not edit.\n",
    "/** The vendored files by import path: FileDescriptorProto, deflated, in base64. */\n",
    "export const builtinData: ReadonlyMap<string, string> = new Map([\n",
    ...rows,
    "]);\n",
  ].join("");
}

if (import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  writeFileSync(`${folder}builtin-data.ts`, formatData(await compileVendored()));
}
