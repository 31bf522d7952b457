import { err, ok, type Result } from "../../base/index.ts";
import type { Exchange } from "../../exchange/index.ts";
import { type Failure, gatewayFailure, type Reply } from "../../rpc/index.ts";
import type { SampledTimer } from "../../telemetry/index.ts";
import type { Closed } from "../protocol.ts";
import type { MetadataRules } from "./options.ts";
import { printReply, type ReplyPrinter } from "./reply-printer.ts";
import {
  addReplyMetadata,
  bodylessStatuses,
  mostMetadataBytes,
  statusFromMetadata,
  tooMuchMetadata,
} from "./response-head.ts";

/** What a reply is printed by. */
export interface CloseRules {
  readonly printer: ReplyPrinter;
  readonly metadata: MetadataRules;
  /** HTTP status of a reply that is well. */
  readonly successStatus: number;
}

/** Reply → response. */
export type Closer = (reply: Reply, exchange: Exchange) => Result<Closed, Failure>;

const noBytes = new Uint8Array(0);

/** Compiles reply → response for one binding whose reply is one message (transcoding.md §4). */
export function compileClose(rules: CloseRules, timer: SampledTimer): Closer {
  const { printer, successStatus } = rules;
  const { prefix, statusHeader } = rules.metadata;
  const trailerPrefix = rules.metadata.trailerPrefix ?? prefix;
  return (reply) => {
    if (reply.messages.kind !== "single") return err(notSingle);
    const begunAt = timer.begin();
    const content = printReply(printer, reply.messages.envelope);
    timer.end(begunAt);
    if (content === undefined) return err(undecodable);
    const trailers = reply.trailers();
    const status = statusFromMetadata(statusHeader, successStatus, 200, reply.headers, trailers);
    const hasBody = !bodylessStatuses.has(status);
    const body = hasBody ? content.bytes : noBytes;
    const headers = hasBody
      ? ["content-type", content.type, "content-length", String(body.length)]
      : status === 205
        ? ["content-length", "0"]
        : [];
    const room = addReplyMetadata(reply.headers, prefix, statusHeader, headers, mostMetadataBytes);
    if (addReplyMetadata(trailers, trailerPrefix, statusHeader, headers, room) < 0)
      return err(tooMuchMetadata);
    return ok({ response: { status, headers, body }, ended: undefined });
  };
}

/** The answer to a message that the descriptors do not fit. */
export const undecodable: Failure = gatewayFailure(
  "UPSTREAM_INVALID_MESSAGE",
  "the upstream's message cannot be decoded",
);

const notSingle = gatewayFailure("INTERNAL", "a unary reply came as a stream");
