import { isUtf8 } from "node:buffer";

// Up to here, a loop costs less than the call into the runtime.
const shortText = 96;

/** Whether bytes `start` to `end` are UTF-8 (RFC 3629 §4: shortest forms, no surrogates, up to U+10FFFF). */
export function isUtf8Text(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > shortText) return isUtf8(bytes.subarray(start, end));
  let position = start;
  while (position < end) {
    const first = bytes[position++] as number;
    if (first < 0x80) continue;
    const more = followers(first);
    if (more === 0 || position + more > end) return false;
    const second = bytes[position] as number;
    if (!isSecond(first, second)) return false;
    for (let i = 1; i < more; i++) {
      if (((bytes[position + i] as number) & 0xc0) !== 0x80) return false;
    }
    position += more;
  }
  return true;
}

/** How many bytes follow the first of a character; 0 if none begins with it. */
function followers(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 1;
  return first < 0xf0 ? 2 : 3;
}

/** Whether the second byte suits the first: that is where overlong forms, surrogates and the end show. */
function isSecond(first: number, second: number): boolean {
  if ((second & 0xc0) !== 0x80) return false;
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second < 0xa0;
  if (first === 0xf0) return second >= 0x90;
  return first !== 0xf4 || second < 0x90;
}
