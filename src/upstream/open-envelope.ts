import { err, ok, type Result } from "../base/index.ts";
import type { Envelope, Failure } from "../rpc/index.ts";
import { type DecompressProblem, decompress } from "./decompress.ts";
import { type EnvelopeProblem, isCompressed } from "./envelope-reader.ts";
import { protocolFailure, tooLargeFailure } from "./failures.ts";

/** What a reply's messages are judged by. */
export interface EnvelopeRules {
  /** `grpc-encoding` of the reply. */
  readonly encoding: string | undefined;
  readonly maxBytes: number;
  /** For causes. */
  readonly endpoint: string;
}

/** The envelope with its message as the service wrote it: decompressed where its flag says so. */
export function openEnvelope(
  envelope: Envelope,
  rules: EnvelopeRules,
): Result<Envelope, Failure> | Promise<Result<Envelope, Failure>> {
  if (!isCompressed(envelope)) return ok(envelope);
  const decoded = decompress(envelope, rules.encoding, rules.maxBytes);
  const judge = (result: Result<Envelope, DecompressProblem>): Result<Envelope, Failure> =>
    result.ok ? result : err(compressionFailure(result.error, rules));
  return decoded instanceof Promise ? decoded.then(judge) : judge(decoded);
}

function compressionFailure(problem: DecompressProblem, rules: EnvelopeRules): Failure {
  const encoding = JSON.stringify((rules.encoding ?? "none").slice(0, 40));
  const cause = `${rules.endpoint}: grpc-encoding ${encoding}`;
  switch (problem) {
    case "tooLarge":
      return tooLargeFailure(rules.maxBytes, cause);
    case "malformed":
      return protocolFailure("the upstream's message cannot be decompressed", cause);
    case "noEncoding":
    case "unknownEncoding":
      return protocolFailure("the upstream's message is compressed in an unknown way", cause);
  }
}

/** The failure for bytes that are no envelope. */
export function envelopeFailure(
  problem: EnvelopeProblem,
  maxBytes: number,
  endpoint: string,
): Failure {
  if (problem === "tooLarge") {
    return tooLargeFailure(maxBytes, `${endpoint}: the prefix announces too much`);
  }
  const cause = `${endpoint}: a flag byte other than 0 or 1`;
  return protocolFailure("the upstream's message has a broken prefix", cause);
}
