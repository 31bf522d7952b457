import { type Failure, gatewayFailure, type Metadata } from "../../rpc/index.ts";

// What describes this hop's message or connection is this hop's to say, never the upstream's metadata.
const ownNames = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
  "date",
  "server",
]);

// Of what describes the content these two say nothing about its bytes: what a download is called, and its language.
const upstreamContentNames = new Set(["content-disposition", "content-language"]);

function isOwn(name: string): boolean {
  return (
    ownNames.has(name) ||
    (name.startsWith("content-") && !upstreamContentNames.has(name)) ||
    name.startsWith("grpc-") ||
    name.startsWith(":")
  );
}

/** Most bytes of header lines that the metadata of one reply becomes, initial and trailing together (faults.md, P-19). */
export const mostMetadataBytes: number = 16 * 1024;

/**
 * Adds reply metadata to the response headers, without what would lie about this response (transcoding.md §4) and
 * without `statusHeader`, which is the gateway's to read, as far as it fits into `room` bytes. Gives the room that is
 * left; a negative number when it did not fit.
 */
export function addReplyMetadata(
  metadata: Metadata,
  prefix: string,
  statusHeader: string | undefined,
  headers: string[],
  room: number,
): number {
  let left = room;
  for (let i = 0; i < metadata.length && left >= 0; i += 2) {
    const name = metadata[i] ?? "";
    const value = metadata[i + 1] ?? "";
    if (isOwn(name) || name === statusHeader || !isFieldValue(value)) continue;
    // A colon, a blank, CR and LF.
    left -= prefix.length + name.length + value.length + 4;
    if (left >= 0) headers.push(prefix === "" ? name : prefix + name, value);
  }
  return left;
}

/** The answer to a reply with more metadata than that. */
export const tooMuchMetadata: Failure = gatewayFailure(
  "UPSTREAM_PROTOCOL_ERROR",
  `the upstream's reply has over ${mostMetadataBytes} bytes of metadata`,
);

/** Whether a value may stand in a header: no CR, LF, NUL or other control character but tab (RFC 9110 §5.5). */
function isFieldValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return false;
  }
  return true;
}

/**
 * The HTTP status that reply metadata asks for under `name`; `otherwise` when it asks for none of three digits from
 * `least` to 599.
 */
export function statusFromMetadata(
  name: string | undefined,
  otherwise: number,
  least: 200 | 400,
  headers: Metadata,
  trailers: Metadata,
): number {
  if (name === undefined) return otherwise;
  const value = lastValue(trailers, name) ?? lastValue(headers, name);
  if (value === undefined || !/^[2-5][0-9]{2}$/.test(value)) return otherwise;
  return Number(value) < least ? otherwise : Number(value);
}

/** Statuses whose responses have no content (RFC 9110 §15.3.5, §15.3.6 and §15.4.5). */
export const bodylessStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

function lastValue(metadata: Metadata, name: string): string | undefined {
  for (let i = metadata.length - 2; i >= 0; i -= 2) {
    if (metadata[i] === name) return metadata[i + 1];
  }
  return undefined;
}
