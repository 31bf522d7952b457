import { entryOverhead, staticTable } from "./hpack-table.ts";
import { encodeHuffman, huffmanSize } from "./huffman.ts";
import type { HeaderList } from "./types.ts";

/** Where an encoder writes. */
export interface EncoderOutput {
  buffer: Buffer;
  position: number;
  ensure(bytes: number): void;
}

/** How a field is treated, by its name. */
type Treatment =
  /** Added to the table at its first use: the heads of one gateway's calls repeat it. */
  | "always"
  /** Added when the same value comes twice in a row. */
  | "onRepeat"
  /** Differs from call to call. */
  | "never"
  /** Secret: marked so that no hop adds it to a table (RFC 7541 §7.1.3). */
  | "secret";

interface NameState {
  /** Index in the static table; 0 for none. */
  readonly staticIndex: number;
  readonly staticValues: ReadonlyMap<string, number>;
  readonly treatment: Treatment;
  /** Value → the number of its addition to the dynamic table. */
  readonly additions: Map<string, number>;
  lastValue: string | undefined;
}

const repeating = new Set([
  ":path",
  ":authority",
  "content-type",
  "te",
  "user-agent",
  "grpc-accept-encoding",
]);
const varying = new Set([
  "grpc-timeout",
  "traceparent",
  "tracestate",
  "x-request-id",
  "content-length",
  "x-forwarded-for",
  "date",
  "etag",
]);
const secret = new Set(["authorization", "cookie", "set-cookie", "proxy-authorization"]);

/** Distinct names that are remembered; further ones are written as literals without looking back. */
const rememberedNames = 512;

/** What one field may take beside its text: two length prefixes and an index. */
const fieldOverhead = 24;

/** Our own bound of the table; a peer may ask for less. */
const largestTable = 4096;

/** Encodes the header blocks of one direction of a connection (RFC 7541). */
export class HeaderEncoder {
  readonly #names = new Map<string, NameState>();
  /** Bytes and value of the additions that are still in the table, oldest first. */
  #entries: { readonly state: NameState; readonly value: string; readonly bytes: number }[] = [];
  #oldest = 0;
  /** Additions that were evicted for good and left `#entries`. */
  #forgotten = 0;
  #tableBytes = 0;
  #capacity = largestTable;
  #announce: number | undefined = undefined;

  /** Follows the peer's SETTINGS_HEADER_TABLE_SIZE; the next block begins by saying so (RFC 7541 §4.2). */
  resize(peerBytes: number): void {
    const capacity = Math.min(peerBytes, largestTable);
    if (capacity === this.#capacity) return;
    this.#capacity = capacity;
    this.#announce = capacity;
    this.#evict();
  }

  /** The most that `headers` can take. */
  bound(headers: HeaderList): number {
    let bytes = fieldOverhead;
    for (const text of headers) bytes += text.length + fieldOverhead / 2;
    return bytes;
  }

  /** Appends the block of `headers`; room for `bound` bytes is made first. */
  encode(headers: HeaderList, out: EncoderOutput): void {
    out.ensure(this.bound(headers));
    if (this.#announce !== undefined) {
      integer(out, 0x20, 5, this.#announce);
      this.#announce = undefined;
    }
    for (let i = 0; i < headers.length; i += 2) {
      this.#field(headers[i] ?? "", headers[i + 1] ?? "", out);
    }
  }

  #field(name: string, value: string, out: EncoderOutput): void {
    const state = this.#stateOf(name);
    if (state === undefined) {
      integer(out, 0, 4, 0);
      rawString(out, name);
      rawString(out, value);
      return;
    }
    const index = this.#indexOf(state, value);
    if (index !== 0) {
      integer(out, 0x80, 7, index);
      return;
    }
    const isAdded =
      state.treatment === "always" || (state.treatment === "onRepeat" && state.lastValue === value);
    state.lastValue = state.treatment === "onRepeat" ? value : undefined;
    if (isAdded) integer(out, 0x40, 6, state.staticIndex);
    else integer(out, state.treatment === "secret" ? 0x10 : 0, 4, state.staticIndex);
    const write = isAdded ? shortString : rawString;
    if (state.staticIndex === 0) write(out, name);
    write(out, value);
    if (isAdded) this.#add(state, name, value);
  }

  #stateOf(name: string): NameState | undefined {
    let state = this.#names.get(name);
    if (state === undefined && this.#names.size < rememberedNames) {
      state = newState(name);
      this.#names.set(name, state);
    }
    return state;
  }

  #indexOf(state: NameState, value: string): number {
    // A value that was never added is not looked for: looking up a text that is new hashes all of it.
    if (state.staticValues.size > 0) {
      const fixed = state.staticValues.get(value);
      if (fixed !== undefined) return fixed;
    }
    if (state.additions.size === 0) return 0;
    const addition = state.additions.get(value);
    if (addition === undefined) return 0;
    return staticTable.length + this.#forgotten + this.#entries.length - addition;
  }

  #add(state: NameState, name: string, value: string): void {
    const bytes = name.length + value.length + entryOverhead;
    state.additions.set(value, this.#forgotten + this.#entries.length);
    this.#entries.push({ state, value, bytes });
    this.#tableBytes += bytes;
    this.#evict();
  }

  #evict(): void {
    while (this.#tableBytes > this.#capacity) {
      const entry = this.#entries[this.#oldest];
      if (entry === undefined) break;
      entry.state.additions.delete(entry.value);
      this.#tableBytes -= entry.bytes;
      this.#oldest++;
    }
    if (this.#oldest > 64) {
      this.#entries = this.#entries.slice(this.#oldest);
      this.#forgotten += this.#oldest;
      this.#oldest = 0;
    }
  }
}

function newState(name: string): NameState {
  const staticValues = new Map<string, number>();
  let staticIndex = 0;
  for (const [index, [staticName, value]] of staticTable.entries()) {
    if (staticName !== name) continue;
    if (staticIndex === 0) staticIndex = index + 1;
    if (value !== "") staticValues.set(value, index + 1);
  }
  return {
    staticIndex,
    staticValues,
    treatment: treatmentOf(name),
    additions: new Map(),
    lastValue: undefined,
  };
}

function treatmentOf(name: string): Treatment {
  if (secret.has(name)) return "secret";
  if (varying.has(name) || name.endsWith("-bin")) return "never";
  return repeating.has(name) ? "always" : "onRepeat";
}

/** An integer behind the pattern of its first byte (RFC 7541 §5.1). */
function integer(out: EncoderOutput, pattern: number, bits: number, value: number): void {
  const most = (1 << bits) - 1;
  const { buffer } = out;
  let at = out.position;
  if (value < most) {
    buffer[at++] = pattern | value;
  } else {
    buffer[at++] = pattern | most;
    let rest = value - most;
    while (rest >= 0x80) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
  }
  out.position = at;
}

/** Below this many characters a loop beats the native copy. */
const shortText = 48;

/** A string as it is: less work than Huffman where it is sent once. */
function rawString(out: EncoderOutput, text: string): void {
  integer(out, 0, 7, text.length);
  const { buffer } = out;
  let at = out.position;
  if (text.length > shortText) {
    at += buffer.write(text, at, "latin1");
  } else {
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
  }
  out.position = at;
}

/** A string in its shorter form: for what is sent once and kept. */
function shortString(out: EncoderOutput, text: string): void {
  const size = huffmanSize(text);
  if (size >= text.length) {
    rawString(out, text);
    return;
  }
  integer(out, 0x80, 7, size);
  out.position = encodeHuffman(text, out.buffer, out.position);
}
