import { randomFillSync } from "node:crypto";

// Random bytes are drawn a page at a time: one call to the generator costs more than an identifier may.
const page = Buffer.allocUnsafe(4096);
let used = page.length;

/** `bytes` random bytes as lower-case hexadecimal, from the system's generator. At most 64 bytes. */
export function randomHex(bytes: number): string {
  if (used + bytes > page.length) {
    randomFillSync(page);
    used = 0;
  }
  const start = used;
  used += bytes;
  return page.toString("hex", start, used);
}
