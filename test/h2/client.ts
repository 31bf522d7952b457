import type { Connection, Stream } from "../../src/h2/index.ts";
import { createClientConnection, type LocalSettings } from "../../src/h2/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { framesIn, type ReadFrame } from "./frames.ts";

/** A client connection whose peer is the test. */
export interface TestClient {
  readonly connection: Connection;
  readonly clock: FakeClock;
  /** What happened, as short words in order. */
  readonly log: string[];
  /** Writes of the transport so far. */
  readonly writes: Buffer[];
  /** What the transport answers a write with. */
  takesMore: boolean;
  /** Opens a stream whose events are logged under its id. */
  open(endStream?: boolean): Stream;
  /** Frames written since the last call, after this turn of the event loop. */
  sent(): Promise<ReadFrame[]>;
}

const requestHead: readonly string[] = [
  ":method",
  "POST",
  ":scheme",
  "http",
  ":path",
  "/s/m",
  ":authority",
  "a",
  "te",
  "trailers",
];

/** Starts a client connection over a transport that keeps what is written. */
export function testClient(settings: Partial<LocalSettings> = {}): TestClient {
  const clock = new FakeClock();
  const log: string[] = [];
  const writes: Buffer[] = [];
  let seen = 0;
  const client = { takesMore: true };
  const connection = createClientConnection({
    clock,
    settings,
    transport: {
      write(bytes) {
        writes.push(Buffer.from(bytes));
        return client.takesMore;
      },
      end: () => log.push("transport.end"),
      destroy: () => log.push("transport.destroy"),
    },
    events: {
      onReady: () => log.push("ready"),
      onGoAway: (code) => log.push(`goaway ${code}`),
      onCapacity: () => log.push("capacity"),
      onClose: (error) => log.push(`close ${error ?? "in order"}`),
    },
  });
  return Object.assign(client, {
    connection,
    clock,
    log,
    writes,
    open(endStream = true): Stream {
      const stream = connection.openStream(
        requestHead,
        eventsOf(() => stream?.id ?? 0, log),
        endStream,
      );
      if (stream === undefined) throw new Error("no stream can be opened");
      return stream;
    },
    async sent(): Promise<ReadFrame[]> {
      await new Promise((resolve) => setImmediate(resolve));
      const fresh = writes.slice(seen);
      seen = writes.length;
      return framesIn(Buffer.concat(fresh));
    },
  });
}

function eventsOf(id: () => number, log: string[]): Parameters<Connection["openStream"]>[1] {
  return {
    onHeaders: (headers, end) => log.push(`${id()} head ${headers[1] ?? ""}${end ? " end" : ""}`),
    onData: (chunk) => log.push(`${id()} data ${Buffer.from(chunk).toString("latin1")}`),
    onTrailers: (headers) => log.push(`${id()} trailers ${headers.join(":")}`),
    onWritable: () => log.push(`${id()} writable`),
    onEnd: (end) =>
      log.push(
        end.kind === "complete"
          ? `${id()} complete`
          : `${id()} reset ${end.code} by ${end.by}${end.unprocessed ? " unprocessed" : ""}`,
      ),
  };
}
