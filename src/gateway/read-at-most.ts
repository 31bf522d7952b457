import { open } from "node:fs/promises";

const pieceBytes = 64 * 1024;

/** The bytes of a file, however large it says it is. Rejects when it cannot be read or holds more than `maxBytes`. */
export async function readAtMost(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, maxBytes + 1 - length));
      const { bytesRead } = await file.read(piece, 0, piece.length);
      if (bytesRead === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, bytesRead));
      length += bytesRead;
      if (length > maxBytes) throw new Error(`${path} is over ${maxBytes / 1024} KiB`);
    }
  } finally {
    await file.close();
  }
}
