import { createHash } from "node:crypto";
import { seededRandom } from "../../src/base/index.ts";

/** Bytes of one block, which is one message of a download. */
export const blockBytes = 64 * 1024;

/** How long each transfer stands still at its beginning, in ms: who does not wait holds it all meanwhile. */
export const standstillMs = 1000;

/** What was transferred. */
export interface Sum {
  readonly bytes: number;
  readonly sha256: string;
}

const random = seededRandom(1);
const noise = Buffer.from(Array.from({ length: blockBytes }, () => Math.floor(random() * 256)));

/** The block of an index: no two are alike, so that one that is lost, doubled or misplaced shows. */
export function blockAt(index: number): Buffer {
  const block = Buffer.from(noise);
  block.writeUInt32BE(index);
  return block;
}

/** The sum of the first blocks. */
export function sumOfBlocks(blocks: number): Sum {
  const summing = new Summing();
  for (let index = 0; index < blocks; index++) summing.add(blockAt(index));
  return summing.sum();
}

/** Sums up bytes as they come. */
export class Summing {
  readonly #hash = createHash("sha256");
  #bytes = 0;

  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#hash.update(bytes);
  }

  sum(): Sum {
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }
}
