// The health of endpoints: asked for by probes, and read off the calls that they answer.
// It knows no clusters, no balancing and no configuration; sockets and streams are opened for it.
export { type GrpcProbeOptions, grpcCheck, grpcWatch } from "./grpc-probe.ts";
export {
  createHealthChecker,
  type HealthChecker,
  type HealthEnvironment,
  type HealthStatus,
} from "./health-checker.ts";
export type { HealthOptions } from "./health-options.ts";
export { type HttpProbeOptions, httpCheck } from "./http-probe.ts";
export {
  createOutlierDetector,
  type OutlierChange,
  type OutlierDetector,
  type OutlierEnvironment,
  type OutlierStatus,
} from "./outlier-detector.ts";
export type {
  FailurePercentageOptions,
  OutlierOptions,
  SuccessRateOptions,
} from "./outlier-options.ts";
export type { EjectionCause, OutlierRecord } from "./outlier-record.ts";
export type { Check, ProbeResult, Watch } from "./probe.ts";
export {
  openPlainSocket,
  type ProbeSocket,
  type ProbeSocketEvents,
  type ProbeSocketOpener,
} from "./socket.ts";
export { tcpCheck } from "./tcp-probe.ts";
