import type { IncomingMessage } from "node:http";
import { ByteGatherer, err, ok, type Result } from "../base/index.ts";
import type { BodyProblem, BodyReader } from "../exchange/index.ts";
import type { BodyWatch, WatchedBody } from "./body-watch.ts";
import { PieceReader } from "./piece-reader.ts";

const broken = "diglotBroken";

/** Tells whoever reads the body of `request` that its framing broke or its time ran out. */
export function breakBody(request: IncomingMessage, problem: BodyProblem): void {
  request.emit(broken, problem);
}

/** Whether the trailers of a request that has ended are over the limit (faults.md, H1-14). */
export function hasLongTrailers({ rawTrailers }: IncomingMessage, mostBytes: number): boolean {
  let bytes = 0;
  for (const text of rawTrailers) bytes += text.length + 2;
  return bytes > mostBytes;
}

/** What a body must keep to. */
export interface BodyPace {
  /** Longest time until the whole body has come, in ms. */
  readonly withinMs: number;
  readonly minBytesPerSecond: number;
  /** Most bytes of names and values behind the last chunk. */
  readonly trailersBytes: number;
}

/** Reads a body to its end; `onRead` is told the bytes of every piece. The listeners go with the request, but for one that has had enough. */
export function collectBody(
  request: IncomingMessage,
  maxBytes: number,
  pace: BodyPace,
  watch: BodyWatch,
  onRead: (bytes: number) => void,
): Promise<Result<Uint8Array, BodyProblem>> {
  return new Promise((resolve) => {
    const body = new CollectedBody(request, maxBytes, pace, watch, onRead, resolve);
    watch.add(body);
  });
}

class CollectedBody implements WatchedBody {
  readonly waitingSince: number;
  readonly withinMs: number;
  readonly minBytesPerSecond: number;
  receivedBytes = 0;
  readonly #watch: BodyWatch;
  readonly #resolve: (body: Result<Uint8Array, BodyProblem>) => void;

  constructor(
    request: IncomingMessage,
    maxBytes: number,
    pace: BodyPace,
    watch: BodyWatch,
    onRead: (bytes: number) => void,
    resolve: (body: Result<Uint8Array, BodyProblem>) => void,
  ) {
    this.waitingSince = watch.now();
    this.withinMs = pace.withinMs;
    this.minBytesPerSecond = pace.minBytesPerSecond;
    this.#watch = watch;
    this.#resolve = resolve;
    const gathered = new ByteGatherer();
    const onData = (chunk: Buffer): void => {
      this.receivedBytes += chunk.length;
      onRead(chunk.length);
      gathered.push(chunk);
      if (this.receivedBytes <= maxBytes) return;
      request.off("data", onData);
      this.#end(err("tooLarge"));
    };
    request.on("data", onData);
    request.on("end", () => {
      const isWhole = !hasLongTrailers(request, pace.trailersBytes);
      this.#end(isWhole ? ok(gathered.take()) : err("trailersTooLarge"));
    });
    request.on(broken, (problem: BodyProblem) => this.#end(err(problem)));
  }

  onTooSlow(): void {
    this.#resolve(err("tooSlow"));
  }

  #end(body: Result<Uint8Array, BodyProblem>): void {
    this.#watch.remove(this);
    this.#resolve(body);
  }
}

/** Reads a body while it comes. `onRead` is told the bytes of every piece. */
export function openBody(
  request: IncomingMessage,
  idleMs: number,
  trailersBytes: number,
  watch: BodyWatch,
  onRead: (bytes: number) => void,
): BodyReader {
  const onData = (chunk: Buffer): void => {
    onRead(chunk.length);
    reader.push(chunk);
  };
  let isHeld = false;
  const held = {
    probe() {
      if (request.socket.destroyed) watch.release(held);
      else probeClient(request);
    },
  };
  const reader = new PieceReader(idleMs, watch, {
    hold() {
      if (isHeld) return;
      isHeld = true;
      request.pause();
      watch.hold(held);
    },
    release() {
      isHeld = false;
      request.resume();
      watch.release(held);
    },
    stop: () => request.off("data", onData),
  });
  request.on("data", onData);
  request.on("end", () => {
    reader.end(hasLongTrailers(request, trailersBytes) ? "trailersTooLarge" : undefined);
  });
  request.on(broken, (problem: BodyProblem) => {
    watch.release(held);
    // Nobody reads on to the end: who makes the call learns of it from the connection.
    if (isHeld && problem === "incomplete") request.socket.destroy();
    reader.end(problem);
  });
  return reader;
}

/** Bytes of a held body that are read on only to see its client leave. */
const probedBytes = 256 * 1024;

/**
 * Looks for the client of a body that nobody reads. A reset fails an empty write; the end of the connection comes
 * behind what was sent before it, of which one more packet is let in. Who ends it behind more than 256 KiB is
 * not seen before somebody reads on: TCP itself holds that back.
 */
function probeClient({ socket, readableLength }: IncomingMessage): void {
  if (socket.writableLength === 0) socket.write("");
  if (socket.isPaused() && readableLength < probedBytes) socket.resume();
}
