import type { Clock, Result } from "../../base/index.ts";
import { err, ok } from "../../base/index.ts";
import type { Exchange } from "../../exchange/index.ts";
import {
  formatJsonProblem,
  type Guard,
  type JsonProblem,
  type JsonReader,
  WireWriter,
} from "../../protojson/index.ts";
import {
  type Call,
  envelopePrefixBytes,
  type Failure,
  gatewayFailure,
  type RpcMethod,
  sealEnvelope,
} from "../../rpc/index.ts";
import { readBody, refuseBody } from "./body.ts";
import { writeHttpBody } from "./http-body.ts";
import { bodyFormat } from "./media-type.ts";
import type { RestOptions } from "./options.ts";
import { bindPath, type PathVariable } from "./path-values.ts";
import { bindQuery, type QueryRules } from "./query.ts";
import type { RequestHead, RequestHeadReader } from "./request-head.ts";

/** How a request body becomes part of the message. */
export interface BodyRule {
  readonly reader: JsonReader;
  /** Refuses a body that gives a path-bound field another value; undefined when the body has none of them. */
  readonly guard: Guard | undefined;
  /** How a form body is read; undefined when the body is no message. */
  readonly form: QueryRules | undefined;
  /** The message is a google.api.HttpBody, which takes the bytes as they are. */
  readonly isHttpBody: boolean;
}

/** What a request is opened by. */
export interface OpenRules {
  readonly method: RpcMethod;
  readonly variables: readonly PathVariable[];
  readonly query: QueryRules;
  readonly body: BodyRule | undefined;
  readonly readHead: RequestHeadReader;
  readonly options: RestOptions;
  readonly clock: Clock;
}

export type Opener = (
  exchange: Exchange,
  captures: readonly string[],
) => Result<Call, Failure> | Promise<Result<Call, Failure>>;

/** Compiles exchange → call for one binding (transcoding.md §2 and §3). */
export function compileOpen(rules: OpenRules): Opener {
  return (exchange, captures) => {
    const head = rules.readHead(exchange);
    if (!head.ok) return head;
    const { body } = rules;
    if (body !== undefined) return openWithBody(rules, body, exchange, captures, head.value);
    if (exchange.body.declaredBytes === 0)
      return openWithoutBody(rules, exchange, captures, head.value);
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
  writer.reset(envelopePrefixBytes);
  const failure =
    bindPath(rules.variables, captures, writer) ?? bindQuery(exchange.query, rules.query, writer);
  return failure === undefined ? ok(callOf(rules, exchange, head)) : err(failure);
}

function openWithBody(
  rules: OpenRules,
  body: BodyRule,
  exchange: Exchange,
  captures: readonly string[],
  head: RequestHead,
): Result<Call, Failure> | Promise<Result<Call, Failure>> {
  const format = body.isHttpBody ? "raw" : bodyFormat(head.contentType);
  if (format === "unsupported" || (format === "form" && body.form === undefined)) {
    return err(unsupportedType);
  }
  const { bodyBytes } = rules.options.limits;
  return readBody(exchange, head.contentEncoding, bodyBytes).then((read) => {
    if (!read.ok) return read;
    writer.reset(envelopePrefixBytes);
    const bound: Uint8Array[] | undefined = body.guard === undefined ? undefined : [];
    const failure =
      bindPath(rules.variables, captures, writer, bound) ??
      bindBody(body, format, read.value, head, bound) ??
      bindQuery(exchange.query, rules.query, writer);
    return failure === undefined ? ok(callOf(rules, exchange, head)) : err(failure);
  });
}

function bindBody(
  body: BodyRule,
  format: string,
  bytes: Uint8Array,
  head: RequestHead,
  bound: readonly Uint8Array[] | undefined,
): Failure | undefined {
  if (format === "raw") {
    writeHttpBody({ contentType: head.contentType ?? "", data: bytes }, writer);
    return undefined;
  }
  if (format === "form" && body.form !== undefined) {
    return bindQuery(Buffer.from(bytes).toString("latin1"), body.form, writer);
  }
  const problem = body.reader.read(bytes, writer, body.guard, bound);
  return problem === undefined ? undefined : jsonFailure(problem);
}

function jsonFailure(problem: JsonProblem): Failure {
  const message = formatJsonProblem(problem);
  if (problem.kind === "grammar") return gatewayFailure("INVALID_JSON", message);
  const reason = problem.conflict ? "CONFLICTING_FIELD" : "INVALID_FIELD";
  const violation = { field: problem.path, description: problem.message };
  return gatewayFailure(reason, message, { violations: [violation] });
}

function callOf(rules: OpenRules, exchange: Exchange, head: RequestHead): Call {
  const { options, clock } = rules;
  const now = head.timeoutMs === Number.POSITIVE_INFINITY ? exchange.receivedAt : clock.now();
  return {
    method: rules.method,
    metadata: head.metadata,
    messages: { kind: "single", envelope: sealEnvelope(writer.finish()) },
    deadline: Math.min(
      exchange.deadline,
      exchange.receivedAt + options.deadlineMs,
      now + head.timeoutMs,
    ),
    cancellation: exchange.cancellation,
    maxReplyBytes: options.limits.replyBytes,
  };
}

const unsupportedType = gatewayFailure(
  "UNSUPPORTED_MEDIA_TYPE",
  "content-type: expected application/json",
);
