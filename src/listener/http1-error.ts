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
      return gatewayFailure("HEADERS_TOO_LARGE", "the header block is over the limit");
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
