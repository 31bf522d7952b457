import { ByteGatherer } from "../../base/index.ts";

/** How JSON values follow each other in a body. */
export type JsonLayout =
  /** One array whose elements are the values. */
  | "array"
  /** A value a line (NDJSON, JSON Lines). */
  | "lines"
  /** A value after another, with or without white space between them. */
  | "concatenated"
  /** An array where the body begins with one, otherwise values one after another. */
  | "arrayOrConcatenated"
  /** Every piece of the body is one value. */
  | "pieces";

/** One value, cut out of a body but not read yet. */
export interface JsonElement {
  readonly bytes: Uint8Array;
  /** Counted from 0. */
  readonly index: number;
  /** Where it begins in the body, counted from 1; columns are bytes. */
  readonly line: number;
  readonly column: number;
}

/** Why a body cannot be cut further. */
export interface SplitProblem {
  readonly kind: "grammar" | "tooLarge";
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** What is expected at the next byte. */
const State = { start: 0, first: 1, value: 2, scalar: 3, text: 4, container: 5, after: 6, done: 7 };

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const newline = 0x0a;
const openArray = 0x5b;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
const byteOrderMark = [0xef, 0xbb, 0xbf];

const nothing = new Uint8Array(0);

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09;
}

/** Whether a byte ends a number or a word such as true. */
function endsScalar(byte: number): boolean {
  return (
    isSpace(byte) ||
    byte === comma ||
    byte === closeArray ||
    byte === closeObject ||
    byte === openArray ||
    byte === openObject ||
    byte === quote
  );
}

/**
 * Cuts a body into JSON values while it comes, however it is chunked. A value is given as soon as its last
 * byte is there; what is inside it is for its reader to judge. Holds at most one value of `maxBytes`.
 */
export class JsonSplitter {
  #layout: JsonLayout;
  readonly #maxBytes: number;
  #state: number;
  #chunk: Uint8Array = nothing;
  #at = 0;
  /** Parts of the value at hand that came in earlier chunks. */
  readonly #parts = new ByteGatherer();
  #depth = 0;
  #isEscaped = false;
  #inText = false;
  /** Whether a line ended since the last value. */
  #isNewLine = true;
  /** Blanks since the last value. */
  #gapBytes = 0;
  #index = 0;
  #line = 1;
  /** Where the line begins, counted in bytes of the body from the start of the chunk at hand. */
  #lineStart = 0;
  #seenBytes = 0;
  #startLine = 1;
  #startColumn = 1;

  constructor(layout: JsonLayout, maxBytes: number) {
    this.#layout = layout;
    this.#maxBytes = maxBytes;
    this.#state = layout === "array" ? State.start : State.value;
  }

  /** Values that were given so far. */
  get count(): number {
    return this.#index;
  }

  /** Takes the next piece of the body, once `next` has given all that the one before it held. */
  push(chunk: Uint8Array): void {
    this.#lineStart -= this.#at;
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** The next whole value; undefined when more bytes are needed. */
  next(): JsonElement | SplitProblem | undefined {
    if (this.#layout === "pieces") return this.#piece();
    const chunk = this.#chunk;
    while (this.#at < chunk.length) {
      const byte = chunk[this.#at] ?? 0;
      const found = this.#isInside() ? this.#scanValue() : this.#between(byte);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The body has ended: gives a last number or word, or says what is missing. */
  finish(): JsonElement | SplitProblem | undefined {
    if (this.#state === State.scalar) {
      const last = this.#cut(nothing);
      if (this.#layout !== "array") return last;
    }
    if (this.#state === State.text || this.#state === State.container) {
      return this.#problem("the body ends inside a value");
    }
    if (this.#layout !== "array") return undefined;
    if (this.#state === State.done || this.#state === State.start) return undefined;
    return this.#problem("the body ends before the array does: expected ]");
  }

  #piece(): JsonElement | SplitProblem | undefined {
    const bytes = this.#chunk;
    if (this.#at > 0 || bytes.length === 0) return undefined;
    this.#at = bytes.length;
    if (bytes.length > this.#maxBytes) return this.#tooLarge();
    return { bytes, index: this.#index++, line: 1, column: 1 };
  }

  #isInside(): boolean {
    return (
      this.#state === State.scalar || this.#state === State.text || this.#state === State.container
    );
  }

  /** Goes over blanks, which count toward no value: a gap has the limit of one. */
  #skipSpace(): SplitProblem | undefined {
    const chunk = this.#chunk;
    const start = this.#at;
    while (this.#at < chunk.length && isSpace(chunk[this.#at] ?? 0)) {
      if (chunk[this.#at++] === newline) this.#endLine();
    }
    this.#gapBytes += this.#at - start;
    if (this.#gapBytes <= this.#maxBytes) return undefined;
    return {
      kind: "tooLarge",
      message: `the white space before message ${this.#index} is over the limit of ${this.#maxBytes} bytes`,
      line: this.#line,
      column: this.#at - this.#lineStart + 1,
    };
  }

  /** Takes one byte that is in no value, or a run of blanks, unless a value begins with it. */
  #between(byte: number): SplitProblem | undefined {
    if (isSpace(byte)) return this.#skipSpace();
    if (this.#seenBytes < 3 && byte === byteOrderMark[this.#seenBytes]) {
      this.#seenBytes++;
      this.#at++;
      return undefined;
    }
    this.#seenBytes = 3;
    if (this.#layout === "arrayOrConcatenated") this.#settleLayout(byte);
    return this.#layout === "array" ? this.#betweenElements(byte) : this.#betweenValues(byte);
  }

  #settleLayout(first: number): void {
    this.#layout = first === openArray ? "array" : "concatenated";
    if (this.#layout === "array") this.#state = State.start;
  }

  #betweenElements(byte: number): SplitProblem | undefined {
    if (this.#state === State.done) return this.#problem("expected nothing behind the array");
    if (this.#state === State.start) {
      if (byte !== openArray) return this.#problem("expected a JSON array of messages");
      this.#at++;
      this.#state = State.first;
      return undefined;
    }
    if (byte === closeArray && this.#state !== State.value) {
      this.#at++;
      this.#state = State.done;
      return undefined;
    }
    if (this.#state !== State.after) return this.#begin(byte);
    if (byte !== comma) return this.#problem("expected , or ] behind a message");
    this.#at++;
    this.#state = State.value;
    return undefined;
  }

  #betweenValues(byte: number): SplitProblem | undefined {
    if (this.#layout === "lines" && !this.#isNewLine) {
      return this.#problem("expected a line break behind a message");
    }
    return this.#begin(byte);
  }

  #begin(byte: number): SplitProblem | undefined {
    if (byte === comma || byte === closeArray || byte === closeObject) {
      return this.#problem("expected a message");
    }
    this.#gapBytes = 0;
    this.#startLine = this.#line;
    this.#startColumn = this.#at - this.#lineStart + 1;
    this.#isNewLine = false;
    this.#depth = 0;
    this.#isEscaped = false;
    this.#inText = byte === quote;
    if (byte === quote) this.#state = State.text;
    else if (byte === openObject || byte === openArray) this.#state = State.container;
    else this.#state = State.scalar;
    return undefined;
  }

  /** Goes to the end of the value at hand, or of the chunk. */
  #scanValue(): JsonElement | SplitProblem | undefined {
    const start = this.#at;
    const isWhole =
      this.#state === State.container
        ? this.#scanContainer()
        : this.#state === State.text
          ? this.#scanText(start)
          : this.#scanScalar();
    if (isWhole === undefined) return this.#problem("expected a whole message on one line");
    const part = this.#chunk.subarray(start, this.#at);
    if (this.#parts.length + part.length > this.#maxBytes) return this.#tooLarge();
    if (isWhole) return this.#cut(part);
    if (part.length > 0) this.#parts.push(part);
    return undefined;
  }

  /** Undefined where a line ends inside the value and may not. */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: every byte of a streamed body passes this loop
  #scanContainer(): boolean | undefined {
    const chunk = this.#chunk;
    const { length } = chunk;
    let at = this.#at;
    let depth = this.#depth;
    let inText = this.#inText;
    let isEscaped = this.#isEscaped;
    let isWhole = false;
    while (at < length && !isWhole) {
      const byte = chunk[at++] ?? 0;
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) inText = false;
      } else if (byte === quote) {
        inText = true;
      } else if (byte === openObject || byte === openArray) {
        depth++;
      } else if (byte === closeObject || byte === closeArray) {
        depth--;
        isWhole = depth === 0;
      } else if (byte === newline) {
        this.#at = at;
        if (this.#layout === "lines") return undefined;
        this.#endLine();
      }
    }
    this.#at = at;
    this.#depth = depth;
    this.#inText = inText;
    this.#isEscaped = isEscaped;
    return isWhole;
  }

  #scanText(start: number): boolean {
    const chunk = this.#chunk;
    let at = start;
    if (this.#parts.length === 0) at++;
    for (; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) {
        this.#at = at + 1;
        return true;
      }
    }
    this.#at = at;
    return false;
  }

  #scanScalar(): boolean {
    const chunk = this.#chunk;
    while (this.#at < chunk.length) {
      if (endsScalar(chunk[this.#at] ?? 0)) return true;
      this.#at++;
    }
    return false;
  }

  /** Gives the value whose last part is `part`. */
  #cut(part: Uint8Array): JsonElement {
    if (this.#parts.length > 0) this.#parts.push(part);
    const bytes = this.#parts.length === 0 ? part : this.#parts.take();
    this.#state = this.#layout === "array" ? State.after : State.value;
    const element = {
      bytes,
      index: this.#index,
      line: this.#startLine,
      column: this.#startColumn,
    };
    this.#index++;
    return element;
  }

  #endLine(): void {
    this.#line++;
    this.#lineStart = this.#at;
    this.#isNewLine = true;
  }

  #problem(message: string): SplitProblem {
    return {
      kind: "grammar",
      message,
      line: this.#line,
      column: this.#at - this.#lineStart + 1,
    };
  }

  #tooLarge(): SplitProblem {
    return {
      kind: "tooLarge",
      message: `message ${this.#index} is over the limit of ${this.#maxBytes} bytes`,
      line: this.#startLine,
      column: this.#startColumn,
    };
  }
}
