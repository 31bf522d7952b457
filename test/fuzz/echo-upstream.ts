import { createServer, type ServerHttp2Stream } from "node:http2";

/** An upstream that keeps the rules and remembers nothing, so that nothing but the gateway can grow. */
export interface EchoUpstream {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts it. Echo and Discuss give back what they get, ImportBooks counts the messages, and every other method
 * answers with the empty message.
 */
export async function startEchoUpstream(): Promise<EchoUpstream> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => undefined);
  });
  server.on("stream", (stream, head) => {
    stream.on("error", () => undefined);
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    const respond = (): void =>
      stream.respond(
        { ":status": 200, "content-type": "application/grpc" },
        { waitForTrailers: true },
      );
    const path = head[":path"] ?? "";
    if (path.endsWith("/Discuss")) {
      respond();
      stream.pipe(stream);
      return;
    }
    collect(stream, (body) => {
      if (stream.destroyed) return;
      respond();
      stream.end(path.endsWith("/Echo") ? body : answerTo(path, body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function collect(stream: ServerHttp2Stream, whole: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () => whole(Buffer.concat(chunks)));
}

function answerTo(path: string, body: Buffer): Buffer {
  if (!path.endsWith("/ImportBooks")) return Buffer.alloc(5);
  let count = 0;
  for (let at = 0; at < body.length; at += 5 + body.readUInt32BE(at + 1)) count++;
  // ImportBooksResponse.imported = 1, of fewer than 128 * 128 messages.
  const message = Buffer.from([0x08, (count & 0x7f) | 0x80, count >> 7]);
  return Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
}
