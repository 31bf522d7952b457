import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import * as grpc from "@grpc/grpc-js";
import type { Address } from "../../src/upstream/index.ts";

/** A server that a test has started. */
export interface RunningServer {
  readonly address: Address;
  /** Connections accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

type Listening = net.Server | http2.Http2Server;

/** A server of node:http2 that answers each stream as the test says. */
export async function startHttp2(
  onStream: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
  settings: http2.Settings = {},
): Promise<RunningServer> {
  const server = http2.createServer({ settings });
  server.on("stream", (stream, headers) => {
    // A client that calls off a stream is what these tests are about.
    stream.on("error", () => undefined);
    onStream(stream, headers);
  });
  server.on("sessionError", () => undefined);
  return listen(server);
}

/** A server that does with each socket what the test says. */
export async function startRaw(onSocket: (socket: net.Socket) => void): Promise<RunningServer> {
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.resume();
    onSocket(socket);
  });
  return listen(server);
}

async function listen(server: Listening): Promise<RunningServer> {
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  server.on("connection", (socket: net.Socket) => {
    accepted++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: { kind: "tcp", host: "127.0.0.1", port },
    connections: () => accepted,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** The methods that grpc-js servers of these tests serve. */
const unaryPath = "/library.v1.Library/GetBook";
export const streamPath = "/library.v1.Library/Stream";

/** What a server of @grpc/grpc-js answers. */
export interface GrpcHandlers {
  readonly unary?: grpc.handleUnaryCall<Buffer, Buffer>;
  readonly stream?: grpc.handleBidiStreamingCall<Buffer, Buffer>;
}

function keep(bytes: Buffer): Buffer {
  return bytes;
}

function methodOf(path: string, streams: boolean): grpc.MethodDefinition<Buffer, Buffer> {
  return {
    path,
    requestStream: streams,
    responseStream: streams,
    requestSerialize: keep,
    requestDeserialize: keep,
    responseSerialize: keep,
    responseDeserialize: keep,
  };
}

/** A server of @grpc/grpc-js with one unary and one streaming method over plain bytes. */
export async function startGrpc(
  handlers: GrpcHandlers,
  options: grpc.ServerOptions = {},
  socketPath?: string,
  credentials: grpc.ServerCredentials = grpc.ServerCredentials.createInsecure(),
): Promise<RunningServer & { readonly server: grpc.Server }> {
  const server = new grpc.Server(options);
  const { unary, stream } = handlers;
  if (unary !== undefined) server.addService({ unary: methodOf(unaryPath, false) }, { unary });
  if (stream !== undefined) server.addService({ stream: methodOf(streamPath, true) }, { stream });
  const target = socketPath === undefined ? "127.0.0.1:0" : `unix:${socketPath}`;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(target, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    server,
    address:
      socketPath === undefined
        ? { kind: "tcp", host: "127.0.0.1", port }
        : { kind: "unix", path: socketPath },
    connections: () => 0,
    close: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

/** A port of the loopback that nobody listens on. */
export async function closedPort(): Promise<Address> {
  const server = await startRaw(() => undefined);
  await server.close();
  return server.address;
}
