import { ErrorCode } from "./error-code.ts";
import type { ConnectionError } from "./frame-reader.ts";
import { type DecodedBlock, type DecoderLimits, HeaderDecoder } from "./hpack-decoder.ts";

/** CONTINUATION frames of one header block; a flood of them is an attack (CVE-2024-27316). */
const mostContinuations = 8;

/** Encoded bytes of one header block. */
const mostBytes = 64 * 1024;

/** Puts the fragments of a header block together and decodes it (RFC 9113 §4.3). */
export class HeaderBlockReader {
  /** The stream whose block is unfinished; 0 for none. */
  pendingStream = 0;
  /** END_STREAM of the HEADERS frame that began the block. */
  endsStream = false;
  readonly #decoder: HeaderDecoder;
  #fragments: Uint8Array[] = [];
  #bytes = 0;

  constructor(limits: DecoderLimits) {
    this.#decoder = new HeaderDecoder(limits);
  }

  /** A block in one frame, as almost all are. */
  decode(bytes: Uint8Array, start: number, end: number): DecodedBlock {
    return this.#decoder.decode(bytes, start, end);
  }

  /** The first fragment of a block of several. */
  begin(streamId: number, endsStream: boolean, fragment: Uint8Array): void {
    this.pendingStream = streamId;
    this.endsStream = endsStream;
    this.#fragments = [fragment];
    this.#bytes = fragment.length;
  }

  /** A further fragment. */
  add(fragment: Uint8Array): ConnectionError | undefined {
    this.#fragments.push(fragment);
    this.#bytes += fragment.length;
    if (this.#fragments.length <= mostContinuations && this.#bytes <= mostBytes) return undefined;
    return { code: ErrorCode.ENHANCE_YOUR_CALM, message: "a header block of too many fragments" };
  }

  /** Decodes what was put together. */
  finish(): DecodedBlock {
    this.pendingStream = 0;
    const block = Buffer.concat(this.#fragments);
    this.#fragments = [];
    return this.#decoder.decode(block, 0, block.length);
  }
}
