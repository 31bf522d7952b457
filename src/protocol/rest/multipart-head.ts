import { err, ok, type Result } from "../../base/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";

/** What the head of a part says. */
export interface PartHead {
  readonly name: string;
  /** Given for files. */
  readonly filename: string | undefined;
  /** The part's own `content-type`; undefined when it has none. */
  readonly contentType: string | undefined;
}

/** Longest name of a part, in characters. */
const longestName = 256;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads the header lines of one part (RFC 7578 §4.2 to §4.8). Strict: each header at most once, UTF-8 only, no
 * folded lines, `name` required, no content-transfer-encoding that would change the data.
 */
export function readPartHead(bytes: Uint8Array): Result<PartHead, Failure> {
  const headers = readHeaders(bytes);
  if (!headers.ok) return headers;
  const encoding = headers.value.get("content-transfer-encoding");
  if (encoding !== undefined && !/^(?:7bit|8bit|binary)$/i.test(encoding)) {
    return err(malformedForm("content-transfer-encoding is not taken (RFC 7578 §4.7)"));
  }
  const contentType = headers.value.get("content-type");
  if (contentType !== undefined && !mediaTypeForm.test(contentType)) {
    return err(malformedForm("the content-type of a part is none"));
  }
  const disposition = headers.value.get("content-disposition") ?? "";
  const parameters = headerParameters(disposition);
  if (parameters === undefined || !/^form-data[ \t]*(?:;|$)/i.test(disposition)) {
    return err(malformedForm("a part is not form-data"));
  }
  const name = parameters.get("name") ?? "";
  if (name === "") return err(malformedForm("a part has no name"));
  if (name.length > longestName) return err(malformedForm("the name of a part is too long"));
  return ok({ name, filename: parameters.get("filename"), contentType });
}

/** RFC 9110 §8.3.1, parameters in printable ASCII: what may be sent on as a header. */
const mediaTypeForm = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;[\t\x20-\x7e]*)?$/;

function readHeaders(bytes: Uint8Array): Result<Map<string, string>, Failure> {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return err(malformedForm("the head of a part is not UTF-8"));
  }
  const headers = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      return err(malformedForm("a line of a part's head is no header"));
    }
    if (headers.has(name)) return err(malformedForm("a header of a part is given more than once"));
    headers.set(name, line.slice(colon + 1).trim());
  }
  return ok(headers);
}

const parameterForm =
  /[ \t]*;[ \t]*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~/:?-]+))/y;

/**
 * The parameters behind the first `;` of a header value by their names in lower case (RFC 9110 §5.6.6).
 * Undefined when the value is malformed or gives one twice. Browsers write quotes and line breaks as %22, %0D and %0A.
 */
export function headerParameters(value: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  const start = value.indexOf(";");
  for (let at = start; at !== -1 && at < value.length; at = parameterForm.lastIndex) {
    parameterForm.lastIndex = at;
    const [, key = "", quoted, bare] = parameterForm.exec(value) ?? [];
    const name = key.toLowerCase();
    if (name === "" || parameters.has(name)) return undefined;
    const text = quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "";
    const plain = text.replace(/%22|%0D|%0A/gi, (escaped) => decodeURIComponent(escaped));
    parameters.set(name, plain);
  }
  return parameters;
}

/** The failure that answers a form that is none. */
export function malformedForm(message: string): Failure {
  return gatewayFailure("INVALID_FORM", `multipart/form-data: ${message}`);
}
