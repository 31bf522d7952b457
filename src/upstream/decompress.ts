import { gunzip, gunzipSync, inflate, inflateSync } from "node:zlib";
import { err, ok, type Result } from "../base/index.ts";
import { type Envelope, envelopePrefixBytes, sealEnvelope } from "../rpc/index.ts";

/** Why a compressed message cannot be read. */
export type DecompressProblem =
  /** No `grpc-encoding` was given, or `identity`. */
  | "noEncoding"
  /** An encoding that `grpc-accept-encoding` does not list. */
  | "unknownEncoding"
  /** Not what the encoding says. */
  | "malformed"
  /** More bytes than allowed once decompressed. */
  | "tooLarge";

/** What `grpc-accept-encoding` lists; `deflate` is the zlib format (gRPC "Compression"; RFC 1950). */
export const acceptedEncodings = "gzip,deflate,identity";

// Small messages are decompressed in place, because a trip to the thread pool costs more than they do. The
// bound on what comes out keeps a bomb from holding up the loop.
const smallBytes = 4096;
const smallDecodedBytes = 64 * 1024;

/**
 * Decompresses the message of an envelope. The envelope it gives has flag 0 and at most `maxBytes` of message.
 */
export function decompress(
  envelope: Envelope,
  encoding: string | undefined,
  maxBytes: number,
): Result<Envelope, DecompressProblem> | Promise<Result<Envelope, DecompressProblem>> {
  if (encoding === undefined || encoding === "identity") return err("noEncoding");
  if (encoding !== "gzip" && encoding !== "deflate") return err("unknownEncoding");
  const message = envelope.subarray(envelopePrefixBytes);
  if (message.length > smallBytes) return decompressLarge(message, encoding, maxBytes);
  const bound = Math.min(maxBytes, smallDecodedBytes);
  try {
    const decode = encoding === "gzip" ? gunzipSync : inflateSync;
    return ok(envelopeOf(decode(message, { maxOutputLength: Math.max(bound, 1) })));
  } catch (error) {
    if (!isTooLarge(error)) return err("malformed");
    return bound < maxBytes ? decompressLarge(message, encoding, maxBytes) : err("tooLarge");
  }
}

function decompressLarge(
  message: Uint8Array,
  encoding: "gzip" | "deflate",
  maxBytes: number,
): Promise<Result<Envelope, DecompressProblem>> {
  const decode = encoding === "gzip" ? gunzip : inflate;
  return new Promise((resolve) => {
    decode(message, { maxOutputLength: Math.max(maxBytes, 1) }, (error, decoded) => {
      if (error === null) resolve(ok(envelopeOf(decoded)));
      else resolve(err(isTooLarge(error) ? "tooLarge" : "malformed"));
    });
  });
}

function envelopeOf(message: Uint8Array): Envelope {
  const envelope = new Uint8Array(envelopePrefixBytes + message.length);
  envelope.set(message, envelopePrefixBytes);
  return sealEnvelope(envelope);
}

function isTooLarge(error: unknown): boolean {
  return (
    error instanceof RangeError || (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE"
  );
}
