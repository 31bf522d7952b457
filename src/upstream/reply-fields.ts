import { isBase64 } from "../base/index.ts";
import type { HeaderList } from "../h2/index.ts";
import { emptyMetadata, type Metadata } from "../rpc/index.ts";

/** What gRPC reads from a block of reply headers or trailers, and the rest as metadata. */
export interface ReplyFields {
  readonly httpStatus: string | undefined;
  readonly contentType: string | undefined;
  readonly encoding: string | undefined;
  /** `grpc-status` as sent; undefined when there is none. */
  readonly status: string | undefined;
  /** `grpc-message`, still percent-encoded. */
  readonly message: string | undefined;
  /** `grpc-status-details-bin` as sent. */
  readonly details: string | undefined;
  /** `grpc-retry-pushback-ms` as sent. */
  readonly pushback: string | undefined;
  /** What is left: the names that belong to the service. */
  readonly metadata: Metadata;
}

/** Sorts a block of reply fields (gRPC over HTTP/2, "Responses"). Of a name given twice the first counts. */
export function readReplyFields(fields: HeaderList): ReplyFields {
  let httpStatus: string | undefined;
  let contentType: string | undefined;
  let encoding: string | undefined;
  let status: string | undefined;
  let message: string | undefined;
  let details: string | undefined;
  let pushback: string | undefined;
  let metadata: string[] | undefined;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? "";
    const value = fields[i + 1] ?? "";
    switch (name) {
      case ":status":
        httpStatus ??= value;
        break;
      case "content-type":
        contentType ??= value;
        break;
      case "grpc-encoding":
        encoding ??= value;
        break;
      case "grpc-status":
        status ??= value;
        break;
      case "grpc-message":
        message ??= value;
        break;
      case "grpc-status-details-bin":
        details ??= value;
        break;
      case "grpc-retry-pushback-ms":
        pushback ??= value;
        break;
      default:
        if (isTransportName(name)) break;
        metadata ??= [];
        metadata.push(name, value);
    }
  }
  return {
    httpStatus,
    contentType,
    encoding,
    status,
    message,
    details,
    pushback,
    metadata: metadata ?? emptyMetadata,
  };
}

// Names that speak of this hop's framing: none of them is the service's to say.
const transportNames: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);

function isTransportName(name: string): boolean {
  return name.startsWith("grpc-") || name.charCodeAt(0) === 0x3a || transportNames.has(name);
}

/**
 * The bytes of `grpc-status-details-bin`: base64, padded or not (gRPC over HTTP/2, "Custom-Metadata").
 * Undefined when it is malformed: the status itself is worth more than its details.
 */
export function decodeDetails(details: string | undefined): Uint8Array | undefined {
  if (details === undefined || details === "" || !isBase64(details)) return undefined;
  return Buffer.from(details, "base64");
}

/**
 * What `grpc-retry-pushback-ms` asks for. A value that is no number, or a negative one, means that the call is never
 * to be sent again (gRFC A6, "Pushback").
 */
export function readPushback(pushback: string | undefined): number | "never" | undefined {
  if (pushback === undefined) return undefined;
  return /^[0-9]{1,9}$/.test(pushback) ? Number(pushback) : "never";
}

/** Whether a content type is gRPC's: `application/grpc`, with a suffix or parameters or bare. */
export function isGrpcContentType(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const text = contentType.slice(0, 17).toLowerCase();
  if (!text.startsWith("application/grpc")) return false;
  return text.length === 16 || text[16] === "+" || text[16] === ";" || text[16] === " ";
}
