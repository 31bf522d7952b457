import { neverCancelled, ok } from "../base/index.ts";
import type { BodyReader, Exchange } from "../exchange/index.ts";
import type { Target } from "../http/index.ts";
import { JsonSink } from "../protojson/index.ts";
import type { Explanation } from "../route/index.ts";
import { type Call, envelopePrefixBytes, type Failure } from "../rpc/index.ts";
import type { PlannedBinding } from "./plan.ts";
import type { CompiledConfig } from "./snapshot.ts";

/** A request that somebody asks about. */
export interface ExplainedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** What becomes of a request, as far as can be said without an upstream. */
export interface RequestExplanation {
  readonly routing: Explanation<Target>;
  readonly binding: PlannedBinding | undefined;
  /** Variable names and what the path gives them. */
  readonly captures: readonly (readonly [name: string, value: string])[];
  /** The message as JSON; undefined when there is no route or the request is refused. */
  readonly message: string | undefined;
  readonly call: Call | undefined;
  readonly failure: Failure | undefined;
}

/** Walks a request as far as its message, and says what was found on the way. */
export async function explainRequest(
  compiled: CompiledConfig,
  listener: string,
  request: ExplainedRequest,
): Promise<RequestExplanation | undefined> {
  const snapshot = compiled.snapshots.get(listener);
  if (snapshot === undefined) return undefined;
  const exchange = exchangeOf(request);
  const routing = snapshot.routes.explain(request.method, exchange.path);
  const { match, winner } = routing;
  const nothing = { captures: [], message: undefined, call: undefined, failure: undefined };
  if (match.kind !== "found" || winner === undefined) {
    return { routing, binding: undefined, ...nothing };
  }
  const binding = compiled.plans.get(listener)?.find((candidate) => candidate.name === winner.name);
  const captures = winner.template.variables.map(
    (variable, index) => [variable.text, match.captures[index] ?? ""] as const,
  );
  const call = await match.value.protocol.open(exchange, match.captures);
  if (!call.ok) {
    return { routing, binding, captures, message: undefined, call: undefined, failure: call.error };
  }
  const message = binding && printed(call.value, binding, compiled);
  return { routing, binding, captures, message, call: call.value, failure: undefined };
}

function printed(call: Call, binding: PlannedBinding, compiled: CompiledConfig): string {
  if (call.messages.kind !== "single") return "";
  const codecs = compiled.codecs({ ...binding.settings.json, pretty: true }, 100, 1000);
  const sink = new JsonSink();
  const { envelope } = call.messages;
  const writer = codecs.writers.message(binding.method.input);
  const problem = writer.write(envelope, envelopePrefixBytes, envelope.length, sink);
  return problem === undefined ? Buffer.from(sink.bytes()).toString("utf8") : problem.message;
}

function exchangeOf(request: ExplainedRequest): Exchange {
  const { target, body } = request;
  const question = target.indexOf("?");
  const never = Number.POSITIVE_INFINITY;
  return {
    protocol: "HTTP/1.1",
    method: request.method,
    path: question === -1 ? target : target.slice(0, question),
    query: question === -1 ? "" : target.slice(question + 1),
    authority: "localhost",
    headers: request.headers,
    client: {
      address: "127.0.0.1",
      scheme: "http",
      forwardedFor: "127.0.0.1",
      forwardedHost: undefined,
      traceparent: undefined,
    },
    requestId: "explained",
    receivedAt: 0,
    deadline: never,
    body: {
      declaredBytes: body.length,
      lastReadAt: 0,
      receivedBytes: 0,
      readAll: () => Promise.resolve(ok(body)),
      open: () => readerOf(body),
    },
    cancellation: neverCancelled,
  };
}

function readerOf(body: Uint8Array): BodyReader {
  let rest: Uint8Array | undefined = body.length === 0 ? undefined : body;
  return {
    next: () => {
      const piece = rest;
      rest = undefined;
      return Promise.resolve(ok(piece));
    },
    cancel: () => undefined,
  };
}
