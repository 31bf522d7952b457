// What the gateway tells those who run it: log lines, the record of every request, and meters.
// It knows no protocol and decides nothing; it can lose lines but never hold up or fail a request.
export { type AccessLog, type AccessRecord, createAccessLog } from "./access-log.ts";
export { descriptorDestination } from "./descriptor.ts";
export {
  type LineDestination,
  type LineSink,
  type LineSinkOptions,
  openLineSink,
} from "./line-sink.ts";
export {
  createLogger,
  type LevelControl,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogLevel,
  logLevels,
} from "./logger.ts";
export type { ClusterMeters, ClusterReading } from "./meters/cluster-meters.ts";
export type { Exposition } from "./meters/exposition.ts";
export type { ConnectionCounts, ListenerMeters } from "./meters/listener-meters.ts";
export { loadExposition } from "./meters/load-exposition.ts";
export { createMeters, type Meters } from "./meters/meters.ts";
export type { RouteMeter, TranscodingTimers } from "./meters/route-meter.ts";
export type { SampledTimer } from "./meters/sampled-timer.ts";
export { isSecretName, redactText } from "./redact.ts";
