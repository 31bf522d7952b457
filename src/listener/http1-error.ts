import type { BodyProblem } from "../exchange/index.ts";
import { type GatewayFailure, gatewayFailure } from "../rpc/index.ts";

/** What Node's HTTP server says of a connection that it gives up on. */
export interface ClientError {
  readonly code?: string;
  readonly reason?: string;
  /** The bytes that were being parsed, and how many of them were. */
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

/** The failure that answers a parser error; undefined when nobody is left to read an answer. */
export function failureOfClientError(error: ClientError): GatewayFailure | undefined {
  switch (error.code ?? "") {
    case "ECONNRESET":
    case "EPIPE":
      return undefined;
    case "HPE_HEADER_OVERFLOW":
      return endsInRequestLine(error)
        ? gatewayFailure("URI_TOO_LONG", "the request target is over the limit")
        : gatewayFailure("HEADERS_TOO_LARGE", "the header block is over the limit");
    case "HPE_INVALID_METHOD":
      return namesTrack(error)
        ? gatewayFailure("UNSUPPORTED_HTTP_METHOD", "this method is not served")
        : gatewayFailure("MALFORMED_HTTP", "the request is not well-formed HTTP/1.1");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return gatewayFailure("REQUEST_TIMEOUT", "the request did not arrive in time");
    case "HPE_INVALID_VERSION":
      // The parser's same word for a request line that a bare LF ends.
      return error.reason === "Expected CRLF after version"
        ? gatewayFailure("MALFORMED_HTTP", "the request line does not end in CRLF")
        : gatewayFailure("UNSUPPORTED_HTTP_VERSION", "expected HTTP/1.1");
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return gatewayFailure("BODY_TOO_LARGE", "the chunk extensions are over the limit");
    case "HPE_INVALID_TRANSFER_ENCODING":
      return gatewayFailure("MALFORMED_HTTP", "transfer-encoding: expected chunked");
    default:
      return gatewayFailure("MALFORMED_HTTP", "the request is not well-formed HTTP/1.1");
  }
}

/** What is wrong with a body in which the parser gave up. */
export function bodyProblemOf(error: ClientError): Exclude<BodyProblem, "tooLarge"> {
  switch (error.code ?? "") {
    case "HPE_HEADER_OVERFLOW":
      return "trailersTooLarge";
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return "tooSlow";
    case "HPE_INVALID_EOF_STATE":
      return "incomplete";
    default:
      return "malformed";
  }
}

/** The bytes of the last packet as far as they were parsed, behind the last head in them. */
function lastHead({ rawPacket = Buffer.alloc(0), bytesParsed = 0 }: ClientError): string {
  const parsed = rawPacket.toString("latin1", 0, bytesParsed);
  return parsed.slice(parsed.lastIndexOf("\r\n\r\n") + 1).trimStart();
}

/** Whether the request line itself is what is too long. One that came in several packets is not told from a header. */
function endsInRequestLine(error: ClientError): boolean {
  return /^[A-Z]+ [^\r\n]*$/.test(lastHead(error));
}

/** Node's parser knows no TRACK, and stops at the first letter in which it differs from TRACE. In packets of its parts it is a method like any unknown one. */
function namesTrack({ rawPacket = Buffer.alloc(0), bytesParsed = 0 }: ClientError): boolean {
  return rawPacket.toString("latin1", Math.max(0, bytesParsed - 4), bytesParsed + 2) === "TRACK ";
}
