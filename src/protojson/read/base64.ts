// Bytes as base64: the standard and the URL-safe alphabet, with or without padding (RFC 4648 §4, §5; ProtoJSON, row "bytes").

/** Value of each base64 character in either alphabet; 255 for all others. */
const sextets = new Uint8Array(256).fill(255);
for (const [index, character] of [
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
].entries()) {
  sextets[character.charCodeAt(0)] = index;
}
sextets["-".charCodeAt(0)] = 62;
sextets["_".charCodeAt(0)] = 63;

/** Where the characters before the padding end; -1 when the length or the padding is wrong. */
export function base64End(text: Uint8Array, start: number, end: number): number {
  let last = end;
  if ((end - start) % 4 === 0 && end > start && text[end - 1] === 0x3d) {
    last -= text[end - 2] === 0x3d ? 2 : 1;
  }
  return (last - start) % 4 === 1 ? -1 : last;
}

/** Number of bytes that `characters` of base64 stand for, without padding. */
export function base64Size(characters: number): number {
  return Math.floor((characters * 3) / 4);
}

/** Decodes the characters from `start` to `end` into `into` at `at`. False when one of them is not base64. */
export function decodeBase64(
  text: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): boolean {
  let from = start;
  let to = at;
  const whole = end - ((end - start) % 4);
  while (from < whole) {
    const a = sextets[text[from] as number] as number;
    const b = sextets[text[from + 1] as number] as number;
    const c = sextets[text[from + 2] as number] as number;
    const d = sextets[text[from + 3] as number] as number;
    if ((a | b | c | d) > 63) return false;
    into[to] = (a << 2) | (b >> 4);
    into[to + 1] = (b << 4) | (c >> 2);
    into[to + 2] = (c << 6) | d;
    from += 4;
    to += 3;
  }
  if (from === end) return true;
  const a = sextets[text[from] as number] as number;
  const b = sextets[text[from + 1] as number] as number;
  const c = from + 2 < end ? (sextets[text[from + 2] as number] as number) : 0;
  if ((a | b | c) > 63) return false;
  into[to] = (a << 2) | (b >> 4);
  if (from + 2 < end) into[to + 1] = (b << 4) | (c >> 2);
  return true;
}
