import type { DescFile } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { httpRulesOf } from "./http-rule.ts";

/** What one source brought. Built-in files are not counted. */
export interface SourceReport {
  /** The path or name of the source. */
  readonly source: string;
  readonly kind: "protos" | "set" | "bytes";
  readonly files: number;
  readonly messages: number;
  readonly enums: number;
  readonly services: number;
  readonly methods: number;
  readonly httpRules: number;
  /** Bytes read from disk, or of the set. */
  readonly bytes: number;
  /** Time to read and parse the source, and to link it when there are several. */
  readonly milliseconds: number;
}

/** What was loaded, for the log and for `diglot descriptors`. */
export interface SchemaReport {
  readonly sources: readonly SourceReport[];
  /** Time from the first read to the finished schema. */
  readonly milliseconds: number;
  readonly warnings: readonly string[];
}

/** The counts of a source's files. */
export function countFiles(
  files: readonly DescFile[],
): Pick<SourceReport, "files" | "messages" | "enums" | "services" | "methods" | "httpRules"> {
  const counts = {
    files: files.length,
    messages: 0,
    enums: 0,
    services: 0,
    methods: 0,
    httpRules: 0,
  };
  for (const file of files) {
    for (const type of nestedTypes(file)) {
      if (type.kind === "message") counts.messages++;
      else if (type.kind === "enum") counts.enums++;
      else if (type.kind === "service") {
        counts.services++;
        counts.methods += type.methods.length;
        for (const method of type.methods) counts.httpRules += httpRulesOf(method).length;
      }
    }
  }
  return counts;
}
