import { frameHeaderBytes } from "./frame.ts";
import type { Transport } from "./types.ts";

/** Bytes gathered for one write; a longer turn of the event loop takes several. */
const batchBytes = 64 * 1024;

/** A tail shorter than this is left, and a new buffer begun, once its head was written. */
const shortTail = 16 * 1024;

/**
 * Gathers the frames of one turn of the event loop and writes them at once: a system call a frame is what
 * makes HTTP/2 dear. `buffer` and `position` are open to the encoders: `ensure` first, then store.
 */
export class FrameOutput {
  buffer: Buffer = Buffer.allocUnsafeSlow(batchBytes);
  position = 0;
  /** Counts the writes: what was gathered under the present number has not left. */
  batch = 0;
  /** Whether the transport asked to wait. */
  isFull = false;
  readonly #transport: Transport;
  #start = 0;
  #isScheduled = false;
  #isClosed = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Makes room for `bytes` more and sees to it that they leave in this turn of the event loop. */
  ensure(bytes: number): void {
    if (this.position + bytes > this.buffer.length) this.#renew(bytes);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#flushLater);
  }

  /** A frame header; its payload of `length` bytes is to follow. */
  frameHeader(length: number, type: number, flags: number, streamId: number): void {
    this.ensure(frameHeaderBytes + length);
    const { buffer } = this;
    let at = this.position;
    buffer[at++] = length >>> 16;
    buffer[at++] = length >>> 8;
    buffer[at++] = length;
    buffer[at++] = type;
    buffer[at++] = flags;
    buffer[at++] = streamId >>> 24;
    buffer[at++] = streamId >>> 16;
    buffer[at++] = streamId >>> 8;
    buffer[at++] = streamId;
    this.position = at;
  }

  /** Four bytes, big-endian. */
  uint32(value: number): void {
    this.buffer.writeUInt32BE(value, this.position);
    this.position += 4;
  }

  /** Bytes as they are; room for them must have been made. */
  bytes(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** Writes what was gathered. */
  flush(): void {
    if (this.position === this.#start || this.#isClosed) return;
    const batch = this.buffer.subarray(this.#start, this.position);
    // What was handed over may be read until it is sent, so it is never stored to again.
    if (this.buffer.length - this.position < shortTail) {
      this.buffer = Buffer.allocUnsafeSlow(batchBytes);
      this.position = 0;
    }
    this.#start = this.position;
    this.batch++;
    if (!this.#transport.write(batch)) this.isFull = true;
  }

  /** Takes no more. */
  close(): void {
    this.#isClosed = true;
  }

  readonly #flushLater = (): void => {
    this.#isScheduled = false;
    this.flush();
  };

  #renew(bytes: number): void {
    this.flush();
    this.buffer = Buffer.allocUnsafeSlow(Math.max(batchBytes, bytes));
    this.position = 0;
    this.#start = 0;
  }
}
