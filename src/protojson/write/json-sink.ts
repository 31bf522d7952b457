import type { Literal } from "./literal.ts";

const firstCapacity = 16_384;
// A reply that needed more is rare; keeping its buffer would hold that memory for each connection.
const keptCapacity = 1_048_576;

/**
 * A growable buffer of UTF-8 JSON text, used again for each message. Those who write call `reserve` first and
 * then store into `buffer` at `length`.
 */
export class JsonSink {
  buffer: Buffer = Buffer.allocUnsafeSlow(firstCapacity);
  /** The same memory, for those who store four bytes at once. */
  words: DataView = new DataView(this.buffer.buffer);
  length = 0;

  /** Forgets the text; what `view` gave before is then overwritten. */
  reset(): void {
    this.length = 0;
    if (this.buffer.length > keptCapacity) this.use(Buffer.allocUnsafeSlow(firstCapacity));
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.length + count > this.buffer.length) this.grow(count);
  }

  private grow(count: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + count));
    this.buffer.copy(next, 0, 0, this.length);
    this.use(next);
  }

  private use(buffer: Buffer): void {
    this.buffer = buffer;
    this.words = new DataView(buffer.buffer);
  }

  /** Appends a prepared text. */
  literal(text: Literal): void {
    const { length, words } = text;
    // The last word may reach over the end of the text; what it stores there is written over.
    this.reserve(length + 4);
    const view = this.words;
    const start = this.length;
    for (let i = 0; i < words.length; i++) view.setInt32(start + i * 4, words[i] as number, true);
    this.length = start + length;
  }

  /** Appends a string of ASCII characters. */
  ascii(text: string): void {
    this.reserve(text.length);
    const buffer = this.buffer;
    let length = this.length;
    for (let i = 0; i < text.length; i++) buffer[length++] = text.charCodeAt(i);
    this.length = length;
  }

  /** Appends a string of any characters. */
  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.buffer.write(text, this.length, "utf8");
  }

  /** Appends bytes as they are. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
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
