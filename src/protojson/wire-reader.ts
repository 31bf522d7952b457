/** Wire types of a tag (protobuf encoding guide, "Message Structure"). */
export const wireType = {
  varint: 0,
  fixed64: 1,
  delimited: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const;

/** What WireReader's numeric methods give when the bytes are malformed; `problem` then says why. */
export const malformed = -1;

// Walking these again costs less than noting them.
const shortGroup = 64;
const twoTo32 = 0x1_0000_0000;

// The same memory as words and as a number; which word of a double is the low one depends on the machine.
const floats = new Float32Array(1);
const floatWords = new Int32Array(floats.buffer);
const doubles = new Float64Array([1]);
const doubleWords = new Int32Array(doubles.buffer);
const lowWord = doubleWords[0] === 0 ? 0 : 1;

/**
 * Reads protobuf wire data in place. Nothing throws: a method that fails says so in its result and leaves the
 * reason in `problem`. One object is used for many messages, so that its shape stays the same.
 *
 * Every method takes the `end` of the message it reads in; no value may cross it.
 */
export class WireReader {
  bytes: Uint8Array = new Uint8Array(0);
  position = 0;
  /** The last varint or fixed64, as two halves of 32 bits (signed, as the bit operations leave them). */
  low = 0;
  high = 0;
  problem = "";
  private memory: DataView | undefined = undefined;
  private isMemoryCurrent = false;
  /** Whether skipped groups are noted, so that nested ones are walked once and not once a level. */
  isRemembering = false;
  /** Where the noted groups end, by where they start. */
  private readonly groupEnds = new Map<number, number>();

  /** Begins to read `bytes` at `position`. */
  reset(bytes: Uint8Array, position: number): void {
    this.bytes = bytes;
    this.isMemoryCurrent = false;
    this.position = position;
    this.problem = "";
    if (this.groupEnds.size > 0) this.groupEnds.clear();
  }

  private fail(problem: string): number {
    this.problem = problem;
    return malformed;
  }

  /** A tag: field number times eight, plus wire type. Field 0 and the wire types 6 and 7 are malformed. */
  tag(end: number): number {
    const position = this.position;
    if (position >= end) return this.fail("truncated tag");
    const first = this.bytes[position] as number;
    if (first < 0x80) {
      this.position = position + 1;
      return first >= 8 && (first & 7) <= 5 ? first : this.illegalTag(first);
    }
    return this.longTag(end);
  }

  private illegalTag(tag: number): number {
    if (tag >>> 3 === 0) return this.fail("field number 0");
    return this.fail(`wire type ${tag & 7} of field ${tag >>> 3} does not exist`);
  }

  private longTag(end: number): number {
    const start = this.position;
    if (!this.varint(end)) return malformed;
    const length = this.position - start;
    // A tag is a uint32: protobuf refuses one of more than five bytes, even where the rest is zero.
    if (length > 5 || (length === 5 && (this.bytes[this.position - 1] as number) > 0x0f)) {
      return this.fail("tag longer than 32 bits");
    }
    const tag = this.low >>> 0;
    return tag >>> 3 !== 0 && (tag & 7) <= 5 ? tag : this.illegalTag(tag);
  }

  /** Reads a varint into `low` and `high`. False if it is cut off or longer than ten bytes. */
  varint(end: number): boolean {
    const position = this.position;
    if (position < end) {
      const first = this.bytes[position] as number;
      if (first < 0x80) {
        this.low = first;
        this.high = 0;
        this.position = position + 1;
        return true;
      }
    }
    return this.longVarint(end);
  }

  private longVarint(end: number): boolean {
    const bytes = this.bytes;
    let position = this.position;
    const last = Math.min(end, position + 10);
    let low = 0;
    let high = 0;
    for (let shift = 0; position < last; shift += 7) {
      const byte = bytes[position++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low;
        this.high = high;
        this.position = position;
        return true;
      }
    }
    this.fail(position === end ? "truncated varint" : "varint longer than 10 bytes");
    return false;
  }

  /** The length of a delimited value, whose bytes are all there. */
  length(end: number): number {
    const position = this.position;
    if (position < end) {
      const first = this.bytes[position] as number;
      if (first < 0x80 && position + 1 + first <= end) {
        this.position = position + 1;
        return first;
      }
    }
    if (!this.longVarint(end)) return malformed;
    const length = (this.high >>> 0) * twoTo32 + (this.low >>> 0);
    if (length > end - this.position) return this.fail("length beyond the end of the message");
    return length;
  }

  /** Reads eight bytes into `low` and `high`. */
  fixed64(end: number): boolean {
    if (this.position + 8 > end) {
      this.fail("truncated 64-bit value");
      return false;
    }
    this.low = this.word(this.position);
    this.high = this.word(this.position + 4);
    this.position += 8;
    return true;
  }

  /** Reads four bytes into `low`. */
  fixed32(end: number): boolean {
    if (this.position + 4 > end) {
      this.fail("truncated 32-bit value");
      return false;
    }
    this.low = this.word(this.position);
    this.high = 0;
    this.position += 4;
    return true;
  }

  /** A view of all the memory that `bytes` are in, where they begin at their `byteOffset`. */
  words(): DataView {
    // Buffers of one slab share their memory, and short messages never ask.
    if (this.memory === undefined || !this.isMemoryCurrent) {
      const memory = this.bytes.buffer;
      if (this.memory?.buffer !== memory) this.memory = new DataView(memory);
      this.isMemoryCurrent = true;
    }
    return this.memory;
  }

  private word(position: number): number {
    const bytes = this.bytes;
    return (
      (bytes[position] as number) |
      ((bytes[position + 1] as number) << 8) |
      ((bytes[position + 2] as number) << 16) |
      ((bytes[position + 3] as number) << 24)
    );
  }

  /** The four bytes last read by `fixed32`, as a float. */
  float(): number {
    floatWords[0] = this.low;
    return floats[0] as number;
  }

  /** The eight bytes last read by `fixed64`, as a double. */
  double(): number {
    doubleWords[lowWord] = this.low;
    doubleWords[1 - lowWord] = this.high;
    return doubles[0] as number;
  }

  /** Passes over the value that follows `tag`. Groups may nest `depth` levels. */
  skip(tag: number, end: number, depth: number): boolean {
    switch (tag & 7) {
      case wireType.varint:
        return this.varint(end);
      case wireType.fixed64:
        return this.fixed64(end);
      case wireType.fixed32:
        return this.fixed32(end);
      case wireType.delimited: {
        const length = this.length(end);
        if (length === malformed) return false;
        this.position += length;
        return true;
      }
      case wireType.startGroup:
        return this.skipGroup(tag >>> 3, end, depth) !== malformed;
      default:
        this.fail(`end of group ${tag >>> 3} without its start`);
        return false;
    }
  }

  /**
   * Passes over a group whose start tag was just read, and gives the position of its end tag. Groups may nest
   * `depth` levels, this one included.
   */
  skipGroup(number: number, end: number, depth: number): number {
    const start = this.position;
    const known = this.groupEnds.get(start);
    if (known !== undefined) {
      this.position = known;
      this.tag(end);
      return known;
    }
    if (depth <= 0) return this.fail("nested too deeply");
    for (;;) {
      const contentEnd = this.position;
      if (contentEnd >= end) return this.fail(`group ${number} has no end`);
      const tag = this.tag(end);
      if (tag === malformed) return malformed;
      if ((tag & 7) === wireType.endGroup) {
        if (tag >>> 3 !== number) return this.fail(`end of group ${tag >>> 3} in group ${number}`);
        if (this.isRemembering && contentEnd - start > shortGroup) {
          this.groupEnds.set(start, contentEnd);
        }
        return contentEnd;
      }
      if (!this.skip(tag, end, depth - 1)) return malformed;
    }
  }
}
