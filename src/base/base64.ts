// Value of each base64 character in the standard and the URL-safe alphabet; 255 for all others.
const sextets = new Uint8Array(256).fill(255);
for (const [index, character] of [
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
].entries()) {
  sextets[character.charCodeAt(0)] = index;
}
sextets["-".charCodeAt(0)] = 62;
sextets["_".charCodeAt(0)] = 63;

/**
 * Whether `text` is base64 in either alphabet, padded or not (RFC 4648 §4 and §5). Buffer.from skips what it
 * does not know, so it cannot be used to find out.
 */
export function isBase64(text: string): boolean {
  let end = text.length;
  if (end % 4 === 0 && end > 0 && text.charCodeAt(end - 1) === 0x3d) {
    end -= text.charCodeAt(end - 2) === 0x3d ? 2 : 1;
  }
  if (end % 4 === 1) return false;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code > 255 || sextets[code] === 255) return false;
  }
  return true;
}
