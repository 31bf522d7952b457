import type { FileUnit } from "../link/file-unit.ts";

/** Where a schema comes from. */
export type DescriptorSource =
  /** A folder of `.proto` files, which is the import root, or one file; `imports` are further roots. */
  | { readonly kind: "protos"; readonly path: string; readonly imports?: readonly string[] }
  /** A file holding a FileDescriptorSet (protoc, buf), plain or gzipped. */
  | { readonly kind: "set"; readonly path: string }
  /** A FileDescriptorSet in memory; `name` is what problems call it. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly name: string };

/** Bounds on what is read. A source beyond one is refused whole. */
export interface SourceLimits {
  /** Largest descriptor set, in bytes, also after inflating. Default 32 MiB. */
  readonly setBytes: number;
  /** Largest single `.proto` file, in bytes. Default 16 MiB. */
  readonly protoBytes: number;
  /** Most bytes of `.proto` text in one source. Default 256 MiB. */
  readonly totalBytes: number;
  /** Most `.proto` files in one source. Default 20 000. */
  readonly files: number;
}

/** The limits used when none are given. */
export const defaultLimits: SourceLimits = {
  setBytes: 32 * 1024 * 1024,
  protoBytes: 16 * 1024 * 1024,
  totalBytes: 256 * 1024 * 1024,
  files: 20_000,
};

/** What one source holds, before linking. Imports of `units` are among them or built in. */
export interface SourceFiles {
  readonly units: readonly FileUnit[];
  readonly bytes: number;
}

/** The path or name of a source, for people. */
export function describeSource(source: DescriptorSource): string {
  return source.kind === "bytes" ? source.name : source.path;
}
