import { err, ok, type Result } from "../../base/index.ts";
import type { Exchange } from "../../exchange/index.ts";
import { type JsonProblem, type MissingRequired, WireWriter } from "../../protojson/index.ts";
import {
  type Call,
  envelopePrefixBytes,
  type Failure,
  type MessageStream,
  sealEnvelope,
} from "../../rpc/index.ts";
import { type BodySource, openSource } from "./body-source.ts";
import type { JsonLayout } from "./json-splitter.ts";
import { bodyFormat, formatAmong, isPrintable } from "./media-type.ts";
import { newCall } from "./new-call.ts";
import { compileOpen } from "./open.ts";
import type { BodyRule, Opener, OpenRules } from "./open-rules.ts";
import { bindPath } from "./path-values.ts";
import { bindQuery } from "./query.ts";
import { RawMessages } from "./raw-messages.ts";
import type { RequestHead } from "./request-head.ts";
import { type ElementReader, RequestMessages } from "./request-messages.ts";

/** What path and query say: the beginning of the first message. */
interface Bindings {
  readonly wire: Uint8Array;
  /** What each path variable has written, for comparing bodies with it. */
  readonly bound: readonly Uint8Array[];
}

/** Compiles exchange → call for one binding whose request is a stream of messages (transcoding.md §6). */
export function compileOpenStream(rules: OpenRules): Opener {
  const { body } = rules;
  if (body === undefined) return compileOpen(rules);
  return (exchange, captures) => {
    const head = rules.readHead(exchange);
    if (!head.ok) return head;
    const bindings = bindFirst(rules, exchange, captures);
    if (!bindings.ok) return bindings;
    const layout = layoutOf(rules, body, exchange, head.value);
    if (layout === undefined) return err(body.unsupportedType);
    const source = openSource(() => exchange.body.open(idleMs(rules)), head.value.contentEncoding);
    if (!source.ok) return source;
    const stream =
      layout === "raw"
        ? rawMessages(body, source.value, bindings.value, head.value)
        : jsonMessages(rules, body, layout, source.value, bindings.value);
    return ok<Call>(newCall(rules, exchange, head.value, { kind: "stream", stream }));
  };
}

const writer = new WireWriter();

function bindFirst(
  rules: OpenRules,
  exchange: Exchange,
  captures: readonly string[],
): Result<Bindings, Failure> {
  writer.reset(0);
  const bound: Uint8Array[] = [];
  const failure =
    bindPath(rules.variables, captures, writer, bound) ??
    bindQuery(exchange.query, rules.query, writer);
  if (failure !== undefined) return err(failure);
  // The writer is used again before the first message is read.
  return ok({ bound: bound.map((bytes) => new Uint8Array(bytes)), wire: writer.finish() });
}

function layoutOf(
  rules: OpenRules,
  body: BodyRule,
  exchange: Exchange,
  head: RequestHead,
): JsonLayout | "raw" | undefined {
  if (body.isHttpBody) return isPrintable(head.contentType) ? "raw" : undefined;
  if (exchange.protocol === "WebSocket") return "pieces";
  if (bodyFormat(head.contentType) === "lines") return "lines";
  if (formatAmong(rules.options.contentTypes, head.contentType) !== "json") return undefined;
  return rules.options.streams.concatenated ? "arrayOrConcatenated" : "array";
}

/** Where replies stream too, whoever writes them judges when the stream is idle. */
function idleMs({ method, options }: OpenRules): number {
  return method.serverStreaming ? Number.POSITIVE_INFINITY : options.limits.streamIdleMs;
}

function jsonMessages(
  rules: OpenRules,
  body: BodyRule,
  layout: JsonLayout,
  source: BodySource,
  bindings: Bindings,
): MessageStream {
  const pathWins = rules.options.conflicts === "path_wins";
  const guard = pathWins ? undefined : body.guard;
  const read: ElementReader = (json, isFirst) => {
    writer.reset(envelopePrefixBytes);
    if (isFirst && !pathWins) writer.bytes(bindings.wire);
    const problem = body.reader.read(json, writer, guard, bindings.bound);
    if (isFirst && pathWins) writer.bytes(bindings.wire);
    if (problem !== undefined) return err(problem);
    const envelope = sealEnvelope(writer.finish());
    const missing = rules.findMissing?.(envelope.subarray(envelopePrefixBytes));
    return missing === undefined ? ok(envelope) : err(missingProblem(missing));
  };
  const maxBytes = rules.options.limits.bodyBytes;
  const hasBindings = bindings.wire.length > 0;
  return new RequestMessages(source, { layout, maxBytes, read, hasBindings });
}

/** A field that neither the element nor, for the first message, path and query give. */
function missingProblem({ path, message }: MissingRequired): JsonProblem {
  return { kind: "value", path, message, conflict: false, line: 1, column: 1, offset: 0 };
}

function rawMessages(
  body: BodyRule,
  source: BodySource,
  bindings: Bindings,
  head: RequestHead,
): MessageStream {
  return new RawMessages(source, {
    first: bindings.wire,
    contentType: head.contentType ?? "",
    fieldNumber: body.fieldNumber,
  });
}
