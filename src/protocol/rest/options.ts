import type { StreamFormatName } from "./stream-format.ts";

/** The switches of one REST binding, resolved on load. The defaults are the configuration's. */
export interface RestOptions {
  readonly json: JsonSwitches;
  /** Query parameters that name no field are dropped instead of answered with 400. */
  readonly ignoreUnknownQuery: boolean;
  /** Query parameters that are always dropped, by name. */
  readonly ignoredQueryParameters: readonly string[];
  /** Whether `+` in a query is a space. */
  readonly plusAsSpace: boolean;
  readonly limits: RestLimits;
  readonly metadata: MetadataRules;
  /** How long a unary call may take, in ms. A client's `grpc-timeout` can only shorten it. */
  readonly deadlineMs: number;
  /** How long a call that streams may take as a whole, in ms; Infinity for as long as it is not idle. */
  readonly streamDeadlineMs: number;
  /** What a body, or a query, that names a path-bound field gets. */
  readonly conflicts: "refuse" | "path_wins";
  /** What a body gets where the HTTP rule takes none. */
  readonly unexpectedBody: "refuse" | "ignore";
  /** `any`: whatever its content type says, a body is JSON; google.api.HttpBody takes it as it is all the same. */
  readonly contentTypes: "strict" | "any";
  /** Whether a PATCH without a field mask gets one of the fields in its body. */
  readonly fillUpdateMask: boolean;
  /** Whether google.rpc.DebugInfo in an upstream's errors is sent on. */
  readonly debugInfo: boolean;
  /** HTTP status of a reply that is well; 204 has no body. */
  readonly successStatus: number;
  readonly errors: ErrorShape;
  readonly placement: Placement;
  readonly streams: StreamSwitches;
}

/** Where the key of a call is found that leads it to the same endpoint as others. */
export interface HashKeyRule {
  readonly kind: "header" | "cookie" | "path";
  /** A header's name in lower case, a cookie's, or a variable of the path as its template names it. */
  readonly name: string;
}

/** Among which endpoints calls go, and by what. */
export interface Placement {
  /** Undefined where the cluster's policy asks for no key. */
  readonly hashKey: HashKeyRule | undefined;
  /** Key of the subset of endpoints that calls stay in; undefined for all. */
  readonly subset: string | undefined;
}

/** What errors look like: google.rpc.Status, or RFC 9457 around it. */
export type ErrorShape = "status" | "problem+json";

/** How streams are read and written. */
export interface StreamSwitches {
  /** What a server stream may be written as; the first is the default, `accept` chooses. Never empty. */
  readonly formats: readonly StreamFormatName[];
  /** `result`: each message stands in an object with that one key. */
  readonly framing: "plain" | "result";
  /** Whether a client stream may be JSON values one after another. */
  readonly concatenated: boolean;
  /** How long a stream of events may be silent before a comment is sent, in ms; 0 for ever. */
  readonly sseHeartbeatMs: number;
  readonly websocket: boolean;
  /** Origins of pages that may open a WebSocket beside the gateway's own; `*` for all. */
  readonly websocketOrigins: readonly string[];
}

/** What a request or a reply may be at most. */
export interface RestLimits {
  /** Request body as sent and as decoded, in bytes. */
  readonly bodyBytes: number;
  /** Reply message, in bytes. */
  readonly replyBytes: number;
  readonly jsonDepth: number;
  readonly queryParameters: number;
  /** How long a stream may be silent, in ms. */
  readonly streamIdleMs: number;
}

/** How JSON is read and printed. */
export interface JsonSwitches {
  readonly emitDefaults: boolean;
  readonly enumsAsIntegers: boolean;
  readonly preserveProtoNames: boolean;
  readonly int64AsNumber: boolean;
  readonly pretty: boolean;
  readonly ignoreUnknownFields: boolean;
  readonly caseInsensitiveEnums: boolean;
}

/** How HTTP headers and gRPC metadata become each other. */
export interface MetadataRules {
  /** Header names, in lower case, that never become metadata. */
  readonly remove: readonly string[];
  /** Put in front of the names of initial reply metadata; empty for none. */
  readonly prefix: string;
  /** Put in front of the names of trailing reply metadata; undefined for the same as `prefix`. */
  readonly trailerPrefix: string | undefined;
  /** Request headers with this in front become metadata without it; empty for none. */
  readonly requestPrefix: string;
  /** Reply metadata name whose value sets the HTTP status; undefined for none. */
  readonly statusHeader: string | undefined;
}
