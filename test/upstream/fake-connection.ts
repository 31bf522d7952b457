import type {
  ConnectionEvents,
  HeaderList,
  Stream,
  StreamEnd,
  StreamEvents,
} from "../../src/h2/index.ts";
import type { Address, ConnectionOpener, UpstreamConnection } from "../../src/upstream/index.ts";

/** A stream that a test answers by hand, through the events that h2 gives. */
export class FakeStream implements Stream {
  readonly id: number;
  readonly head: HeaderList;
  readonly events: StreamEvents;
  readonly written: Uint8Array[] = [];
  readonly resets: number[] = [];
  sentEnd = false;
  consumedBytes = 0;
  /** What `write` answers: false as when the windows are full. */
  isWritable = true;
  queuedBytes = 0;
  #hasEnded = false;
  readonly #onEnded: () => void;

  constructor(id: number, head: HeaderList, events: StreamEvents, onEnded: () => void) {
    this.id = id;
    this.head = head;
    this.events = events;
    this.#onEnded = onEnded;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  write(chunk: Uint8Array, endStream: boolean): boolean {
    this.written.push(chunk);
    this.sentEnd ||= endStream;
    return this.isWritable;
  }

  reset(code: number): void {
    if (this.#hasEnded) return;
    this.resets.push(code);
    this.end({ kind: "reset", code, by: "local", unprocessed: false, message: "reset" });
  }

  consumed(bytes: number): void {
    this.consumedBytes += bytes;
  }

  end(end: StreamEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#onEnded();
    this.events.onEnd(end);
  }

  /** Head, one message and status OK: what an upstream that is well answers. */
  answer(message: Uint8Array = Buffer.from([0, 0, 0, 0, 0])): void {
    this.events.onHeaders([":status", "200", "content-type", "application/grpc"], false);
    this.events.onData(message);
    this.events.onTrailers(["grpc-status", "0"]);
    this.end({ kind: "complete" });
  }

  /** Status other than OK, as a server sends it at once ("Trailers-Only"). */
  refuse(code: number, extra: readonly string[] = []): void {
    const head = [":status", "200", "content-type", "application/grpc"];
    this.events.onHeaders([...head, "grpc-status", String(code), ...extra], true);
    this.end({ kind: "complete" });
  }

  /** As when the peer resets the stream. */
  resetByPeer(code: number, unprocessed = false): void {
    this.end({ kind: "reset", code, by: "peer", unprocessed, message: "RST_STREAM" });
  }
}

/** A connection that a test drives. */
export class FakeConnection implements UpstreamConnection {
  readonly address: Address;
  readonly events: ConnectionEvents;
  readonly streams: FakeStream[] = [];
  maxStreams = 100;
  /** What `write` of its streams answers. */
  isWritable = true;
  active = 0;
  receivedChunks = 0;
  /** The acknowledgements that PINGs wait for. */
  readonly pings: (() => void)[] = [];
  isReady = false;
  closeCalls = 0;
  isClosing = false;
  isClosed = false;
  #hasRefused = false;
  destroyedWith: string | undefined = undefined;

  constructor(address: Address, events: ConnectionEvents) {
    this.address = address;
    this.events = events;
  }

  get #canOpen(): boolean {
    return this.isReady && !this.isClosing && !this.isClosed && this.active < this.maxStreams;
  }

  get activeStreams(): number {
    return this.active;
  }

  ping(onAck: (roundTripMs: number) => void): void {
    this.pings.push(() => {
      this.receivedChunks++;
      onAck(1);
    });
  }

  openStream(head: HeaderList, events: StreamEvents): Stream | undefined {
    if (!this.#canOpen) {
      this.#hasRefused = true;
      return undefined;
    }
    this.active++;
    const stream = new FakeStream(this.streams.length * 2 + 1, head, events, () => {
      this.active--;
      if (this.isClosing && this.active === 0) this.#closed(undefined);
      else if (this.#hasRefused && !this.isClosing) {
        this.#hasRefused = false;
        this.events.onCapacity();
      }
    });
    stream.isWritable = this.isWritable;
    this.streams.push(stream);
    return stream;
  }

  close(): void {
    this.closeCalls++;
    this.isClosing = true;
    if (this.active === 0) this.#closed(undefined);
  }

  destroy(_code: number, message: string): void {
    this.destroyedWith = message;
    this.lose(message);
  }

  /** The peer's SETTINGS have come. */
  becomeReady(): void {
    this.isReady = true;
    this.events.onReady({
      headerTableSize: 4096,
      maxConcurrentStreams: this.maxStreams,
      initialWindowSize: 65_535,
      maxFrameSize: 16_384,
      maxHeaderListSize: Number.POSITIVE_INFINITY,
    });
  }

  /** The peer's GOAWAY: streams above `lastId` have not been processed. */
  goAway(lastId: number, code = 0): void {
    this.isClosing = true;
    this.events.onGoAway(code, "");
    for (const stream of this.streams) {
      if (stream.id > lastId) {
        stream.end({ kind: "reset", code, by: "peer", unprocessed: true, message: "GOAWAY" });
      }
    }
    if (this.active === 0) this.#closed(undefined);
  }

  /** The connection breaks. */
  lose(error: string | undefined): void {
    if (this.isClosed) return;
    for (const stream of this.streams) {
      stream.end({
        kind: "reset",
        code: 2,
        by: "connection",
        unprocessed: false,
        message: error ?? "closed",
      });
    }
    this.#closed(error);
  }

  #closed(error: string | undefined): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.events.onClose(error);
  }
}

/** Opens fake connections and keeps them. */
export class FakeNetwork {
  readonly connections: FakeConnection[] = [];
  /** What every new connection allows at once. */
  maxStreams = 100;
  /** What `write` answers on every new connection. */
  isWritable = true;

  readonly open: ConnectionOpener = (address, events) => {
    const connection = new FakeConnection(address, events);
    connection.maxStreams = this.maxStreams;
    connection.isWritable = this.isWritable;
    this.connections.push(connection);
    return connection;
  };

  /** The connection opened last. */
  get last(): FakeConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("nothing was opened");
    return connection;
  }

  /** All streams of all connections, in the order of their connections. */
  get streams(): readonly FakeStream[] {
    return this.connections.flatMap((connection) => connection.streams);
  }
}
