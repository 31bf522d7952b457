import type { FailureRules, Protocol } from "../protocol/index.ts";
import type { RouteTable } from "../route/index.ts";
import type { CallSender } from "../rpc/index.ts";
import type { RouteMeter } from "../telemetry/index.ts";
import type { ResponseEncoder } from "./encoding/encode-response.ts";
import type { CallFilter } from "./filters/filter.ts";

/** What a route leads to. */
export interface Target {
  /** The template as written: for the access log, and the only form of a path that is safe as a label. */
  readonly route: string;
  /** `package.Service/Method`. */
  readonly rpc: string;
  readonly protocol: Protocol;
  /** What calls pass before they go up, in order. */
  readonly filters: readonly CallFilter[];
  /** Origins whose pages may open a WebSocket, beside the gateway's own; undefined where it serves none. */
  readonly webSocketOrigins: readonly string[] | undefined;
  /** Sends a call to the route's cluster. */
  readonly call: CallSender;
  /** Where the requests of this route are counted. */
  readonly meter: RouteMeter;
}

/** The part of a cluster that a request needs. */
export interface TargetCluster {
  readonly name: string;
  readonly call: CallSender;
}

/** Everything that the requests of one listener are served by: one value, replaced as a whole. */
export interface Snapshot {
  readonly routes: RouteTable<Target>;
  readonly refusals: RefusalRules;
  /** Compresses responses; undefined where the listener does not. */
  readonly encode: ResponseEncoder | undefined;
}

/** What a request gets that no route takes. */
export interface RefusalRules {
  readonly failures: FailureRules;
  /** The status for a path that is served with other methods. */
  readonly wrongMethod: 404 | 405 | 501;
}
