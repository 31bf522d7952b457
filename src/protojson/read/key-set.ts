import { randomInt } from "node:crypto";

/** Up to here comparing hashes one by one is faster than a table. */
const linearCount = 8;
/** A set that grew past this gives its memory back when it is cleared. */
const retainedBytes = 64 * 1024;

// Drawn once per process: without them nobody can prepare keys that meet in one slot (faults.md J-03).
const seed = randomInt(2 ** 31);
const multiplier = randomInt(2 ** 29) * 8 + 5;

/**
 * The keys one JSON object has used so far, as bytes. It keeps copies, because the bytes it is shown move
 * when a length in front of them grows.
 */
export class KeySet {
  count = 0;
  #arena = new Uint8Array(256);
  #used = 0;
  #hashes = new Int32Array(linearCount);
  #ends = new Int32Array(linearCount);
  #slots = new Int32Array(0);

  /** Adds the key; false when it is already there. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const size = end - start;
    if (this.#used + size > this.#arena.length) this.#growArena(size);
    const arena = this.#arena;
    let at = this.#used;
    let hash = seed;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      arena[at++] = byte;
      hash = Math.imul(hash ^ byte, multiplier);
      hash ^= hash >>> 15;
    }
    const count = this.count;
    if (count < linearCount) {
      for (let i = 0; i < count; i++) {
        if (this.#hashes[i] === hash && this.#equals(i, size)) return false;
      }
    } else if (!this.#claimSlot(hash, size)) return false;
    this.#hashes[count] = hash;
    this.#ends[count] = at;
    this.#used = at;
    this.count = count + 1;
    return true;
  }

  /** Forgets all keys. */
  clear(): void {
    if (this.#arena.length > retainedBytes || this.#slots.length > retainedBytes) {
      this.#arena = new Uint8Array(256);
      this.#hashes = new Int32Array(linearCount);
      this.#ends = new Int32Array(linearCount);
      this.#slots = new Int32Array(0);
    } else if (this.count > linearCount) this.#slots.fill(0);
    this.#used = 0;
    this.count = 0;
  }

  /** Whether key `index` is the one whose bytes were just copied behind the last. */
  #equals(index: number, size: number): boolean {
    const from = index === 0 ? 0 : (this.#ends[index - 1] as number);
    if ((this.#ends[index] as number) - from !== size) return false;
    const arena = this.#arena;
    const used = this.#used;
    for (let i = 0; i < size; i++) if (arena[from + i] !== arena[used + i]) return false;
    return true;
  }

  /** Open addressing with linear probing over a table at most half full; slot values are index + 1. */
  #claimSlot(hash: number, size: number): boolean {
    if (this.count === linearCount || this.count * 2 >= this.#slots.length) this.#growTable();
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let index = slots[slot] as number; index !== 0; index = slots[slot] as number) {
      if (this.#hashes[index - 1] === hash && this.#equals(index - 1, size)) return false;
      slot = (slot + 1) & mask;
    }
    slots[slot] = this.count + 1;
    return true;
  }

  #growTable(): void {
    const size = Math.max(64, this.#slots.length);
    const grown = this.count * 2 >= size ? size * 2 : size;
    if (grown !== this.#slots.length) {
      const hashes = new Int32Array(grown / 2 + 1);
      hashes.set(this.#hashes.subarray(0, this.count));
      const ends = new Int32Array(grown / 2 + 1);
      ends.set(this.#ends.subarray(0, this.count));
      this.#hashes = hashes;
      this.#ends = ends;
      this.#slots = new Int32Array(grown);
    }
    const mask = grown - 1;
    for (let i = 0; i < this.count; i++) {
      let slot = (this.#hashes[i] as number) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = i + 1;
    }
  }

  #growArena(size: number): void {
    const arena = new Uint8Array(Math.max(this.#arena.length * 2, this.#used + size));
    arena.set(this.#arena.subarray(0, this.#used));
    this.#arena = arena;
  }
}
