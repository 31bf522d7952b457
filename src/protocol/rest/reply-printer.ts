import type { DescField, DescMessage } from "../../descriptor/index.ts";
import { JsonSink, type JsonWriter, type JsonWriters } from "../../protojson/index.ts";
import { type Envelope, envelopePrefixBytes } from "../../rpc/index.ts";
import { type HttpBody, isHttpBody, readHttpBody, readHttpBodyField } from "./http-body.ts";

/** The body of a response and what it is. */
export interface Content {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** How the messages of a method become bodies: as JSON, or as the bytes that they hold. */
export type ReplyPrinter =
  | { readonly kind: "json"; readonly writer: JsonWriter }
  | { readonly kind: "raw"; readonly read: (envelope: Envelope) => HttpBody | undefined };

/** The printer of a method's output, or of the one field that is its response body. */
export function replyPrinter(
  output: DescMessage,
  field: DescField | undefined,
  writers: JsonWriters,
): ReplyPrinter {
  if (field === undefined) {
    return isHttpBody(output)
      ? { kind: "raw", read: (wire) => readHttpBody(wire, envelopePrefixBytes, wire.length) }
      : { kind: "json", writer: writers.message(output) };
  }
  const { number } = field;
  return field.fieldKind === "message" && isHttpBody(field.message)
    ? { kind: "raw", read: (wire) => readHttpBodyField(number, wire, envelopePrefixBytes) }
    : { kind: "json", writer: writers.field(field) };
}

// Printing is synchronous and its bytes are copied out, so one sink serves every reply.
const sink = new JsonSink();

/** Prints one whole reply; undefined when it cannot be decoded. */
export function printReply(printer: ReplyPrinter, envelope: Envelope): Content | undefined {
  if (printer.kind === "raw") {
    const body = printer.read(envelope);
    return body && { type: contentTypeOf(body), bytes: body.data };
  }
  sink.reset();
  const problem = printer.writer.write(envelope, envelopePrefixBytes, envelope.length, sink);
  return problem === undefined ? { type: "application/json", bytes: sink.bytes() } : undefined;
}

/** The content type that a body names, where it can stand in a header. */
export function contentTypeOf(body: HttpBody): string {
  return /^[\x20-\x7e]+$/.test(body.contentType) ? body.contentType : "application/octet-stream";
}
