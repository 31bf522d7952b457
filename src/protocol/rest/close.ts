import { err, ok, type Result } from "../../base/index.ts";
import type { DescField, DescMessage } from "../../descriptor/index.ts";
import type { Response } from "../../exchange/index.ts";
import { JsonSink, type JsonWriter, type JsonWriters } from "../../protojson/index.ts";
import { envelopePrefixBytes, type Failure, gatewayFailure, type Reply } from "../../rpc/index.ts";
import { isHttpBody, readHttpBody } from "./http-body.ts";
import type { MetadataRules } from "./options.ts";
import { addReplyMetadata, statusFromMetadata } from "./response-head.ts";

/** The body of a response and what it is. */
interface Content {
  readonly type: string;
  readonly bytes: Uint8Array;
}

type ContentPrinter = (envelope: Uint8Array) => Content | undefined;

/** What a reply is printed by. */
export interface CloseRules {
  readonly output: DescMessage;
  /** The field that is the response body; undefined for the whole message. */
  readonly responseField: DescField | undefined;
  readonly writers: JsonWriters;
  readonly metadata: MetadataRules;
}

/** Compiles reply → response for one binding (transcoding.md §4). */
export function compileClose(rules: CloseRules): (reply: Reply) => Result<Response, Failure> {
  const print = contentPrinter(rules);
  const { prefix, statusHeader } = rules.metadata;
  return (reply) => {
    if (reply.messages.kind !== "single") return err(streaming);
    const content = print(reply.messages.envelope);
    if (content === undefined) return err(undecodable);
    const { type, bytes } = content;
    const headers = ["content-type", type, "content-length", String(bytes.length)];
    const trailers = reply.trailers();
    addReplyMetadata(reply.headers, prefix, headers);
    addReplyMetadata(trailers, prefix, headers);
    const status = statusFromMetadata(statusHeader, reply.headers, trailers);
    return ok({ status, headers, body: bytes });
  };
}

function contentPrinter(rules: CloseRules): ContentPrinter {
  const { output, responseField, writers } = rules;
  if (responseField === undefined) {
    return isHttpBody(output) ? printHttpBody : jsonPrinter(writers.message(output));
  }
  return jsonPrinter(writers.field(responseField));
}

function jsonPrinter(writer: JsonWriter): ContentPrinter {
  return (envelope) => {
    sink.reset();
    const problem = writer.write(envelope, envelopePrefixBytes, envelope.length, sink);
    return problem === undefined ? { type: "application/json", bytes: sink.bytes() } : undefined;
  };
}

// Printing is synchronous and its bytes are copied out, so one sink serves every reply.
const sink = new JsonSink();

function printHttpBody(envelope: Uint8Array): Content | undefined {
  const body = readHttpBody(envelope, envelopePrefixBytes, envelope.length);
  if (body === undefined) return undefined;
  const type = /^[\x20-\x7e]+$/.test(body.contentType)
    ? body.contentType
    : "application/octet-stream";
  return { type, bytes: body.data };
}

const undecodable = gatewayFailure(
  "UPSTREAM_INVALID_MESSAGE",
  "the upstream's message cannot be decoded",
);

const streaming = gatewayFailure("STREAMING_UNSUPPORTED", "the method streams its replies");
