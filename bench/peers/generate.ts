import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { create, type DescFile, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { loadSchema } from "../../src/descriptor/index.ts";

/** A .proto file and all that it imports, dependencies first: what protoc would give its plugins. */
export async function compileProto(path: string): Promise<readonly FileDescriptorProto[]> {
  const loaded = await loadSchema([{ kind: "protos", path }]);
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join("\n"));
  const { registry, ownFiles } = loaded.value;
  const found = new Set<DescFile>();
  const add = (file: DescFile): void => {
    for (const dependency of file.dependencies) add(dependency);
    found.add(file);
  };
  for (const name of ownFiles.keys()) {
    const file = registry.getFile(name);
    if (file !== undefined) add(file);
  }
  return [...found].map((file) => file.proto);
}

/** The files as a FileDescriptorSet in bytes. */
export function descriptorSet(files: readonly FileDescriptorProto[]): Uint8Array {
  return toBinary(
    FileDescriptorSetSchema,
    create(FileDescriptorSetSchema, { file: [...files] as FileDescriptorProto[] }),
  );
}

/** What a protoc plugin is asked for. */
export interface PluginRun {
  readonly plugin: string;
  readonly parameter: string;
  readonly folder: string;
}

/** Runs a protoc plugin on the last of the files, and writes what it generates. */
export function generate(files: readonly FileDescriptorProto[], run: PluginRun): void {
  const request = create(CodeGeneratorRequestSchema, {
    fileToGenerate: files.slice(-1).map(({ name }) => name),
    parameter: run.parameter,
    protoFile: [...files] as FileDescriptorProto[],
  });
  const { stdout, stderr, error } = spawnSync(run.plugin, {
    input: toBinary(CodeGeneratorRequestSchema, request),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  const response = fromBinary(CodeGeneratorResponseSchema, stdout);
  if (response.error !== "" || response.file.length === 0) {
    throw new Error(`${run.plugin}: ${response.error || stderr.toString()}`);
  }
  for (const { name, content } of response.file) {
    const target = join(run.folder, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
