// protobuf-es as the oracle: wire → object → JSON, and our writer on the same bytes.
import { type DescMessage, fromBinary, type Registry, toJsonString } from "@bufbuild/protobuf";
import {
  createJsonWriters,
  defaultJsonWriteOptions,
  JsonSink,
  type JsonWriteOptions,
} from "../../../src/protojson/index.ts";

/** A text, or why there is none. */
export type Written =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "refused"; readonly reason: string };

/** Our text of a whole message. */
export function writeOurs(
  registry: Registry,
  desc: DescMessage,
  wire: Uint8Array,
  options: Partial<JsonWriteOptions> = {},
): Written {
  const writers = createJsonWriters(registry, { ...defaultJsonWriteOptions, ...options });
  const sink = new JsonSink();
  const problem = writers.message(desc).write(wire, 0, wire.length, sink);
  if (problem !== undefined) {
    return { kind: "refused", reason: `${problem.path}: ${problem.message}` };
  }
  return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(sink.bytes()) };
}

/** The text of protobuf-es. */
export function writeTheirs(
  registry: Registry,
  desc: DescMessage,
  wire: Uint8Array,
  options: Partial<JsonWriteOptions> = {},
): Written {
  try {
    const text = toJsonString(desc, fromBinary(desc, wire), {
      registry,
      alwaysEmitImplicit: options.emitDefaults ?? false,
      enumAsInteger: options.enumsAsIntegers ?? false,
      useProtoFieldName: options.preserveProtoNames ?? false,
      prettySpaces: options.pretty === true ? 2 : 0,
    });
    return { kind: "text", text };
  } catch (error) {
    return { kind: "refused", reason: String(error) };
  }
}

/**
 * A text in the form that both can be compared in: JSON.parse puts integer-like keys first, drops the sign of
 * zero when it prints again, and we put `@type` where any.proto shows it, before the fields.
 */
export function comparable(text: string): string {
  return JSON.stringify(JSON.parse(text), (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("@type" in value)) return value;
    const { "@type": type, ...rest } = value;
    return { "@type": type, ...rest };
  });
}
