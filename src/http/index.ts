// The walk of a request: exchange → match → call → reply → response, and what is recorded of it.
// It knows no socket and no configuration file; protocols and clusters come resolved in the snapshot.
export type { CodingName } from "./encoding/codings.ts";
export { compileEncoder, type EncodingRules } from "./encoding/encode-response.ts";
export { checkMessages, type MessageCheck } from "./filters/check-messages.ts";
export { type CallFilter, filterCall } from "./filters/filter.ts";
export { afterFirstMessage } from "./first-message.ts";
export { createHandler, type Handler, type Recorder } from "./handler.ts";
export type { Outcome } from "./outcome.ts";
export type { RefusalRules, Snapshot, Target, TargetCluster } from "./snapshot.ts";
export {
  createWebSocketAdmitter,
  type HandshakeRequest,
  servesWebSockets,
  unexpectedMessage,
  type WebSocketAdmitter,
} from "./websocket.ts";
