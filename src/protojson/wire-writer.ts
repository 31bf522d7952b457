import { Buffer } from "node:buffer";

/** What a writer holds when it is made; an ordinary request body fits. */
const initialBytes = 4096;

/** A finished message above this keeps its bytes and the writer takes new ones, so that nothing large is kept or copied. */
const handOverBytes = 64 * 1024;

/** Memory that a writer keeps from one message to the next. */
const retainedBytes = 1024 * 1024;

/** Bytes of `value` (0 to 2^32-1) as a varint. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/**
 * A growable sink of protobuf wire bytes, used again for every message. `buffer` and `position` are
 * open to the codec's hot loops: call `ensure` first, then store, then advance `position`.
 */
export class WireWriter {
  buffer: Buffer = Buffer.allocUnsafeSlow(initialBytes);
  position = 0;
  #view = viewOf(this.buffer);

  /** Starts over. `headroom` bytes in front are left to the caller, such as the gRPC prefix. */
  reset(headroom = 0): void {
    // Only what was never finished is still here: a refused body must not cost its memory for ever.
    if (this.buffer.length > retainedBytes) this.#use(Buffer.allocUnsafeSlow(initialBytes));
    this.position = 0;
    this.ensure(headroom);
    this.position = headroom;
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    if (this.position + count > this.buffer.length) this.#grow(count);
  }

  /** The bytes written since `reset`, headroom included; they belong to the caller. */
  finish(): Uint8Array {
    const size = this.position;
    if (size > handOverBytes) {
      const whole = this.buffer.subarray(0, size);
      this.#use(Buffer.allocUnsafeSlow(initialBytes));
      this.position = 0;
      return whole;
    }
    const copy = Buffer.allocUnsafe(size);
    copy.set(this.buffer.subarray(0, size));
    return copy;
  }

  /** What stands from `start` to `end`, as it is now: later writing does not change it, `reset` does. */
  slice(start: number, end: number): Uint8Array {
    return this.buffer.subarray(start, end);
  }

  /** An unsigned varint of 32 bits; negative numbers are taken as their unsigned bits. */
  varint32(value: number): void {
    this.ensure(5);
    const buffer = this.buffer;
    let at = this.position;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.position = at;
  }

  /** A varint of 64 bits, given as two halves of 32 bits. */
  varint64(low: number, high: number): void {
    this.ensure(10);
    const buffer = this.buffer;
    let at = this.position;
    let lower = low >>> 0;
    let upper = high >>> 0;
    while (upper !== 0 || lower > 0x7f) {
      buffer[at++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    buffer[at++] = lower;
    this.position = at;
  }

  /** Four bytes, little endian. */
  fixed32(value: number): void {
    this.ensure(4);
    const buffer = this.buffer;
    const at = this.position;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    buffer[at + 3] = value >>> 24;
    this.position = at + 4;
  }

  /** Eight bytes, little endian, given as two halves of 32 bits. */
  fixed64(low: number, high: number): void {
    this.fixed32(low);
    this.fixed32(high);
  }

  /** An IEEE 754 double. */
  double(value: number): void {
    this.ensure(8);
    this.#view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  /** An IEEE 754 single; the value is rounded to it. */
  float(value: number): void {
    this.ensure(4);
    this.#view.setFloat32(this.position, value, true);
    this.position += 4;
  }

  /** Bytes as they are, without a length. */
  bytes(source: Uint8Array, start = 0, end: number = source.length): void {
    const count = end - start;
    this.ensure(count);
    if (count > 48) this.buffer.set(source.subarray(start, end), this.position);
    else {
      const buffer = this.buffer;
      let at = this.position;
      for (let i = start; i < end; i++) buffer[at++] = source[i] as number;
    }
    this.position += count;
  }

  /** Reserves `reserved` bytes for a length that `closeLength` fills in, and says where they begin. */
  openLength(reserved: number): number {
    this.ensure(reserved);
    const start = this.position;
    this.position = start + reserved;
    return start;
  }

  /**
   * Fills in the length of what was written since `openLength`, moving it when the length needs another
   * number of bytes than were reserved. Gives the number of bytes, a good guess for the next one.
   */
  closeLength(start: number, reserved: number): number {
    const from = start + reserved;
    const length = this.position - from;
    if (length < 0x80 && reserved === 1) {
      this.buffer[start] = length;
      return 1;
    }
    const needed = varintSize(length);
    if (needed !== reserved) {
      this.ensure(needed);
      this.buffer.copyWithin(start + needed, from, this.position);
    }
    this.position = start;
    this.varint32(length);
    this.position += length;
    return needed;
  }

  #grow(count: number): void {
    const bigger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.position + count));
    bigger.set(this.buffer.subarray(0, this.position));
    this.#use(bigger);
  }

  #use(buffer: Buffer): void {
    this.buffer = buffer;
    this.#view = viewOf(buffer);
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
