import { err, neverCancelled, ok, type Result } from "../base/index.ts";
import type { BodyReader, Exchange } from "../exchange/index.ts";
import { createHandler, filterCall, type Snapshot, type Target } from "../http/index.ts";
import { JsonSink } from "../protojson/index.ts";
import type { Explanation } from "../route/index.ts";
import { type Call, type Envelope, envelopePrefixBytes, type Failure } from "../rpc/index.ts";
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
  /** The messages as JSON, in their order; of a stream that is refused, those before what it is refused for. */
  readonly messages: readonly string[];
  readonly call: Call | undefined;
  readonly failure: Failure | undefined;
  /** What a request gets that no route takes; undefined where one does. */
  readonly answer: UnroutedAnswer | undefined;
}

/** The answer of the gateway itself. */
export interface UnroutedAnswer {
  readonly status: number;
  /** The methods that the path is served with; undefined where the answer does not say. */
  readonly allow: string | undefined;
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
  if (match.kind !== "found" || winner === undefined) {
    const answer = await unroutedAnswer(snapshot, exchange);
    const nothing = { binding: undefined, captures: [], call: undefined, failure: undefined };
    return { routing, ...nothing, messages: [], answer };
  }
  const binding = compiled.plans.get(listener)?.find((candidate) => candidate.name === winner.name);
  const captures = winner.template.variables.map(
    (variable, index) => [variable.text, match.captures[index] ?? ""] as const,
  );
  const found = { routing, binding, captures, answer: undefined };
  const { protocol, filters } = match.value;
  const call = filterCall(filters, await protocol.open(exchange, match.captures));
  if (!call.ok) return { ...found, messages: [], call: undefined, failure: call.error };
  const envelopes: Envelope[] = [];
  const failure = await collectMessages(call.value, envelopes);
  const messages = binding ? printed(envelopes, binding, compiled) : [];
  return { ...found, messages, call: failure ? undefined : call.value, failure };
}

/** Asks the handler itself, so that what is told is what is answered. */
async function unroutedAnswer(snapshot: Snapshot, exchange: Exchange): Promise<UnroutedAnswer> {
  const handle = createHandler(
    () => snapshot,
    () => undefined,
  );
  const { status, headers } = await handle(exchange);
  const at = headers.indexOf("allow");
  return { status, allow: at === -1 ? undefined : headers[at + 1] };
}

/** Reads the messages of a call to their end; gives what they are refused for. */
async function collectMessages(
  { messages }: Call,
  envelopes: Envelope[],
): Promise<Failure | undefined> {
  if (messages.kind === "single") {
    envelopes.push(messages.envelope);
    return undefined;
  }
  for (;;) {
    const next = await messages.stream.next();
    if (!next.ok) return next.error;
    if (next.value === undefined) return undefined;
    envelopes.push(next.value);
  }
}

function printed(
  envelopes: readonly Envelope[],
  binding: PlannedBinding,
  compiled: CompiledConfig,
): readonly string[] {
  const codecs = compiled.codecs({ ...binding.settings.json, pretty: true }, 100, 1000);
  const writer = codecs.writers.message(binding.method.input);
  return envelopes.map((envelope) => {
    const sink = new JsonSink();
    const problem = writer.write(envelope, envelopePrefixBytes, envelope.length, sink);
    return problem === undefined
      ? Buffer.from(sink.bytes()).toString("utf8")
      : JSON.stringify(problem.message);
  });
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
      isRefused: false,
      readAll: (maxBytes) => Promise.resolve(readWhole(body, maxBytes)),
      open: () => readerOf(body),
    },
    cancellation: neverCancelled,
  };
}

function readWhole(body: Uint8Array, maxBytes: number): Result<Uint8Array, "tooLarge"> {
  return body.length > maxBytes ? err("tooLarge") : ok(body);
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
