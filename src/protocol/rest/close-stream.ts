import { type Clock, err, ok } from "../../base/index.ts";
import { type Exchange, headerList } from "../../exchange/index.ts";
import { JsonSink } from "../../protojson/index.ts";
import {
  type Envelope,
  type Failure,
  gatewayFailure,
  type MessageStream,
  type Reply,
} from "../../rpc/index.ts";
import { compileFormatChooser } from "./accept.ts";
import { type CloseRules, type Closer, undecodable } from "./close.ts";
import { type FailureRules, failureText } from "./fail.ts";
import type { Opener } from "./open-rules.ts";
import type { StreamSwitches } from "./options.ts";
import { jsonMessagePrinter, type MessagePrinter, ReplyBody } from "./reply-body.ts";
import { contentTypeOf, type ReplyPrinter } from "./reply-printer.ts";
import {
  addReplyMetadata,
  bodylessStatuses,
  mostMetadataBytes,
  statusFromMetadata,
  tooMuchMetadata,
} from "./response-head.ts";
import { rawFormat, type StreamFormat, streamFormat } from "./stream-format.ts";

/** What a stream of replies is printed by. */
export interface CloseStreamRules extends CloseRules {
  readonly streams: StreamSwitches;
  readonly formatOf: StreamFormatChooser;
  /** How long a stream may be silent, in ms. */
  readonly idleMs: number;
  readonly failures: FailureRules;
  readonly clock: Clock;
}

const noBytes = new Uint8Array(0);

/** Where first messages are printed only to see that they can be. */
const scratch = new JsonSink();

/** Compiles reply → response for one binding whose reply is a stream of messages (transcoding.md §6). */
export function compileCloseStream(rules: CloseStreamRules): Closer {
  const { printer, metadata, streams, formatOf } = rules;
  const common = {
    print: printer.kind === "raw" ? rawPrinter(printer) : jsonMessagePrinter(printer.writer),
    printFailure: (failure: Failure) => failureText(failure, rules.failures),
    heartbeatMs: streams.sseHeartbeatMs,
    idleMs: rules.idleMs,
    clock: rules.clock,
  };
  const { prefix, statusHeader } = metadata;
  // A stream has a body even where it is empty.
  const successStatus = rules.successStatus === 204 ? 200 : rules.successStatus;
  return (reply, exchange) => {
    const messages = streamOf(reply);
    const first = messages.poll();
    const format = formatOf(exchange, first);
    if (format === undefined) {
      messages.cancel();
      return err(notAcceptable);
    }
    if (first !== undefined && !common.print(first, scratch)) {
      // Nothing was sent yet, so the failure can have its own status.
      messages.cancel();
      return err(undecodable);
    }
    scratch.reset();
    const headers = ["content-type", format.contentType, ...format.headers];
    if (addReplyMetadata(reply.headers, prefix, statusHeader, headers, mostMetadataBytes) < 0) {
      messages.cancel();
      return err(tooMuchMetadata);
    }
    // Trailing metadata comes when the status has long been sent.
    const asked = statusFromMetadata(statusHeader, successStatus, 200, reply.headers, []);
    const status = bodylessStatuses.has(asked) ? successStatus : asked;
    if (exchange.method === "HEAD") {
      messages.cancel();
      return ok({ response: { status, headers, body: noBytes }, ended: undefined });
    }
    const lastReadAt = (): number => exchange.body.lastReadAt;
    const body = new ReplyBody(messages, first, { ...common, format, lastReadAt });
    return ok({ response: { status, headers, body }, ended: body.ended });
  };
}

/** Chooses the format of a response, which may depend on its first message; undefined when the client takes none. */
export type StreamFormatChooser = (
  exchange: Exchange,
  first: Envelope | undefined,
) => StreamFormat | undefined;

/** Compiles the choice for one binding. */
export function compileStreamFormat(
  printer: ReplyPrinter,
  streams: StreamSwitches,
): StreamFormatChooser {
  return printer.kind === "raw" ? rawFormatOf(printer) : jsonFormatOf(streams);
}

/** Refuses who takes none of the formats before the upstream is called: what is refused must have no effect. */
export function refuseUnacceptable(open: Opener, formatOf: StreamFormatChooser): Opener {
  return (exchange, captures) =>
    formatOf(exchange, undefined) === undefined ? err(notAcceptable) : open(exchange, captures);
}

function jsonFormatOf(streams: StreamSwitches): StreamFormatChooser {
  const choose = compileFormatChooser(streams.formats);
  const formats = new Map(
    streams.formats.map((name) => [name, streamFormat(name, streams.framing)]),
  );
  const frames = streamFormat("frame", streams.framing);
  return (exchange) => {
    if (exchange.protocol === "WebSocket") return frames;
    const name = choose(headerList(exchange.headers, "accept"));
    return name && formats.get(name);
  };
}

type RawPrinter = Extract<ReplyPrinter, { kind: "raw" }>;

/** The content type of the first message is that of them all (google/api/httpbody.proto). */
function rawFormatOf(printer: RawPrinter): StreamFormatChooser {
  return (exchange, first) => {
    const body = first && printer.read(first);
    const contentType = body === undefined ? "application/octet-stream" : contentTypeOf(body);
    return rawFormat(contentType, exchange.protocol !== "WebSocket");
  };
}

function rawPrinter(printer: RawPrinter): MessagePrinter {
  return (envelope, out) => {
    const body = printer.read(envelope);
    if (body === undefined) return false;
    out.append(body.data);
    return true;
  };
}

function streamOf({ messages }: Reply): MessageStream {
  if (messages.kind === "stream") return messages.stream;
  let rest: Envelope | undefined = messages.envelope;
  const poll = (): Envelope | undefined => {
    const envelope = rest;
    rest = undefined;
    return envelope;
  };
  return { poll, next: () => Promise.resolve(ok(poll())), cancel: () => undefined };
}

const notAcceptable = gatewayFailure(
  "NOT_ACCEPTABLE",
  "accept: names no format that this stream is served in",
);
