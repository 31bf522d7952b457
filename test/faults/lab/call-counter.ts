const prefaceBytes = 24;
const headBytes = 9;
const headersType = 1;

/** Counts the calls in what a client of HTTP/2 sends over one connection: its HEADERS frames, however they are cut. */
export class CallCounter {
  #calls = 0;
  readonly #head = Buffer.alloc(headBytes);
  #filled = 0;
  /** Bytes of the preface or of a frame's payload that are still to come. */
  #skip = prefaceBytes;

  get calls(): number {
    return this.#calls;
  }

  /** Takes what comes next. */
  take(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      this.#skip -= skipped;
      at += skipped;
      const copied = bytes.copy(this.#head, this.#filled, at, at + headBytes - this.#filled);
      this.#filled += copied;
      at += copied;
      if (this.#filled === headBytes) this.#frame();
    }
  }

  #frame(): void {
    this.#filled = 0;
    this.#skip = this.#head.readUIntBE(0, 3);
    if (this.#head[3] === headersType) this.#calls++;
  }
}
