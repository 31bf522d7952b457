import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import { err, ok, type Result } from "../base/index.ts";
import { type GatewayFailure, gatewayFailure } from "../rpc/index.ts";
import type { ListenerLimits } from "./options.ts";
import { type ShadowHeaders, withoutShadows } from "./shadow-headers.ts";

/** A request head as Node's parser gives it. */
export interface RawHead {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** Name, value, name, value, as sent. */
  readonly rawHeaders: readonly string[];
}

/** The head of a request of node:http. */
export function rawHeadOf(request: IncomingMessage): RawHead {
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    version: request.httpVersion,
    rawHeaders: request.rawHeaders,
  };
}

/** A request head that passed every check. */
export interface Head {
  readonly path: string;
  readonly query: string;
  readonly authority: string;
  readonly headers: readonly string[];
  /** 0: no body; undefined: chunked. */
  readonly declaredBytes: number | undefined;
  /** The protocol that the client offers to go on with. */
  readonly upgrade: string | undefined;
}

/** Why a head is refused; framing that cannot be trusted also ends the connection. */
export interface HeadRefusal {
  readonly failure: GatewayFailure;
  readonly close: boolean;
}

/** What the checks of one head have found so far. */
interface Findings {
  host: string | undefined;
  hosts: number;
  contentLength: string | undefined;
  transferEncoding: string | undefined;
  connection: string | undefined;
  upgrade: string | undefined;
  bytes: number;
  /** Whether any name holds a `_`. */
  underscored: boolean;
}

/**
 * Checks what Node's parser lets through and a front door must not (RFC 9112; faults.md group 1), and gives
 * the head with its names in lower case.
 */
export function readHead(
  raw: RawHead,
  limits: ListenerLimits,
  shadowHeaders: ShadowHeaders,
): Result<Head, HeadRefusal> {
  const early = checkRequestLine(raw, limits);
  if (early !== undefined) return err(early);
  if (raw.rawHeaders.length > limits.headerFields * 2) return err(tooLarge);
  const findings: Findings = {
    host: undefined,
    hosts: 0,
    contentLength: undefined,
    transferEncoding: undefined,
    connection: undefined,
    upgrade: undefined,
    bytes: 0,
    underscored: false,
  };
  const sent = collectHeaders(raw.rawHeaders, findings);
  if (findings.bytes > limits.headersBytes) return err(tooLarge);
  const problem = checkFraming(raw, findings) ?? checkHost(raw, findings);
  if (problem !== undefined) return err(problem);
  const headers = findings.underscored ? withoutShadows(sent) : sent;
  if (headers !== sent && shadowHeaders === "refuse") return err(shadowed);
  return splitTarget(raw.target, findings, headers);
}

function checkRequestLine(raw: RawHead, limits: ListenerLimits): HeadRefusal | undefined {
  if (raw.version !== "1.1" && raw.version !== "1.0") return badVersion;
  if (raw.method === "TRACE" || raw.method === "TRACK" || raw.method === "CONNECT")
    return badMethod;
  if (raw.target.length > limits.pathBytes) return longTarget;
  return isPlainTarget(raw.target)
    ? undefined
    : malformed(
        "the request target holds a fragment, a space, a control character or a byte over 127",
      );
}

function isPlainTarget(target: string): boolean {
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (code <= 0x20 || code > 0x7e || code === 0x23) return false;
  }
  return target.length > 0;
}

function collectHeaders(rawHeaders: readonly string[], findings: Findings): string[] {
  const headers: string[] = new Array<string>(rawHeaders.length);
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase();
    const value = rawHeaders[i + 1] ?? "";
    headers[i] = name;
    headers[i + 1] = value;
    findings.bytes += name.length + value.length + 4;
    note(name, value, findings);
  }
  return headers;
}

function note(name: string, value: string, findings: Findings): void {
  switch (name) {
    case "host":
      findings.host = value;
      findings.hosts++;
      break;
    case "content-length":
      findings.contentLength = value;
      break;
    case "transfer-encoding":
      findings.transferEncoding =
        findings.transferEncoding === undefined ? value : `${findings.transferEncoding},${value}`;
      break;
    case "connection":
      findings.connection =
        findings.connection === undefined ? value : `${findings.connection},${value}`;
      break;
    case "upgrade":
      findings.upgrade = value;
      break;
    default:
      if (name.includes("_")) findings.underscored = true;
      break;
  }
}

// Names that Connection may list: those of this hop. Any other would strip an end-to-end header at the next
// hop, such as an identity header that this gateway sets (RFC 9110 §7.6.1; faults.md, H1-43).
const hopNames = new Set([
  "close",
  "keep-alive",
  "upgrade",
  "te",
  "http2-settings",
  "trailer",
  "transfer-encoding",
  "proxy-connection",
  "",
]);

function checkFraming(raw: RawHead, findings: Findings): HeadRefusal | undefined {
  const { transferEncoding, connection } = findings;
  if (transferEncoding !== undefined) {
    if (raw.version === "1.0") return malformed("transfer-encoding needs HTTP/1.1");
    if (withoutBlanks(transferEncoding).toLowerCase() !== "chunked") return badTransferEncoding;
    if (findings.contentLength !== undefined)
      return malformed("content-length and transfer-encoding exclude each other");
  }
  if (findings.contentLength !== undefined && isOverlong(findings.contentLength)) return badLength;
  if (connection === undefined || connection === "keep-alive" || connection === "close")
    return undefined;
  const foreign = connection
    .split(",")
    .some((part) => !hopNames.has(withoutBlanks(part).toLowerCase()));
  return foreign ? malformed("connection: names an end-to-end header") : undefined;
}

/** RFC 9110 §5.6.3 knows no other blanks than these two; `trim` takes a byte of 0xa0 for one as well. */
function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** 2^63 - 1: what other servers count bytes with holds no more (faults.md, H1-03). */
const mostBytes = "9223372036854775807";

/** Whether a run of digits is over that; as text, because a number would round it. */
function isOverlong(contentLength: string): boolean {
  if (contentLength.length < mostBytes.length) return false;
  const digits = contentLength.replace(/^0+/, "");
  return (
    digits.length > mostBytes.length || (digits.length === mostBytes.length && digits > mostBytes)
  );
}

/** A length that no number holds exactly is over every limit, whatever it is. */
function bytesOf(contentLength: string): number {
  return Math.min(Number(contentLength), Number.MAX_SAFE_INTEGER);
}

// A host name is narrower than RFC 3986's reg-name: no name in use holds a comma or a percent sign, and lists of
// hosts and escapes are read differently from hop to hop. An empty port is none (RFC 3986 §3.2.3).
const hostForm = /^(?:\[([0-9A-Fa-f:.]+)\]|[A-Za-z0-9._~!$&'()*+;=-]+)(?::([0-9]{0,5}))?$/;

/** Whether `text` is a host name or an address, with a port or without (RFC 9110 §7.2). */
export function isHost(text: string): boolean {
  const parts = hostForm.exec(text);
  return parts !== null && (parts[1] === undefined || isIPv6(parts[1]));
}

/** Hosts that passed the check; a gateway is called by few names, and beyond them each is checked anew. */
const soundHosts = new Set<string>();
const rememberedHosts = 256;

function checkHost(raw: RawHead, findings: Findings): HeadRefusal | undefined {
  if (findings.hosts > 1) return malformed("host: given more than once");
  const { host } = findings;
  if (host === undefined) return raw.version === "1.1" ? malformed("host: missing") : undefined;
  if (soundHosts.has(host)) return undefined;
  if (!isHost(host)) return malformed("host: expected a host name and a port");
  const port = hostForm.exec(host)?.[2] ?? "";
  if (Number(port) > 65_535) return malformed("host: no such port");
  if (soundHosts.size < rememberedHosts) soundHosts.add(host);
  return undefined;
}

function splitTarget(
  target: string,
  findings: Findings,
  headers: readonly string[],
): Result<Head, HeadRefusal> {
  let rest = target;
  let authority = findings.host ?? "";
  if (!rest.startsWith("/") && rest !== "*") {
    const absolute = /^https?:\/\/([^/?]+)(.*)$/i.exec(rest);
    if (absolute === null) return err(malformed("the request target is neither a path nor a URI"));
    if (absolute[1]?.toLowerCase() !== authority.toLowerCase()) {
      return err(malformed("the request target names another host than the host header"));
    }
    authority = absolute[1];
    rest = absolute[2] ?? "";
    if (!rest.startsWith("/")) rest = `/${rest}`;
  }
  const question = rest.indexOf("?");
  const { contentLength, transferEncoding } = findings;
  return ok({
    path: question === -1 ? rest : rest.slice(0, question),
    query: question === -1 ? "" : rest.slice(question + 1),
    authority,
    headers,
    declaredBytes: transferEncoding === undefined ? bytesOf(contentLength ?? "0") : undefined,
    upgrade: findings.upgrade,
  });
}

function malformed(message: string): HeadRefusal {
  return { failure: gatewayFailure("MALFORMED_HTTP", message), close: true };
}

const badVersion: HeadRefusal = {
  failure: gatewayFailure("UNSUPPORTED_HTTP_VERSION", "expected HTTP/1.1"),
  close: true,
};

const badMethod: HeadRefusal = {
  failure: gatewayFailure("UNSUPPORTED_HTTP_METHOD", "this method is not served"),
  close: true,
};

const longTarget: HeadRefusal = {
  failure: gatewayFailure("URI_TOO_LONG", "the request target is over the limit"),
  close: true,
};

const tooLarge: HeadRefusal = {
  failure: gatewayFailure("HEADERS_TOO_LARGE", "the header block is over the limit"),
  close: true,
};

const badTransferEncoding: HeadRefusal = {
  failure: gatewayFailure("UNSUPPORTED_TRANSFER_ENCODING", "transfer-encoding: expected chunked"),
  close: true,
};

const badLength: HeadRefusal = malformed("content-length: expected a number of bytes");

const shadowed: HeadRefusal = malformed("a header name has _ in place of another one's -");
