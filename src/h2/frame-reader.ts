import { ErrorCode } from "./error-code.ts";
import { Flag, FrameType, frameHeaderBytes, readUint31 } from "./frame.ts";

/** Why a connection cannot go on. */
export interface ConnectionError {
  readonly code: number;
  readonly message: string;
}

/** Takes frames. A result other than undefined ends the connection. */
export interface FrameSink {
  /** The header of a DATA frame without padding; its payload follows in pieces, as it comes. */
  onDataBegin(streamId: number, length: number, flags: number): ConnectionError | undefined;
  onDataPiece(streamId: number, chunk: Uint8Array): void;
  onDataEnd(streamId: number, flags: number): void;
  /** Any other frame, whole; the payload is `bytes` from `start` to `end`. */
  onFrame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined;
}

/** Cuts a stream of bytes into frames, however it is chunked (RFC 9113 §4.1). Holds at most one frame. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  #rest: Uint8Array | undefined = undefined;
  #dataLeft = -1;
  #dataStream = 0;
  #dataFlags = 0;
  #isStopped = false;

  constructor(sink: FrameSink, maxFrameBytes: number) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Nothing is read any more. */
  stop(): void {
    this.#isStopped = true;
    this.#rest = undefined;
  }

  /** Reads a chunk; what it does not complete is kept. */
  read(chunk: Uint8Array): ConnectionError | undefined {
    const input = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = 0;
    for (;;) {
      const taken =
        this.#dataLeft < 0 ? this.#readFrame(input, at) : this.#readData(input, at, input.length);
      if (typeof taken !== "number") return taken;
      if (this.#isStopped) return undefined;
      if (taken === 0) break;
      at += taken;
    }
    if (at < input.length) this.#rest = input.subarray(at);
    return undefined;
  }

  /** Reads the frame at `at`, of plain DATA the header alone; gives the bytes taken, 0 when more must come. */
  #readFrame(input: Uint8Array, at: number): number | ConnectionError {
    const available = input.length - at - frameHeaderBytes;
    if (available < 0) return 0;
    const length = ((input[at] ?? 0) << 16) | ((input[at + 1] ?? 0) << 8) | (input[at + 2] ?? 0);
    if (length > this.#maxFrameBytes) return tooLong;
    const type = input[at + 3] ?? 0;
    const flags = input[at + 4] ?? 0;
    const streamId = readUint31(input, at + 5);
    if (type === FrameType.DATA && (flags & Flag.PADDED) === 0) {
      const error = this.#sink.onDataBegin(streamId, length, flags);
      if (error !== undefined) return error;
      this.#dataLeft = length === 0 ? -1 : length;
      this.#dataStream = streamId;
      this.#dataFlags = flags;
      if (length === 0) this.#sink.onDataEnd(streamId, flags);
      return frameHeaderBytes;
    }
    if (available < length) return 0;
    const start = at + frameHeaderBytes;
    const error = this.#sink.onFrame(type, flags, streamId, input, start, start + length);
    return error ?? frameHeaderBytes + length;
  }

  /** Reads what has come of a DATA payload; gives the bytes taken, 0 when more must come. */
  #readData(input: Uint8Array, at: number, end: number): number {
    const taken = Math.min(this.#dataLeft, end - at);
    this.#dataLeft -= taken;
    if (taken > 0) this.#sink.onDataPiece(this.#dataStream, input.subarray(at, at + taken));
    if (this.#dataLeft === 0) {
      this.#dataLeft = -1;
      this.#sink.onDataEnd(this.#dataStream, this.#dataFlags);
    }
    return taken;
  }
}

const tooLong: ConnectionError = {
  code: ErrorCode.FRAME_SIZE_ERROR,
  message: "a frame over the size that was set",
};
