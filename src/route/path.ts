import { decodePercent } from "../base/index.ts";

// What a byte of a path is to the scan.
const ordinary = 0;
const slash = 1;
const percent = 2;
const colon = 3;
const forbidden = 4;

const kinds = new Uint8Array(256).fill(forbidden, 0, 0x21).fill(forbidden, 0x7f);
kinds["/".charCodeAt(0)] = slash;
kinds["%".charCodeAt(0)] = percent;
kinds[":".charCodeAt(0)] = colon;
kinds["\\".charCodeAt(0)] = forbidden;
kinds["#".charCodeAt(0)] = forbidden;
kinds["?".charCodeAt(0)] = forbidden;

/**
 * A request's path, cut into segments. One is made for a table and used for one path after the other, so
 * that cutting allocates nothing.
 */
export class PathSegments {
  path = "";
  /** How many segments there are; none in `/`. */
  count = 0;
  /** Where the last segment ends. */
  end = 0;
  /** Position of the last colon, -1 when there is none. */
  colon = -1;
  #hasWideBytes = false;
  #starts = new Int32Array(64);
  /** Decoded segments, filled when asked for; "" is not filled yet. */
  readonly #texts: string[] = [];

  /**
   * Cuts `path`, the request target up to its `?`. Gives the reason when it is refused: a dot segment, NUL, a
   * backslash (each encoded or not), a broken escape, invalid UTF-8, or what no path on the wire may hold
   * (RFC 3986 §3.3).
   */
  split(path: string): string | undefined {
    this.path = path;
    this.count = 0;
    this.end = path.length;
    this.colon = -1;
    if (path.charCodeAt(0) !== 0x2f) return 'does not start with "/"';
    if (path.length === 1) return undefined;
    this.#hasWideBytes = false;
    let start = 1;
    for (let at = 1; at < path.length; at++) {
      const kind = kinds[path.charCodeAt(at)];
      if (kind === ordinary) continue;
      if (kind === slash) {
        if (isDotSegment(path, start, at)) return this.#dotSegment();
        this.#add(start);
        start = at + 1;
      } else if (kind === colon) {
        this.colon = at;
      } else {
        const problem =
          kind === percent ? this.#checkEscape(at) : forbiddenAt(at, path.charCodeAt(at));
        if (problem !== undefined) return problem;
      }
    }
    return this.#finish(start);
  }

  #finish(start: number): string | undefined {
    const { path, colon: cut } = this;
    if (isDotSegment(path, start, path.length)) return this.#dotSegment();
    // A verb is cut off the last segment; what is left may be a dot segment as well.
    if (cut > start && isDotSegment(path, start, cut)) return this.#dotSegment();
    this.#add(start);
    const isText = !this.#hasWideBytes || decodePercent(path) !== undefined;
    return isText ? undefined : "not valid UTF-8 once decoded";
  }

  #checkEscape(at: number): string | undefined {
    const byte = escapedByte(this.path, at);
    if (byte < 0) return `the escape at character ${at + 1} is broken`;
    if (byte === 0 || byte === 0x5c) return forbiddenAt(at, byte);
    if (byte >= 0x80) this.#hasWideBytes = true;
    return undefined;
  }

  /** Lets the last segment end earlier: at its verb, or at the end of the one before when it is dropped. */
  endAt(count: number, end: number): void {
    this.count = count;
    this.end = end;
    this.#texts[count - 1] = "";
  }

  isEmpty(index: number): boolean {
    return this.startOf(index) === this.endOf(index);
  }

  /** The segment, percent-decoded. */
  text(index: number): string {
    const known = this.#texts[index];
    if (known !== undefined && known !== "") return known;
    const raw = this.path.substring(this.startOf(index), this.endOf(index));
    const text = decodePercent(raw) ?? raw;
    this.#texts[index] = text;
    return text;
  }

  /** Segments `from` up to but not including `to`, as sent; empty when there are none. */
  between(from: number, to: number): string {
    return from === to ? "" : this.path.substring(this.startOf(from), this.endOf(to - 1));
  }

  startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }

  endOf(index: number): number {
    return index + 1 === this.count ? this.end : this.startOf(index + 1) - 1;
  }

  #add(start: number): void {
    if (this.count === this.#starts.length) {
      const longer = new Int32Array(this.#starts.length * 2);
      longer.set(this.#starts);
      this.#starts = longer;
    }
    this.#starts[this.count] = start;
    this.#texts[this.count] = "";
    this.count++;
  }

  #dotSegment(): string {
    return `segment ${this.count + 1} is a dot segment`;
  }
}

/** Whether the segment is `.` or `..`, each dot encoded or not. */
function isDotSegment(path: string, start: number, end: number): boolean {
  const first = dotEnd(path, start, end);
  if (first === start) return false;
  return first === end || dotEnd(path, first, end) === end;
}

/** Where the dot that begins at `at` ends; `at` when there is none. */
function dotEnd(path: string, at: number, end: number): number {
  if (at >= end) return at;
  const code = path.charCodeAt(at);
  if (code === 0x2e) return at + 1;
  return code === 0x25 && at + 3 <= end && escapedByte(path, at) === 0x2e ? at + 3 : at;
}

/** The byte that the escape at `at` stands for; negative when it is none. */
function escapedByte(path: string, at: number): number {
  const high = hexValue(path.charCodeAt(at + 1));
  const low = hexValue(path.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Names the place and kind, never the bytes themselves. */
function forbiddenAt(at: number, code: number): string {
  let what = "a character outside ASCII; percent-encode it";
  if (code === 0) what = "NUL";
  else if (code === 0x5c) what = "a backslash";
  else if (code <= 0x20 || code === 0x7f) what = "a space or control character";
  else if (code < 0x80) what = "a character that a path cannot have";
  return `character ${at + 1} is ${what}`;
}
