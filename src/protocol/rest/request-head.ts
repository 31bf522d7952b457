import { err, isBase64, ok, type Result, randomHex } from "../../base/index.ts";
import type { Exchange } from "../../exchange/index.ts";
import {
  type Failure,
  gatewayFailure,
  type Metadata,
  parseGrpcTimeoutMs,
} from "../../rpc/index.ts";
import type { MetadataRules } from "./options.ts";

/** What a request's headers say to the transcoder, found in one pass. */
export interface RequestHead {
  readonly metadata: Metadata;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** The client's `grpc-timeout` in ms; Infinity when it has none. */
  readonly timeoutMs: number;
}

export type RequestHeadReader = (exchange: Exchange) => Result<RequestHead, Failure>;

/** What becomes of a request header, by its name. */
const Fate = { forward: 0, drop: 1, contentType: 2, contentEncoding: 3, timeout: 4, binary: 5 };

// Hop-by-hop fields (RFC 9110 §7.6.1), what belongs to this hop's message, and what this gateway sets itself.
// Identity and forwarding headers of an untrusted client must not reach an upstream that trusts them.
const dropped = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "transfer-encoding",
  "upgrade",
  "host",
  "te",
  "trailer",
  "expect",
  "forwarded",
  "traceparent",
  "x-request-id",
  "x-real-ip",
  "x-forwarded",
  "http2-settings",
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
]);
const droppedPrefixes = [
  "content-",
  "accept",
  "grpc-",
  ":",
  "x-forwarded-",
  "x-envoy-",
  "sec-websocket-",
];

/** What is done with a request header: `name` is what it is called as metadata. */
interface HeaderRule {
  readonly fate: number;
  readonly name: string;
}

/** Distinct header names remembered a route; beyond them the rules are applied anew for each header. */
const rememberedNames = 1024;

/** Compiles the rules of transcoding.md §3 for request headers. */
export function compileRequestHead(rules: MetadataRules): RequestHeadReader {
  const known = new Map<string, HeaderRule>();
  const removed = new Set(rules.remove);
  const ruleOf = (name: string): HeaderRule => {
    let rule = known.get(name);
    if (rule === undefined) {
      rule = decideRule(name, removed, rules.requestPrefix);
      if (known.size < rememberedNames) known.set(name, rule);
    }
    return rule;
  };
  return (exchange) => readHead(exchange, ruleOf);
}

function decideRule(name: string, removed: ReadonlySet<string>, prefix: string): HeaderRule {
  if (prefix === "" || !name.startsWith(prefix) || removed.has(name)) {
    return { fate: decideFate(name, removed), name };
  }
  // Behind the prefix a name is metadata and nothing else, but it may not become one that is not the client's to set.
  const bare = name.slice(prefix.length);
  const fate = decideFate(bare, removed);
  const isMetadata = bare !== "" && (fate === Fate.forward || fate === Fate.binary);
  return { fate: isMetadata ? fate : Fate.drop, name: bare };
}

function decideFate(name: string, removed: ReadonlySet<string>): number {
  if (name === "content-type") return Fate.contentType;
  if (name === "content-encoding") return Fate.contentEncoding;
  if (name === "grpc-timeout") return Fate.timeout;
  if (isDropped(name, removed) || !isMetadataName(name)) return Fate.drop;
  // Upstreams that read `_` as `-` (CGI, WSGI) would take the one for the other (faults.md, H1-21).
  if (name.includes("_") && isDropped(name.replaceAll("_", "-"), removed)) return Fate.drop;
  return name.endsWith("-bin") ? Fate.binary : Fate.forward;
}

function isDropped(name: string, removed: ReadonlySet<string>): boolean {
  if (dropped.has(name) || removed.has(name)) return true;
  return droppedPrefixes.some((dropping) => name.startsWith(dropping));
}

/** Whether a header's name can be metadata's too: its characters are fewer, and `-bin` has no name (gRPC over HTTP/2). */
function isMetadataName(name: string): boolean {
  return /^[0-9a-z_.-]+$/.test(name) && name !== "-bin";
}

/** The head as far as it was read. */
interface Draft {
  readonly metadata: string[];
  contentType: string | undefined;
  contentEncoding: string | undefined;
  timeoutMs: number;
}

function readHead(
  exchange: Exchange,
  ruleOf: (name: string) => HeaderRule,
): Result<RequestHead, Failure> {
  const { headers } = exchange;
  const draft: Draft = {
    metadata: [],
    contentType: undefined,
    contentEncoding: undefined,
    timeoutMs: Number.POSITIVE_INFINITY,
  };
  for (let i = 0; i < headers.length; i += 2) {
    const header = headers[i] ?? "";
    const rule = ruleOf(header);
    if (rule.fate === Fate.drop) continue;
    const failure = readHeader(header, headers[i + 1] ?? "", rule, draft);
    if (failure !== undefined) return err(failure);
  }
  addForwarding(exchange, draft.metadata);
  return ok(draft);
}

function readHeader(
  header: string,
  value: string,
  { fate, name }: HeaderRule,
  draft: Draft,
): Failure | undefined {
  switch (fate) {
    case Fate.contentType:
      if (draft.contentType !== undefined) return repeated(header);
      draft.contentType = value;
      return undefined;
    case Fate.contentEncoding:
      draft.contentEncoding =
        draft.contentEncoding === undefined ? value : `${draft.contentEncoding}, ${value}`;
      return undefined;
    case Fate.timeout:
      draft.timeoutMs = Math.min(draft.timeoutMs, parseGrpcTimeoutMs(value) ?? -1);
      return draft.timeoutMs < 0 ? badTimeout : undefined;
    case Fate.binary:
      return addBinary(name, value, draft.metadata) ? undefined : badBinary(header);
    default:
      if (!metadataValueForm.test(value)) return badValue(header);
      draft.metadata.push(name, value);
      return undefined;
  }
}

/** What metadata can hold, unless it is `-bin` (gRPC over HTTP/2, "ASCII-Value"). Headers have tabs and 0x80 to 0xFF too. */
const metadataValueForm = /^[\x20-\x7e]*$/;

/**
 * Adds each value of a `-bin` header; false when one is no base64. gRPC decodes the standard alphabet, so the URL-safe
 * one is rewritten (gRPC over HTTP/2, "Custom-Metadata").
 */
function addBinary(name: string, value: string, metadata: string[]): boolean {
  const parts = value.split(",");
  for (const part of parts) {
    const text = part.trim();
    if ((text === "" && parts.length > 1) || !isBase64(text)) return false;
    metadata.push(name, text.replaceAll("-", "+").replaceAll("_", "/"));
  }
  return true;
}

/** Adds what this hop says of the client (transcoding.md §3). */
function addForwarding(exchange: Exchange, metadata: string[]): void {
  const { client } = exchange;
  metadata.push(
    "x-forwarded-for",
    client.forwardedFor,
    "x-forwarded-proto",
    client.scheme,
    "x-forwarded-host",
    client.forwardedHost ?? exchange.authority,
    "x-request-id",
    exchange.requestId,
    "traceparent",
    client.traceparent ?? newTrace(exchange.requestId),
  );
}

const traceIdForm = /^(?!0{32})[0-9a-f]{32}$/;

/** Begins a trace, not sampled, under the request's own id where that can be one: then one search finds both. */
function newTrace(requestId: string): string {
  const traceId = traceIdForm.test(requestId) ? requestId : randomHex(16);
  return `00-${traceId}-${randomHex(8)}-00`;
}

const badTimeout = gatewayFailure(
  "INVALID_TIMEOUT",
  "grpc-timeout: expected 1 to 8 digits and a unit (H, M, S, m, u or n), such as 500m",
);

function repeated(name: string): Failure {
  return gatewayFailure("MALFORMED_HTTP", `${name}: given more than once`);
}

function badValue(name: string): Failure {
  return gatewayFailure(
    "INVALID_METADATA",
    `header ${name}: expected printable ASCII, without tabs; only -bin headers hold other bytes, as base64`,
  );
}

function badBinary(name: string): Failure {
  return gatewayFailure("INVALID_METADATA", `header ${name}: expected base64`);
}
