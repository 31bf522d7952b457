import { err, ok, type Result } from "../../base/index.ts";
import type { Failure } from "../../rpc/index.ts";
import { headerParameters, malformedForm, type PartHead, readPartHead } from "./multipart-head.ts";

/** One part of a form. */
export interface FormPart extends PartHead {
  readonly data: Uint8Array;
}

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
  const boundary = headerParameters(contentType)?.get("boundary");
  if (boundary === undefined || !boundaryForm.test(boundary)) return err(noBoundary);
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const opening = `--${boundary}`;
  if (body.toString("latin1", 0, opening.length) !== opening) {
    return err(malformedForm("the body does not begin with its boundary"));
  }
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  const parts: FormPart[] = [];
  for (let at = opening.length; ; ) {
    const isLast = body[at] === 0x2d && body[at + 1] === 0x2d;
    const dataAt = behindBlankLine(body, isLast ? at + 2 : at, isLast);
    if (dataAt === undefined) return err(badBoundary);
    if (isLast) return ok(parts);
    if (parts.length >= maxParts) return err(malformedForm(`more than ${maxParts} parts`));
    const end = body.indexOf(delimiter, dataAt - 2);
    if (end === -1) return err(malformedForm("the body ends inside a part"));
    const part = readPart(body.subarray(dataAt, Math.max(end, dataAt)));
    if (!part.ok) return part;
    parts.push(part.value);
    at = end + delimiter.length;
  }
}

/** Where the next line begins, when this one holds blanks only; the last line need not end. */
function behindBlankLine(body: Buffer, start: number, mayEnd: boolean): number | undefined {
  let at = start;
  while (body[at] === 0x20 || body[at] === 0x09) at++;
  if (at === body.length && mayEnd) return at;
  return body[at] === 0x0d && body[at + 1] === 0x0a ? at + 2 : undefined;
}

function readPart(part: Buffer): Result<FormPart, Failure> {
  const headEnd = part.indexOf("\r\n\r\n");
  if (headEnd === -1 || headEnd > headBytes) {
    return err(malformedForm("a part has no end of its head"));
  }
  const head = readPartHead(part.subarray(0, headEnd));
  return head.ok ? ok({ ...head.value, data: part.subarray(headEnd + 4) }) : head;
}

const noBoundary = malformedForm("content-type has no boundary, or one that is none");

const badBoundary = malformedForm("a boundary is followed by something else than a line break");
