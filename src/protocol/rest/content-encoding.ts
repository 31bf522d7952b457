import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { err, ok, type Result } from "../../base/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";

/** What `node:zlib` gives with `info: true`: the result and the engine that made it. */
interface Decoded {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

type Decoder = (bytes: Uint8Array, options: object) => Promise<unknown>;

// Node 20's brotli decoder has a remote hole and it has no zstd, so both stay out (faults.md, J-20).
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["gzip", promisify(gunzip) as Decoder],
  ["x-gzip", promisify(gunzip) as Decoder],
  ["deflate", promisify(inflate) as Decoder],
]);

/** Whether a `content-encoding` can be undone: it is asked before the body is read. */
export function isKnownEncoding(encoding: string): boolean {
  const name = encoding.trim().toLowerCase();
  return name === "" || name === "identity" || decoders.has(name);
}

/** Undoes one `content-encoding` (RFC 9110 §8.4); what comes out is bounded by `maxBytes` as well. */
export async function decodeContent(
  bytes: Uint8Array,
  encoding: string,
  maxBytes: number,
): Promise<Result<Uint8Array, Failure>> {
  const name = encoding.trim().toLowerCase();
  if (name === "identity" || name === "") return ok(bytes);
  const decode = decoders.get(name);
  if (decode === undefined) return err(unsupportedEncoding);
  try {
    const decoded = (await decode(bytes, { maxOutputLength: maxBytes, info: true })) as Decoded;
    if (decoded.engine.bytesWritten !== bytes.length) return err(corruptEncoding);
    return ok(decoded.buffer);
  } catch (error) {
    return err(isTooLarge(error) ? bodyTooLarge(maxBytes) : corruptEncoding);
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

/** The answer to a body over the limit. */
export function bodyTooLarge(maxBytes: number): Failure {
  return gatewayFailure("BODY_TOO_LARGE", `the body is over the limit of ${maxBytes} bytes`);
}

/** The answer to a `content-encoding` that is not known. */
export const unsupportedEncoding: Failure = gatewayFailure(
  "UNSUPPORTED_ENCODING",
  "content-encoding: expected gzip, deflate or identity",
  { headers: ["accept-encoding", "gzip, deflate, identity"] },
);

/** The answer to a body that is not what its `content-encoding` says. */
export const corruptEncoding: Failure = gatewayFailure(
  "INVALID_ENCODING",
  "the body cannot be decoded by its content-encoding",
);
