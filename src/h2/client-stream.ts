import { ErrorCode } from "./error-code.ts";
import type { HeaderList, Stream, StreamEnd, StreamEvents } from "./types.ts";

/** What a stream asks of its connection. */
export interface StreamHost {
  /** Sends a chunk whole, at once, when windows and transport allow; false when nothing was sent. */
  sendWhole(stream: ClientStream, chunk: Uint8Array, endStream: boolean): boolean;
  /** Sends what the windows and the transport take; false when bytes stay queued. */
  sendData(stream: ClientStream): boolean;
  sendReset(stream: ClientStream, code: number): void;
  /** Gives bytes of the stream's receive window back. */
  release(stream: ClientStream, bytes: number): void;
  /** The stream has ended and no longer counts. */
  forget(stream: ClientStream): void;
  /** The stream's reader knows of its end, so that the connection may go on, or end as well. */
  settle(): void;
}

/** A run of bytes that waits for a window. */
interface Queued {
  readonly chunk: Uint8Array;
  offset: number;
}

/** Interim responses to one request; more of them are an attack. */
const mostInterim = 16;

/** One stream, seen from the client (RFC 9113 §5.1). */
export class ClientStream implements Stream {
  readonly id: number;
  readonly events: StreamEvents;
  /** What may still be sent, by the peer's stream window; below zero after the peer shrank it. */
  sendWindow: number;
  /** What the peer may still send. */
  receiveWindow: number;
  /** Bytes that were read and not yet given back to the peer. */
  unannounced = 0;
  /** Bytes that were received and not yet consumed. */
  unconsumed = 0;
  readonly queue: Queued[] = [];
  /** END_STREAM is to be sent behind the queue. */
  isEnding = false;
  isLocalEnded = false;
  /** The write in which the head leaves. */
  headBatch = 0;
  isRemoteEnded = false;
  hasEnded = false;
  #hasHead = false;
  #interimHeads = 0;
  #expectedBytes = -1;
  #receivedBytes = 0;
  readonly #host: StreamHost;

  constructor(
    id: number,
    events: StreamEvents,
    windows: { readonly send: number; readonly receive: number },
    host: StreamHost,
  ) {
    this.id = id;
    this.events = events;
    this.sendWindow = windows.send;
    this.receiveWindow = windows.receive;
    this.#host = host;
  }

  get queuedBytes(): number {
    return this.queue.reduce((sum, { chunk, offset }) => sum + chunk.length - offset, 0);
  }

  write(chunk: Uint8Array, endStream: boolean): boolean {
    if (this.hasEnded || this.isEnding || this.isLocalEnded) return true;
    if (this.queue.length === 0 && this.#host.sendWhole(this, chunk, endStream)) return true;
    if (chunk.length > 0) this.queue.push({ chunk, offset: 0 });
    this.isEnding = endStream;
    return this.#host.sendData(this);
  }

  reset(code: number): void {
    if (this.hasEnded) return;
    this.#host.sendReset(this, code);
    this.end({
      kind: "reset",
      code,
      by: "local",
      unprocessed: false,
      message: "reset by this side",
    });
  }

  consumed(bytes: number): void {
    const released = Math.min(bytes, this.unconsumed);
    if (released === 0) return;
    this.unconsumed -= released;
    this.#host.release(this, released);
  }

  /** Ends the stream. */
  end(end: StreamEnd): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.queue.length = 0;
    this.#host.forget(this);
    this.events.onEnd(end);
    this.#host.settle();
  }

  /** Both sides may now be done. */
  endIfComplete(): void {
    if (this.isLocalEnded && this.isRemoteEnded) this.end({ kind: "complete" });
  }

  /** A head or trailers. Gives what is wrong with them, which is a stream error. */
  receiveHeaders(headers: HeaderList, endStream: boolean): string | undefined {
    if (this.isRemoteEnded) return "headers behind the end of the stream";
    const problem = this.#hasHead
      ? this.#receiveTrailers(headers, endStream)
      : this.#receiveHead(headers, endStream);
    if (problem !== undefined || !endStream) return problem;
    return this.#endRemote();
  }

  #receiveHead(headers: HeaderList, endStream: boolean): string | undefined {
    const status = statusOf(headers);
    if (status === undefined)
      return "a response head without one :status, or with another pseudo-header";
    if (status < 200) {
      this.#interimHeads++;
      if (status === 101 || endStream) return "an interim response that cannot be";
      return this.#interimHeads > mostInterim ? "too many interim responses" : undefined;
    }
    this.#hasHead = true;
    const length = contentLengthOf(headers);
    if (length === undefined) return "a content-length that is no number";
    this.#expectedBytes = length;
    this.events.onHeaders(headers, endStream);
    return undefined;
  }

  #receiveTrailers(headers: HeaderList, endStream: boolean): string | undefined {
    if (!endStream) return "a second head";
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i]?.charCodeAt(0) === 0x3a) return "a pseudo-header in trailers";
    }
    this.events.onTrailers(headers);
    return undefined;
  }

  /** A piece of DATA, without padding. */
  receiveData(chunk: Uint8Array): string | undefined {
    this.unconsumed += chunk.length;
    this.#receivedBytes += chunk.length;
    if (!this.#hasHead) return "DATA before the response head";
    if (this.#expectedBytes >= 0 && this.#receivedBytes > this.#expectedBytes) {
      return "more DATA than content-length";
    }
    if (chunk.length > 0) this.events.onData(chunk);
    return undefined;
  }

  /** END_STREAM on DATA. */
  receiveEnd(): string | undefined {
    return this.#endRemote();
  }

  #endRemote(): string | undefined {
    if (this.hasEnded) return undefined;
    this.isRemoteEnded = true;
    if (this.#expectedBytes >= 0 && this.#receivedBytes !== this.#expectedBytes) {
      return "less DATA than content-length";
    }
    this.endIfComplete();
    return undefined;
  }

  /** RST_STREAM. A server that has answered in full may decline the rest of the request (RFC 9113 §8.1). */
  receiveReset(code: number): void {
    if (this.isRemoteEnded && code === ErrorCode.NO_ERROR) {
      this.end({ kind: "complete" });
      return;
    }
    const unprocessed = code === ErrorCode.REFUSED_STREAM;
    this.end({ kind: "reset", code, by: "peer", unprocessed, message: "reset by the peer" });
  }
}

/** The status of a response head; undefined unless `:status` is its one pseudo-header, and first (RFC 9113 §8.3.2). */
function statusOf(headers: HeaderList): number | undefined {
  if (headers[0] !== ":status") return undefined;
  for (let i = 2; i < headers.length; i += 2) {
    if (headers[i]?.charCodeAt(0) === 0x3a) return undefined;
  }
  const value = headers[1] ?? "";
  return /^[1-9][0-9]{2}$/.test(value) ? Number(value) : undefined;
}

/** The declared length; -1 for none, undefined when it is malformed. */
function contentLengthOf(headers: HeaderList): number | undefined {
  for (let i = 2; i < headers.length; i += 2) {
    if (headers[i] !== "content-length") continue;
    const value = headers[i + 1] ?? "";
    return /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
  }
  return -1;
}
