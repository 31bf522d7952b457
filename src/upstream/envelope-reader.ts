import { type Envelope, envelopePrefixBytes } from "../rpc/index.ts";

/** Why bytes are no envelope that may be read. */
export type EnvelopeProblem =
  /** The flag byte is neither 0 nor 1. */
  | "badFlag"
  /** The prefix announces more than the limit. */
  | "tooLarge";

const nothing = new Uint8Array(0);

// A prefix may announce far more than ever comes, so room is made as bytes come.
const firstRoomBytes = 128 * 1024;

/**
 * Cuts the DATA of a reply into envelopes (gRPC over HTTP/2, "Length-Prefixed-Message"). A prefix is judged
 * as soon as its five bytes are there, so that a message that is too large is never gathered.
 */
export class EnvelopeReader {
  readonly #maxBytes: number;
  /** What has come, and from where it is not looked at yet. */
  #chunk: Uint8Array = nothing;
  #at = 0;
  /** Room for an envelope that comes in pieces, and how much of it is filled. */
  #room: Uint8Array = nothing;
  #filled = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether bytes have come that belong to no whole envelope. */
  get isInsideEnvelope(): boolean {
    return this.#filled > 0;
  }

  /** How many of them. */
  get gatheredBytes(): number {
    return this.#filled;
  }

  /** Takes the next chunk, once `next` has given all that the one before it held. */
  push(chunk: Uint8Array): void {
    // A view of a Buffer is a Buffer again, which costs as much as all else that is done for a small message.
    const { buffer, byteOffset, length } = chunk;
    const isBuffer = Buffer.isBuffer(chunk);
    this.#chunk = isBuffer ? new Uint8Array(buffer, byteOffset, length) : chunk;
    this.#at = 0;
  }

  /** The next whole envelope, a view where one chunk holds it all; undefined when more bytes are needed. */
  next(): Envelope | EnvelopeProblem | undefined {
    if (this.#at === this.#chunk.length) return undefined;
    return this.#filled === 0 ? this.#cut() : this.#gather();
  }

  #cut(): Envelope | EnvelopeProblem | undefined {
    const chunk = this.#chunk;
    const start = this.#at;
    if (chunk.length - start < envelopePrefixBytes) return this.#gather();
    const problem = prefixProblem(chunk, start, this.#maxBytes);
    if (problem !== undefined) return problem;
    const end = start + envelopePrefixBytes + messageLength(chunk, start);
    if (end > chunk.length) return this.#gather();
    this.#at = end;
    if (end === chunk.length) this.push(nothing);
    return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
  }

  #gather(): Envelope | EnvelopeProblem | undefined {
    if (this.#filled < envelopePrefixBytes) {
      this.#fillTo(envelopePrefixBytes, envelopePrefixBytes);
      if (this.#filled < envelopePrefixBytes) return undefined;
      const problem = prefixProblem(this.#room, 0, this.#maxBytes);
      if (problem !== undefined) return problem;
    }
    const length = envelopePrefixBytes + messageLength(this.#room, 0);
    const wanted = Math.min(length, this.#filled + this.#chunk.length - this.#at);
    this.#fillTo(wanted, length);
    if (this.#filled < length) return undefined;
    const envelope = this.#room;
    this.#room = nothing;
    this.#filled = 0;
    return envelope;
  }

  /** Moves bytes over until `size` are there or no more have come. The room never outgrows `length`. */
  #fillTo(size: number, length: number): void {
    if (this.#room.length < size) {
      const roomy = Math.max(size, firstRoomBytes, this.#room.length * 2);
      const room = new Uint8Array(Math.min(roomy, length));
      room.set(this.#room.subarray(0, this.#filled));
      this.#room = room;
    }
    const end = Math.min(this.#at + size - this.#filled, this.#chunk.length);
    this.#room.set(this.#chunk.subarray(this.#at, end), this.#filled);
    this.#filled += end - this.#at;
    this.#at = end;
    if (end === this.#chunk.length) this.push(nothing);
  }
}

/** Whether a chunk is exactly one whole envelope: what nearly every unary reply comes as. */
export function isWholeEnvelope(chunk: Uint8Array): boolean {
  return (
    chunk.length >= envelopePrefixBytes &&
    messageLength(chunk, 0) === chunk.length - envelopePrefixBytes
  );
}

/** What is wrong with the prefix at `start`, behind which five bytes are at least. */
export function prefixProblem(
  bytes: Uint8Array,
  start: number,
  maxBytes: number,
): EnvelopeProblem | undefined {
  if ((bytes[start] ?? 0) > 1) return "badFlag";
  return messageLength(bytes, start) > maxBytes ? "tooLarge" : undefined;
}

/** Whether the flag of an envelope says that its message is compressed. */
export function isCompressed(envelope: Envelope): boolean {
  return envelope[0] === 1;
}

function messageLength(bytes: Uint8Array, start: number): number {
  return (
    (bytes[start + 1] ?? 0) * 0x100_0000 +
    (((bytes[start + 2] ?? 0) << 16) | ((bytes[start + 3] ?? 0) << 8) | (bytes[start + 4] ?? 0))
  );
}
