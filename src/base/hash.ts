const c1 = 0xcc9e2d51;
const c2 = 0x1b873593;

/**
 * MurmurHash3 (x86, 32 bit) of the UTF-8 bytes of `text`, from 0 to 2^32 - 1. For spreading keys, never for
 * secrets: who knows the text can compute it. Another `seed` gives an independent hash of the same text.
 */
export function hashText(text: string, seed = 0): number {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f)
      return hashBytes(Buffer.from(text, "utf8").toString("latin1"), seed);
  }
  return hashBytes(text, seed);
}

/** `bytes` has one byte in each UTF-16 unit, so that plain ASCII is hashed without being copied. */
function hashBytes(bytes: string, seed: number): number {
  const whole = bytes.length & ~3;
  let hash = seed;
  for (let i = 0; i < whole; i += 4) {
    hash ^= scrambled(
      bytes.charCodeAt(i) |
        (bytes.charCodeAt(i + 1) << 8) |
        (bytes.charCodeAt(i + 2) << 16) |
        (bytes.charCodeAt(i + 3) << 24),
    );
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | bytes.charCodeAt(i);
  // Zero where nothing is left over, and a zero changes nothing.
  hash ^= scrambled(tail) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scrambled(block: number): number {
  const mixed = Math.imul(block, c1);
  return Math.imul((mixed << 15) | (mixed >>> 17), c2);
}
