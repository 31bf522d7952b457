import { ErrorCode, type Stream } from "../h2/index.ts";

/** How an attempt lets go of its stream. */
export type Release =
  /** It has ended, or ends by itself. */
  | "ended"
  /** The upstream is to stop at once. */
  | "reset"
  /** The upstream has said all and may still wait for the rest of the request. */
  | "resetUnlessEnded";

/** Lets go of a stream. One that has not ended on both sides would linger, and count as open. */
export function releaseStream(stream: Stream, release: Release): void {
  if (release === "reset") stream.reset(ErrorCode.CANCEL);
  // The end of a stream is told behind its trailers; a reset before it would be one too many for the peer, which
  // may count them (rapid reset, CVE-2023-44487).
  else if (release === "resetUnlessEnded") queueMicrotask(() => stream.reset(ErrorCode.CANCEL));
}
