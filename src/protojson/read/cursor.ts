import { Buffer, isUtf8 } from "node:buffer";
import { WireWriter } from "../wire-writer.ts";
import type { GuardNode } from "./guard.ts";
import { KeySet } from "./key-set.ts";
import { cutToken, type JsonProblem, placeOf, quoteInput } from "./problem.ts";

/** What reading one value came to. `skipped`: an unknown enum name that the options let pass; nothing is written. */
export type Status = 0 | 1 | 2;
export const failed = 0;
export const done = 1;
export const skipped = 2;

/** Longest text kept between requests; a larger one takes memory of its own. */
const retainedBytes = 1024 * 1024;
const longestPath = 400;
const emptyBytes = Buffer.alloc(1);
/** Stands in while nothing is read. */
const noWriter = new WireWriter();

/**
 * The state of one reading: the text, where it is, what it may not exceed, and the problem when there is one.
 * One cursor serves all messages of a codec, one after the other; reading never waits.
 *
 * The text is copied behind itself with a NUL at the end. NUL is no part of any JSON token, so loops
 * over a token end there by themselves instead of comparing with a length at every byte.
 */
export class JsonCursor {
  bytes: Buffer = emptyBytes;
  position = 0;
  end = 0;
  /** Objects and arrays still open to the value at hand. */
  depth = 0;
  out: WireWriter = noWriter;

  /** The text of a string value after escapes: bytes `textStart` to `textEnd` of `text`. */
  text: Buffer = emptyBytes;
  textStart = 0;
  textEnd = 0;
  /** First byte of the value that a problem is about. */
  valueStart = 0;

  /** Magnitude and sign of the last integer, and the last number, when they were asked for. */
  low = 0;
  high = 0;
  negative = false;
  number = 0;

  /** Set for the one message that is read next: fields of it that the request's path has bound. */
  guard: GuardNode | undefined = undefined;
  guardValues: readonly (Uint8Array | undefined)[] = [];
  /** True inside a value that an unknown key names: it is checked and thrown away. */
  isDiscarding = false;
  /** Position of the value of `@type` by position of its object, for objects up to `typesKnownUntil`. */
  readonly typePositions: Map<number, number> = new Map();
  typesKnownUntil = 0;

  readonly maxDepth: number;
  readonly maxKeys: number;
  readonly ignoreUnknown: boolean;

  #kept: Buffer = Buffer.allocUnsafeSlow(4096);
  #start = 0;
  #isText = false;
  #failure: Omit<JsonProblem, "path" | "line" | "column"> | undefined;
  readonly #path: string[] = [];
  #seen = new Int32Array(256);
  #seenTop = 0;
  readonly #keySets: KeySet[] = [];
  #keySetTop = 0;

  constructor(maxDepth: number, maxKeys: number, ignoreUnknown: boolean) {
    this.maxDepth = maxDepth;
    this.maxKeys = maxKeys;
    this.ignoreUnknown = ignoreUnknown;
  }

  /** Begins with a JSON text. False when it is not UTF-8 (RFC 8259 §8.1); a byte order mark is passed over. */
  open(json: Uint8Array, out: WireWriter): boolean {
    const size = json.length;
    if (size >= this.#kept.length && size < retainedBytes) {
      this.#kept = Buffer.allocUnsafeSlow(size * 2);
    }
    const bytes = size < this.#kept.length ? this.#kept : Buffer.allocUnsafeSlow(size + 1);
    bytes.set(json, 0);
    bytes[size] = 0;
    this.#begin(bytes, size, out);
    if (size >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
      this.#start = 3;
      this.position = 3;
    }
    if (isUtf8(json)) return true;
    this.failGrammar("the text is not UTF-8", firstInvalidByte(json));
    return false;
  }

  /** Begins with one value as text, such as a part of a path; it becomes `text`. */
  openText(text: string, out: WireWriter): void {
    const size = Buffer.byteLength(text);
    const bytes = size < this.#kept.length ? this.#kept : Buffer.allocUnsafeSlow(size + 1);
    bytes.write(text, 0, size, "utf8");
    bytes[size] = 0;
    this.#begin(bytes, size, out);
    this.#isText = true;
    this.setText(bytes, 0, size);
  }

  /** Lets go of everything that belongs to the request and gives the problem, if there was one. */
  close(): JsonProblem | undefined {
    const problem = this.#failure === undefined ? undefined : this.#problem(this.#failure);
    this.bytes = emptyBytes;
    this.text = emptyBytes;
    this.out = noWriter;
    this.guard = undefined;
    this.guardValues = [];
    if (this.typePositions.size > 0) this.typePositions.clear();
    return problem;
  }

  setText(bytes: Buffer, start: number, end: number): void {
    this.text = bytes;
    this.textStart = start;
    this.textEnd = end;
  }

  /** The text of the string value at hand. */
  textString(): string {
    return this.text.toString("utf8", this.textStart, this.textEnd);
  }

  /** Enters an object or array; false when that is one too many. */
  enter(): boolean {
    if (++this.depth <= this.maxDepth) return true;
    this.failGrammar(`nested deeper than ${this.maxDepth} levels`, this.position);
    return false;
  }

  /** Reserves `words` cleared words for the fields an object has set, and gives the index of the first. */
  openSeen(words: number): number {
    const base = this.#seenTop;
    const top = base + words;
    if (top > this.#seen.length) {
      const bigger = new Int32Array(top * 2);
      bigger.set(this.#seen);
      this.#seen = bigger;
    }
    for (let i = base; i < top; i++) this.#seen[i] = 0;
    this.#seenTop = top;
    return base;
  }

  closeSeen(base: number): void {
    this.#seenTop = base;
  }

  /** Sets a bit of a seen word; false when it was already set. */
  markSeen(word: number, bit: number): boolean {
    const before = this.#seen[word] as number;
    if ((before & bit) !== 0) return false;
    this.#seen[word] = before | bit;
    return true;
  }

  isSeen(word: number, bit: number): boolean {
    return ((this.#seen[word] as number) & bit) !== 0;
  }

  /** An empty key set for the object at hand; give it back with `closeKeys`. */
  openKeys(): KeySet {
    let keys = this.#keySets[this.#keySetTop];
    if (keys === undefined) {
      keys = new KeySet();
      this.#keySets[this.#keySetTop] = keys;
    }
    this.#keySetTop++;
    keys.clear();
    return keys;
  }

  closeKeys(keys: KeySet): void {
    keys.clear();
    this.#keySetTop--;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  failGrammar(message: string, offset: number): typeof failed {
    return this.#fail("grammar", message, offset, false);
  }

  failValue(message: string, offset: number): typeof failed {
    return this.#fail("value", message, offset, false);
  }

  failConflict(message: string, offset: number): typeof failed {
    return this.#fail("value", message, offset, true);
  }

  /** Fails with what was expected and the text value that was there instead. */
  failText(expectation: string): typeof failed {
    const got = quoteInput(
      this.text.toString("utf8", this.textStart, Math.min(this.textEnd, this.textStart + 200)),
    );
    return this.failValue(`expected ${expectation}, got ${got}`, this.valueStart);
  }

  /** Fails with what was expected and the bare token from `start` to `end`. */
  failToken(expectation: string, start: number, end: number): typeof failed {
    const token = cutToken(this.bytes.toString("latin1", start, Math.min(end, start + 100)));
    return this.failValue(`expected ${expectation}, got ${token}`, start);
  }

  /** Adds the name of the field or the key in which the failure happened; called from the inside out. */
  within(segment: string): typeof failed {
    this.#path.push(segment);
    return failed;
  }

  #begin(bytes: Buffer, size: number, out: WireWriter): void {
    this.bytes = bytes;
    this.end = size;
    this.position = 0;
    this.valueStart = 0;
    this.#start = 0;
    this.#isText = false;
    this.out = out;
    this.depth = 0;
    this.isDiscarding = false;
    this.typesKnownUntil = 0;
    this.#failure = undefined;
    this.#path.length = 0;
    this.#seenTop = 0;
    this.#keySetTop = 0;
  }

  #fail(
    kind: "grammar" | "value",
    message: string,
    offset: number,
    conflict: boolean,
  ): typeof failed {
    this.#failure ??= { kind, message, offset, conflict };
    return failed;
  }

  #problem(failure: Omit<JsonProblem, "path" | "line" | "column">): JsonProblem {
    const { kind, message, offset, conflict } = failure;
    const place = this.#isText ? { line: 1, column: 1 } : placeOf(this.bytes, this.#start, offset);
    return { kind, path: joinPath(this.#path), message, ...place, offset, conflict };
  }
}

function joinPath(innermostFirst: readonly string[]): string {
  let path = "";
  for (let i = innermostFirst.length - 1; i >= 0; i--) {
    const segment = innermostFirst[i] ?? "";
    path += path === "" || segment.startsWith("[") ? segment : `.${segment}`;
  }
  // Keys of a body are part of a path, so that it could become as long as a body.
  if (path.length <= longestPath) return path;
  return `${path.slice(0, longestPath / 2)}...${path.slice(-longestPath / 2)}`;
}

/** The first byte that no UTF-8 text has there; only called when there is one. Whole blocks are checked natively. */
function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    let end = Math.min(at + 4096, bytes.length);
    while (end < bytes.length && end > at + 1 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
    if (!isUtf8(bytes.subarray(at, end))) break;
    at = end;
  }
  while (at < bytes.length) {
    const lead = bytes[at] as number;
    const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (size > 1 && !isUtf8(bytes.subarray(at, at + size))) return at;
    at += size;
  }
  return at;
}
