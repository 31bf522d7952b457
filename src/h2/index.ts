// HTTP/2: frames, HPACK, and a connection as a state machine over any transport.
// It opens no sockets and knows nothing of gRPC.
export {
  type ClientConnectionOptions,
  type Connection,
  createClientConnection,
  type LocalSettings,
} from "./client-connection.ts";
export { ErrorCode } from "./error-code.ts";
export type {
  ConnectionEvents,
  HeaderList,
  PeerSettings,
  Stream,
  StreamEnd,
  StreamEvents,
  Transport,
} from "./types.ts";
