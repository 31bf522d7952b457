import { err, ok, type Result } from "../../base/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";

/** One part of a form. */
export interface FormPart {
  readonly name: string;
  /** Given for files. */
  readonly filename: string | undefined;
  /** The part's own `content-type`; undefined when it has none. */
  readonly contentType: string | undefined;
  readonly data: Uint8Array;
}

/** Longest name of a part, in characters. */
const longestName = 256;

/** Largest head of a part, in bytes. */
const headBytes = 8 * 1024;

/** RFC 2046 §5.1.1: 1 to 70 characters, the last no blank. */
const boundaryForm = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

/**
 * Cuts a multipart/form-data body (RFC 7578, RFC 2046 §5.1) that is in memory as a whole. Strict: text before
 * the first part, a part without a name and a body that ends early are failures.
 */
export function parseMultipart(
  bytes: Uint8Array,
  contentType: string,
  maxParts: number,
): Result<readonly FormPart[], Failure> {
  const boundary = headerParameter(contentType, "boundary");
  if (boundary === undefined || !boundaryForm.test(boundary)) return err(noBoundary);
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const opening = `--${boundary}`;
  if (body.toString("latin1", 0, opening.length) !== opening) {
    return err(malformed("the body does not begin with its boundary"));
  }
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  const parts: FormPart[] = [];
  for (let at = opening.length; ; ) {
    const lineEnd = body.indexOf("\r\n", at);
    const isLast = body[at] === 0x2d && body[at + 1] === 0x2d;
    if (isLast) return ok(parts);
    if (lineEnd === -1 || !/^[ \t]*$/.test(body.toString("latin1", at, lineEnd))) {
      return err(malformed("a boundary is followed by something else than a line break"));
    }
    if (parts.length >= maxParts) return err(malformed(`more than ${maxParts} parts`));
    const end = body.indexOf(delimiter, lineEnd);
    if (end === -1) return err(malformed("the body ends inside a part"));
    const part = readPart(body.subarray(lineEnd + 2, Math.max(end, lineEnd + 2)));
    if (!part.ok) return part;
    parts.push(part.value);
    at = end + delimiter.length;
  }
}

/** Reads head and data of a part. */
function readPart(part: Buffer): Result<FormPart, Failure> {
  const headEnd = part.indexOf("\r\n\r\n");
  if (headEnd === -1 || headEnd > headBytes) return err(malformed("a part has no end of its head"));
  let disposition: string | undefined;
  let contentType: string | undefined;
  for (const line of part.toString("utf8", 0, headEnd).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) return err(malformed("a line of a part's head has no colon"));
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "content-disposition") disposition = value;
    else if (name === "content-type") contentType = value;
    else if (name === "content-transfer-encoding" && !/^(?:7bit|8bit|binary)$/i.test(value)) {
      return err(malformed("content-transfer-encoding is not taken (RFC 7578 §4.7)"));
    }
  }
  if (disposition === undefined || !/^form-data(?:$|[; ])/i.test(disposition)) {
    return err(malformed("a part is not form-data"));
  }
  const name = headerParameter(disposition, "name");
  if (name === undefined || name === "") return err(malformed("a part has no name"));
  if (name.length > longestName) return err(malformed("the name of a part is too long"));
  const filename = headerParameter(disposition, "filename");
  return ok({ name, filename, contentType, data: part.subarray(headEnd + 4) });
}

/** A parameter of a header value, quoted or not. Browsers write quotes and line breaks as %22, %0D and %0A. */
function headerParameter(value: string, name: string): string | undefined {
  for (const [, key, quoted, bare] of value.matchAll(
    /;[ \t]*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g,
  )) {
    if (key?.toLowerCase() !== name) continue;
    const text = quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "";
    return text.replace(/%22|%0D|%0A/gi, (escaped) => decodeURIComponent(escaped));
  }
  return undefined;
}

function malformed(message: string): Failure {
  return gatewayFailure("INVALID_FORM", `multipart/form-data: ${message}`);
}

const noBoundary = malformed("content-type has no boundary, or one that is none");
