import * as zlib from "node:zlib";
import type { Finding } from "../problem.ts";
import type { GatewayDocument } from "../schema/gateway.ts";

/** Whether this Node can write zstd: from 22.15 and 23.8 on. */
const hasZstdHere = "createZstdCompress" in zlib;

/** Codings that a listener names and this Node cannot write; without the error they would silently not be used. */
export function checkCodings(
  document: GatewayDocument,
  hasZstd: boolean = hasZstdHere,
): readonly Finding[] {
  if (hasZstd) return [];
  return Object.entries(document.listeners).flatMap(([name, { compression }]) =>
    (compression?.encodings ?? []).flatMap((encoding, index): readonly Finding[] => {
      if (encoding !== "zstd") return [];
      const at = `listeners.${name}.compression.encodings[${index}]`;
      return [
        {
          path: ["listeners", name, "compression", "encodings", index],
          part: "value",
          severity: "error",
          rule: "relation",
          message: `${at}: this Node cannot write zstd`,
          help: "remove it, or run Node 22.15 or newer",
        },
      ];
    }),
  );
}
