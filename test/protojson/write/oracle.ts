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
 * A text in the form that both can be compared in. What is made the same is where the libraries differ on purpose:
 * - JSON.parse puts integer-like keys first and forgets the sign of zero, as protobuf-es does when it prints;
 * - protobuf-es puts `@type` behind the fields of an Any, any.proto and we before them;
 * - protobuf-es prints extensions as they came, we by number.
 */
export function comparable(text: string): string {
  return JSON.stringify(JSON.parse(text), (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value);
    const isMoved = ([name]: [string, unknown]) => name === "@type" || name.startsWith("[random.");
    if (!entries.some(isMoved)) return value;
    const moved = entries.filter(isMoved).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries([...moved, ...entries.filter((entry) => !isMoved(entry))]);
  });
}

/** As `comparable`, with all numbers as floats: protobuf-es prints a float's digits as a double. */
export function roundFloats(text: string): string {
  return JSON.stringify(JSON.parse(comparable(text)), (_, value: unknown) =>
    typeof value === "number" ? Math.fround(value) : value,
  );
}
