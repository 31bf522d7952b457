import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";

/** A call as the upstream has it in its hands: it reads and answers when the test says so. */
export interface UpstreamCall {
  readonly head: IncomingHttpHeaders;
  readonly stream: ServerHttp2Stream;
  /** The next message of the client; undefined when it has ended its side. */
  next(): Promise<Buffer | undefined>;
  /** Sends headers without a message. */
  begin(): void;
  /** Sends one message; false where the client's window is full. */
  send(message: Uint8Array): boolean;
  /** Ends with trailers. */
  end(status?: number, message?: string): void;
  /** The code that the stream was closed with: 0 when it has ended by itself. */
  readonly closed: Promise<number>;
}

/** An upstream whose every step is the test's. */
export interface StreamUpstream {
  readonly port: number;
  /** The next call that nobody has taken yet. */
  nextCall(): Promise<UpstreamCall>;
  stop(): Promise<void>;
}

/** Values in the order they came, given to who waits in the order they asked. */
class Mailbox<T> {
  readonly #values: T[] = [];
  readonly #waiting: ((value: T) => void)[] = [];

  put(value: T): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#values.push(value);
    else waiting(value);
  }

  take(): Promise<T> {
    if (this.#values.length > 0) return Promise.resolve(this.#values.shift() as T);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** Starts it. */
export async function startStreamUpstream(): Promise<StreamUpstream> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  const calls = new Mailbox<UpstreamCall>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => undefined);
  });
  server.on("stream", (stream, head) => calls.put(callOf(stream, head)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    nextCall: () => calls.take(),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function callOf(stream: ServerHttp2Stream, head: IncomingHttpHeaders): UpstreamCall {
  const messages = new Mailbox<Buffer | undefined>();
  let rest = Buffer.alloc(0);
  let trailers = {};
  stream.on("error", () => undefined);
  stream.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      messages.put(rest.subarray(5, end));
      rest = rest.subarray(end);
    }
  });
  stream.on("end", () => messages.put(undefined));
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  const begin = (): void => {
    if (stream.headersSent) return;
    const headers = { ":status": 200, "content-type": "application/grpc", "x-from": "upstream" };
    stream.respond(headers, { waitForTrailers: true });
  };
  return {
    head,
    stream,
    next: () => messages.take(),
    begin,
    send(message) {
      begin();
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(message.length, 1);
      return stream.write(Buffer.concat([prefix, message]));
    },
    end(status = 0, message) {
      begin();
      trailers = {
        "grpc-status": String(status),
        ...(message === undefined ? {} : { "grpc-message": message }),
      };
      stream.end();
    },
    closed: new Promise((resolve) => stream.on("close", () => resolve(stream.rstCode))),
  };
}
