import { gzip } from "node:zlib";
import { ok } from "../base/index.ts";
import {
  type Call,
  type Envelope,
  envelopePrefixBytes,
  type MessageStream,
  sealEnvelope,
} from "../rpc/index.ts";

/** How request messages may be compressed. */
export type RequestEncoding = "gzip";

/** Smaller messages, in bytes, go as they are: what they would save is not worth its time. */
const leastBytes = 1024;

// As responses are: beyond this level a message costs more time than it saves bytes.
const options = { level: 5 };

/** Compresses the messages of a call (gRPC "Compression"): one that does not get smaller by it goes as it is. */
export async function compressCall(call: Call): Promise<Call> {
  const { messages } = call;
  if (messages.kind === "stream") {
    return { ...call, messages: { kind: "stream", stream: compressStream(messages.stream) } };
  }
  const envelope = await compressEnvelope(messages.envelope);
  return { ...call, messages: { kind: "single", envelope } };
}

/** Whether `grpc-encoding` must say how messages are compressed: on a stream some may come to be. */
export function needsEncoding({ messages }: Call): boolean {
  return messages.kind === "stream" || messages.envelope[0] === 1;
}

function compressStream(stream: MessageStream): MessageStream {
  return {
    async next() {
      const next = await stream.next();
      if (!next.ok || next.value === undefined) return next;
      return ok(await compressEnvelope(next.value));
    },
    poll: () => undefined,
    cancel: () => stream.cancel(),
  };
}

function compressEnvelope(envelope: Envelope): Envelope | Promise<Envelope> {
  const message = envelope.subarray(envelopePrefixBytes);
  if (message.length < leastBytes) return envelope;
  return new Promise((resolve) => {
    gzip(message, options, (error, compressed) => {
      if (error !== null || compressed.length >= message.length) resolve(envelope);
      else resolve(compressedEnvelope(compressed));
    });
  });
}

function compressedEnvelope(message: Uint8Array): Envelope {
  const envelope = new Uint8Array(envelopePrefixBytes + message.length);
  envelope.set(message, envelopePrefixBytes);
  sealEnvelope(envelope)[0] = 1;
  return envelope;
}
