/** Undoes `transfer-encoding: chunked` of a response piece by piece; extensions and trailers are not expected. */
export class ChunkedReader {
  #line = "";
  /** Bytes left of the chunk and the line break behind it; 0 while its size line is read. */
  #left = 0;
  /** Whether the last chunk has come. */
  hasEnded = false;

  /** Gives each part of the body in `piece` to `take`. */
  read(piece: Buffer, take: (part: Buffer) => void): void {
    let at = 0;
    while (at < piece.length && !this.hasEnded) {
      if (this.#left === 0) {
        at = this.#readSize(piece, at);
        continue;
      }
      const end = Math.min(at + this.#left, piece.length);
      // The last two bytes that are left are the line break.
      const dataEnd = Math.min(end, at + this.#left - 2);
      if (dataEnd > at) take(piece.subarray(at, dataEnd));
      this.#left -= end - at;
      at = end;
    }
  }

  #readSize(piece: Buffer, start: number): number {
    const newline = piece.indexOf(0x0a, start);
    const end = newline === -1 ? piece.length : newline + 1;
    this.#line += piece.toString("latin1", start, end);
    if (newline === -1) return end;
    const size = Number.parseInt(this.#line, 16);
    if (!Number.isInteger(size)) throw new Error(`no chunk size: ${JSON.stringify(this.#line)}`);
    this.#line = "";
    if (size === 0) this.hasEnded = true;
    else this.#left = size + 2;
    return end;
  }
}
