import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";

/** One call as the upstream saw it. */
export interface SeenCall {
  readonly head: IncomingHttpHeaders;
  /** The five bytes before the message and the message. */
  readonly envelope: Buffer;
}

/** What is answered in place of the request's own message. */
export interface Reply {
  readonly headers?: OutgoingHttpHeaders;
  /** DATA as it is. */
  readonly data?: Uint8Array;
  readonly trailers?: OutgoingHttpHeaders;
  /** Leaves the stream open behind the data. */
  readonly staysOpen?: boolean;
}

/** An upstream that gives each message back, remembers the calls, and may be told another reply. */
export interface ContractUpstream {
  readonly port: number;
  readonly calls: SeenCall[];
  reply: Reply;
  /** Leaves every call open instead. */
  isSilent: boolean;
  /** Gives the code that the next stream is reset with. */
  nextReset(): Promise<number>;
  /** Gives the next call once its head has come. */
  nextHead(): Promise<IncomingHttpHeaders>;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startContractUpstream(): Promise<ContractUpstream> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  const resets: ((code: number) => void)[] = [];
  const heads: ((head: IncomingHttpHeaders) => void)[] = [];
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => undefined);
  });
  const upstream = {
    port: 0,
    calls: [] as SeenCall[],
    reply: {} as Reply,
    isSilent: false,
    nextReset: () => new Promise<number>((resolve) => resets.push(resolve)),
    nextHead: () => new Promise<IncomingHttpHeaders>((resolve) => heads.push(resolve)),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
  server.on("stream", (stream, head) => {
    stream.on("error", () => undefined);
    stream.on("close", () => {
      if (stream.rstCode !== 0) for (const told of resets.splice(0)) told(stream.rstCode);
    });
    for (const told of heads.splice(0)) told(head);
    collect(stream, (envelope) => {
      upstream.calls.push({ head, envelope });
      if (!upstream.isSilent && !stream.destroyed) answer(stream, envelope, upstream.reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  upstream.port = typeof address === "object" && address !== null ? address.port : 0;
  return upstream;
}

function collect(stream: ServerHttp2Stream, whole: (bytes: Buffer) => void): void {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () => whole(Buffer.concat(chunks)));
}

function answer(stream: ServerHttp2Stream, envelope: Buffer, reply: Reply): void {
  const trailers = reply.trailers ?? { "grpc-status": "0" };
  stream.respond(
    { ":status": 200, "content-type": "application/grpc", ...reply.headers },
    { waitForTrailers: true },
  );
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  if (reply.staysOpen === true) stream.write(reply.data ?? envelope);
  else stream.end(reply.data ?? envelope);
}
