// Sockets and HTTP versions: binds, checks framing, turns requests into exchanges, drains.
// It knows no route, no gRPC and no configuration file.

export { type Listener, startListener } from "./listener.ts";
export type { ListenerLimits, ListenerOptions } from "./options.ts";
export type { RefusedRequest, Service } from "./service.ts";
