/** A header list as RFC 9113 §8.2 has it: name, value, name, value; names in lower case, pseudo-headers first. */
export type HeaderList = readonly string[];

/** Where a connection writes: a socket, or a test's array. */
export interface Transport {
  /** Takes bytes; they are not touched again by the connection. False asks to wait for `drained()`. */
  write(bytes: Uint8Array): boolean;
  /** Sends what was written, then ends. */
  end(): void;
  /** Ends at once. */
  destroy(): void;
}

/** How a stream ended. */
export type StreamEnd =
  /** Both sides have ended in order. */
  | { readonly kind: "complete" }
  /** RST_STREAM by either side, or the connection was lost. `unprocessed` says that the peer cannot have
   * acted on the stream (REFUSED_STREAM, or an id above a GOAWAY's last one), so it may be sent again. */
  | {
      readonly kind: "reset";
      readonly code: number;
      readonly by: "peer" | "local" | "connection";
      readonly unprocessed: boolean;
      readonly message: string;
    };

/** What happens on a stream, in order. Nothing follows `onEnd`. Handlers must not throw. */
export interface StreamEvents {
  /** The final head. Interim (1xx) heads are checked and dropped. `endStream`: nothing follows but `onEnd`. */
  onHeaders(headers: HeaderList, endStream: boolean): void;
  /** Bytes of DATA without padding; the view may be kept. The stream's window opens by `stream.consumed`. */
  onData(chunk: Uint8Array): void;
  onTrailers(headers: HeaderList): void;
  /** What was refused by `write` has been sent: more may be written. */
  onWritable(): void;
  onEnd(end: StreamEnd): void;
}

/** One stream. */
export interface Stream {
  readonly id: number;
  /** Sends bytes as DATA, split by frame size and windows; what the windows do not take is queued (the
   * chunks are kept, not copied, while queued). False: wait for `onWritable` before writing more. */
  write(chunk: Uint8Array, endStream: boolean): boolean;
  /** Bytes of what was written that are queued: while nothing is written it shrinks as the peer takes them. */
  readonly queuedBytes: number;
  /** Ends the stream with RST_STREAM; does nothing when it has ended. `onEnd` is called, by "local". */
  reset(code: number): void;
  /** Gives `bytes` of the receive window back, once the reader is done with them. */
  consumed(bytes: number): void;
}

export interface PeerSettings {
  readonly headerTableSize: number;
  readonly maxConcurrentStreams: number;
  readonly initialWindowSize: number;
  readonly maxFrameSize: number;
  readonly maxHeaderListSize: number;
}

/** What happens on a connection. */
export interface ConnectionEvents {
  /** The peer's first SETTINGS have come: the preface is done. */
  onReady(settings: PeerSettings): void;
  /** The peer will take no new stream. Streams it has not processed end with `unprocessed`. */
  onGoAway(code: number, debug: string): void;
  /** A stream may be opened again after `canOpen` was false. */
  onCapacity(): void;
  /** The end; every stream has had its `onEnd` before. `error` is undefined after an orderly end. */
  onClose(error: string | undefined): void;
}
