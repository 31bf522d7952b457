import { isFieldName, isFieldValue } from "./header-check.ts";
import { entryOverhead, staticTable } from "./hpack-table.ts";
import { decodeHuffman } from "./huffman.ts";
import type { HeaderList } from "./types.ts";

/** What came out of one header block. The table is in step in every case but the last. */
export type DecodedBlock =
  | { readonly kind: "headers"; readonly headers: HeaderList }
  /** Decoded, and too long to be handed on: a matter of the stream alone. */
  | { readonly kind: "tooLarge" }
  /** Decoded, with a name or value that no header may have (RFC 9113 §8.2.1). */
  | { readonly kind: "malformed"; readonly headers: HeaderList }
  /** Not HPACK: the connection cannot go on (RFC 7541 §2.3.3, §5, §6.3). */
  | { readonly kind: "broken"; readonly message: string };

/** Limits of a decoder. */
export interface DecoderLimits {
  /** Our SETTINGS_HEADER_TABLE_SIZE. */
  readonly tableBytes: number;
  /** Names, values and 32 bytes a field, decoded (RFC 9113 §6.5.2). */
  readonly listBytes: number;
  readonly fields: number;
}

interface Entry {
  readonly name: string;
  readonly value: string;
  readonly isValid: boolean;
}

const staticEntries: readonly Entry[] = staticTable.map(([name, value]) => ({
  name,
  value,
  isValid: isFieldName(name) && isFieldValue(value),
}));

/** Decodes the header blocks of one direction of a connection, strictly (RFC 7541). */
export class HeaderDecoder {
  readonly #limits: DecoderLimits;
  /** Newest first would shift at every insertion; so oldest first, from `#oldest` on. */
  #entries: Entry[] = [];
  #oldest = 0;
  #tableBytes = 0;
  #capacity: number;
  #block: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #problem = "";

  constructor(limits: DecoderLimits) {
    this.#limits = limits;
    this.#capacity = limits.tableBytes;
  }

  /** Decodes one whole header block. */
  decode(block: Uint8Array, start = 0, end: number = block.length): DecodedBlock {
    this.#block = block;
    this.#at = start;
    this.#end = end;
    this.#problem = "";
    const headers: string[] = [];
    let listBytes = 0;
    let isValid = true;
    let isFirst = true;
    while (this.#at < this.#end) {
      const byte = block[this.#at] ?? 0;
      if ((byte & 0xe0) === 0x20) {
        if (!isFirst) return broken("a table size update after a field");
        this.#resize(this.#integer(5));
        if (this.#problem !== "") return broken(this.#problem);
        continue;
      }
      isFirst = false;
      const entry = byte & 0x80 ? this.#indexed() : this.#literal(byte);
      if (entry === undefined) return broken(this.#problem);
      listBytes += entry.name.length + entry.value.length + entryOverhead;
      isValid &&= entry.isValid;
      if (listBytes <= this.#limits.listBytes) headers.push(entry.name, entry.value);
    }
    if (listBytes > this.#limits.listBytes || headers.length > this.#limits.fields * 2) {
      return { kind: "tooLarge" };
    }
    return { kind: isValid ? "headers" : "malformed", headers };
  }

  #indexed(): Entry | undefined {
    return this.#lookUp(this.#integer(7));
  }

  /** A literal: added to the table (RFC 7541 §6.2.1), or not (§6.2.2), or never (§6.2.3). */
  #literal(byte: number): Entry | undefined {
    const isAdded = (byte & 0x40) !== 0;
    const index = this.#integer(isAdded ? 6 : 4);
    const known = index === 0 ? undefined : this.#lookUp(index);
    if (this.#problem !== "") return undefined;
    const name = known?.name ?? this.#string();
    const value = this.#string();
    if (name === undefined || value === undefined) return undefined;
    const isValid =
      (known === undefined ? isFieldName(name) : known.isValid || isFieldName(name)) &&
      isFieldValue(value);
    const entry: Entry = { name, value, isValid };
    if (isAdded) this.#add(entry);
    return entry;
  }

  #lookUp(index: number): Entry | undefined {
    const entry =
      index <= staticEntries.length
        ? staticEntries[index - 1]
        : this.#dynamicEntry(index - staticEntries.length);
    if (entry === undefined && this.#problem === "") this.#problem = "an index outside the tables";
    return entry;
  }

  /** The entry that was added `age` additions ago; 1 is the newest. */
  #dynamicEntry(age: number): Entry | undefined {
    const at = this.#entries.length - age;
    return at >= this.#oldest ? this.#entries[at] : undefined;
  }

  #add(entry: Entry): void {
    const bytes = entry.name.length + entry.value.length + entryOverhead;
    this.#tableBytes += bytes;
    this.#entries.push(entry);
    this.#evict();
  }

  #evict(): void {
    while (this.#tableBytes > this.#capacity) {
      const entry = this.#entries[this.#oldest];
      if (entry === undefined) break;
      this.#tableBytes -= entry.name.length + entry.value.length + entryOverhead;
      this.#oldest++;
    }
    if (this.#oldest > 64 && this.#oldest * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  #resize(capacity: number): void {
    if (this.#problem !== "") return;
    if (capacity > this.#limits.tableBytes) {
      this.#problem = "a table size over the limit that was set";
      return;
    }
    this.#capacity = capacity;
    this.#evict();
  }

  /** An integer with a prefix of `bits` bits, at most 2^28 (RFC 7541 §5.1). */
  #integer(bits: number): number {
    const most = (1 << bits) - 1;
    let value = (this.#block[this.#at++] ?? 0) & most;
    if (value < most) return value;
    for (let shift = 0; shift < 28; shift += 7) {
      if (this.#at >= this.#end) {
        this.#problem = "an integer that is cut off";
        return 0;
      }
      const byte = this.#block[this.#at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    this.#problem = "an integer that is too long";
    return 0;
  }

  #string(): string | undefined {
    if (this.#at >= this.#end) {
      this.#problem = "a string that is missing";
      return undefined;
    }
    const isHuffman = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const start = this.#at;
    if (this.#problem !== "" || length > this.#end - start) {
      this.#problem = "a string that is cut off";
      return undefined;
    }
    this.#at = start + length;
    const text = isHuffman
      ? decodeHuffman(this.#block, start, this.#at)
      : latin1Of(this.#block, start, this.#at);
    if (text === undefined) this.#problem = "a Huffman code that is broken";
    return text;
  }
}

function broken(message: string): DecodedBlock {
  return { kind: "broken", message };
}

function latin1Of(bytes: Uint8Array, start: number, end: number): string {
  if (bytes instanceof Buffer) return bytes.toString("latin1", start, end);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    "latin1",
    start,
    end,
  );
}
