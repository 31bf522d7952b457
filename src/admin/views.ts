/** How far a gateway is: it serves, or it does not yet or no more. */
export type Readiness = "starting" | "serving" | "draining";

/** A cluster at one moment; what else is known of it is shown too. */
export interface ClusterView {
  readonly name: string;
  readonly endpoints: readonly { readonly address: string; readonly state: string }[];
}

/** One method and path that a listener serves. */
export interface RouteView {
  readonly listener: string;
  readonly method: string;
  readonly path: string;
  /** `package.Service/Method`. */
  readonly rpc: string;
  readonly streaming: string;
  readonly cluster: string;
}

/** The least severe line that is logged, which can be changed. */
export interface LogLevelView {
  readonly levels: readonly string[];
  get(): string;
  /** Takes one of `levels`. */
  set(level: string): void;
}

/** All that can be seen of a gateway: data as it is now. A view that throws fails the request that asked for it only. */
export interface AdminViews {
  readiness(): Readiness;
  clusters(): readonly ClusterView[];
  routes(): readonly RouteView[];
  /** The configuration as it may be shown: without secrets. */
  config(): unknown;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Undefined where the log is not the gateway's own. */
  readonly logLevel: LogLevelView | undefined;
}
