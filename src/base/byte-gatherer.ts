/** Pieces below this size are copied together: as views each would cost many times what it holds. */
const smallBytes = 1024;

/** Memory that small pieces are copied into, taken at once. */
const roomBytes = 32 * 1024;

const nothing = new Uint8Array(0);

/**
 * Gathers pieces into one array of bytes. A sender that sends a byte at a time costs bytes, not an object for
 * each; large pieces are not copied before `take`.
 */
export class ByteGatherer {
  #length = 0;
  #pieces: Uint8Array[] = [];
  #room: Uint8Array = nothing;
  #roomStart = 0;
  #roomEnd = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds a piece, which must stay as it is until `take`. */
  push(piece: Uint8Array): void {
    this.#length += piece.length;
    if (piece.length >= smallBytes || this.#pieces.length === 0) {
      this.#closeRoom();
      this.#pieces.push(piece);
      return;
    }
    if (this.#room.length - this.#roomEnd < piece.length) {
      this.#closeRoom();
      this.#room = new Uint8Array(roomBytes);
      this.#roomStart = 0;
      this.#roomEnd = 0;
    }
    this.#room.set(piece, this.#roomEnd);
    this.#roomEnd += piece.length;
  }

  /** All of it, and starts anew. A single piece is given as it came. */
  take(): Uint8Array {
    this.#closeRoom();
    const [only] = this.#pieces;
    const bytes =
      this.#pieces.length === 1 && only !== undefined
        ? only
        : Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [];
    this.#length = 0;
    this.#room = nothing;
    this.#roomStart = 0;
    this.#roomEnd = 0;
    return bytes;
  }

  /** The first piece, or the small ones that were copied together in its place; empty when there is none. */
  shift(): Uint8Array {
    this.#closeRoom();
    const piece = this.#pieces.shift() ?? nothing;
    this.#length -= piece.length;
    return piece;
  }

  #closeRoom(): void {
    if (this.#roomEnd === this.#roomStart) return;
    this.#pieces.push(this.#room.subarray(this.#roomStart, this.#roomEnd));
    this.#roomStart = this.#roomEnd;
  }
}
