import type { PolicyName, PolicyOptions } from "../balancer/index.ts";
import type { BreakerOptions } from "../breaker/index.ts";
import type { HealthOptions, OutlierOptions } from "../health/index.ts";
import type { Code } from "../rpc/index.ts";
import type { DocumentPath } from "./problem.ts";

/** The whole configuration, every default filled in, deeply frozen. Durations are ms, sizes are bytes. */
export interface GatewayConfig {
  readonly version: 1;
  /** At least one, in the order of the document. */
  readonly listeners: readonly ListenerConfig[];
  /** At least one; a later source may not redefine what an earlier one defines. */
  readonly descriptors: readonly DescriptorSource[];
  readonly clusters: readonly ClusterConfig[];
  /** At least one, in the order of the document, as they are where no listener says otherwise. */
  readonly routes: readonly RouteConfig[];
  /** What calls pass before they go up, by name. */
  readonly filters: readonly FilterConfig[];
  /** Rules by selector; they replace the method's own annotation. */
  readonly httpRules: readonly SelectedHttpRule[];
  /** Where the gateway shows itself; undefined where it does not. */
  readonly admin: AdminConfig | undefined;
}

/** The admin listener. */
export interface AdminConfig {
  readonly address: ListenAddress;
  /** Names in lower case that requests may ask for, beside IP addresses and localhost. */
  readonly hosts: readonly string[];
  /** What requests that change something must bring; undefined refuses them. */
  readonly token: string | undefined;
}

/** A filter that routes name. */
export interface FilterConfig {
  readonly name: string;
  readonly type: "protovalidate";
  readonly at: DocumentPath;
}

/** What every level may say: the nearest one counts, key by key. */
export interface Switches {
  readonly json: JsonSwitches;
  readonly rest: RestSwitches;
  readonly metadata: MetadataConfig;
  readonly streams: StreamSwitches;
  /** What errors look like: google.rpc.Status, or RFC 9457 around it. */
  readonly errors: "status" | "problem+json";
}

/** Where to listen. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Where an upstream is; a host may be a name, which connecting resolves. */
export type EndpointAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** A listener; its switches are for requests that no route takes. */
export interface ListenerConfig extends Switches {
  readonly name: string;
  readonly address: ListenAddress;
  readonly protocols: readonly "http1"[];
  readonly limits: ListenerLimits;
  /** Proxies in front whose `x-forwarded-*` are believed; 0 believes nobody. */
  readonly trustedHops: number;
  /** What becomes of headers whose name has `_` where another one's has `-`. */
  readonly shadowHeaders: "refuse" | "drop";
  /** Whether every request is a JSON line on standard output. */
  readonly accessLog: boolean;
  /** Which responses are compressed; undefined for none. */
  readonly compression: CompressionConfig | undefined;
  /** The routes of the document with this listener's switches above theirs. */
  readonly routes: readonly RouteConfig[];
}

/** Which responses of a listener are compressed. */
export interface CompressionConfig {
  /** The first that the client weighs most is taken. At least one. */
  readonly encodings: readonly ("zstd" | "br" | "gzip")[];
  /** Whole bodies below this size stay as they are. */
  readonly minBytes: number;
  /** Media types; `text/*` is all of a type. */
  readonly types: readonly string[];
}

/** What one listener takes at most (transcoding.md §7). */
export interface ListenerLimits {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  readonly headerFields: number;
  readonly pathBytes: number;
  readonly requestMs: number;
  readonly idleMs: number;
  readonly headerTimeoutMs: number;
  readonly queryParameters: number;
  readonly jsonDepth: number;
  readonly replyBytes: number;
  readonly drainMs: number;
  readonly connections: number;
  /** How long a stream may be silent both ways. */
  readonly streamIdleMs: number;
  /** Keys of one map, Struct or object of unknown keys. */
  readonly jsonKeys: number;
  /** Least bytes a second of a request body, after a grace of 5 s; 0 for any. */
  readonly minBytesPerSecond: number;
  /** How long a client may take nothing of an answer. */
  readonly writeStallMs: number;
}

/** Paths are relative to the working folder, or absolute. */
export type DescriptorSource =
  | {
      readonly kind: "protos";
      readonly path: string;
      readonly imports: readonly string[];
      readonly at: DocumentPath;
    }
  | { readonly kind: "set"; readonly path: string; readonly at: DocumentPath };

export interface ClusterConfig {
  readonly name: string;
  /** Those that are always there; none only where `discovery` has one. */
  readonly endpoints: readonly EndpointConfig[];
  /** Where more are found. */
  readonly discovery: readonly DiscoveryConfig[];
  /** Longest time between two questions for a name. */
  readonly dnsRefreshMs: number;
  readonly balance: BalanceConfig;
  /** Names of metadata by whose values endpoints are subsets. */
  readonly subsetBy: readonly string[];
  /** Part, 0 to 1, of a priority below which its health is ignored; 0 never. */
  readonly panicThreshold: number;
  /** How long an endpoint that is new or back takes to get its full share; 0 for no time. */
  readonly slowStartMs: number;
  /** The locality whose endpoints are used first; undefined for all alike. */
  readonly preferredLocality: string | undefined;
  readonly deadlineMs: number;
  readonly connectTimeoutMs: number;
  readonly overflow: OverflowConfig;
  readonly backoff: BackoffConfig;
  readonly retry: RetryConfig;
  /** How a peer that has vanished is found out. */
  readonly keepalive: KeepaliveConfig;
  /** How long a connection without calls is kept. */
  readonly idleTimeoutMs: number;
  /** How old a connection may get, give or take a tenth; undefined for any age. */
  readonly maxAgeMs: number | undefined;
  /** Sent as `:authority` instead of the endpoint's own; undefined for that. */
  readonly authority: string | undefined;
  /** How connections to the endpoints are secured; undefined where they are not. */
  readonly tls: UpstreamTlsConfig | undefined;
  /** How request messages from 1 KiB on are compressed; undefined for not at all. */
  readonly compression: "gzip" | undefined;
  /** Endpoints are asked how they are; undefined for no checks. */
  readonly health: HealthConfig | undefined;
  /** Endpoints whose calls fail get none for a while; undefined for never. */
  readonly outlier: OutlierConfig | undefined;
  /** The cluster refuses calls while too many fail; undefined for never. */
  readonly breaker: BreakerConfig | undefined;
}

/** TLS to endpoints. Paths are relative to the working folder, or absolute. */
export interface UpstreamTlsConfig {
  /** The authorities that are trusted; undefined for those of Node.js and the system. */
  readonly ca: string | undefined;
  /** What the gateway shows; both or none. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Instead of the endpoint's own name. */
  readonly serverName: string | undefined;
  /** Alternative names, one of which a certificate must have; none for any. */
  readonly sans: readonly string[];
}

/** How one endpoint is asked. */
export type HealthProbe =
  | {
      readonly kind: "grpc";
      /** Empty for the server as a whole. */
      readonly service: string;
      readonly watch: boolean;
    }
  | {
      readonly kind: "http";
      readonly path: string;
      /** undefined for the cluster's authority, or the endpoint's own. */
      readonly host: string | undefined;
      /** Both ends of each range included. */
      readonly statuses: readonly { readonly from: number; readonly to: number }[];
    }
  | { readonly kind: "tcp" };

/** Active health checks. */
export interface HealthConfig extends HealthOptions {
  readonly probe: HealthProbe;
}

/** Ejection of endpoints by what their calls come to. */
export type OutlierConfig = OutlierOptions;

/** When a cluster, or each of its endpoints, refuses calls. */
export interface BreakerConfig extends BreakerOptions {
  /** Codes that count as failures. */
  readonly codes: readonly Code[];
  readonly perEndpoint: boolean;
}

/** One endpoint as it is configured. */
export interface EndpointConfig extends EndpointTraits {
  readonly address: EndpointAddress;
}

/** Where endpoints of a cluster are found. */
export type DiscoveryConfig =
  /** The addresses of a name, each with the same traits. */
  | {
      readonly kind: "dns";
      readonly host: string;
      readonly port: number;
      readonly traits: EndpointTraits;
    }
  /** A service (RFC 2782), whose records say weight and priority; that of the traits is added. */
  | { readonly kind: "srv"; readonly service: string; readonly traits: EndpointTraits }
  /** A list of endpoints. Relative to the working folder, or absolute. */
  | { readonly kind: "file"; readonly path: string };

/** What an entry of `endpoints` names: an address, or where addresses are found. */
export type EndpointTarget =
  | EndpointAddress
  | { readonly kind: "dns"; readonly host: string; readonly port: number }
  | { readonly kind: "srv"; readonly service: string }
  | { readonly kind: "file"; readonly path: string };

/** What is said of an endpoint beside its address. */
export interface EndpointTraits {
  readonly weight: number;
  /** Empty when it is not said. */
  readonly locality: string;
  readonly priority: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** How an endpoint is chosen for a call. */
export interface BalanceConfig {
  readonly policy: PolicyName;
  readonly options: PolicyOptionsConfig;
  /** Where the key of a call is found; undefined for policies without one. */
  readonly hashKey: HashKeySource | undefined;
}

/** What policies are told beside the cluster's slow start. */
export type PolicyOptionsConfig = Omit<PolicyOptions, "slowStartMs">;

/** A header's name in lower case, a cookie's, or a variable of the path as its template names it. */
export interface HashKeySource {
  readonly kind: "header" | "cookie" | "path";
  readonly name: string;
}

/** How much may be in flight before the cluster refuses. */
export interface OverflowConfig {
  /** Connections to one endpoint. */
  readonly connections: number;
  /** Requests in flight to the cluster. */
  readonly requests: number;
  /** Requests that wait for a connection. */
  readonly pending: number;
  /** Requests that are being sent again. */
  readonly retries: number;
}

/** How a peer that has vanished is found out: by a PING that it does not answer. */
export interface KeepaliveConfig {
  /** How long a peer with calls in flight may be silent before it is asked. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** How calls are sent again. */
export interface RetryConfig {
  /** Names of status codes that another try may mend. */
  readonly codes: readonly string[];
  /** Most tries of one call, the first included. */
  readonly attempts: number;
  readonly backoff: BackoffConfig;
  /** How long one try may take; undefined for as long as the call. */
  readonly perTryMs: number | undefined;
  /** Retries as a share of the calls, from 0 to 1. */
  readonly budget: number;
  readonly unsafe: boolean;
  /** When another try is sent beside the first; undefined for never. */
  readonly hedgeAfterMs: number | undefined;
}

/** How long to wait between attempts to connect; doubled from base to max, with jitter. */
export interface BackoffConfig {
  readonly baseMs: number;
  readonly maxMs: number;
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

/** How paths and queries are matched and read. */
export interface RestSwitches {
  readonly trailingSlash: "strict" | "ignore";
  readonly urlUnescape: "all_except_slash" | "all_except_reserved" | "all";
  readonly autoMapping: boolean;
  readonly ignoreUnknownQuery: boolean;
  readonly ignoredQueryParameters: readonly string[];
  readonly plusAsSpace: boolean;
  /** The status for a path that is served with other methods. */
  readonly wrongMethod: 404 | 405 | 501;
  /** What a body or query gets that names a path-bound field. */
  readonly conflicts: "refuse" | "path_wins";
  /** What a body gets where the HTTP rule takes none. */
  readonly unexpectedBody: "refuse" | "ignore";
  /** `any`: whatever its content type says, a body is JSON. */
  readonly contentTypes: "strict" | "any";
  /** Whether a PATCH without a field mask gets one of the fields in its body. */
  readonly fillUpdateMask: boolean;
  /** Whether google.rpc.DebugInfo in an upstream's errors is sent on. */
  readonly debugInfo: boolean;
}

/** How streams are read and written. */
export interface StreamSwitches {
  /** What a server stream may be written as; the first is the default, `accept` chooses. Never empty. */
  readonly formats: readonly ("array" | "ndjson" | "sse")[];
  /** `result`: each message stands in an object with that one key. */
  readonly framing: "plain" | "result";
  /** Whether a client stream may be JSON values one after another. */
  readonly concatenated: boolean;
  /** How long a stream of events may be silent before a comment is sent; 0 for ever. */
  readonly sseHeartbeatMs: number;
  /** How long the headers of a stream wait for its first message. */
  readonly firstMessageTimeoutMs: number;
  readonly websocket: boolean;
  /** Origins of pages that may open a WebSocket beside the gateway's own; `*` for all. */
  readonly websocketOrigins: readonly string[];
}

/** How HTTP headers and gRPC metadata become each other. */
export interface MetadataConfig {
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

/** What a route, or one method of it, does with its calls; everything is final. */
export interface CallSettings extends Switches {
  /** Where the cluster's policy finds the key of a call; undefined for none. */
  readonly hashKey: HashKeySource | undefined;
  /** Names of metadata that the cluster's subsets are made by. */
  readonly subsetBy: readonly string[];
  /** The metadata of the endpoints that are called, one value for each of these names; undefined for all. */
  readonly subset: Readonly<Record<string, string>> | undefined;
  readonly deadlineMs: number;
  /** How long a call that streams may take as a whole; Infinity unless its route or method says a deadline. */
  readonly streamDeadlineMs: number;
  /** HTTP status of a reply that is well. */
  readonly successStatus: 200 | 201 | 202 | 204;
  /** Names of the filters that calls pass, in order. */
  readonly filters: readonly string[];
}

export type RouteConfig = ServiceRoute | RpcRoute;

/** Every HTTP rule of a service, or of all services of a package. */
export interface ServiceRoute extends CallSettings {
  readonly kind: "service";
  /** `library.v1.Library`, `library.v1.*` or `*`. */
  readonly service: string;
  readonly cluster: string;
  /** Exceptions, by the method's own name. */
  readonly methods: readonly MethodConfig[];
  readonly at: DocumentPath;
}

/** One method, by its full name. */
export interface RpcRoute extends CallSettings {
  readonly kind: "rpc";
  readonly service: string;
  readonly method: string;
  readonly cluster: string;
  /** Replaces the method's annotation; undefined keeps it. */
  readonly http: HttpRule | undefined;
  readonly at: DocumentPath;
}

export interface MethodConfig extends CallSettings {
  readonly name: string;
  /** Whether the method is served at all. */
  readonly expose: boolean;
  readonly at: DocumentPath;
}

/** A google.api.HttpRule with its additional bindings in one list, the primary one first. */
export interface HttpRule {
  readonly bindings: readonly HttpRuleBinding[];
  readonly at: DocumentPath;
}

export interface HttpRuleBinding {
  /** GET, PUT, POST, DELETE, PATCH, or the kind of a custom pattern; `*` is any. */
  readonly method: string;
  readonly template: string;
  /** Field that the body is; `*` for the whole message; undefined for none. */
  readonly body: string | undefined;
  /** Field that the reply's body is; undefined for the whole message. */
  readonly responseBody: string | undefined;
  /** Where the template is written. */
  readonly at: DocumentPath;
}

export interface SelectedHttpRule extends HttpRule {
  /** `package.Service.Method`. */
  readonly selector: string;
}
