import type { DocumentPath } from "./problem.ts";

/** The whole configuration, every default filled in, deeply frozen. Durations are ms, sizes are bytes. */
export interface GatewayConfig {
  readonly version: 1;
  /** At least one, in the order of the document. */
  readonly listeners: readonly ListenerConfig[];
  /** At least one; a later source may not redefine what an earlier one defines. */
  readonly descriptors: readonly DescriptorSource[];
  readonly clusters: readonly ClusterConfig[];
  /** At least one, in the order of the document. */
  readonly routes: readonly RouteConfig[];
  /** Rules by selector; they replace the method's own annotation. */
  readonly httpRules: readonly SelectedHttpRule[];
  /** The overall switches, for bindings that belong to no route's override. */
  readonly json: JsonSwitches;
  readonly rest: RestSwitches;
  readonly metadata: MetadataConfig;
}

/** Where to listen. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Where an upstream is; a host may be a name, which connecting resolves. */
export type EndpointAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export interface ListenerConfig {
  readonly name: string;
  readonly address: ListenAddress;
  readonly protocols: readonly "http1"[];
  readonly limits: ListenerLimits;
  /** Proxies in front whose `x-forwarded-*` are believed; 0 believes nobody. */
  readonly trustedHops: number;
  /** Whether every request is a JSON line on standard output. */
  readonly accessLog: boolean;
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
  /** At least one. */
  readonly endpoints: readonly EndpointAddress[];
  readonly balance: "round_robin";
  readonly deadlineMs: number;
  readonly connectTimeoutMs: number;
  readonly overflow: OverflowConfig;
  readonly backoff: BackoffConfig;
  /** Sent as `:authority` instead of the endpoint's own; undefined for that. */
  readonly authority: string | undefined;
}

/** How much may be in flight before the cluster refuses. */
export interface OverflowConfig {
  /** Connections to one endpoint. */
  readonly connections: number;
  /** Requests in flight to the cluster. */
  readonly requests: number;
  /** Requests that wait for a connection. */
  readonly pending: number;
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
}

/** How HTTP headers and gRPC metadata become each other. */
export interface MetadataConfig {
  /** Header names, in lower case, that never become metadata. */
  readonly remove: readonly string[];
  /** Put in front of the names of reply metadata; empty for none. */
  readonly prefix: string;
  /** Reply metadata name whose value sets the HTTP status; undefined for none. */
  readonly statusHeader: string | undefined;
}

/** What a route, or one method of it, does with its calls; everything is final. */
export interface CallSettings {
  readonly deadlineMs: number;
  readonly json: JsonSwitches;
  readonly rest: RestSwitches;
  readonly metadata: MetadataConfig;
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
