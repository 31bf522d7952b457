// Checks messages against the buf.validate rules of their descriptors (protovalidate).
// It knows no HTTP, no routes and no configuration: wire bytes in, a failure or nothing out.
export { loadMessageValidation, type MessageCheck, type MessageValidation } from "./load.ts";
