import { Buffer } from "node:buffer";

/** One name and what it stands for. `bytes` ends with the closing quote, so that one comparison finds the end as well. */
export interface NameEntry<T> {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly value: T;
  /** The name that came after this one last time: senders repeat their order. */
  next: NameEntry<T>;
}

/** Names found by their bytes, without making strings: a hash table with linear probing, at most a quarter full. */
export class NameTable<T> {
  readonly entries: readonly NameEntry<T>[];
  /** The name to guess at the start of an object; undefined when there are none. */
  first: NameEntry<T> | undefined;
  readonly #slots: (NameEntry<T> | undefined)[];
  readonly #mask: number;

  /** The first of two entries with one name wins. */
  constructor(names: Iterable<readonly [string, T]>) {
    const unique = new Map<string, T>();
    for (const [name, value] of names) if (!unique.has(name)) unique.set(name, value);
    const entries: NameEntry<T>[] = [];
    for (const [name, value] of unique) entries.push(createEntry(name, value));
    let size = 8;
    while (size < entries.length * 4) size *= 2;
    this.#mask = size - 1;
    this.#slots = new Array<NameEntry<T> | undefined>(size).fill(undefined);
    entries.forEach((entry, index) => {
      entry.next = entries[index + 1] ?? entry;
      this.#insert(entry);
    });
    this.entries = entries;
    this.first = entries[0];
  }

  /** The entry whose name is the bytes from `start` to `end`. */
  find(bytes: Uint8Array, start: number, end: number): NameEntry<T> | undefined {
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = hashOf(bytes, start, end) & mask;
    for (let entry = slots[slot]; entry !== undefined; entry = slots[slot]) {
      if (equals(entry.bytes, bytes, start, end)) return entry;
      slot = (slot + 1) & mask;
    }
    return undefined;
  }

  #insert(entry: NameEntry<T>): void {
    let slot = hashOf(entry.bytes, 0, entry.bytes.length - 1) & this.#mask;
    while (this.#slots[slot] !== undefined) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = entry;
  }
}

function createEntry<T>(name: string, value: T): NameEntry<T> {
  const entry: { name: string; bytes: Uint8Array; value: T; next: NameEntry<T> | undefined } = {
    name,
    bytes: Buffer.from(`${name}"`),
    value,
    next: undefined,
  };
  const self = entry as NameEntry<T>;
  self.next = self;
  return self;
}

// The names come from descriptors, not from the sender, so that the hash needs no secret.
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash, 31) + (bytes[i] as number);
  return hash ^ (hash >>> 11);
}

function equals(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const size = end - start;
  if (name.length !== size + 1) return false;
  for (let i = 0; i < size; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
