import { readFile, stat } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { err, ok, type Result } from "../../base/index.ts";
import { addBuiltins, findBuiltin, isWellKnownFile } from "../builtin/builtin-files.ts";
import { isSameFile } from "../link/canonical.ts";
import type { FileUnit } from "../link/file-unit.ts";
import type { DescriptorProblem } from "../problem.ts";
import { explainFileError } from "./read-error.ts";
import type { SourceFiles, SourceLimits } from "./source.ts";

/** Reads a FileDescriptorSet from disk, plain or gzipped. */
export async function readSet(
  path: string,
  limits: SourceLimits,
): Promise<Result<SourceFiles, readonly DescriptorProblem[]>> {
  try {
    const info = await stat(path);
    if (!info.isFile()) return err([{ file: path, message: "this is not a regular file" }]);
    if (info.size > limits.setBytes) return err([tooLarge(path, info.size, limits)]);
    return decodeSet(await readFile(path), path, limits);
  } catch (error) {
    return err([{ file: path, message: explainFileError(error) }]);
  }
}

/**
 * Decodes a FileDescriptorSet. `name` is what problems call it. Anything that is not wholly one is refused:
 * bytes that do not decode, no files, files without names, a file twice with different content.
 */
export function decodeSet(
  bytes: Uint8Array,
  name: string,
  limits: SourceLimits,
): Result<SourceFiles, readonly DescriptorProblem[]> {
  if (bytes.length > limits.setBytes) return err([tooLarge(name, bytes.length, limits)]);
  const plain = inflate(bytes, name, limits);
  if (!plain.ok) return plain;
  const set = parseSet(plain.value, name);
  if (!set.ok) return set;
  const units = new Map<string, FileUnit>();
  for (const proto of set.value.file) {
    if (!Object.hasOwn(proto, "name") || proto.name === "") {
      return err([{ file: name, message: "a file in this set has no name", help: makeHelp }]);
    }
    const before = units.get(proto.name);
    if (before !== undefined && !isWellKnownFile(proto.name)) {
      if (isSameFile(before.proto, proto)) continue;
      return err([
        { file: name, message: `"${proto.name}" is in this set twice, with different content` },
      ]);
    }
    const builtin = isWellKnownFile(proto.name) ? findBuiltin(proto.name) : undefined;
    units.set(proto.name, builtin ?? { proto, origin: name });
  }
  addBuiltins(units);
  return ok({ units: [...units.values()], bytes: bytes.length });
}

const makeHelp =
  "make it with: protoc --include_imports --descriptor_set_out=FILE, or buf build -o FILE.binpb";

function parseSet(
  bytes: Uint8Array,
  name: string,
): Result<FileDescriptorSet, readonly DescriptorProblem[]> {
  let set: FileDescriptorSet;
  try {
    set = fromBinary(FileDescriptorSetSchema, bytes);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    const message = `this is not a descriptor set, or it is cut short: ${cause}`;
    return err([{ file: name, message, help: makeHelp }]);
  }
  if (set.file.length === 0) {
    return err([{ file: name, message: "this descriptor set holds no files", help: makeHelp }]);
  }
  return ok(set);
}

function inflate(
  bytes: Uint8Array,
  name: string,
  limits: SourceLimits,
): Result<Uint8Array, readonly DescriptorProblem[]> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return ok(bytes);
  try {
    return ok(gunzipSync(bytes, { maxOutputLength: limits.setBytes }));
  } catch {
    const message = `its gzip data is damaged, or inflates to more than ${limits.setBytes} bytes`;
    return err([{ file: name, message }]);
  }
}

function tooLarge(file: string, size: number, limits: SourceLimits): DescriptorProblem {
  return { file, message: `${size} bytes are more than a set may have, ${limits.setBytes}` };
}
