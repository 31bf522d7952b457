/** The first room is of this size, and the largest of that; each is as large as what waits already, in bytes. */
const smallestRoom = 4 * 1024;
const largestRoom = 64 * 1024;

const nothing = new Uint8Array(0);

/**
 * Bytes that wait for a slow reader. They are copied: a piece that comes from the network is a view, and keeps
 * alive all that was read from the socket with it, which may be the data of many other streams. So that what is
 * held is what waits, and half as much again at most.
 */
export class ByteBacklog {
  #length = 0;
  /** Full ones, but for the part of the first that was given. */
  readonly #rooms: Uint8Array[] = [];
  /** The one that is being filled, from where it was not given yet to where it is filled. */
  #room: Uint8Array = nothing;
  #start = 0;
  #end = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#end === this.#room.length) this.#renew();
      const count = Math.min(piece.length - at, this.#room.length - this.#end);
      const part = count === piece.length ? piece : piece.subarray(at, at + count);
      this.#room.set(part, this.#end);
      this.#end += count;
      this.#length += count;
      at += count;
    }
  }

  /** As much of what waits as lies together, from the front; empty when nothing waits. It is not stored to again. */
  shift(): Uint8Array {
    const full = this.#rooms.shift();
    const run = full ?? this.#room.subarray(this.#start, this.#end);
    if (full === undefined) this.#start = this.#end;
    this.#length -= run.length;
    return run;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#rooms.length = 0;
    this.#room = nothing;
    this.#length = 0;
    this.#start = 0;
    this.#end = 0;
  }

  #renew(): void {
    if (this.#end > this.#start) this.#rooms.push(this.#room.subarray(this.#start, this.#end));
    this.#room = new Uint8Array(Math.min(Math.max(this.#length, smallestRoom), largestRoom));
    this.#start = 0;
    this.#end = 0;
  }
}
