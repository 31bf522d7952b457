import {
  type Exchange,
  type Headers,
  headerList,
  headerValue,
  type Response,
} from "../../exchange/index.ts";
import { chooseCoding } from "./accept-encoding.ts";
import { type Coding, type CodingName, codingOf } from "./codings.ts";
import { EncodedBody } from "./encoded-body.ts";

/** Which responses of a listener are compressed. */
export interface EncodingRules {
  /** The first that the client weighs most is taken. Those that this Node does not have are left out. */
  readonly encodings: readonly CodingName[];
  /** Whole bodies below this size, in bytes, stay as they are. */
  readonly minBytes: number;
  /** Media types, `type/*` for all of a type. */
  readonly types: readonly string[];
}

/** Compresses a response where the rules and the client want it. */
export type ResponseEncoder = (exchange: Exchange, response: Response) => Promise<Response>;

/** Distinct `accept-encoding` values and content types remembered; beyond them each is read anew. */
const rememberedValues = 256;

/** Compiles the rules of one listener. */
export function compileEncoder(rules: EncodingRules): ResponseEncoder {
  const codings = new Map<CodingName, Coding>();
  for (const name of rules.encodings) {
    const coding = codingOf(name);
    if (coding !== undefined) codings.set(name, coding);
  }
  const names = [...codings.keys()];
  const codingFor = remembering((header) => {
    const name = chooseCoding(header, names);
    return name && codings.get(name);
  });
  const isListed = remembering((type) => matches(type, rules.types));
  return async (exchange, response) => {
    if (!mayEncode(exchange, response)) return response;
    if (!isListed(headerValue(response.headers, "content-type") ?? "")) return response;
    const coding = codingFor(headerList(exchange.headers, "accept-encoding") ?? "");
    const { body, headers } = response;
    const isSmall = contentBytes(response) < rules.minBytes;
    // A cache must know that another client may get another body, also where this one got it plain.
    if (coding === undefined || isSmall) return { ...response, headers: varied(headers) };
    // What a GET would say, but for the length that only compressing tells (RFC 9110 §9.3.2).
    if (exchange.method === "HEAD") {
      return { ...response, headers: encodedHeaders(headers, coding.name, undefined) };
    }
    const encoded =
      body instanceof Uint8Array ? await coding.encode(body) : new EncodedBody(body, coding);
    if (encoded === undefined) return { ...response, headers: varied(headers) };
    return { ...response, headers: encodedHeaders(headers, coding.name, encoded), body: encoded };
  };
}

function mayEncode(exchange: Exchange, { status, headers }: Response): boolean {
  if (exchange.protocol === "WebSocket" || status === 204 || status === 206) return false;
  if (headerValue(headers, "content-encoding") !== undefined) return false;
  return !isStrong(headerValue(headers, "etag")) && !isFinal(headerList(headers, "cache-control"));
}

// It names one sequence of bytes (RFC 9110 §8.8.1). Made weak it could not be sent back in if-match.
function isStrong(etag: string | undefined): boolean {
  return etag !== undefined && !etag.startsWith("W/");
}

/** Whether the upstream forbids that the content is transformed (RFC 9110 §7.7, RFC 9111 §5.2.2.6). */
function isFinal(cacheControl: string | undefined): boolean {
  if (cacheControl === undefined) return false;
  return cacheControl.split(",").some((part) => part.trim().toLowerCase() === "no-transform");
}

/** How long the plain content is, in bytes; Infinity where it streams, which the answer to a HEAD does not show. */
function contentBytes({ body, headers }: Response): number {
  const isWhole = headerValue(headers, "content-length") !== undefined;
  return isWhole && body instanceof Uint8Array ? body.length : Number.POSITIVE_INFINITY;
}

function matches(contentType: string, types: readonly string[]): boolean {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  const wildcard = `${type.slice(0, type.indexOf("/"))}/*`;
  return types.some((listed) => listed === type || listed === wildcard);
}

function varied(headers: Headers): Headers {
  return [...headers, "vary", "accept-encoding"];
}

function encodedHeaders(
  headers: Headers,
  coding: CodingName,
  body: Response["body"] | undefined,
): readonly string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== "content-length") kept.push(headers[i] ?? "", headers[i + 1] ?? "");
  }
  if (body instanceof Uint8Array) kept.push("content-length", String(body.length));
  kept.push("content-encoding", coding, "vary", "accept-encoding");
  return kept;
}

function remembering<Value>(compute: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = compute(text);
    if (known.size < rememberedValues) known.set(text, value);
    return value;
  };
}
