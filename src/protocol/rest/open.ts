import { err, ok, type Result } from "../../base/index.ts";
import type { Exchange } from "../../exchange/index.ts";
import { type MissingRequired, WireWriter } from "../../protojson/index.ts";
import {
  type Call,
  type Envelope,
  envelopePrefixBytes,
  type Failure,
  gatewayFailure,
  sealEnvelope,
} from "../../rpc/index.ts";
import { discardBody, readBody, refuseBody } from "./body.ts";
import { writeHttpBody } from "./http-body.ts";
import { jsonFailure } from "./json-failure.ts";
import { type BodyFormat, formatAmong, isPrintable } from "./media-type.ts";
import { newCall } from "./new-call.ts";
import type { BodyRule, Opener, OpenRules } from "./open-rules.ts";
import { bindPath } from "./path-values.ts";
import { bindQuery } from "./query.ts";
import type { RequestHead } from "./request-head.ts";

/** Compiles exchange → call for one binding whose request is one message (transcoding.md §2 and §3). */
export function compileOpen(rules: OpenRules): Opener {
  return (exchange, captures) => {
    const head = rules.readHead(exchange);
    if (!head.ok) return head;
    const { body } = rules;
    if (body !== undefined) return openWithBody(rules, body, exchange, captures, head.value);
    if (exchange.body.declaredBytes === 0) {
      return openWithoutBody(rules, exchange, captures, head.value);
    }
    if (rules.options.unexpectedBody === "ignore") {
      discardBody(exchange);
      return openWithoutBody(rules, exchange, captures, head.value);
    }
    // Its frames may come at any time: the listener refuses the first of a body that nobody has opened.
    if (exchange.protocol === "WebSocket") {
      return openWithoutBody(rules, exchange, captures, head.value);
    }
    return refuseBody(exchange).then((failure) =>
      failure ? err(failure) : openWithoutBody(rules, exchange, captures, head.value),
    );
  };
}

// Encoding is synchronous and its bytes are copied out, so one writer serves every request.
const writer = new WireWriter();

function openWithoutBody(
  rules: OpenRules,
  exchange: Exchange,
  captures: readonly string[],
  head: RequestHead,
): Result<Call, Failure> {
  const begunAt = rules.timer.begin();
  writer.reset(envelopePrefixBytes);
  const failure =
    bindPath(rules.variables, captures, writer) ?? bindQuery(exchange.query, rules.query, writer);
  const call = failure === undefined ? sealedCall(rules, exchange, head) : err(failure);
  rules.timer.end(begunAt);
  return call;
}

function openWithBody(
  rules: OpenRules,
  body: BodyRule,
  exchange: Exchange,
  captures: readonly string[],
  head: RequestHead,
): Result<Call, Failure> | Promise<Result<Call, Failure>> {
  const { options } = rules;
  const format = formatOf(body, head, options.contentTypes);
  if (!canRead(body, format)) return err(body.unsupportedType);
  return readBody(exchange, head.contentEncoding, options.limits.bodyBytes).then((read) => {
    if (!read.ok) return read;
    const begunAt = rules.timer.begin();
    writer.reset(envelopePrefixBytes);
    const failure = bindAll(rules, body, format, read.value, exchange, captures, head);
    const call = failure === undefined ? sealedCall(rules, exchange, head) : err(failure);
    rules.timer.end(begunAt);
    return call;
  });
}

/** Writes everything that the request says. What comes later on the wire counts, so the path can have the last word. */
function bindAll(
  rules: OpenRules,
  body: BodyRule,
  format: BodyFormat | "raw",
  bytes: Uint8Array,
  exchange: Exchange,
  captures: readonly string[],
  head: RequestHead,
): Failure | undefined {
  if (rules.options.conflicts === "path_wins") {
    return (
      bindBody(body, format, bytes, head, undefined) ??
      bindQuery(exchange.query, rules.query, writer) ??
      bindPath(rules.variables, captures, writer) ??
      fillMask(body, format, bytes, exchange)
    );
  }
  const bound: Uint8Array[] | undefined = body.guard === undefined ? undefined : [];
  return (
    bindPath(rules.variables, captures, writer, bound) ??
    bindBody(body, format, bytes, head, bound) ??
    bindQuery(exchange.query, rules.query, writer) ??
    fillMask(body, format, bytes, exchange)
  );
}

function bindBody(
  body: BodyRule,
  format: BodyFormat | "raw",
  bytes: Uint8Array,
  head: RequestHead,
  bound: readonly Uint8Array[] | undefined,
): Failure | undefined {
  if (format === "raw") {
    const contentType = head.contentType ?? "";
    writeHttpBody({ contentType, data: bytes }, body.fieldNumber, writer);
    return undefined;
  }
  if (format === "form" && body.form !== undefined) {
    const text = formText(bytes);
    return text === undefined ? notUtf8 : bindQuery(text, body.form, writer);
  }
  if (format === "multipart") return body.multipart?.(bytes, head.contentType ?? "", writer);
  const guard = bound === undefined ? undefined : body.guard;
  const json = bytes.length === 0 && body.isMessageField ? emptyObject : bytes;
  const problem = body.reader.read(json, writer, guard, bound);
  return problem === undefined ? undefined : jsonFailure(problem);
}

// Skips a byte order mark, as the JSON reader does.
const utf8 = new TextDecoder("utf-8", { fatal: true });

function formText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

const notUtf8: Failure = gatewayFailure("INVALID_FORM", "the form is not UTF-8");

const emptyObject = Buffer.from("{}");

function fillMask(
  body: BodyRule,
  format: BodyFormat | "raw",
  bytes: Uint8Array,
  exchange: Exchange,
): undefined {
  if (format === "json") body.fillMask?.(bytes, exchange, writer);
  return undefined;
}

function formatOf(
  body: BodyRule,
  head: RequestHead,
  contentTypes: "strict" | "any",
): BodyFormat | "raw" {
  if (!body.isHttpBody) return formatAmong(contentTypes, head.contentType);
  return isPrintable(head.contentType) ? "raw" : "unsupported";
}

function canRead(body: BodyRule, format: BodyFormat | "raw"): boolean {
  if (format === "form") return body.form !== undefined;
  if (format === "multipart") return body.multipart !== undefined;
  return format === "raw" || format === "json";
}

function sealedCall(
  rules: OpenRules,
  exchange: Exchange,
  head: RequestHead,
): Result<Call, Failure> {
  const envelope: Envelope = sealEnvelope(writer.finish());
  const missing = rules.findMissing?.(envelope.subarray(envelopePrefixBytes));
  if (missing !== undefined) return err(missingField(missing));
  return ok(newCall(rules, exchange, head, { kind: "single", envelope }));
}

function missingField({ path, message }: MissingRequired): Failure {
  return gatewayFailure("INVALID_FIELD", path === "" ? message : `${path}: ${message}`, {
    violations: [{ field: path, description: message }],
  });
}
