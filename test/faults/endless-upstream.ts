import { createServer, type ServerHttp2Stream } from "node:http2";

/** An upstream whose calls are answered with messages for as long as they are taken. */
export interface EndlessUpstream {
  readonly port: number;
  /** The RST_STREAM code that the next call to end ends with. */
  nextEnd(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts an upstream that answers every call with `message` again and again. */
export async function startEndlessUpstream(message: Uint8Array): Promise<EndlessUpstream> {
  const envelope = Buffer.alloc(5 + message.length);
  envelope.writeUInt32BE(message.length, 1);
  envelope.set(message, 5);
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  const waiting: ((code: number) => void)[] = [];
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => undefined);
  });
  server.on("stream", (stream: ServerHttp2Stream) => {
    const pump = (): void => {
      while (!stream.destroyed && stream.write(envelope));
    };
    stream.on("error", () => undefined);
    stream.on("drain", pump);
    stream.on("close", () => {
      for (const tell of waiting.splice(0)) tell(stream.rstCode);
    });
    stream.resume();
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
    pump();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    nextEnd: () => new Promise((resolve) => waiting.push(resolve)),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}
