import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";

/** What a scripted upstream answers every call with. */
export interface ScriptedAnswer {
  readonly headers?: OutgoingHttpHeaders;
  /** The message; the empty one by default. */
  readonly message?: Uint8Array;
  /** Bytes of DATA as they are, instead of an envelope with the message. */
  readonly data?: Uint8Array;
  readonly trailers?: OutgoingHttpHeaders;
}

/** An HTTP/2 server that answers as told. */
export interface ScriptedUpstream {
  readonly port: number;
  answer: ScriptedAnswer;
  /** Heads of the calls so far. */
  readonly heads: IncomingHttpHeaders[];
  stop(): Promise<void>;
}

/** Starts an upstream that is not written with any gRPC library, so that it can break every rule. */
export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => undefined);
  });
  const upstream = {
    port: 0,
    answer: {} as ScriptedAnswer,
    heads: [] as IncomingHttpHeaders[],
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
  server.on("stream", (stream, head) => {
    const { headers, message = new Uint8Array(0), data, trailers } = upstream.answer;
    upstream.heads.push(head);
    stream.on("error", () => undefined);
    stream.resume();
    stream.respond(
      { ":status": 200, "content-type": "application/grpc", ...headers },
      { waitForTrailers: trailers !== undefined },
    );
    if (trailers !== undefined) stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    stream.end(data ?? enveloped(message));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  upstream.port = typeof address === "object" && address !== null ? address.port : 0;
  return upstream;
}

function enveloped(message: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
