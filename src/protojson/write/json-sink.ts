const firstCapacity = 16_384;
// A reply that needed more is rare; keeping its buffer would hold that memory for each connection.
const keptCapacity = 1_048_576;

/**
 * A growable buffer of UTF-8 JSON text, used again for each message. Those who write call `reserve` first and
 * then store into `buffer` at `length`.
 */
export class JsonSink {
  buffer: Buffer = Buffer.allocUnsafeSlow(firstCapacity);
  length = 0;

  /** Forgets the text; what `view` gave before is then overwritten. */
  reset(): void {
    this.length = 0;
    if (this.buffer.length > keptCapacity) this.buffer = Buffer.allocUnsafeSlow(firstCapacity);
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.length + count > this.buffer.length) this.grow(count);
  }

  private grow(count: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + count));
    this.buffer.copy(next, 0, 0, this.length);
    this.buffer = next;
  }

  /** Appends bytes as they are. Made for short ones: keys, names, literals. */
  append(bytes: Uint8Array): void {
    const count = bytes.length;
    this.reserve(count);
    const buffer = this.buffer;
    const length = this.length;
    for (let i = 0; i < count; i++) buffer[length + i] = bytes[i] as number;
    this.length = length + count;
  }

  /** Appends a string of ASCII characters. */
  ascii(text: string): void {
    this.reserve(text.length);
    const buffer = this.buffer;
    let length = this.length;
    for (let i = 0; i < text.length; i++) buffer[length++] = text.charCodeAt(i);
    this.length = length;
  }

  /** Appends one byte. */
  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** The text so far, without a copy: it is good until the next write or `reset`. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** A copy of the text so far, which the caller owns. */
  bytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.buffer, 0, this.length);
  }
}
