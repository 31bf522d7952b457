import type { Clock, Timer } from "../base/index.ts";
import { ClientStream, type StreamHost } from "./client-stream.ts";
import { ErrorCode, errorCodeName } from "./error-code.ts";
import {
  clientPreface,
  Flag,
  FrameType,
  frameHeaderBytes,
  largestWindow,
  readUint31,
  readUint32,
  Setting,
} from "./frame.ts";
import { FrameOutput } from "./frame-output.ts";
import { type ConnectionError, FrameReader, type FrameSink } from "./frame-reader.ts";
import { GlitchCounter } from "./glitches.ts";
import { HeaderBlockReader } from "./header-block.ts";
import type { DecodedBlock } from "./hpack-decoder.ts";
import { HeaderEncoder } from "./hpack-encoder.ts";
import { initialPeerSettings, readSettings, settingBytes } from "./peer-settings.ts";
import type {
  ConnectionEvents,
  HeaderList,
  PeerSettings,
  Stream,
  StreamEvents,
  Transport,
} from "./types.ts";

/** One HTTP/2 connection, seen from the client. */
export interface Connection {
  /** Opens a stream with its head; undefined when `canOpen` is false. */
  openStream(headers: HeaderList, events: StreamEvents, endStream: boolean): Stream | undefined;
  readonly canOpen: boolean;
  readonly activeStreams: number;
  /** How often bytes have come: a peer that is silent leaves it as it is. */
  readonly receivedChunks: number;
  /** The peer's first SETTINGS have come. */
  readonly isReady: boolean;
  readonly peerSettings: PeerSettings;
  /** Takes bytes from the peer. Never throws for anything that a peer can send. */
  receive(chunk: Uint8Array): void;
  /** The transport is gone; `error` says why when it was not in order. */
  transportClosed(error?: string): void;
  /** The transport takes more. */
  drained(): void;
  /** Sends a PING; `onAck` gets the round trip in ms. */
  ping(onAck: (roundTripMs: number) => void): void;
  /** Opens no more streams, lets those that are open finish, then ends. */
  close(): void;
  /** Ends at once with GOAWAY; every stream ends before. */
  destroy(code: number, message: string): void;
}

/** What this side announces and keeps to. */
export interface LocalSettings {
  /** Default 4096. */
  readonly headerTableSize: number;
  /** Receive window of a stream, in bytes. Default 512 KiB: what one slow reader may pile up. */
  readonly initialWindowSize: number;
  /** Default 16 384. */
  readonly maxFrameSize: number;
  /** Bytes of one decoded header list, 32 a field included. Default 16 KiB. */
  readonly maxHeaderListSize: number;
  /** Fields of one header list. Default 128. */
  readonly maxHeaderFields: number;
  /**
   * Receive window of the connection, in bytes. Default 16 MiB. It is given back as bytes come, whoever reads them:
   * the streams' own windows hold back what nobody reads, and slow readers must not stop everybody else.
   */
  readonly connectionWindowSize: number;
}

/** What a client connection is made of. */
export interface ClientConnectionOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly events: ConnectionEvents;
  readonly settings?: Partial<LocalSettings>;
}

const defaultSettings: LocalSettings = {
  headerTableSize: 4096,
  initialWindowSize: 512 * 1024,
  maxFrameSize: 16_384,
  maxHeaderListSize: 16 * 1024,
  maxHeaderFields: 128,
  connectionWindowSize: 16 * 1024 * 1024,
};

/** Starts a client connection: the preface and SETTINGS are sent at once. */
export function createClientConnection(options: ClientConnectionOptions): Connection {
  return new ClientConnection(options);
}

type ConnectionState =
  /** Streams may be opened. */
  | { readonly kind: "open" }
  /** One side has said that it is going; open streams finish. */
  | { readonly kind: "draining" }
  | { readonly kind: "closed" };

/** Acknowledgements that may wait for a transport that takes nothing. */
const mostHeldAcks = 1000;

/** How long the transport may take to send GOAWAY before it is cut, in ms. */
const lastWriteMs = 1000;

class ClientConnection implements Connection, FrameSink, StreamHost {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #events: ConnectionEvents;
  readonly #local: LocalSettings;
  readonly #output: FrameOutput;
  readonly #reader: FrameReader;
  readonly #blocks: HeaderBlockReader;
  readonly #encoder: HeaderEncoder = new HeaderEncoder();
  readonly #glitches: GlitchCounter;
  readonly #streams = new Map<number, ClientStream>();
  /** Streams with queued bytes, in the order in which they came to wait. */
  readonly #waiting = new Set<ClientStream>();
  readonly #pings: { readonly sentAt: number; readonly onAck: (roundTripMs: number) => void }[] =
    [];
  #state: ConnectionState = { kind: "open" };
  receivedChunks = 0;
  #isReady = false;
  #peer: PeerSettings = initialPeerSettings;
  #nextId = 1;
  #wasFull = false;
  #sendWindow = 65_535;
  #receiveWindow: number;
  #unannounced = 0;
  #heldAcks = 0;
  #lastWrite: Timer | undefined = undefined;
  /** The DATA frame at hand is nobody's. */
  #isDiscarding = false;

  constructor(options: ClientConnectionOptions) {
    this.#transport = options.transport;
    this.#clock = options.clock;
    this.#events = options.events;
    this.#local = { ...defaultSettings, ...options.settings };
    this.#receiveWindow = this.#local.connectionWindowSize;
    this.#output = new FrameOutput(options.transport);
    this.#reader = new FrameReader(this, this.#local.maxFrameSize);
    this.#glitches = new GlitchCounter(options.clock);
    this.#blocks = new HeaderBlockReader({
      tableBytes: this.#local.headerTableSize,
      listBytes: this.#local.maxHeaderListSize,
      fields: this.#local.maxHeaderFields,
    });
    this.#sendPreface();
  }

  get canOpen(): boolean {
    return (
      this.#state.kind === "open" &&
      this.#nextId <= largestWindow &&
      this.#streams.size < this.#peer.maxConcurrentStreams
    );
  }

  get activeStreams(): number {
    return this.#streams.size;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get peerSettings(): PeerSettings {
    return this.#peer;
  }

  openStream(headers: HeaderList, events: StreamEvents, endStream: boolean): Stream | undefined {
    if (!this.canOpen) {
      this.#wasFull = true;
      return undefined;
    }
    const id = this.#nextId;
    this.#nextId += 2;
    const windows = { send: this.#peer.initialWindowSize, receive: this.#local.initialWindowSize };
    const stream = new ClientStream(id, events, windows, this);
    stream.isLocalEnded = endStream;
    this.#streams.set(id, stream);
    this.#sendHeaders(id, headers, endStream);
    stream.headBatch = this.#output.batch;
    return stream;
  }

  receive(chunk: Uint8Array): void {
    if (this.#state.kind === "closed") return;
    this.receivedChunks++;
    const error = this.#reader.read(chunk);
    if (error !== undefined) this.destroy(error.code, error.message);
  }

  transportClosed(error?: string): void {
    this.#lastWrite?.cancel();
    this.#end(ErrorCode.CANCEL, error, error ?? "the connection was closed");
  }

  drained(): void {
    this.#output.isFull = false;
    this.#heldAcks = 0;
    this.#sendWaiting();
  }

  ping(onAck: (roundTripMs: number) => void): void {
    this.#pings.push({ sentAt: this.#clock.now(), onAck });
    this.#output.frameHeader(8, FrameType.PING, 0, 0);
    this.#output.uint32(0);
    this.#output.uint32(this.#pings.length);
  }

  close(): void {
    if (this.#state.kind !== "open") return;
    this.#changeState({ kind: "draining" });
    this.#sendGoAway(ErrorCode.NO_ERROR, "");
    this.#endIfIdle();
  }

  destroy(code: number, message: string): void {
    if (this.#state.kind === "closed") return;
    this.#sendGoAway(code, message);
    this.#leave();
    this.#end(code, message, message);
  }

  // FrameSink

  onDataBegin(streamId: number, length: number, flags: number): ConnectionError | undefined {
    const error = this.#checkOrder(FrameType.DATA, streamId);
    if (error !== undefined) return error;
    if (this.#isIdle(streamId)) return protocolError("DATA on a stream that was never opened");
    if (length > this.#receiveWindow) return flowControlError("DATA over the connection's window");
    this.#receiveWindow -= length;
    this.#releaseConnection(length);
    const stream = this.#streams.get(streamId);
    this.#isDiscarding =
      stream === undefined || stream.isRemoteEnded || length > stream.receiveWindow;
    if (stream === undefined || this.#isDiscarding) {
      if (stream !== undefined) this.#refuseData(stream);
      return undefined;
    }
    stream.receiveWindow -= length;
    return length === 0 && (flags & Flag.END_STREAM) === 0 ? this.#glitch() : undefined;
  }

  onDataPiece(streamId: number, chunk: Uint8Array): void {
    if (this.#isDiscarding) return;
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) this.#receiveData(stream, chunk);
  }

  onDataEnd(streamId: number, flags: number): void {
    const stream = this.#streams.get(streamId);
    if (this.#isDiscarding || stream === undefined || (flags & Flag.END_STREAM) === 0) return;
    const problem = stream.receiveEnd();
    if (problem !== undefined) this.#failStream(stream, ErrorCode.PROTOCOL_ERROR, problem);
  }

  onFrame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined {
    const error = this.#checkOrder(type, streamId);
    if (error !== undefined) return error;
    switch (type) {
      case FrameType.DATA:
        return this.#onPaddedData(flags, streamId, bytes, start, end);
      case FrameType.HEADERS:
        return this.#onHeaders(flags, streamId, bytes, start, end);
      case FrameType.PRIORITY:
        return this.#onPriority(streamId, end - start);
      case FrameType.RST_STREAM:
        return this.#onReset(streamId, bytes, start, end);
      case FrameType.SETTINGS:
        return this.#onSettings(flags, streamId, bytes, start, end);
      case FrameType.PUSH_PROMISE:
        return protocolError("PUSH_PROMISE, which was not enabled");
      case FrameType.PING:
        return this.#onPing(flags, streamId, bytes, start, end);
      case FrameType.GOAWAY:
        return this.#onGoAway(streamId, bytes, start, end);
      case FrameType.WINDOW_UPDATE:
        return this.#onWindowUpdate(streamId, bytes, start, end);
      case FrameType.CONTINUATION:
        return this.#onContinuation(flags, streamId, bytes, start, end);
      default:
        // Unknown frames are ignored (RFC 9113 §4.1); that goes for ALTSVC and ORIGIN.
        return this.#glitch();
    }
  }

  /** SETTINGS come first (RFC 9113 §3.4), and nothing comes between the frames of a header block (§4.3). */
  #checkOrder(type: number, streamId: number): ConnectionError | undefined {
    if (!this.#isReady && type !== FrameType.SETTINGS) {
      return protocolError("the first frame was not SETTINGS: this is no HTTP/2 server");
    }
    const { pendingStream } = this.#blocks;
    if (pendingStream === 0) return undefined;
    if (type === FrameType.CONTINUATION && streamId === pendingStream) return undefined;
    return protocolError("a frame in the middle of a header block");
  }

  #isIdle(streamId: number): boolean {
    return streamId === 0 || streamId % 2 === 0 || streamId >= this.#nextId;
  }

  #glitch(): ConnectionError | undefined {
    if (!this.#glitches.add()) return undefined;
    return { code: ErrorCode.ENHANCE_YOUR_CALM, message: "too many frames that do nothing" };
  }

  #refuseData(stream: ClientStream): void {
    if (stream.isRemoteEnded) {
      this.#failStream(stream, ErrorCode.STREAM_CLOSED, "DATA behind the end of the stream");
    } else {
      this.#failStream(stream, ErrorCode.FLOW_CONTROL_ERROR, "DATA over the stream's window");
    }
  }

  #receiveData(stream: ClientStream, chunk: Uint8Array): void {
    const problem = stream.receiveData(chunk);
    if (problem !== undefined) this.#failStream(stream, ErrorCode.PROTOCOL_ERROR, problem);
  }

  #onPaddedData(
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined {
    const error = this.onDataBegin(streamId, end - start, flags);
    if (error !== undefined) return error;
    const padding = end > start ? (bytes[start] ?? 0) : 0;
    if (end === start || padding >= end - start)
      return protocolError("padding longer than its frame");
    const stream = this.#streams.get(streamId);
    if (this.#isDiscarding || stream === undefined) return undefined;
    this.release(stream, padding + 1);
    this.#receiveData(stream, bytes.subarray(start + 1, end - padding));
    this.onDataEnd(streamId, flags);
    return undefined;
  }

  #onHeaders(
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined {
    if (this.#isIdle(streamId)) return protocolError("HEADERS on a stream that was never opened");
    let from = start;
    let to = end;
    if (flags & Flag.PADDED) {
      to -= bytes[start] ?? 0;
      from += 1;
    }
    if (flags & Flag.PRIORITY) from += 5;
    if (from > to || from > end) return protocolError("padding longer than its frame");
    const endsStream = (flags & Flag.END_STREAM) !== 0;
    if ((flags & Flag.END_HEADERS) === 0) {
      this.#blocks.begin(streamId, endsStream, bytes.subarray(from, to));
      return undefined;
    }
    return this.#deliver(streamId, endsStream, this.#blocks.decode(bytes, from, to));
  }

  #onContinuation(
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined {
    if (this.#blocks.pendingStream === 0) return protocolError("CONTINUATION of nothing");
    const error = this.#blocks.add(bytes.subarray(start, end));
    if (error !== undefined || (flags & Flag.END_HEADERS) === 0) return error;
    return this.#deliver(streamId, this.#blocks.endsStream, this.#blocks.finish());
  }

  #deliver(
    streamId: number,
    endsStream: boolean,
    block: DecodedBlock,
  ): ConnectionError | undefined {
    if (block.kind === "broken")
      return { code: ErrorCode.COMPRESSION_ERROR, message: block.message };
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return undefined;
    if (block.kind === "tooLarge") {
      this.#failStream(stream, ErrorCode.ENHANCE_YOUR_CALM, "a header list over the limit");
    } else if (block.kind === "malformed") {
      this.#failStream(stream, ErrorCode.PROTOCOL_ERROR, "a header that is malformed");
    } else {
      const problem = stream.receiveHeaders(block.headers, endsStream);
      if (problem !== undefined) this.#failStream(stream, ErrorCode.PROTOCOL_ERROR, problem);
    }
    return undefined;
  }

  #onPriority(streamId: number, length: number): ConnectionError | undefined {
    if (streamId === 0) return protocolError("PRIORITY on the connection");
    const stream = this.#streams.get(streamId);
    if (length !== 5 && stream !== undefined) {
      this.#failStream(stream, ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of a wrong size");
    }
    return this.#glitch();
  }

  #onReset(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined {
    if (end - start !== 4) return frameSizeError("RST_STREAM of a wrong size");
    if (this.#isIdle(streamId))
      return protocolError("RST_STREAM on a stream that was never opened");
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return undefined;
    stream.receiveReset(readUint32(bytes, start));
    return undefined;
  }

  #onSettings(
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined {
    if (streamId !== 0) return protocolError("SETTINGS on a stream");
    if (flags & Flag.ACK) {
      if (!this.#isReady) return protocolError("the first frame was an acknowledgement");
      return end === start ? this.#glitch() : frameSizeError("an acknowledgement with settings");
    }
    if ((end - start) % settingBytes !== 0) return frameSizeError("SETTINGS of a wrong size");
    const before = this.#peer;
    const read = readSettings(before, bytes, start, end);
    if ("code" in read) return read;
    const shift = read.initialWindowSize - before.initialWindowSize;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += shift;
      if (stream.sendWindow > largestWindow)
        return flowControlError("a stream's window over 2^31-1");
    }
    this.#peer = read;
    this.#encoder.resize(read.headerTableSize);
    this.#output.frameHeader(0, FrameType.SETTINGS, Flag.ACK, 0);
    this.#sendWaiting();
    if (!this.#isReady) {
      this.#isReady = true;
      this.#events.onReady(read);
    } else {
      this.#tellCapacity();
    }
    return this.#acknowledged();
  }

  #onPing(
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined {
    if (streamId !== 0) return protocolError("PING on a stream");
    if (end - start !== 8) return frameSizeError("PING of a wrong size");
    if (flags & Flag.ACK) {
      const ping = this.#pings.shift();
      if (ping === undefined) return this.#glitch();
      ping.onAck(this.#clock.now() - ping.sentAt);
      return undefined;
    }
    this.#output.frameHeader(8, FrameType.PING, Flag.ACK, 0);
    this.#output.bytes(bytes.subarray(start, end));
    return this.#acknowledged();
  }

  /** An acknowledgement was queued; a peer that asks for them and does not read would make us hoard. */
  #acknowledged(): ConnectionError | undefined {
    if (this.#output.isFull) this.#heldAcks++;
    if (this.#heldAcks <= mostHeldAcks) return undefined;
    return { code: ErrorCode.ENHANCE_YOUR_CALM, message: "too many acknowledgements wait" };
  }

  #onGoAway(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined {
    if (streamId !== 0) return protocolError("GOAWAY on a stream");
    if (end - start < 8) return frameSizeError("GOAWAY of a wrong size");
    const lastId = readUint31(bytes, start);
    const code = readUint32(bytes, start + 4);
    const debugEnd = Math.min(end, start + 8 + longestDebug);
    const debug = Buffer.from(bytes.subarray(start + 8, debugEnd)).toString("latin1");
    if (this.#state.kind === "open") this.#changeState({ kind: "draining" });
    this.#events.onGoAway(code, debug);
    for (const stream of [...this.#streams.values()]) {
      if (stream.id <= lastId) continue;
      const message = `refused by GOAWAY ${errorCodeName(code)}`;
      stream.end({ kind: "reset", code, by: "peer", unprocessed: true, message });
    }
    this.#endIfIdle();
    return undefined;
  }

  #onWindowUpdate(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ConnectionError | undefined {
    if (end - start !== 4) return frameSizeError("WINDOW_UPDATE of a wrong size");
    const increment = readUint31(bytes, start);
    if (streamId === 0) {
      if (increment === 0) return protocolError("WINDOW_UPDATE of nothing");
      this.#sendWindow += increment;
      if (this.#sendWindow > largestWindow) return flowControlError("the window is over 2^31-1");
      this.#sendWaiting();
      return undefined;
    }
    if (this.#isIdle(streamId))
      return protocolError("WINDOW_UPDATE on a stream that was never opened");
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return undefined;
    stream.sendWindow += increment;
    if (increment === 0) {
      this.#failStream(stream, ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of nothing");
    } else if (stream.sendWindow > largestWindow) {
      this.#failStream(stream, ErrorCode.FLOW_CONTROL_ERROR, "the stream's window is over 2^31-1");
    } else if (this.#waiting.has(stream)) {
      this.#resume(stream);
    }
    return undefined;
  }

  // StreamHost

  sendWhole(stream: ClientStream, chunk: Uint8Array, endStream: boolean): boolean {
    const { length } = chunk;
    if (length > this.#sendWindow || length > stream.sendWindow || this.#output.isFull)
      return false;
    if (length > this.#peer.maxFrameSize || length === 0) return false;
    this.#output.frameHeader(length, FrameType.DATA, endStream ? Flag.END_STREAM : 0, stream.id);
    this.#output.bytes(chunk);
    stream.sendWindow -= length;
    this.#sendWindow -= length;
    if (endStream) {
      stream.isLocalEnded = true;
      stream.endIfComplete();
    }
    return true;
  }

  sendData(stream: ClientStream): boolean {
    const { queue } = stream;
    while (queue.length > 0 && !this.#output.isFull) {
      const [head] = queue;
      if (head === undefined) break;
      const left = head.chunk.length - head.offset;
      const length = Math.min(left, stream.sendWindow, this.#sendWindow, this.#peer.maxFrameSize);
      if (length <= 0) break;
      const isLast = stream.isEnding && queue.length === 1 && length === left;
      this.#output.frameHeader(length, FrameType.DATA, isLast ? Flag.END_STREAM : 0, stream.id);
      this.#output.bytes(
        length === head.chunk.length
          ? head.chunk
          : head.chunk.subarray(head.offset, head.offset + length),
      );
      stream.sendWindow -= length;
      this.#sendWindow -= length;
      head.offset += length;
      if (length === left) queue.shift();
      if (isLast) stream.isLocalEnded = true;
    }
    if (queue.length > 0) {
      this.#waiting.add(stream);
      return false;
    }
    this.#waiting.delete(stream);
    if (stream.isEnding && !stream.isLocalEnded) {
      this.#output.frameHeader(0, FrameType.DATA, Flag.END_STREAM, stream.id);
      stream.isLocalEnded = true;
    }
    stream.endIfComplete();
    return true;
  }

  sendReset(stream: ClientStream, code: number): void {
    this.#output.frameHeader(4, FrameType.RST_STREAM, 0, stream.id);
    this.#output.uint32(code);
  }

  release(stream: ClientStream, bytes: number): void {
    if (stream.hasEnded || stream.isRemoteEnded) return;
    stream.unannounced += bytes;
    if (stream.unannounced * 2 < this.#local.initialWindowSize) return;
    this.#sendWindowUpdate(stream.id, stream.unannounced);
    stream.receiveWindow += stream.unannounced;
    stream.unannounced = 0;
  }

  forget(stream: ClientStream): void {
    this.#streams.delete(stream.id);
    this.#waiting.delete(stream);
  }

  settle(): void {
    if (this.#state.kind === "open") this.#tellCapacity();
    else this.#endIfIdle();
  }

  #releaseConnection(bytes: number): void {
    this.#unannounced += bytes;
    if (this.#unannounced * 2 < this.#local.connectionWindowSize) return;
    this.#sendWindowUpdate(0, this.#unannounced);
    this.#receiveWindow += this.#unannounced;
    this.#unannounced = 0;
  }

  #sendWindowUpdate(streamId: number, increment: number): void {
    if (this.#state.kind === "closed") return;
    this.#output.frameHeader(4, FrameType.WINDOW_UPDATE, 0, streamId);
    this.#output.uint32(increment);
  }

  #failStream(stream: ClientStream, code: number, message: string): void {
    if (stream.hasEnded) return;
    this.sendReset(stream, code);
    stream.end({ kind: "reset", code, by: "local", unprocessed: false, message });
  }

  /** Sends for the streams that wait, each in its turn. */
  #sendWaiting(): void {
    for (const stream of [...this.#waiting]) {
      if (this.#sendWindow <= 0 || this.#output.isFull) return;
      this.#resume(stream);
    }
  }

  #resume(stream: ClientStream): void {
    const isEnding = stream.isEnding;
    if (this.sendData(stream) && !isEnding && !stream.hasEnded) stream.events.onWritable();
  }

  #tellCapacity(): void {
    if (!this.#wasFull || !this.canOpen) return;
    this.#wasFull = false;
    this.#events.onCapacity();
  }

  #sendPreface(): void {
    const settings = [
      [Setting.HEADER_TABLE_SIZE, this.#local.headerTableSize],
      [Setting.ENABLE_PUSH, 0],
      [Setting.INITIAL_WINDOW_SIZE, this.#local.initialWindowSize],
      [Setting.MAX_FRAME_SIZE, this.#local.maxFrameSize],
      [Setting.MAX_HEADER_LIST_SIZE, this.#local.maxHeaderListSize],
    ] as const;
    this.#output.ensure(clientPreface.length);
    this.#output.bytes(clientPreface);
    this.#output.frameHeader(settings.length * settingBytes, FrameType.SETTINGS, 0, 0);
    for (const [identifier, value] of settings) {
      this.#output.bytes(Uint8Array.of(0, identifier));
      this.#output.uint32(value);
    }
    // The connection's window begins at 65,535 whatever the settings say (RFC 9113 §6.9.2).
    const increment = this.#local.connectionWindowSize - 65_535;
    if (increment > 0) this.#sendWindowUpdate(0, increment);
    else this.#receiveWindow = 65_535;
  }

  #sendHeaders(id: number, headers: HeaderList, endStream: boolean): void {
    const output = this.#output;
    output.ensure(frameHeaderBytes + this.#encoder.bound(headers));
    const at = output.position;
    const endFlag = endStream ? Flag.END_STREAM : 0;
    output.frameHeader(0, FrameType.HEADERS, endFlag | Flag.END_HEADERS, id);
    this.#encoder.encode(headers, output);
    const length = output.position - at - frameHeaderBytes;
    if (length > this.#peer.maxFrameSize) {
      this.#splitBlock(id, endFlag, at);
      return;
    }
    output.buffer[at] = length >>> 16;
    output.buffer[at + 1] = length >>> 8;
    output.buffer[at + 2] = length;
  }

  /** Writes a block that is too long for one frame again, as HEADERS and CONTINUATION. */
  #splitBlock(id: number, endFlag: number, at: number): void {
    const output = this.#output;
    const block = Buffer.from(output.buffer.subarray(at + frameHeaderBytes, output.position));
    output.position = at;
    const { maxFrameSize } = this.#peer;
    for (let from = 0; from < block.length; from += maxFrameSize) {
      const fragment = block.subarray(from, from + maxFrameSize);
      const last = from + maxFrameSize >= block.length ? Flag.END_HEADERS : 0;
      const type = from === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
      output.frameHeader(fragment.length, type, (from === 0 ? endFlag : 0) | last, id);
      output.bytes(fragment);
    }
  }

  /** A server opens no streams here, so the last one that was processed is always 0. */
  #sendGoAway(code: number, message: string): void {
    const debug = Buffer.from(message.slice(0, longestDebug), "latin1");
    this.#output.frameHeader(8 + debug.length, FrameType.GOAWAY, 0, 0);
    this.#output.uint32(0);
    this.#output.uint32(code);
    this.#output.bytes(debug);
  }

  #endIfIdle(): void {
    if (this.#state.kind !== "draining" || this.#streams.size > 0) return;
    this.#leave();
    this.#end(ErrorCode.NO_ERROR, undefined, "");
  }

  /** Sends what is left and lets the transport end; a peer that does not take it is cut. */
  #leave(): void {
    this.#output.flush();
    this.#output.close();
    this.#transport.end();
    this.#lastWrite = this.#clock.setTimer(lastWriteMs, () => this.#transport.destroy());
  }

  #end(code: number, error: string | undefined, message: string): void {
    if (this.#state.kind === "closed") return;
    this.#changeState({ kind: "closed" });
    this.#reader.stop();
    this.#output.close();
    for (const stream of [...this.#streams.values()]) {
      // A head that has not left was seen by nobody, so the request may be sent again.
      const unprocessed = stream.headBatch === this.#output.batch;
      stream.end({ kind: "reset", code, by: "connection", unprocessed, message });
    }
    this.#events.onClose(error);
  }

  #changeState(state: ConnectionState): void {
    this.#state = state;
  }
}

/** Characters of a GOAWAY's debug data that are kept or sent. */
const longestDebug = 128;

function protocolError(message: string): ConnectionError {
  return { code: ErrorCode.PROTOCOL_ERROR, message };
}

function flowControlError(message: string): ConnectionError {
  return { code: ErrorCode.FLOW_CONTROL_ERROR, message };
}

function frameSizeError(message: string): ConnectionError {
  return { code: ErrorCode.FRAME_SIZE_ERROR, message };
}
